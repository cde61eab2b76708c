use guichet_domain::event::Trust;
use guichet_domain::iban::Iban;
use guichet_domain::{PartKind, Refusal};

use super::super::query;
use super::super::testing::{
    self, AWAY, BACK, Ended, PAID, Plays, REFERENCE, STRAIGHT, TELL_NOTHING, World, exchange,
    sandbox, the_part, unsuited, world,
};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::{LookUp, LookedUp, Next};

const INIT: &str = "initializeMandate";
const SIGNED: &str = "finalizeMandate";
const ORDER: &str = "directDebitOrder";

const IBAN: &str = "FR1420041010050500013M02606";
const ACTIVE: &str = r#"{"responseCode":"00","mandateId":"M1","mandateStatus":"ACTIVE"}"#;

fn sepa() -> World {
    let mut world = world();
    world.choose("sogenactif_sepa");
    world.is_known("customer-42");
    world.client = Some([203, 0, 113, 7].into());
    world
}

fn sign(script: &[Plays]) -> Ended<Proceeded> {
    let iban = Iban::try_from(IBAN).unwrap();
    testing::proceed(&sandbox(), &sepa(), None, Given::Iban(iban.clone()), script)
}

fn come_back(script: &[Plays]) -> Ended<Proceeded> {
    let memo = sign(&[(INIT, Ok(AWAY))]).0.unwrap().memo;
    testing::finalise(&sandbox(), &sepa(), memo.as_deref(), &[], script)
}

#[test]
fn the_shopper_is_asked_for_an_iban_before_anything_else() {
    let (end, sent) = testing::begin(&sandbox(), &sepa(), &[]);
    let question = ShopperQuestion::Iban;
    let asked = Next::Browser(NextAction::Ask { question });
    assert_eq!((end.unwrap().next, sent.len()), (asked, 0));
}

#[test]
fn a_mandate_is_signed_on_the_platforms_page() {
    let (end, sent) = sign(&[(INIT, Ok(AWAY))]);
    let proceeded = end.unwrap();
    assert!(proceeded.facts.is_empty());
    let leaves = proceeded.next_action.as_ref();
    assert!(matches!(leaves, Some(NextAction::FormPost { .. })));
    for (name, value) in [
        ("iban", IBAN),
        ("merchantReturnUrl", BACK),
        ("customerId", "bwkxv2kn684hvyglgu2"),
        ("customerLanguage", "fr"),
    ] {
        assert_eq!(sent[0].text(name), Some(value), "{name}");
    }
    let contact = sent[0].get("customerContact").unwrap();
    assert_eq!(contact.text("firstname"), Some("Lea"));
    assert_eq!(contact.text("lastname"), Some("Roux"));
    assert_eq!(contact.text("email"), Some("lea@example.fr"));
    let address = sent[0].get("customerAddress").unwrap();
    assert_eq!(address.text("street"), Some("1 rue X"));
    assert_eq!(address.text("city"), Some("Paris"));
    assert_eq!(address.text("country"), Some("FRA"));
    assert!(sent[0].get("amount").is_none());
}

#[test]
fn a_shopper_whom_the_shop_does_not_name_signs_without_a_number() {
    let mut world = world();
    world.choose("sogenactif_sepa");
    let iban = Iban::try_from(IBAN).unwrap();
    let given = Given::Iban(iban.clone());
    let script = [(INIT, Ok(AWAY))];
    let (end, sent) = testing::proceed(&sandbox(), &world, None, given, &script);
    assert!(end.is_ok() && sent[0].get("customerId").is_none());
}

#[test]
fn an_iban_is_kept_and_shown_nowhere() {
    let iban = Iban::try_from(IBAN).unwrap();
    let (config, world) = (sandbox(), sepa());
    let mut shown = Vec::new();
    let refused = r#"{"responseCode":"14","errorFieldName":"iban"}"#;
    for answer in [AWAY, refused, "{}"] {
        let (end, _) = exchange(&config, &[(INIT, Ok(answer))], |exchanges| {
            let proceed = Proceed {
                context: world.context(),
                client: None,
                memo: None,
                given: &Given::Iban(iban.clone()),
            };
            shown.push(format!("{proceed:?}"));
            let step = super::super::flow::proceed(&config, &proceed, exchanges);
            shown.push(format!("{step:?}"));
            step
        });
        shown.push(format!("{end:?}"));
        shown.extend(end.ok().and_then(|proceeded| proceeded.memo));
    }
    for text in shown {
        assert!(!text.contains("20041010"), "{text}");
    }
}

#[test]
fn an_account_whose_debit_takes_a_bic_is_refused_in_words_before_anything_is_sent() {
    for (iban, name) in [
        ("CH9300762011623852957", "Switzerland"),
        ("MC5811222000010123456789030", "Monaco"),
        ("GB29NWBK60161331926819", "Britain"),
    ] {
        let iban = Iban::try_from(iban).unwrap();
        let given = Given::Iban(iban.clone());
        let (end, sent) = testing::proceed(&sandbox(), &sepa(), None, given, &[]);
        assert!(sent.is_empty());
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{end:?}")
        };
        assert_eq!(
            (error.field.as_str(), error.code.as_str()),
            ("iban", "iban_country")
        );
        assert!(
            error.detail.contains(name) && error.detail.contains("BIC"),
            "{error}"
        );
        assert!(!error.detail.contains(iban.as_str()));
    }
}

#[test]
fn nothing_but_an_iban_goes_on() {
    let token = Given::Token {
        token: "tok_1",
        brand: None,
        save: false,
    };
    for given in [Given::Nothing, Given::Bank(IBAN), token] {
        let (end, _) = testing::proceed(&sandbox(), &sepa(), None, given, &[]);
        assert_eq!(unsuited(end), "iban");
    }
}

#[test]
fn a_signing_that_was_not_opened_may_be_tried_again() {
    for error in [NotSent, NoAnswer] {
        let (end, _) = sign(&[(INIT, Err(error)), (INIT, Err(error))]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    }
    let refused = sign(&[(INIT, Ok(r#"{"responseCode":"14"}"#))]).0.unwrap();
    assert_eq!(the_part(&refused).refusal, Some(Refusal::CardData));
    for answer in [
        STRAIGHT,
        "{}",
        r#"{"responseCode":"99"}"#,
        r#"{"responseCode":"XX"}"#,
        r#"{"responseCode":"60"}"#,
        r#"{"responseCode":"00"}"#,
    ] {
        let end = sign(&[(INIT, Ok(answer))]).0.unwrap_err();
        assert_eq!(end, Failure::Unknown, "{answer}");
    }
    let forged = r#"{"responseCode":"00","seal":"00"}"#;
    let end = sign(&[(INIT, Ok(forged))]).0;
    assert!(matches!(end, Err(Failure::Unexpected(_))));
}

#[test]
fn a_signed_mandate_is_debited_once() {
    let (end, sent) = come_back(&[(SIGNED, Ok(ACTIVE)), (ORDER, Ok(PAID))]);
    let proceeded = end.unwrap();
    let part = the_part(&proceeded);
    assert_eq!(
        (part.status, part.kind, part.trust),
        (PartStatus::Accepted, PartKind::Account, Trust::Ours)
    );
    assert_eq!(part.amount.minor(), 1050);
    assert!(proceeded.next_action.is_none());
    assert_eq!(sent[0].text("redirectionData"), Some("D"));
    assert!(sent[0].get("transactionReference").is_none());
    for (name, value) in [
        ("mandateId", "M1"),
        ("amount", "1050"),
        ("currencyCode", "978"),
        ("orderChannel", "INTERNET"),
        ("captureMode", "AUTHOR_CAPTURE"),
        ("transactionReference", REFERENCE),
    ] {
        assert_eq!(sent[1].text(name), Some(value), "{name}");
    }
}

#[test]
fn a_mandate_that_is_not_signed_is_refused_and_never_debited() {
    for (answer, refusal) in [
        (r#"{"responseCode":"05"}"#, Refusal::Issuer),
        (r#"{"responseCode":"17"}"#, Refusal::Authentication),
        (r#"{"responseCode":"97"}"#, Refusal::TimedOut),
        (
            r#"{"responseCode":"17","mandateId":"M1","mandateStatus":"ACTIVE"}"#,
            Refusal::Authentication,
        ),
    ] {
        let proceeded = come_back(&[(SIGNED, Ok(answer))]).0.unwrap();
        let part = the_part(&proceeded);
        assert_eq!(
            (part.status, part.refusal, part.kind),
            (PartStatus::Refused, Some(refusal), PartKind::Account),
            "{answer}"
        );
    }
}

#[test]
fn while_the_shopper_signs_it_is_not_over() {
    let proceeded = come_back(&[(SIGNED, Ok(r#"{"responseCode":"60"}"#))]).0;
    let proceeded = proceeded.unwrap();
    assert!(proceeded.facts.is_empty());
    assert_eq!(proceeded.next_action, Some(NextAction::Wait));
}

#[test]
fn nothing_is_debited_without_a_mandate_that_is_known_to_be_signed() {
    let doubtful = [
        r#"{"responseCode":"00"}"#,
        r#"{"responseCode":"00","mandateId":"M1"}"#,
        r#"{"responseCode":"00","mandateId":""}"#,
        r#"{"responseCode":"00","mandateStatus":"ACTIVE"}"#,
        r#"{"responseCode":"00","mandateId":"M1","mandateStatus":"PENDING"}"#,
        r#"{"responseCode":"00","mandateId":"M1","mandateStatus":""}"#,
        r#"{"responseCode":"00","mandateId":"M1","mandateStatus":"NEW_WORD"}"#,
        r#"{"responseCode":"00","mandateId":"M1","seal":"00"}"#,
        r#"{"responseCode":"00","mandateId":{}}"#,
        r#"{"responseCode":"94","mandateId":"M1"}"#,
    ];
    for answer in TELL_NOTHING.into_iter().chain(doubtful) {
        let end = come_back(&[(SIGNED, Ok(answer))]).0.unwrap_err();
        assert_eq!(end, Failure::Unknown, "{answer}");
    }
}

#[test]
fn what_became_of_a_lost_signing_or_debit_is_looked_up() {
    let end = |script: &[Plays]| come_back(script).0.unwrap_err();
    let down = |method| (method, Err(NotSent));
    let signed = (SIGNED, Ok(ACTIVE));
    assert_eq!(end(&[(SIGNED, Err(NoAnswer))]), Failure::Unknown);
    let away = [down(SIGNED), down(SIGNED)];
    assert_eq!(end(&away), Failure::Unreachable);
    assert_eq!(end(&[signed, (ORDER, Err(NoAnswer))]), Failure::Unknown);
    // The mandate was read by now, and can't be read twice.
    assert_eq!(end(&[signed, down(ORDER), down(ORDER)]), Failure::Unknown);
    for answer in TELL_NOTHING {
        assert_eq!(
            end(&[signed, (ORDER, Ok(answer))]),
            Failure::Unknown,
            "{answer}"
        );
    }
    for (answer, refusal) in [
        (r#"{"responseCode":"05"}"#, Refusal::Issuer),
        (r#"{"responseCode":"40"}"#, Refusal::Technical),
    ] {
        let proceeded = come_back(&[signed, (ORDER, Ok(answer))]).0.unwrap();
        assert_eq!(the_part(&proceeded).refusal, Some(refusal));
    }
}

#[test]
fn a_debit_that_was_ordered_is_found_and_one_that_was_not_took_nothing() {
    let find = |answer| {
        let (config, world) = (sandbox(), sepa());
        let script = [("getTransactionData", Ok(answer))];
        let (end, sent) = exchange(&config, &script, |exchanges| {
            let look_up = LookUp {
                context: world.context(),
                memo: None,
                closing: false,
                decided: None,
            };
            query::look_up(&config, &look_up, exchanges)
        });
        assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
        end.unwrap()
    };
    let found = find(
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"TO_CAPTURE",
            "originAmount":"1050","currencyCode":"978"}"#,
    );
    let LookedUp::Facts(facts) = found else {
        panic!("{found:?}")
    };
    let guichet_domain::event::PaymentEvent::Part(part) = &facts[0].event else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (part.status, part.kind),
        (PartStatus::Accepted, PartKind::Account)
    );
    let never = find(r#"{"getTransDataResponseCode":"25"}"#);
    assert!(matches!(never, LookedUp::Nothing));
}
