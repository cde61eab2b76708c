//! Every state that there is, as far as faces depend on it, and what is pressed twice.

use guichet_wire::{MethodKind, ShopperQuestion};

use super::*;
use crate::state::action::Action;
use crate::state::entry::{Asked, Card, Content, EntryStep};
use crate::state::testing::{self, OUTAGES, STATUSES, offer};

const STEPS: [PressStep; 4] = [
    PressStep::Rest,
    PressStep::Confirming,
    PressStep::Starting,
    PressStep::Leaving,
];

fn session(status: Status, can_pay: bool, open_elsewhere: bool) -> CheckoutSession {
    let offers = ["card", "apetiz"].map(|method| offer(method, MethodKind::Card));
    let mut session = testing::session(offers);
    session.status.status = status;
    session.status.can_pay = can_pay;
    session.status.open_elsewhere = open_elsewhere;
    session
}

fn an_entry(asks: bool) -> Box<Entry> {
    let content = if asks {
        Content::Ask(Asked(ShopperQuestion::Iban))
    } else {
        Content::Card(Card::default())
    };
    Box::new(Entry {
        payment: "pay_1".into(),
        method: "card".into(),
        content,
        step: EntryStep::Ready,
        trouble: None,
        given: None,
        doubt: false,
        stale: false,
        elsewhere: false,
    })
}

/// Every state that the widget can be in, as far as faces depend on it.
fn every_model() -> Vec<Model> {
    let mut all = vec![Model::default()];
    for status in STATUSES {
        for flags in 0..32 {
            for step in STEPS {
                for outage in OUTAGES.map(Some).into_iter().chain([None]) {
                    all.push(Model {
                        session: Some(session(status, flags & 1 > 0, flags & 2 > 0)),
                        step,
                        outage,
                        anyway: flags & 4 > 0,
                        entry: (flags & 8 > 0).then(|| an_entry(flags & 16 > 0)),
                        ..Model::default()
                    });
                }
            }
        }
    }
    all
}

#[test]
fn money_that_moved_is_never_hidden_and_never_asked_for_again() {
    for model in every_model()
        .into_iter()
        .filter(|model| model.outage.is_none())
    {
        let face = model.face();
        match model.status().map(|status| status.status) {
            Some(Status::Paid) => assert_eq!(face, Face::Paid),
            Some(Status::Authorised) => assert_eq!(face, Face::Authorised),
            status => {
                assert!(!matches!(face, Face::Paid | Face::Authorised), "{status:?}");
            }
        }
        if matches!(face, Face::Paid | Face::Authorised | Face::Expired) {
            assert!(!model.can_choose());
        }
    }
}

#[test]
fn an_order_that_was_paid_elsewhere_is_never_asked_to_be_paid_and_hides_nothing_that_was_taken() {
    for status in STATUSES {
        let mut session = session(status, false, false);
        session.status.paid_elsewhere = true;
        let model = Model {
            session: Some(session),
            ..Model::default()
        };
        let face = match status {
            Status::Paid => Face::Paid,
            Status::Authorised => Face::Authorised,
            Status::Pending => Face::Waiting,
            Status::Incomplete => Face::Incomplete,
            Status::Open | Status::Refused | Status::Cancelled | Status::Expired => {
                Face::PaidElsewhere
            }
        };
        assert_eq!((model.face(), model.can_choose()), (face, false));
    }
}

#[test]
fn nothing_can_be_chosen_unless_the_backend_takes_a_payment() {
    for model in every_model() {
        let allowed = model.status().is_some_and(|status| status.can_pay);
        assert!(allowed || !model.can_choose(), "{model:?}");
        assert!(!model.can_choose() || model.outage.is_none(), "{model:?}");
    }
}

#[test]
fn an_open_payment_is_always_warned_about_where_methods_are_listed() {
    for model in every_model().into_iter().filter(Model::can_choose) {
        let open = model.status().is_some_and(|status| status.open_elsewhere);
        assert_eq!(model.warns(), open, "{model:?}");
    }
}

#[test]
fn every_face_but_the_scripts_own_is_reachable() {
    let seen: std::collections::HashSet<Face> = every_model().iter().map(Model::face).collect();
    assert_eq!(seen.len(), 14);
}

#[test]
fn a_choice_survives_as_long_as_it_is_offered() {
    let mut model = Model::default();
    model.choose("apetiz".into());
    model.take(session(Status::Refused, true, false));
    assert_eq!(model.chosen, Some("apetiz".into()));
    let mut without = session(Status::Refused, true, false);
    without.methods.truncate(1);
    model.take(without);
    assert_eq!(model.chosen, Some("card".into()), "alone on offer");
}

fn choosing(open_elsewhere: bool) -> Model {
    let chosen = Some("card".into());
    let session = Some(session(Status::Cancelled, true, open_elsewhere));
    Model {
        session,
        chosen,
        ..Model::default()
    }
}

fn key(name: &str) -> impl FnOnce() -> String {
    let name = name.to_owned();
    move || name
}

#[test]
fn five_presses_make_one_request() {
    let mut model = choosing(false);
    let asked = (0..5).filter_map(|_| model.press(false, key("k"))).count();
    assert_eq!(asked, 1);
    model.leaves("pay_1".into());
    assert_eq!(model.face(), Face::Leaving);
    assert_eq!(model.press(false, key("k")), None);
    model.came_back();
    assert!(model.press(false, key("k2")).is_some());
}

#[test]
fn an_open_payment_asks_before_a_second_one() {
    let mut model = choosing(true);
    assert_eq!(model.press(false, key("k")), None);
    assert_eq!(model.step, PressStep::Confirming);
    assert_eq!(model.press(false, key("k")), None, "asked, not answered");
    assert!(model.press(true, key("k")).is_some());
}

#[test]
fn the_page_is_asked_about_what_may_pay_now_and_about_nothing_while_it_is_asked() {
    let pay = |sure| Action::Pay { sure };
    let mut model = choosing(false);
    assert_eq!(model.pays_by(&pay(false)), Some("card"));
    let others = [Action::Stay, Action::Retry, Action::ShowList];
    let entries = [Action::CardPay, Action::Answer("x".into())];
    for other in others.iter().chain(&entries) {
        assert_eq!(model.pays_by(other), None, "{other:?}");
    }
    assert_eq!(choosing(true).pays_by(&pay(false)), None, "it is asked for");
    assert_eq!(choosing(true).pays_by(&pay(true)), Some("card"));
    model.asking = true;
    assert!(model.is_busy());
    assert_eq!(model.pays_by(&pay(false)), None);
    assert_eq!(model.press(true, key("k")), None);
    model.asking = false;
    model.chosen = None;
    assert_eq!(model.pays_by(&pay(false)), None);
    for (asks, action) in [false, true].into_iter().zip(&entries) {
        let entry = Some(an_entry(asks));
        let mut model = Model {
            entry,
            ..choosing(false)
        };
        assert_eq!(model.pays_by(action), Some("card"));
        model.asking = true;
        assert_eq!(model.pays_by(action), None);
        assert_eq!(model.press_card(), None);
        assert_eq!(model.press_ask("x", key("k")), None);
    }
}

/// A payment that is pending since its form was handed out, as the backend tells it.
fn handed_out(id: &str) -> CheckoutSession {
    let mut session = session(Status::Pending, true, true);
    session.status.payment = Some(guichet_wire::PaymentView {
        id: id.into(),
        method: "card".into(),
        status: Status::Pending,
        surplus: false,
        accepted: 0,
        parts: vec![],
        refusal: None,
        terminal: None,
        voucher_may_be_held: false,
    });
    session
}

#[test]
fn a_form_that_never_left_is_no_payment_under_way() {
    let mut model = choosing(false);
    model.leaves("pay_1".into());
    model.stayed(false);
    model.take(handed_out("pay_1"));
    assert_eq!(model.face(), Face::Choosing);
    assert_eq!(model.trouble, Some(Trouble::Leave));
    assert!(!model.warns() && !model.polls());
    assert!(model.press(false, key("k")).is_some(), "nothing to confirm");
    // The next one leaves: what is told of that one counts.
    model.leaves("pay_2".into());
    model.came_back();
    model.take(handed_out("pay_2"));
    assert!(model.warns());
}

#[test]
fn a_form_that_may_have_left_warns_and_so_does_one_before_it() {
    let mut model = choosing(false);
    model.leaves("pay_1".into());
    model.stayed(true);
    model.take(handed_out("pay_1"));
    assert!(model.warns());
    assert_eq!(model.trouble, None);
    // Another one is started beside it, and does not leave.
    model.leaves("pay_2".into());
    model.stayed(false);
    model.take(handed_out("pay_2"));
    assert!(model.warns(), "the first may still be open");
}

#[test]
fn a_retry_is_the_same_wish_until_something_is_known() {
    let mut model = choosing(false);
    let first = model.press(false, key("one"));
    model.start_lost();
    assert_eq!(model.face(), Face::Offline);
    // Meanwhile the backend has started it: the retry needs no question, its key is the same.
    model.take(session(Status::Pending, true, true));
    model.anyway = true;
    assert_eq!(model.press(false, key("two")), first);
    model.start_refused("internal");
    assert_eq!(model.press(false, key("three")), first);
    model.start_refused("platform_unreachable");
    assert_eq!(model.trouble, Some(Trouble::Platform));
    assert_eq!(
        model.press(true, key("four")).map(|i| i.key).as_deref(),
        Some("four")
    );
}

#[test]
fn another_method_is_another_wish() {
    let mut model = choosing(false);
    model.press(false, key("one"));
    model.start_lost();
    model.outage = None;
    model.choose("apetiz".into());
    let second = model.press(false, key("two"));
    assert_eq!(
        second,
        Some(Intent {
            choice: "apetiz".into(),
            save: false,
            key: "two".into()
        })
    );
}

#[test]
fn a_shop_that_offers_nothing_is_broken_and_takes_no_press() {
    let mut empty = session(Status::Open, true, false);
    empty.methods.clear();
    let mut model = Model::default();
    model.take(empty);
    assert_eq!(model.face(), Face::Broken);
    assert_eq!(model.press(false, key("k")), None);
}

#[test]
fn pressing_without_a_choice_says_so() {
    let mut model = Model {
        chosen: None,
        ..choosing(false)
    };
    assert_eq!(model.press(false, key("k")), None);
    assert_eq!(model.trouble, Some(Trouble::ChooseFirst));
    model.choose("card".into());
    assert_eq!(model.trouble, None);
}

#[test]
fn an_unknown_error_is_never_final() {
    assert_eq!(meaning("brand_new"), Meaning::Trouble(Trouble::Other));
    assert_eq!(meaning("session_unknown"), Meaning::Outage(Outage::Broken));
    assert_eq!(meaning("session_paid"), Meaning::Refresh);
}
