//! Saved cards, as far as the state goes.

use guichet_wire::{CheckoutSession, MethodKind};

use super::*;
use crate::state::entry::{Fields, Order};
use crate::state::face::{Face, Intent};
use crate::state::saved::{expires, spoken};
use crate::state::testing::{self, key};
use crate::words::Lang;

fn offer(method: &str) -> MethodOffer {
    MethodOffer {
        embedded: method == "typed",
        saved_cards: method == "typed",
        ..testing::offer(method, MethodKind::Card)
    }
}

fn session(methods: &[&str]) -> CheckoutSession {
    let offers: Vec<_> = methods.iter().map(|method| offer(method)).collect();
    testing::session(offers)
}

fn card(name: &str) -> SavedCard {
    SavedCard {
        method: "typed".into(),
        card: name.into(),
        brand: "VISA".into(),
        last_digits: "0700".into(),
        expires: Some("2027-12".into()),
    }
}

/// The list is there, and the cards are being asked for.
fn asking(methods: &[&str]) -> Model {
    let mut model = Model::default();
    model.take(session(methods));
    assert!(model.wants_cards());
    model.cards_asked();
    assert!(!model.wants_cards(), "asked once");
    model
}

/// The cards are there.
fn listed(cards: &[&str]) -> Model {
    let mut model = asking(&["other", "typed"]);
    model.take_cards(cards.iter().map(|name| card(name)).collect());
    model
}

fn chosen(model: &Model) -> Option<String> {
    model.chosen.as_ref().map(Choice::value)
}

#[test]
fn the_first_saved_card_stands_chosen_until_the_shopper_chooses() {
    let model = listed(&["a", "b"]);
    assert_eq!(chosen(&model).as_deref(), Some("typed/a"));
    let mut model = asking(&["other", "typed"]);
    model.choose("other".into());
    model.take_cards(vec![card("a")]);
    assert_eq!(chosen(&model).as_deref(), Some("other"));
    model.take(session(&["other", "typed"]));
    assert_eq!(chosen(&model).as_deref(), Some("other"));
}

#[test]
fn a_method_that_is_alone_waits_for_its_cards_before_it_stands_chosen() {
    let mut model = asking(&["typed"]);
    assert_eq!(chosen(&model), None);
    let mut without = model.clone();
    without.take_cards(vec![]);
    assert_eq!(chosen(&without).as_deref(), Some("typed"));
    model.take_cards(vec![card("a")]);
    assert_eq!(chosen(&model).as_deref(), Some("typed/a"));
}

#[test]
fn cards_are_asked_for_where_a_method_keeps_them_and_has_a_row_until_then() {
    let mut model = Model::default();
    model.take(session(&["other"]));
    assert!(!model.wants_cards());
    let mut dear = session(&["typed"]);
    dear.methods[0].unavailable = Some(guichet_wire::Unavailable::AboveMaximum { maximum: 1 });
    assert!(!model.awaits_cards(&dear.methods[0]));
    model.take(dear);
    assert!(!model.wants_cards());
    let mut model = asking(&["other", "typed"]);
    assert!(model.awaits_cards(&offer("typed")) && !model.awaits_cards(&offer("other")));
    model.take_cards(vec![]);
    assert!(!model.awaits_cards(&offer("typed")));
}

#[test]
fn one_press_pays_with_the_card_and_a_retry_is_the_same_wish() {
    let mut model = listed(&["a"]);
    let wish = model.press(false, key("one"));
    let expected = Intent {
        choice: "typed/a".into(),
        save: false,
        key: "one".into(),
    };
    assert_eq!(wish, Some(expected));
    model.start_lost();
    model.outage = None;
    assert_eq!(model.press(false, key("two")), wish);
    model.start_lost();
    model.outage = None;
    model.choose("typed".into());
    let typed = model.press(false, key("three"));
    assert_eq!(typed.map(|intent| intent.key).as_deref(), Some("three"));
}

#[test]
fn a_payment_left_while_its_card_was_typed_is_not_the_one_of_a_saved_card() {
    let mut model = listed(&["a"]);
    model.choose("typed".into());
    model.press(false, key("one"));
    model.open_card("pay_1".into(), "typed".into(), Fields::default());
    model.leave_entry();
    model.choose("typed/a".into());
    let wish = model.press(false, key("two"));
    assert_eq!(
        wish.and_then(|intent| intent.choice.card).as_deref(),
        Some("a")
    );
    assert_eq!(model.face(), Face::Choosing);
}

#[test]
fn a_card_that_is_gone_is_told_and_no_other_stands_chosen_in_its_place() {
    let mut model = listed(&["a", "b"]);
    let wish = model.press(false, key("one")).unwrap();
    let order = Order::Start(wish.clone());
    model.order_failed(&order, "field_invalid", Some("card"));
    assert_eq!(model.trouble, Some(Trouble::Card));
    assert_eq!((chosen(&model), model.intent.clone()), (None, None));
    assert!(model.wants_cards(), "the list is asked for again");
    model.cards_asked();
    model.take_cards(vec![card("b")]);
    assert_eq!(chosen(&model), None);
    assert_eq!(model.trouble, Some(Trouble::Card), "still told");
    // What is wrong with the session itself is no card's fault.
    let mut model = listed(&["a"]);
    let order = Order::Start(model.press(false, key("one")).unwrap());
    model.order_failed(&order, "field_invalid", Some("shopper.email"));
    assert_eq!(model.trouble, Some(Trouble::Other));
    assert_eq!(chosen(&model).as_deref(), Some("typed/a"));
}

#[test]
fn a_card_is_removed_after_a_question_and_once() {
    let mut model = listed(&["a", "b"]);
    assert_eq!(model.remove_card(), None, "nobody has asked");
    model.ask_removal("typed/b".into());
    let asked = (0..5).filter_map(|_| model.remove_card()).count();
    assert_eq!(asked, 1);
    assert_eq!(model.keep_card(), None, "too late");
    assert_eq!(model.press(false, key("one")), None, "one thing at a time");
    model.card_removed(true);
    assert_eq!(model.saved.cards, [card("a")]);
    assert!(model.saved.removed && model.saved.removal.is_none());
    assert_eq!(chosen(&model).as_deref(), Some("typed/a"));
    assert!(model.press(false, key("one")).is_some());
    assert!(!model.saved.removed, "what happens next is told instead");
}

#[test]
fn a_removal_that_came_to_nothing_can_be_tried_again_or_given_up() {
    let mut model = listed(&["a", "b"]);
    model.ask_removal("typed/b".into());
    model.remove_card();
    model.card_removed(false);
    assert_eq!(model.saved.cards.len(), 2);
    let removal = model.saved.removal.as_ref().unwrap();
    assert_eq!(removal.step, RemovalStep::Failed);
    assert!(model.clone().remove_card().is_some());
    assert_eq!(model.keep_card(), Some(1));
}

#[test]
fn after_the_chosen_card_is_removed_what_would_have_stood_chosen_does() {
    let mut model = listed(&["a", "b"]);
    model.choose("typed/a".into());
    model.ask_removal("typed/a".into());
    model.remove_card();
    model.card_removed(true);
    assert_eq!(chosen(&model).as_deref(), Some("typed/b"));
    model.ask_removal("typed/b".into());
    model.remove_card();
    model.card_removed(true);
    assert_eq!(chosen(&model), None);
}

#[test]
fn nothing_is_removed_while_a_payment_starts() {
    let mut model = listed(&["a"]);
    model.ask_removal("typed/a".into());
    model.press(false, key("one")).unwrap();
    assert_eq!(model.remove_card(), None);
}

#[test]
fn a_change_of_the_cards_draws_their_rows_and_nothing_else() {
    let mut model = asking(&["other", "typed"]);
    let (drawing, detail) = (model.drawing(), model.detail);
    model.take_cards(vec![card("a")]);
    model.ask_removal("typed/a".into());
    model.keep_card();
    assert_eq!(model.drawing(), drawing);
    assert_eq!(model.detail, detail + 3);
}

#[test]
fn a_card_is_read_out_without_its_dots() {
    let words = Lang::Fr.words();
    let said = spoken(&card("a"), words.saved_name);
    assert_eq!(said, "Visa, carte se terminant par 0700");
    assert_eq!(expires(&card("a"), words).as_deref(), Some("expire 12/27"));
    for none in [None, Some("27"), Some("-1")] {
        let expired = SavedCard {
            expires: none.map(Into::into),
            ..card("a")
        };
        assert_eq!(expires(&expired, words), None, "{none:?}");
    }
}

#[test]
fn a_choice_comes_back_from_its_radio_button_as_it_was() {
    for choice in [choice(&card("a/b c")), Choice::from("typed")] {
        assert_eq!(Choice::from(choice.value().as_str()), choice);
    }
}

/// A list with a method whose card is typed on the platform's page, and can be saved.
fn typed_there() -> Model {
    let mut there = offer("there");
    (there.saved_cards, there.can_save, there.embedded) = (true, true, false);
    let mut model = Model::default();
    model.take(testing::session(vec![there, offer("apetiz")]));
    model.take_cards(vec![]);
    model
}

#[test]
fn a_card_that_is_typed_elsewhere_is_saved_where_the_box_of_its_method_is_ticked() {
    let wish = |chosen: &str, ticks: &[bool]| {
        let mut model = typed_there();
        model.choose(chosen.into());
        for tick in ticks {
            model.choose_save(*tick);
        }
        model.press(false, key("one")).unwrap().save
    };
    assert!(wish("there", &[true]));
    assert!(!wish("there", &[]));
    assert!(!wish("there", &[true, false]));
    assert!(!wish("apetiz", &[true]), "the box of another method");
    assert!(!wish("there/a", &[true]), "a saved card is no new one");
}

#[test]
fn a_wish_with_another_box_is_another_wish() {
    let mut model = typed_there();
    model.choose("there".into());
    let first = model.press(false, key("one")).unwrap();
    model.start_lost();
    model.outage = None;
    model.choose_save(true);
    let second = model.press(false, key("two")).unwrap();
    assert_ne!((&first.key, first.save), (&second.key, second.save));
}
