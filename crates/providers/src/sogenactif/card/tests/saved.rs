//! Cards that were saved before, and cards that are saved.

use super::super::super::testing::unsuited;
use super::*;
use crate::contract::Next;

const WALLET: &str = "getWalletData";
const ENROL_SAVED: &str = "walletCheckEnrollment";
const WALLET_ORDER: &str = "walletOrder";

/// The world's shopper has these two cards in March 2026.
const CARDS: &str = r#"{"walletResponseCode":"00","walletPaymentMeanDataList":[
    {"paymentMeanId":"1","maskedPan":"5017##########0400","panExpiryDate":"202603"},
    {"paymentMeanId":"2","maskedPan":"5017##########0401","panExpiryDate":"202602"}]}"#;

const KEEPABLE: &str = r#"{"responseCode":"00","amount":"1050","currencyCode":"978",
    "tokenPan":"490700wTjS9D5677","panExpiryDate":"202912","paymentMeanBrand":"CB"}"#;

/// What a payment with 3-D Secure left, that the shopper made with the card.
const FIRST: &str = r#"{"scheme":"MCC0000010508"}"#;

/// An order that was accepted after the shopper's authentication.
const AUTHENTICATED: &str = r#"{"responseCode":"00","amount":"1050","currencyCode":"978",
    "tokenPan":"490700wTjS9D5677","panExpiryDate":"202912","paymentMeanBrand":"CB",
    "holderAuthentStatus":"SUCCESS","schemeTransactionIdentifier":"MCC0000010508"}"#;

const CLIENT: [u8; 4] = [203, 0, 113, 7];

fn known(by: By<'static>) -> testing::World {
    let mut world = world();
    world.is_known("customer-42");
    world.by = by;
    world.client = Some(CLIENT.into());
    if matches!(by, By::ShopWith { .. }) {
        world.first = Some(FIRST);
    }
    world
}

/// Begins with the first card, and goes on; only the memo says who began.
fn pay_saved(by: By<'static>, script: &[Plays]) -> Ended<Proceeded> {
    let config = sandbox();
    let (end, _) = testing::begin(&config, &known(by), &[(WALLET, Ok(CARDS))]);
    let begun = end.unwrap();
    assert_eq!(begun.next, Next::Proceed);
    let memo = begun.memo.as_deref();
    let again = known(By::Shopper);
    testing::proceed(&config, &again, memo, Given::Nothing, script)
}

const SHOPPER: By<'static> = By::ShopperWith { card: "1" };
const SHOP: By<'static> = By::ShopWith { card: "1" };

#[test]
fn a_saved_card_is_begun_only_if_it_is_the_shoppers_and_still_pays() {
    let begin = |by, answer| {
        let (end, sent) = testing::begin(&sandbox(), &known(by), &[(WALLET, Ok(answer))]);
        let wallet = sent[0].text("merchantWalletId").map(str::to_owned);
        assert_eq!(wallet.as_deref(), Some("bwkxv2kn684hvyglgu20b"));
        end
    };
    let none = r#"{"walletResponseCode":"01"}"#;
    for (by, answer) in [
        (By::ShopperWith { card: "2" }, CARDS),
        (By::ShopperWith { card: "3" }, CARDS),
        (By::ShopperWith { card: "" }, CARDS),
        (By::ShopWith { card: "2" }, CARDS),
        (By::ShopWith { card: "3" }, CARDS),
        (SHOPPER, none),
    ] {
        assert_eq!(unsuited(begin(by, answer)), "card");
    }
    assert!(begin(SHOPPER, CARDS).is_ok() && begin(SHOP, CARDS).is_ok());
    let nobodys = begin(SHOPPER, r#"{"walletResponseCode":"XX"}"#);
    assert!(matches!(nobodys, Err(Failure::Unexpected(_))));
}

#[test]
fn without_a_shopper_there_is_no_saved_card() {
    let mut world = world();
    world.by = SHOPPER;
    let (end, _) = testing::begin(&sandbox(), &world, &[]);
    assert_eq!(unsuited(end), "card");
}

#[test]
fn a_wallet_that_can_not_be_asked_starts_nothing() {
    for error in [NotSent, NoAnswer] {
        let script = [(WALLET, Err(error)), (WALLET, Err(error))];
        let (end, _) = testing::begin(&sandbox(), &known(SHOPPER), &script);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    }
}

#[test]
fn a_shopper_with_a_saved_card_is_authenticated_like_with_any_other() {
    let (end, sent) = pay_saved(SHOPPER, &[(ENROL_SAVED, Ok(STRAIGHT)), (ORDER, Ok(PAID))]);
    let proceeded = end.unwrap();
    let part = the_part(&proceeded);
    assert_eq!(
        (part.status, part.kind, part.trust),
        (PartStatus::Accepted, PartKind::Card, Trust::Ours)
    );
    for (name, value) in [
        ("amount", "1050"),
        ("currencyCode", "978"),
        ("orderChannel", "INTERNET"),
        ("merchantWalletId", "bwkxv2kn684hvyglgu20b"),
        ("paymentMeanId", "1"),
        ("merchantReturnUrl", BACK),
        ("transactionReference", REFERENCE),
        ("captureMode", "AUTHOR_CAPTURE"),
        ("customerIpAddress", "203.0.113.7"),
        ("orderId", "CMD1"),
    ] {
        assert_eq!(sent[0].text(name), Some(value), "{name}");
    }
    for name in ["fraudData", "paymentPattern", "paymentToken", "cardNumber"] {
        assert!(sent[0].get(name).is_none(), "{name}");
    }
    tells_of_the_shopper(&sent[0]);
    let (end, _) = pay_saved(SHOPPER, &[(ENROL_SAVED, Ok(AWAY))]);
    let proceeded = end.unwrap();
    let leaves = proceeded.next_action.as_ref();
    assert!(matches!(leaves, Some(NextAction::FormPost { .. })));
    let script = [(ORDER, Ok(PAID))];
    let (end, sent) = come_back(proceeded.memo.as_deref(), &[], &script);
    assert_eq!(the_part(&end.unwrap()).status, PartStatus::Accepted);
    assert_eq!(sent[0].text("redirectionData"), Some("D"));
}

#[test]
fn a_saved_cards_soft_decline_leads_to_a_challenge_once() {
    let opened = (ENROL_SAVED, Ok(STRAIGHT));
    let script = [opened, (ORDER, Ok(SOFT)), opened, (ORDER, Ok(SOFT))];
    let (end, sent) = pay_saved(SHOPPER, &script);
    let refusal = the_part(&end.unwrap()).refusal;
    assert_eq!(refusal, Some(Refusal::Authentication));
    let wish = sent[2]
        .get("fraudData")
        .and_then(|data| data.text("challengeMode3DS"));
    assert_eq!(wish, Some("CHALLENGE_MANDATE"));
    let second = format!("{REFERENCE}A1");
    assert_eq!(sent[2].text("transactionReference"), Some(second.as_str()));
    assert_eq!(sent[2].text("paymentMeanId"), Some("1"));
}

#[test]
fn the_shop_alone_orders_at_once_and_never_twice() {
    let (end, sent) = pay_saved(SHOP, &[(WALLET_ORDER, Ok(PAID))]);
    let proceeded = end.unwrap();
    assert_eq!(the_part(&proceeded).status, PartStatus::Accepted);
    assert!(proceeded.next_action.is_none() && proceeded.save.is_none());
    assert_eq!(sent[0].text("paymentPattern"), Some("RECURRING_N"));
    assert_eq!(sent[0].text("paymentMeanId"), Some("1"));
    assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
    let scheme = sent[0].text("initialSchemeTransactionIdentifier");
    assert_eq!(scheme, Some("MCC0000010508"));
    assert!(sent[0].get("customerIpAddress").is_none());
    let (end, _) = pay_saved(SHOP, &[(WALLET_ORDER, Ok(SOFT))]);
    let refusal = the_part(&end.unwrap()).refusal;
    assert_eq!(refusal, Some(Refusal::Authentication));
    let (end, _) = pay_saved(SHOP, &[(WALLET_ORDER, Err(NoAnswer))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
    for order in TELL_NOTHING {
        let (end, _) = pay_saved(SHOP, &[(WALLET_ORDER, Ok(order))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{order}");
    }
    let other = r#"{"responseCode":"00","amount":"1"}"#;
    let (end, _) = pay_saved(SHOP, &[(WALLET_ORDER, Ok(other))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
}

#[test]
fn without_a_first_payment_that_was_authenticated_the_shop_alone_is_refused_in_plain_words() {
    let mut world = known(SHOP);
    for first in [None, Some(""), Some("null"), Some("[]")] {
        world.first = first;
        let (end, sent) = testing::begin(&sandbox(), &world, &[]);
        assert!(sent.is_empty(), "nothing is asked for it");
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{first:?}: {end:?}")
        };
        assert_eq!(error.field, "card");
        assert!(
            error.detail.contains("3-D Secure") && error.detail.contains("Have the shopper pay")
        );
    }
    // The platform told of the authentication, and of no name at the scheme.
    world.first = Some(r#"{"scheme":null}"#);
    let (end, _) = testing::begin(&sandbox(), &world, &[(WALLET, Ok(CARDS))]);
    let memo = end.unwrap().memo;
    let script = [(WALLET_ORDER, Ok(PAID))];
    let (end, sent) =
        testing::proceed(&sandbox(), &world, memo.as_deref(), Given::Nothing, &script);
    assert!(end.is_ok());
    assert!(sent[0].get("initialSchemeTransactionIdentifier").is_none());
}

#[test]
fn a_payment_with_the_shopper_and_3_d_secure_is_what_later_ones_stand_on() {
    let first = |order: &'static str| {
        let (end, _) = pay_saved(SHOPPER, &[(ENROL_SAVED, Ok(STRAIGHT)), (ORDER, Ok(order))]);
        end.unwrap().first
    };
    let left = first(AUTHENTICATED).unwrap();
    assert_eq!((left.card.as_str(), left.proof.as_str()), ("1", FIRST));
    // The same after a challenge.
    let (end, _) = pay_saved(SHOPPER, &[(ENROL_SAVED, Ok(AWAY))]);
    let memo = end.unwrap().memo;
    let (end, _) = come_back(memo.as_deref(), &[], &[(ORDER, Ok(AUTHENTICATED))]);
    assert_eq!(end.unwrap().first, Some(left));
    for order in [
        PAID,
        r#"{"responseCode":"00","holderAuthentStatus":"ATTEMPT"}"#,
        r#"{"responseCode":"00","holderAuthentStatus":"NOT_ENROLLED"}"#,
        r#"{"responseCode":"05","holderAuthentStatus":"SUCCESS"}"#,
        r#"{"responseCode":"00","holderAuthentStatus":"SUCCESS","seal":null}"#,
    ] {
        assert_eq!(first(order), None, "{order}");
    }
    // Without the shopper, nobody is authenticated.
    let (end, _) = pay_saved(SHOP, &[(WALLET_ORDER, Ok(AUTHENTICATED))]);
    assert_eq!(end.unwrap().first, None);
    let (end, _) = saving(
        &adding(),
        &[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(AUTHENTICATED))],
    );
    let proceeded = end.unwrap();
    assert!(proceeded.first.is_none(), "it has no name yet");
    assert!(proceeded.save.unwrap().0.contains("MCC0000010508"));
}

#[test]
fn of_a_saved_card_no_answer_is_made_up_for() {
    for answer in TELL_NOTHING {
        let (end, _) = pay_saved(SHOPPER, &[(ENROL_SAVED, Ok(answer))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer}");
    }
    let lost = (ENROL_SAVED, Err(NoAnswer));
    assert_eq!(pay_saved(SHOPPER, &[lost]).0.unwrap_err(), Failure::Unknown);
    for (by, method) in [(SHOPPER, ENROL_SAVED), (SHOP, WALLET_ORDER)] {
        let down = (method, Err(NotSent));
        let (end, _) = pay_saved(by, &[down, down]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    }
}

#[test]
fn a_payment_goes_on_as_it_began_and_not_otherwise() {
    let config = sandbox();
    let world = known(By::Shopper);
    let (end, _) = testing::begin(&config, &known(SHOP), &[(WALLET, Ok(CARDS))]);
    let memo = end.unwrap().memo;
    let token = Given::Token {
        token: "tok_1",
        brand: None,
        save: false,
    };
    for (memo, given) in [
        (memo.as_deref(), token),
        (memo.as_deref(), Given::Bank("B")),
        (None, Given::Nothing),
        (None, Given::Bank("B")),
    ] {
        let (end, _) = testing::proceed(&config, &world, memo, given, &[]);
        assert_eq!(unsuited(end), "token");
    }
    let nonsense = testing::proceed(&config, &world, Some("{}"), Given::Nothing, &[]);
    assert!(matches!(nonsense.0, Err(Failure::Unexpected(_))));
}

fn adding() -> Config {
    let table = with(sandbox_table(), "add_cards = true");
    testing::read(table, Environment::Sandbox).unwrap()
}

fn saving(config: &Config, script: &[Plays]) -> Ended<Proceeded> {
    let given = Given::Token {
        token: "tok_1",
        brand: None,
        save: true,
    };
    testing::proceed(config, &known(By::Shopper), None, given, script)
}

#[test]
fn a_card_is_saved_after_it_has_paid_and_not_before() {
    let config = adding();
    let (end, _) = saving(&config, &[(ENROL, Ok(STRAIGHT)), (ORDER, Ok(KEEPABLE))]);
    let save = end.unwrap().save.unwrap();
    assert!(save.0.contains("490700wTjS9D5677") && save.0.contains("202912"));
    assert!(!format!("{save:?}").contains("4907"));

    let (end, _) = saving(&config, &[(ENROL, Ok(AWAY))]);
    let proceeded = end.unwrap();
    assert!(proceeded.save.is_none());
    let memo = proceeded.memo.unwrap();
    let world = known(By::Shopper);
    let back = |answer: &'static str| {
        let script = [(ORDER, Ok(answer))];
        let (end, _) = testing::finalise(&config, &world, Some(&memo), &[], &script);
        end.unwrap()
    };
    let proceeded = back(KEEPABLE);
    assert!(proceeded.save.is_some());
    assert!(!format!("{proceeded:?}").contains("4907"));
    for answer in [
        r#"{"responseCode":"05","tokenPan":"490700wTjS9D5677","panExpiryDate":"202912"}"#,
        r#"{"responseCode":"60","tokenPan":"490700wTjS9D5677","panExpiryDate":"202912"}"#,
        r#"{"responseCode":"00","panExpiryDate":"202912"}"#,
        r#"{"responseCode":"00","tokenPan":"490700wTjS9D5677"}"#,
        r#"{"responseCode":"00","tokenPan":"490700wTjS9D5677","panExpiryDate":"2912"}"#,
        r#"{"responseCode":"00","tokenPan":"5017679110380400","panExpiryDate":"202912"}"#,
        r#"{"responseCode":"00","tokenPan":"490700wTjS9D5677","panExpiryDate":"202912",
            "seal":null}"#,
    ] {
        assert!(back(answer).save.is_none(), "{answer}");
    }
}

#[test]
fn a_second_try_saves_the_card_too() {
    let script = [
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(SOFT)),
        (ENROL, Ok(STRAIGHT)),
        (ORDER, Ok(KEEPABLE)),
    ];
    assert!(saving(&adding(), &script).0.unwrap().save.is_some());
}

#[test]
fn nobody_who_did_not_ask_has_a_card_saved() {
    let (config, world) = (adding(), known(By::Shopper));
    let given = Given::Token {
        token: "tok_1",
        brand: None,
        save: false,
    };
    let script = [(ENROL, Ok(STRAIGHT)), (ORDER, Ok(KEEPABLE))];
    let (end, _) = testing::proceed(&config, &world, None, given, &script);
    assert!(end.unwrap().save.is_none());
    for (by, script) in [
        (
            SHOPPER,
            vec![(ENROL_SAVED, Ok(STRAIGHT)), (ORDER, Ok(KEEPABLE))],
        ),
        (SHOP, vec![(WALLET_ORDER, Ok(KEEPABLE))]),
    ] {
        let (end, _) = testing::begin(&config, &known(by), &[(WALLET, Ok(CARDS))]);
        let memo = end.unwrap().memo;
        let given = Given::Nothing;
        let (end, _) = testing::proceed(&config, &world, memo.as_deref(), given, &script);
        assert!(end.unwrap().save.is_none());
    }
}

#[test]
fn once_cards_are_not_added_any_more_none_is_saved() {
    let memo = saving(&adding(), &[(ENROL, Ok(AWAY))]).0.unwrap().memo;
    let (world, script) = (known(By::Shopper), [(ORDER, Ok(KEEPABLE))]);
    let (end, _) = testing::finalise(&sandbox(), &world, memo.as_deref(), &[], &script);
    assert!(end.unwrap().save.is_none());
}

#[test]
fn what_can_not_be_saved_is_refused_before_anything_is_asked() {
    assert_eq!(unsuited(saving(&sandbox(), &[]).0), "save");
    let given = Given::Token {
        token: "tok_1",
        brand: None,
        save: true,
    };
    let (end, _) = testing::proceed(&adding(), &world(), None, given, &[]);
    assert_eq!(unsuited(end), "save");
}
