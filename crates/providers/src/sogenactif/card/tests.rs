use guichet_domain::event::Trust;
use guichet_domain::session::Capture;
use guichet_domain::{PartKind, PartStatus, Refusal};
use guichet_wire::NextAction;

use super::super::json::Json;
use super::super::testing::{
    self, AWAY, BACK, Ended, PAID, Plays, REFERENCE, STRAIGHT, TELL_NOTHING, sandbox,
    sandbox_table, the_part, with, world,
};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::{By, Environment};

mod saved;

const ENROL: &str = "cardCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
const SOFT: &str = r#"{"responseCode":"05","acquirerResponseCode":"A1"}"#;

fn pay_with(token: &str, brand: Option<&str>, manual: bool, script: &[Plays]) -> Ended<Proceeded> {
    let (config, mut world) = (sandbox(), world());
    if manual {
        world.session.capture = Capture::Manual;
    }
    let save = false;
    let given = Given::Token { token, brand, save };
    testing::proceed(&config, &world, None, given, script)
}

fn pay(script: &[Plays]) -> Ended<Proceeded> {
    pay_with("tok_1", None, false, script)
}

/// All that the shop told, as `shopper.rs` writes it.
fn tells_of_the_shopper(sent: &Json) {
    let told = |container: &str, name: &str| sent.get(container).and_then(|it| it.text(name));
    for (container, name, value) in [
        ("customerContact", "email", "lea@example.fr"),
        ("customerContact", "firstname", "Lea"),
        ("customerContact", "lastname", "Roux"),
        ("customerContact", "mobile", "+33612345675"),
        ("billingAddress", "street", "1 rue X"),
        ("billingAddress", "zipCode", "75001"),
        ("billingAddress", "city", "Paris"),
        ("billingAddress", "country", "FRA"),
        ("shoppingCartDetail", "shoppingCartTotalQuantity", "1"),
        ("shoppingCartDetail", "shoppingCartTotalAmount", "1050"),
    ] {
        assert_eq!(told(container, name), Some(value), "{container}.{name}");
    }
}

fn come_back(memo: Option<&str>, posted: &[(&str, &str)], script: &[Plays]) -> Ended<Proceeded> {
    testing::finalise(&sandbox(), &world(), memo, posted, script)
}

fn kept_away() -> String {
    let (end, _) = pay(&[(ENROL, Ok(AWAY))]);
    end.unwrap().memo.unwrap()
}

#[test]
fn a_card_that_needs_no_challenge_is_paid_at_once() {
    let (end, sent) = pay(&[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(PAID))]);
    let proceeded = end.unwrap();
    let part = the_part(&proceeded);
    assert_eq!(
        (part.status, part.trust),
        (PartStatus::Accepted, Trust::Ours)
    );
    assert_eq!((part.amount.minor(), part.brand.as_str()), (1050, "CB"));
    assert_eq!(part.transaction, REFERENCE);
    assert!(proceeded.next_action.is_none());
    let text = |at: usize, name: &str| sent[at].text(name).map(str::to_owned);
    assert_eq!(text(0, "amount").as_deref(), Some("1050"));
    assert_eq!(text(0, "currencyCode").as_deref(), Some("978"));
    assert_eq!(text(0, "merchantReturnUrl").as_deref(), Some(BACK));
    assert_eq!(text(0, "paymentToken").as_deref(), Some("tok_1"));
    assert_eq!(text(0, "captureMode").as_deref(), Some("AUTHOR_CAPTURE"));
    assert_eq!(text(0, "orderId").as_deref(), Some("CMD1"));
    assert!(sent[0].get("fraudData").is_none() && sent[0].get("panType").is_none());
    tells_of_the_shopper(&sent[0]);
    assert_eq!(text(1, "redirectionData").as_deref(), Some("D"));
    assert_eq!(text(1, "messageVersion").as_deref(), Some("2.2"));
}

#[test]
fn a_capture_by_the_shop_is_mode_validation() {
    let script = [(ENROL, Ok(STRAIGHT)), (ORDER, Ok(PAID))];
    let (_, sent) = pay_with("tok_1", Some("CB"), true, &script);
    assert_eq!(sent[0].text("captureMode"), Some("VALIDATION"));
    assert_eq!(sent[0].text("paymentMeanBrand"), Some("CB"));
    assert_eq!(
        sent[0].text("paymentMeanBrandSelectionStatus"),
        Some("APPLIED_HOLDER")
    );
}

#[test]
fn a_challenge_leaves_by_a_form_and_comes_back() {
    let (end, _) = pay(&[(ENROL, Ok(AWAY))]);
    let proceeded = end.unwrap();
    assert!(proceeded.facts.is_empty());
    let Some(NextAction::FormPost { url, fields }) = proceeded.next_action else {
        panic!()
    };
    assert_eq!(url, "https://acs.example/challenge");
    let fields: Vec<_> = fields
        .iter()
        .map(|f| (f.name.as_str(), f.value.as_str()))
        .collect();
    assert_eq!(
        fields,
        [("redirectionData", "D"), ("messageVersion", "2.2")]
    );
    let memo = proceeded.memo.unwrap();
    let posted = [("redirectionData", "forged"), ("PaRes", "opaque")];
    let (end, sent) = come_back(Some(&memo), &posted, &[(ORDER, Ok(PAID))]);
    assert_eq!(the_part(&end.unwrap()).status, PartStatus::Accepted);
    assert_eq!(sent[0].text("redirectionData"), Some("D"));
    assert_eq!(sent[0].text("paResMessage"), Some("opaque"));
    assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
}

#[test]
fn the_browser_is_sent_to_https_only() {
    for url in [
        "http://acs.example/",
        "javascript:alert(1)",
        "https://a@acs.example/",
    ] {
        let answer = AWAY.replace("https://acs.example/challenge", url);
        let script: [Plays; 1] = [(ENROL, Ok(Box::leak(answer.into_boxed_str())))];
        assert!(
            matches!(pay(&script).0, Err(Failure::Unexpected(_))),
            "{url}"
        );
    }
}

#[test]
fn a_refusal_is_a_fact_with_its_reason() {
    let refused = |order: &'static str| {
        let (end, _) = pay(&[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(order))]);
        let proceeded = end.unwrap();
        let part = the_part(&proceeded);
        assert_eq!(part.status, PartStatus::Refused, "{order}");
        part.refusal.unwrap()
    };
    let funds = r#"{"responseCode":"05","acquirerResponseCode":"51"}"#;
    assert_eq!(refused(funds), Refusal::Funds);
    assert_eq!(refused(r#"{"responseCode":"54"}"#), Refusal::CardData);
    assert_eq!(refused(r#"{"responseCode":"17"}"#), Refusal::Authentication);
    let failed = r#"{"responseCode":"05","holderAuthentStatus":"3D_FAILURE"}"#;
    assert_eq!(refused(failed), Refusal::Authentication);
    assert_eq!(
        refused(r#"{"responseCode":"12","errorFieldName":"x"}"#),
        Refusal::Technical
    );
    let (end, _) = pay(&[(ENROL, Ok(r#"{"responseCode":"14"}"#))]);
    assert_eq!(the_part(&end.unwrap()).refusal, Some(Refusal::CardData));
}

#[test]
fn a_soft_decline_leads_to_a_challenge_under_a_reference_of_its_own() {
    let script = [(ENROL, Ok(STRAIGHT)), (ORDER, Ok(SOFT)), (ENROL, Ok(AWAY))];
    let (end, sent) = pay(&script);
    let proceeded = end.unwrap();
    assert!(proceeded.facts.is_empty());
    let wish = sent[2]
        .get("fraudData")
        .and_then(|data| data.text("challengeMode3DS"));
    assert_eq!(wish, Some("CHALLENGE_MANDATE"));
    let second = format!("{REFERENCE}A1");
    assert_eq!(sent[2].text("transactionReference"), Some(second.as_str()));
    let (end, sent) = come_back(proceeded.memo.as_deref(), &[], &[(ORDER, Ok(PAID))]);
    assert_eq!(sent[0].text("transactionReference"), Some(second.as_str()));
    assert_eq!(the_part(&end.unwrap()).transaction, second);
}

#[test]
fn a_soft_decline_leads_nowhere_twice() {
    let twice = [
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(SOFT)),
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(SOFT)),
    ];
    let (end, _) = pay(&twice);
    assert_eq!(
        the_part(&end.unwrap()).refusal,
        Some(Refusal::Authentication)
    );
    let (end, _) = come_back(Some(&kept_away()), &[], &[(ORDER, Ok(SOFT))]);
    assert_eq!(
        the_part(&end.unwrap()).refusal,
        Some(Refusal::Authentication)
    );
}

#[test]
fn what_is_pending_is_asked_about_later() {
    let pending = [
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(r#"{"responseCode":"60"}"#)),
    ];
    let proceeded = pay(&pending).0.unwrap();
    assert_eq!(the_part(&proceeded).status, PartStatus::Pending);
    assert_eq!(proceeded.next_action, Some(NextAction::Wait));
}

#[test]
fn an_order_is_never_sent_twice() {
    let (end, _) = pay(&[(ENROL, Ok(STRAIGHT)), (ORDER, Err(NoAnswer))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
    let (end, _) = come_back(Some(&kept_away()), &[], &[(ORDER, Err(NoAnswer))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
    assert_eq!(
        pay(&[(ENROL, Err(NoAnswer))]).0.unwrap_err(),
        Failure::Unknown
    );
}

#[test]
fn what_was_never_sent_may_be_sent_once_more() {
    let (end, _) = pay(&[
        (ENROL, Err(NotSent)),
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(PAID)),
    ]);
    assert!(end.is_ok());
    let (end, _) = pay(&[(ENROL, Err(NotSent)), (ENROL, Err(NotSent))]);
    assert_eq!(end.unwrap_err(), Failure::Unreachable);
    let away = [(ORDER, Err(NotSent)), (ORDER, Err(NotSent))];
    assert_eq!(
        come_back(Some(&kept_away()), &[], &away).0.unwrap_err(),
        Failure::Unreachable
    );
    // Here the platform holds a transaction of that reference by now.
    let (end, _) = pay(&[(ENROL, Ok(STRAIGHT)), away[0], away[1]]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
}

#[test]
fn an_answer_that_says_nothing_of_the_money_is_unknown() {
    let other = r#"{"responseCode":"00","transactionReference":"other"}"#;
    for order in TELL_NOTHING.into_iter().chain([other]) {
        let (end, _) = pay(&[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(order))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{order}");
    }
    assert_eq!(
        pay(&[(ENROL, Ok(r#"{"responseCode":"94"}"#))])
            .0
            .unwrap_err(),
        Failure::Unknown
    );
}

#[test]
fn another_amount_or_currency_is_no_payment_of_ours() {
    for order in [
        r#"{"responseCode":"00","amount":"1","currencyCode":"978"}"#,
        r#"{"responseCode":"00","amount":"1050","currencyCode":"840"}"#,
        r#"{"responseCode":"00","amount":"1050.0"}"#,
    ] {
        let (end, _) = pay(&[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(order))]);
        assert!(
            matches!(end.unwrap_err(), Failure::Unexpected(_)),
            "{order}"
        );
    }
}

#[test]
fn what_the_browser_sends_is_checked_before_anything_is_asked() {
    for (token, brand, field) in [
        ("4100000000000000", None, "token"),
        ("", None, "token"),
        ("a b", None, "token"),
        ("tok_1", Some("AMEX"), "brand"),
        ("tok_1", Some("CB\"}"), "brand"),
    ] {
        let (end, _) = pay_with(token, brand, false, &[]);
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{end:?}")
        };
        assert_eq!(error.field, field);
        assert!(!error.detail.contains("4100"));
    }
}

#[test]
fn a_return_without_what_was_kept_asks_nothing() {
    for memo in [None, Some(""), Some("{}")] {
        let (end, _) = come_back(memo, &[], &[]);
        assert!(matches!(end.unwrap_err(), Failure::Unexpected(_)));
    }
}
