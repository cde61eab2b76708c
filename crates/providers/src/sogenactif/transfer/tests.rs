use guichet_domain::event::Trust;
use guichet_domain::{PartKind, PartStatus, Refusal};
use guichet_wire::Bank;

use super::super::config::Config;
use super::super::testing::{
    self, ABOUT_OUR_REQUEST, AWAY, BACK, Ended, PAID, Plays, REFERENCE, STRAIGHT, TELL_NOTHING,
    World, sandbox_table, the_part, unsuited, with, world,
};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::Environment;

const BANKS: &str = "creditTransferInquire";
const INIT: &str = "creditTransferInitialize";
const END: &str = "creditTransferFinalizeAndOrder";

const TWO: &str = r#"{"responseCode":"00","issuerList":[
    {"issuerCode":"BACNL2A1","issuerName":"Amsterdam"},{"issuerCode":"BACNL2R1"},
    {"issuerName":"Rotterdam"},{"issuerCode":"","issuerName":"Delft"},1,
    {"issuerCode":"BACNL2U1","issuerName":"Utrecht"}]}"#;

fn ideal() -> (Config, World) {
    let table = with(
        sandbox_table(),
        r#"methods = ["sogenactif_ideal"]
        ask_bank = true"#,
    );
    let config = testing::read(table, Environment::Sandbox).unwrap();
    let mut world = world();
    world.choose("sogenactif_ideal");
    world.client = Some([203, 0, 113, 7].into());
    (config, world)
}

fn begin(script: &[Plays]) -> Ended<Begun> {
    let (config, world) = ideal();
    testing::begin(&config, &world, script)
}

fn choose(given: Given<'_>, script: &[Plays]) -> Ended<Proceeded> {
    let (config, world) = ideal();
    let memo = begin(&[(BANKS, Ok(TWO))]).0.unwrap().memo;
    testing::proceed(&config, &world, memo.as_deref(), given, script)
}

fn come_back(script: &[Plays]) -> Ended<Proceeded> {
    let (config, world) = ideal();
    let (end, _) = choose(Given::Bank("BACNL2A1"), &[(INIT, Ok(AWAY))]);
    let memo = end.unwrap().memo;
    testing::finalise(&config, &world, memo.as_deref(), &[("a", "b")], script)
}

#[test]
fn the_shopper_is_asked_for_one_of_the_platforms_banks() {
    let (end, sent) = begin(&[(BANKS, Err(NoAnswer)), (BANKS, Ok(TWO))]);
    let begun = end.unwrap();
    let bank = |code: &str, name: &str| Bank {
        code: code.into(),
        name: name.into(),
    };
    let banks = vec![bank("BACNL2A1", "Amsterdam"), bank("BACNL2U1", "Utrecht")];
    let question = ShopperQuestion::Bank { banks };
    let asked = NextAction::Ask { question };
    assert_eq!(begun.next, Next::Browser(asked));
    assert_eq!(sent[0].text("currencyCode"), Some("978"));
    assert_eq!(sent[0].text("paymentMeanBrand"), Some("IDEAL"));
}

#[test]
fn no_bank_is_asked_for_unless_the_account_asks() {
    let (_, world) = ideal();
    let table = with(sandbox_table(), r#"methods = ["sogenactif_ideal"]"#);
    let config = testing::read(table, Environment::Sandbox).unwrap();
    let (end, sent) = testing::begin(&config, &world, &[(INIT, Ok(AWAY))]);
    let begun = end.unwrap();
    assert!(matches!(
        begun.next,
        Next::Browser(NextAction::FormPost { .. })
    ));
    assert!(sent[0].get("issuerCode").is_none());
}

#[test]
fn a_shopper_of_another_bank_chooses_on_the_platforms_page() {
    let (end, sent) = choose(Given::Bank("other"), &[(INIT, Ok(AWAY))]);
    let leaves = end.unwrap().next_action;
    assert!(matches!(leaves, Some(NextAction::FormPost { .. })));
    assert!(sent[0].get("issuerCode").is_none());
    let (_, sent) = choose(Given::Bank("BACNL2U1"), &[(INIT, Ok(AWAY))]);
    assert_eq!(sent[0].text("issuerCode"), Some("BACNL2U1"));
}

#[test]
fn without_a_list_the_shopper_chooses_on_the_platforms_page() {
    for none in [
        r#"{"responseCode":"00"}"#,
        r#"{"responseCode":"00","issuerList":[]}"#,
        r#"{"responseCode":"00","issuerList":"x"}"#,
        r#"{"responseCode":"00","bankList":[{"issuerCode":"A","issuerName":"B"}]}"#,
    ] {
        let (end, sent) = begin(&[(BANKS, Ok(none)), (INIT, Ok(AWAY))]);
        let begun = end.unwrap();
        let leaves = matches!(begun.next, Next::Browser(NextAction::FormPost { .. }));
        assert!(leaves && begun.memo.is_some(), "{none}");
        assert!(sent[1].get("issuerCode").is_none());
        assert_eq!(sent[1].text("transactionReference"), Some(REFERENCE));
    }
    let none = (BANKS, Ok(r#"{"responseCode":"00"}"#));
    for lost in [vec![none, (INIT, Err(NoAnswer))], {
        vec![none, (INIT, Err(NotSent)), (INIT, Err(NotSent))]
    }] {
        assert_eq!(begin(&lost).0.unwrap_err(), Failure::Unreachable);
    }
    for bad in [STRAIGHT, r#"{"responseCode":"05"}"#, "{}"] {
        let (end, _) = begin(&[none, (INIT, Ok(bad))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{bad}");
    }
}

#[test]
fn banks_that_can_not_be_asked_for_start_nothing() {
    for error in [NotSent, NoAnswer] {
        let script = [(BANKS, Err(error)), (BANKS, Err(error))];
        assert_eq!(begin(&script).0.unwrap_err(), Failure::Unreachable);
    }
    for answer in [r#"{"responseCode":"40"}"#, r#"{"responseCode":"XX"}"#, "{}"] {
        let (end, _) = begin(&[(BANKS, Ok(answer))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{answer}");
    }
    let forged = r#"{"responseCode":"00","seal":"00"}"#;
    assert!(matches!(
        begin(&[(BANKS, Ok(forged))]).0,
        Err(Failure::Unexpected(_))
    ));
}

#[test]
fn the_browser_leaves_for_the_bank_that_was_chosen() {
    let (end, sent) = choose(Given::Bank("BACNL2U1"), &[(INIT, Ok(AWAY))]);
    let proceeded = end.unwrap();
    assert!(proceeded.facts.is_empty());
    let leaves = proceeded.next_action.as_ref();
    assert!(matches!(leaves, Some(NextAction::FormPost { .. })));
    for (name, value) in [
        ("issuerCode", "BACNL2U1"),
        ("amount", "1050"),
        ("currencyCode", "978"),
        ("orderChannel", "INTERNET"),
        ("paymentMeanBrand", "IDEAL"),
        ("merchantReturnUrl", BACK),
        ("transactionReference", REFERENCE),
        ("customerIpAddress", "203.0.113.7"),
    ] {
        assert_eq!(sent[0].text(name), Some(value), "{name}");
    }
}

#[test]
fn a_bank_that_was_not_offered_is_refused_before_anything_is_asked() {
    let token = Given::Token {
        token: "tok_1",
        brand: None,
        save: false,
    };
    for given in [
        Given::Bank("BACNL2R1"),
        Given::Bank(""),
        Given::Bank("bacnl2a1"),
        Given::Nothing,
        token,
    ] {
        assert_eq!(unsuited(choose(given.clone(), &[]).0), "bank", "{given:?}");
    }
    let (config, world) = ideal();
    let bank = Given::Bank("BACNL2A1");
    let (end, _) = testing::proceed(&config, &world, None, bank, &[]);
    assert!(matches!(end, Err(Failure::Unexpected(_))));
}

#[test]
fn an_opening_is_over_only_if_the_platform_says_so() {
    let open = |script: &[Plays]| choose(Given::Bank("BACNL2A1"), script).0;
    let end = open(&[(INIT, Ok(r#"{"responseCode":"05"}"#))]).unwrap();
    assert_eq!(the_part(&end).status, PartStatus::Refused);
    for answer in TELL_NOTHING.into_iter().chain([STRAIGHT]) {
        let end = open(&[(INIT, Ok(answer))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer}");
    }
    let lost = open(&[(INIT, Err(NoAnswer))]);
    assert_eq!(lost.unwrap_err(), Failure::Unknown);
    let down = (INIT, Err(NotSent));
    assert_eq!(open(&[down, down]).unwrap_err(), Failure::Unreachable);
}

#[test]
fn what_came_of_a_transfer_is_a_fact_of_an_account() {
    let (end, sent) = come_back(&[(END, Ok(PAID))]);
    let proceeded = end.unwrap();
    let part = the_part(&proceeded);
    assert_eq!(
        (part.status, part.kind, part.trust),
        (PartStatus::Accepted, PartKind::Account, Trust::Ours)
    );
    assert_eq!((part.amount.minor(), part.brand.as_str()), (1050, "CB"));
    assert_eq!(sent[0].text("redirectionData"), Some("D"));
    assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
    let refused = come_back(&[(END, Ok(r#"{"responseCode":"17"}"#))])
        .0
        .unwrap();
    assert_eq!(the_part(&refused).refusal, Some(Refusal::Authentication));
    let pending = come_back(&[(END, Ok(r#"{"responseCode":"60"}"#))])
        .0
        .unwrap();
    assert_eq!(the_part(&pending).status, PartStatus::Pending);
    assert_eq!(pending.next_action, Some(NextAction::Wait));
}

#[test]
fn an_end_that_is_not_told_is_unknown_and_never_ordered_twice() {
    let end = |script: &[Plays]| come_back(script).0.unwrap_err();
    assert_eq!(end(&[(END, Err(NoAnswer))]), Failure::Unknown);
    let down = (END, Err(NotSent));
    assert_eq!(end(&[down, down]), Failure::Unreachable);
    for answer in TELL_NOTHING {
        assert_eq!(end(&[(END, Ok(answer))]), Failure::Unknown, "{answer}");
    }
    // The bank may have moved the money, whatever is wrong with our question.
    for answer in ABOUT_OUR_REQUEST {
        assert_eq!(end(&[(END, Ok(answer))]), Failure::Unknown, "{answer}");
    }
    for other in [
        r#"{"responseCode":"00","amount":"1"}"#,
        r#"{"responseCode":"00","amount":"1050","currencyCode":"840"}"#,
    ] {
        let end = end(&[(END, Ok(other))]);
        assert!(matches!(end, Failure::Unexpected(_)), "{other}");
    }
}
