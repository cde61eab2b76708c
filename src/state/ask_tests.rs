//! Paying by an answer, as far as the state goes.

use guichet_wire::{Bank, CheckoutSession, ContinuePayment, MethodKind, Status};

use super::*;
use crate::state::entry::Order;
use crate::state::face::Trouble;
use crate::state::testing::{self, key, offer};
use crate::words::Lang;

fn session(status: Status, payment: Option<&str>) -> CheckoutSession {
    let offers = ["ideal", "sepa"].map(|method| offer(method, MethodKind::DirectDebit));
    let mut session = testing::session(offers);
    session.status.status = status;
    session.status.open_elsewhere = payment.is_some();
    session.status.payment = payment.map(|id| testing::payment(id, "sepa", status));
    session
}

fn banks() -> ShopperQuestion {
    let bank = |code: &str| Bank {
        code: code.into(),
        name: code.to_lowercase(),
    };
    ShopperQuestion::Bank {
        banks: ["RABONL2U", "INGBNL2A"].map(bank).into(),
    }
}

/// A payment was started by this method, and asks.
fn asked(method: &str, question: ShopperQuestion) -> Model {
    let mut model = Model::default();
    model.take(session(Status::Open, None));
    model.choose(method.into());
    assert!(model.press(false, key("start")).is_some());
    model.open_ask("pay_1".into(), method.into(), question);
    assert_eq!(model.face(), Face::Ask);
    model
}

/// It was answered, and the answer is on the way.
fn sent() -> (Model, Given) {
    let mut model = asked("sepa", ShopperQuestion::Iban);
    let given = model.press_ask("FR14 2004", key("one"));
    (model, given.unwrap())
}

fn failed(model: &mut Model, given: &Given, code: &str) {
    let field = (code == "field_invalid").then_some("iban");
    model.order_failed(&Order::Continue(given.clone()), code, field);
}

fn trouble(model: &Model) -> Option<EntryTrouble> {
    model.entry.as_ref().unwrap().trouble
}

#[test]
fn each_question_sends_its_own_answer_and_that_alone() {
    let mut model = asked("ideal", banks());
    let given = model.press_ask("INGBNL2A", key("one")).unwrap();
    let bank = ContinuePayment {
        bank: Some("INGBNL2A".into()),
        ..ContinuePayment::default()
    };
    assert_eq!(given.request, bank);
    let (_, given) = sent();
    let iban = ContinuePayment {
        iban: Some("FR14 2004".into()),
        ..ContinuePayment::default()
    };
    assert_eq!(given.request, iban);
    assert!(!format!("{given:?}").contains("2004"));
}

#[test]
fn nothing_is_sent_without_an_answer_nor_twice() {
    for question in [banks(), ShopperQuestion::Iban] {
        let mut model = asked("sepa", question);
        assert_eq!(model.press_ask("", key("one")), None);
        assert_eq!(trouble(&model), Some(EntryTrouble::Empty));
        let sent = (0..5).filter_map(|_| model.press_ask("A", key("one")));
        assert_eq!(sent.count(), 1);
        assert_eq!(trouble(&model), None);
        assert!(model.is_checking() && model.awaits());
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for_with_the_same_body_and_key() {
    for code in ["offline", "internal", "answer_unreadable"] {
        let (mut model, given) = sent();
        failed(&mut model, &given, code);
        assert_eq!(trouble(&model), Some(EntryTrouble::Unknown));
        assert!(
            model.entry.as_ref().unwrap().is_given(),
            "nothing to change"
        );
        assert_eq!(model.press_ask("DE89", key("two")), Some(given), "{code}");
    }
}

#[test]
fn a_platform_that_was_never_reached_keeps_what_was_typed_and_lets_it_be_changed() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "platform_unreachable");
    assert_eq!(trouble(&model), Some(EntryTrouble::Unreachable));
    assert!(!model.entry.as_ref().unwrap().is_given());
    assert_eq!(
        model.press_ask("FR14 2004", key("two")),
        Some(given.clone())
    );
    failed(&mut model, &given, "platform_unreachable");
    let other = model.press_ask("DE89", key("three")).unwrap();
    assert_eq!(other.key, "three", "another body has another key");
    failed(&mut model, &other, "platform_unreachable");
    model.leave_entry();
    model.take(session(Status::Pending, Some("pay_1")));
    assert!(!model.warns());
}

#[test]
fn a_wrong_answer_is_told_at_its_control_and_corrected_under_another_key() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "field_invalid");
    assert_eq!(model.face(), Face::Ask);
    assert_eq!(trouble(&model), Some(EntryTrouble::Wrong));
    let given = &model.entry.as_ref().unwrap().given;
    assert_eq!(*given, None, "the button sends an answer, not a retry");
    let other = model.press_ask("FR76", key("two")).unwrap();
    assert_eq!((&*other.key, &*other.payment), ("two", "pay_1"));
    model.open_ask("pay_1".into(), "sepa".into(), ShopperQuestion::Iban);
    assert_eq!(
        trouble(&model),
        Some(EntryTrouble::Wrong),
        "asked once more"
    );
}

#[test]
fn leaving_a_question_that_was_not_answered_warns_of_nothing_and_it_is_taken_up_again() {
    let mut model = asked("sepa", ShopperQuestion::Iban);
    model.leave_entry();
    model.take(session(Status::Pending, Some("pay_1")));
    assert!(!model.warns() && !model.polls());
    model.choose("ideal".into());
    assert!(model.press(false, key("two")).is_some(), "at once");
    model.open_ask("pay_2".into(), "ideal".into(), banks());
    model.leave_entry();
    for latest in ["pay_1", "pay_2"] {
        model.take(session(Status::Pending, Some(latest)));
        assert!(!model.warns(), "{latest}");
    }
    model.choose("sepa".into());
    assert_eq!(model.press(false, key("three")), None);
    assert_eq!(model.face(), Face::Ask);
    let given = model.press_ask("FR14", key("four")).unwrap();
    assert_eq!(given.payment, "pay_1", "no other payment was started");
}

#[test]
fn leaving_an_answer_that_was_sent_warns_before_another_payment() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "offline");
    model.leave_entry();
    assert!(model.warns(), "before the backend has spoken");
    assert_eq!(model.press(false, key("two")), None);
    model.take(session(Status::Pending, Some("pay_1")));
    assert!(model.warns(), "and after");
}

#[test]
fn a_payment_that_can_not_go_on_begins_again() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "payment_unknown");
    model.take(session(Status::Open, None));
    assert_eq!(model.face(), Face::Choosing);
    assert_eq!(model.trouble, Some(Trouble::Expired));
    let again = model.press(false, key("two"));
    assert_eq!(again.map(|intent| intent.key).as_deref(), Some("two"));
}

#[test]
fn what_is_typed_is_never_drawn_anew() {
    let mut model = asked("sepa", ShopperQuestion::Iban);
    let drawing = model.drawing();
    model.press_ask("", key("one"));
    model.take(session(Status::Pending, Some("pay_1")));
    let given = model.press_ask("FR14", key("one")).unwrap();
    failed(&mut model, &given, "field_invalid");
    assert_eq!(model.drawing(), drawing);
}

#[test]
fn each_question_says_what_is_wrong_in_its_own_words() {
    let words = Lang::Fr.words();
    let mut texts = std::collections::HashSet::new();
    for asked in [Asked(banks()), Asked(ShopperQuestion::Iban)] {
        for trouble in [EntryTrouble::Empty, EntryTrouble::Wrong] {
            assert_eq!(trouble.text(words), "", "it is said once");
            texts.insert(asked.wrong(trouble, words));
        }
        assert_eq!(asked.wrong(EntryTrouble::Unknown, words), "");
    }
    assert_eq!(texts.len(), 4);
}

#[test]
fn an_iban_is_forgotten_once_its_question_is_left() {
    let (mut model, given) = sent();
    failed(&mut model, &given, "platform_unreachable");
    assert!(model.entry.as_ref().unwrap().given.is_some());
    model.leave_entry();
    assert!(model.aside.iter().all(|left| left.given.is_none()) && !model.aside.is_empty());
}

#[test]
fn an_iban_that_is_not_taken_is_told_by_what_is_in_the_way_and_may_be_corrected() {
    for lang in Lang::ALL {
        let words = lang.words();
        for (code, said) in [
            ("field_invalid", words.iban_wrong),
            ("iban_characters", words.iban_characters),
            ("iban_length", words.iban_length),
            ("iban_country", words.iban_country),
        ] {
            let (mut model, given) = sent();
            failed(&mut model, &given, code);
            assert_eq!(model.face(), Face::Ask, "{code}");
            let entry = model.entry.as_ref().unwrap();
            let Content::Ask(asked) = &entry.content else {
                panic!()
            };
            assert_eq!(asked.wrong(entry.trouble.unwrap(), words), said, "{code}");
            assert!(!said.is_empty() && !entry.doubt);
            let other = model.press_ask("FR76", key("two")).unwrap();
            assert_eq!(other.key, "two", "another answer is another request");
        }
    }
}
