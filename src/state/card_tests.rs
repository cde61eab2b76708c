//! Paying by a card typed here, as far as the state goes.

use guichet_wire::{CheckoutSession, MethodKind, MethodOffer, Status};

use super::*;
use crate::state::entry::{Entry, Order};
use crate::state::face::PressStep;
use crate::state::testing::{self, key};
use crate::words::Lang;

fn session(status: Status, open_elsewhere: bool, payment: Option<&str>) -> CheckoutSession {
    let offer = |method: &str| MethodOffer {
        embedded: method == "typed",
        ..testing::offer(method, MethodKind::Card)
    };
    let mut session = testing::session(["typed", "card"].map(offer));
    session.status.status = status;
    session.status.open_elsewhere = open_elsewhere;
    session.status.payment = payment.map(|id| testing::payment(id, "typed", status));
    session
}

fn fields(token: &str) -> Fields {
    Fields {
        integrity: None,
        sdk_url: "https://platform.example/sdk.js".into(),
        session_token: token.into(),
        brands: vec!["CB".into(), "VISA".into()],
    }
}

/// A payment was started and its fields are open.
fn typing(open_elsewhere: bool) -> Model {
    let mut model = Model::default();
    model.take(session(Status::Open, open_elsewhere, None));
    model.choose("typed".into());
    assert!(model.press(true, key("start")).is_some());
    model.open_card("pay_1".into(), "typed".into(), fields("t1"));
    model.fields_opening();
    assert_eq!(model.face(), Face::Card);
    model
}

fn entry(model: &Model) -> &Entry {
    model.entry.as_deref().unwrap()
}

fn card(model: &Model) -> &Card {
    entry(model).card().unwrap()
}

/// The card was typed, and its token is on the way.
fn sent() -> (Model, Given) {
    let mut model = typing(false);
    model.fields_ready();
    assert_eq!(model.press_card(), Some(CardAsk::Read));
    let given = model.card_given("tok", "CB", "key".into());
    (model, given.unwrap())
}

fn failed(model: &mut Model, given: &Given, code: &str) {
    model.order_failed(&Order::Continue(given.clone()), code, None);
}

#[test]
fn nothing_is_asked_before_the_fields_are_there_nor_twice() {
    let mut model = typing(false);
    assert_eq!(model.press_card(), None, "opening");
    model.fields_ready();
    let asked = (0..5).filter_map(|_| model.press_card()).count();
    assert_eq!(asked, 1);
    assert!(model.card_given("a", "", "one".into()).is_some());
    assert_eq!(model.card_given("b", "", "two".into()), None);
    assert!(model.is_checking() && model.awaits());
}

#[test]
fn an_answer_that_is_lost_is_asked_for_with_the_same_token_and_key() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "offline");
    assert_eq!(model.face(), Face::Card);
    assert_eq!(model.press_card(), Some(CardAsk::Send(given.clone())));
    failed(&mut model, &given, "internal");
    assert_eq!(model.press_card(), Some(CardAsk::Send(given.clone())));
    failed(&mut model, &given, "platform_unreachable");
    assert_eq!(model.press_card(), Some(CardAsk::Send(given)));
    model.leave_entry();
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert!(model.warns(), "the last answer is not known");
}

#[test]
fn a_platform_that_was_never_reached_leaves_nothing_to_warn_of() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "platform_unreachable");
    model.leave_entry();
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert!(!model.warns());
    model.press(false, key("two"));
    let given = &entry(&model).given;
    assert_eq!(*given, None, "what is typed next has its own token");
}

#[test]
fn leaving_a_card_of_which_a_token_was_sent_warns_before_another_payment() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "offline");
    model.leave_entry();
    assert!(model.warns(), "before the backend has spoken");
    assert_eq!(model.aside, []);
    assert_eq!(model.press(false, key("two")), None);
    assert_eq!(model.step, PressStep::Confirming);
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert!(model.warns(), "and after");
}

#[test]
fn leaving_a_card_of_which_nothing_was_sent_warns_of_nothing() {
    let mut model = typing(false);
    model.leave_entry();
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert_eq!(model.face(), Face::Choosing);
    assert!(!model.warns() && !model.polls());
    model.choose("card".into());
    assert!(model.press(false, key("two")).is_some(), "at once");
}

#[test]
fn a_payment_that_was_open_before_is_still_warned_about() {
    let mut model = typing(true);
    model.leave_entry();
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert!(model.warns());
    // And so is a later one, of which this card knows nothing.
    let mut model = typing(false);
    model.leave_entry();
    model.take(session(Status::Pending, true, Some("pay_2")));
    assert!(model.warns());
}

#[test]
fn a_card_that_was_left_opens_again_without_another_payment() {
    let mut model = typing(false);
    model.fields_ready();
    model.leave_entry();
    assert_eq!(model.fields_wanted(), None);
    assert_eq!(model.press(false, key("two")), None);
    assert_eq!(model.face(), Face::Card);
    assert_eq!(model.fields_wanted(), Some(&fields("t1")));
    assert_eq!(model.press_card(), None, "its fields open anew");
}

#[test]
fn fields_that_do_not_open_leave_the_other_methods() {
    let mut model = typing(false);
    model.fields_failed();
    assert!(model.can_choose() && !model.warns());
    assert_eq!(model.trouble, Some(Trouble::Fields));
    assert_eq!(model.chosen, Some("typed".into()), "a press tries again");
}

#[test]
fn fields_that_expired_begin_again_with_one_press_and_another_payment() {
    let mut model = typing(false);
    model.fields_ready();
    model.press_card();
    model.entry_expired();
    assert_eq!(model.trouble, Some(Trouble::Expired));
    let again = model.press(false, key("two"));
    assert_eq!(again.map(|intent| intent.key).as_deref(), Some("two"));
    model.open_card("pay_2".into(), "typed".into(), fields("t2"));
    assert_eq!(entry(&model).trouble, None);
}

#[test]
fn a_card_to_be_typed_once_more_says_so_and_takes_another_token() {
    let (mut model, _) = sent();
    model.open_card("pay_1".into(), "typed".into(), fields("t2"));
    assert_eq!(entry(&model).trouble, Some(EntryTrouble::Retype));
    assert_eq!(entry(&model).given, None);
    assert_eq!(model.fields_wanted(), Some(&fields("t2")));
}

#[test]
fn fields_that_give_no_token_can_be_asked_again() {
    for (told, trouble) in [(true, None), (false, Some(EntryTrouble::Unread))] {
        let mut model = typing(false);
        model.fields_ready();
        model.press_card();
        model.fields_unread(told);
        assert_eq!(entry(&model).trouble, trouble);
        assert_eq!(model.press_card(), Some(CardAsk::Read));
    }
}

#[test]
fn a_payment_that_went_on_without_this_answer_is_waited_for() {
    let (mut model, given) = sent();
    assert!(Order::Continue(given.clone()).moved_on("idempotency_in_flight"));
    failed(&mut model, &given, "idempotency_in_flight");
    model.take(session(Status::Pending, true, Some("pay_1")));
    assert_eq!(model.face(), Face::Waiting);
}

#[test]
fn a_payment_that_can_not_go_on_begins_again() {
    let (mut model, given) = sent();
    let order = Order::Continue(given.clone());
    assert!(order.moved_on("payment_unknown") && order.moved_on("session_paid"));
    assert!(!order.moved_on("internal") && !order.moved_on("offline"));
    failed(&mut model, &given, "payment_unknown");
    model.take(session(Status::Open, false, None));
    assert_eq!(model.face(), Face::Choosing);
    assert_eq!(model.trouble, Some(Trouble::Expired));
}

#[test]
fn money_that_moved_takes_the_fields_away() {
    let mut model = typing(false);
    model.fields_ready();
    model.take(session(Status::Paid, false, Some("pay_0")));
    assert_eq!((model.face(), model.fields_wanted()), (Face::Paid, None));
    assert_eq!(model.press_card(), None);
}

#[test]
fn a_card_with_two_brands_asks_and_the_shops_preference_stands_first() {
    let both = || vec!["VISA".to_owned(), "CB".to_owned()];
    let mut model = typing(false);
    assert_eq!(model.card_brands(vec!["VISA".into()]), None, "no choice");
    assert_eq!(model.card_brands(both()).as_deref(), Some("CB"));
    model.choose_brand("VISA");
    assert_eq!(model.card_brands(both()).as_deref(), Some("VISA"), "kept");
    let others = vec!["MASTERCARD".into(), "BANCONTACT".into()];
    assert_eq!(model.card_brands(others).as_deref(), Some("MASTERCARD"));
}

#[test]
fn a_brand_is_not_changed_once_a_token_stands_for_it() {
    let (mut model, _) = sent();
    model.choose_brand("VISA");
    assert_eq!(card(&model).brand, None);
}

#[test]
fn what_is_typed_is_never_drawn_anew() {
    let mut model = typing(false);
    let drawing = model.drawing();
    model.fields_ready();
    model.card_brands(vec!["CB".into(), "VISA".into()]);
    model.take(session(Status::Pending, true, Some("pay_1")));
    model.press_card();
    model.fields_unread(false);
    assert_eq!(model.drawing(), drawing);
}

#[test]
fn a_card_is_saved_if_the_shopper_ticked_the_box_and_every_retry_says_the_same() {
    let mut model = typing(false);
    model.fields_ready();
    assert!(!card(&model).save, "nothing is ticked beforehand");
    model.choose_save(true);
    model.choose_save(false);
    model.choose_save(true);
    model.press_card();
    model.choose_save(false);
    let given = model.card_given("tok", "", "key".into()).unwrap();
    assert!(given.request.save);
    failed(&mut model, &given, "offline");
    model.choose_save(false);
    assert_eq!(model.press_card(), Some(CardAsk::Send(given)));
}

#[test]
fn a_box_that_was_ticked_stays_ticked_where_the_card_must_be_typed_once_more() {
    let mut model = typing(false);
    model.fields_ready();
    model.choose_save(true);
    model.press_card();
    model.card_given("tok", "", "key".into()).unwrap();
    model.open_card("pay_1".into(), "typed".into(), fields("t2"));
    assert!(card(&model).save);
    // And where the fields were left for the list.
    model.leave_entry();
    let mut model = typing(false);
    model.choose_save(true);
    model.leave_entry();
    model.press(false, key("two"));
    assert!(card(&model).save);
}

#[test]
fn every_trouble_has_its_own_words() {
    let words = Lang::Fr.words();
    let all = [
        EntryTrouble::Unread,
        EntryTrouble::Unreachable,
        EntryTrouble::Unknown,
        EntryTrouble::Retype,
    ];
    let texts: std::collections::HashSet<_> = all.iter().map(|t| t.text(words)).collect();
    assert_eq!(texts.len(), all.len());
}

#[test]
fn a_token_that_is_refused_is_not_sent_again() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "field_invalid");
    assert_eq!(entry(&model).trouble, Some(EntryTrouble::Retype));
    assert!(!entry(&model).doubt && entry(&model).given.is_none());
    assert_eq!(model.press_card(), Some(CardAsk::Read));
}
