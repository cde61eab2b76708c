use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::iban::Iban;
use guichet_domain::money::Amount;
use guichet_domain::{PartKind, PartStatus, Refusal};
use guichet_wire::NextAction;

use super::super::testing::{
    self, AWAY, Ended, PAID, Plays, REFERENCE, STRAIGHT, TELL_NOTHING, World, json, part_of,
    sandbox, sandbox_table, slug, unsuited, with, world,
};
use super::super::{open, query};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::{
    Answered, Begun, By, CallError, Environment, Given, LookedUp, Next, Proceeded, Query, Seed,
};

mod flows;
mod lost;

const ENROL: &str = "cardCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
const ASK: &str = "getTransactionData";
const METHODS: &str = r#"methods = ["sogenactif_card", "sogenactif_paypal", "sogenactif_ideal"]
ask_bank = true"#;

/// A shop whose transactions are not named by a reference of its own.
struct Shop {
    identity: &'static str,
    config: Config,
    world: World,
    /// What its opened transaction is called, in answers and later requests.
    named: &'static str,
    /// The same in the books.
    text: &'static str,
}

fn s10() -> Shop {
    let day = r#""s10TransactionReference":
        {"s10TransactionId":"000042","s10TransactionIdDate":"20260301"}"#;
    shop("s10", "20260301000042", day, "20260301000042")
}

fn platform() -> Shop {
    let named = r#""transactionReference":"PLATFORM1""#;
    shop("platform", REFERENCE, named, "PLATFORM1")
}

fn shop(
    identity: &'static str,
    reference: &'static str,
    named: &'static str,
    text: &'static str,
) -> Shop {
    let mut world = world();
    world.reference = reference;
    let config = testing::read(table(identity), Environment::Sandbox).unwrap();
    Shop {
        identity,
        config,
        world,
        named,
        text,
    }
}

fn table(identity: &str) -> toml::Table {
    let table = with(sandbox_table(), METHODS);
    with(table, &format!("transaction_identity = {identity:?}"))
}

fn both(check: impl Fn(Shop)) {
    check(s10());
    check(platform());
}

/// An answer that names a transaction.
fn naming(name: &str, fields: &str) -> &'static str {
    let rest = fields.trim_start().strip_prefix('{').unwrap();
    Box::leak(format!("{{{name},{rest}").into_boxed_str())
}

impl Shop {
    /// An answer that names this shop's transaction.
    fn says(&self, fields: &str) -> &'static str {
        naming(self.named, fields)
    }

    fn begin(&self, script: &[Plays]) -> Ended<Begun> {
        testing::begin(&self.config, &self.world, script)
    }

    fn proceed(&self, memo: Option<&str>, given: Given<'_>, script: &[Plays]) -> Ended<Proceeded> {
        testing::proceed(&self.config, &self.world, memo, given, script)
    }

    fn pay(&self, script: &[Plays]) -> Ended<Proceeded> {
        self.proceed(None, token(false), script)
    }

    /// Up to the writing down of an open payment by card.
    fn opened(&self, fields: &str) -> String {
        let (end, _) = self.pay(&[(ENROL, Ok(self.says(fields)))]);
        end.unwrap().memo.unwrap()
    }

    fn finalise(&self, memo: &str, script: &[Plays]) -> Ended<Proceeded> {
        testing::finalise(&self.config, &self.world, Some(memo), &[], script)
    }

    fn look_up(&self, memo: Option<&str>, script: &[Plays]) -> Ended<LookedUp> {
        testing::look_up(&self.config, &self.world, memo, script)
    }

    /// A request that makes a transaction names nothing that the platform fills in.
    fn is_new(&self, sent: &Json) {
        assert!(sent.get("transactionReference").is_none());
        let number = json(r#"{"s10TransactionId":"000042"}"#);
        let expected = (self.identity == "s10").then_some(&number);
        assert_eq!(sent.get("s10TransactionReference"), expected);
    }

    /// A later request names what was opened.
    fn is_named(&self, sent: &Json) {
        let named = json(&format!("{{{}}}", self.named));
        for field in ["transactionReference", "s10TransactionReference"] {
            assert_eq!(sent.get(field), named.get(field), "{field}");
        }
    }

    /// Paid, in the books' words.
    fn is_paid(&self, proceeded: &Proceeded) {
        let part = part_of(&proceeded.facts, self.world.reference);
        assert_eq!(
            (part.status, part.trust),
            (PartStatus::Accepted, Trust::Ours)
        );
        assert_eq!(part.transaction, self.text);
    }
}

fn token(save: bool) -> Given<'static> {
    Given::Token {
        token: "tok_1",
        brand: None,
        save,
    }
}

fn seed(number: u32) -> Seed {
    Seed {
        random: [7; 16],
        day: jiff::civil::date(2026, 3, 1),
        number,
    }
}

#[test]
fn each_shop_has_references_of_its_kind() {
    for (identity, scope, first, last) in [
        ("reference", None, "07".repeat(16), "07".repeat(16)),
        ("platform", None, "07".repeat(16), "07".repeat(16)),
        (
            "s10",
            Some("sogenactif/002001000000001/s10".to_owned()),
            "20260301000001".to_owned(),
            "20260301999999".to_owned(),
        ),
    ] {
        let provider = open(slug(), table(identity), Environment::Sandbox).unwrap();
        assert_eq!(provider.reference_scope(), scope, "{identity}");
        assert_eq!(provider.new_reference(&seed(1)), first);
        assert_eq!(provider.new_reference(&seed(999_999)), last);
    }
}

#[test]
fn a_day_without_a_number_left_begins_no_payment() {
    let mut shop = s10();
    for reference in ["202603011000000", "2026030100001", "20261301000001", "é"] {
        shop.world.reference = reference;
        for method in ["sogenactif_card", "sogenactif_paypal", "sogenactif_ideal"] {
            shop.world.choose(method);
            let (end, sent) = shop.begin(&[]);
            assert!(
                matches!(&end, Err(Failure::Unexpected(what)) if what.contains("is left")),
                "{reference} {end:?}"
            );
            assert!(sent.is_empty());
        }
    }
    let after = new_reference(Identity::S10, &seed(1_000_000));
    assert_eq!(after, "202603011000000");
}

#[test]
fn what_needs_a_reference_of_ones_own_is_not_offered_without_one() {
    for identity in ["s10", "platform"] {
        let sepa = with(table(identity), r#"methods = ["sogenactif_sepa"]"#);
        let error = testing::read(sepa, Environment::Sandbox).unwrap_err();
        assert_eq!(error.key, "methods", "{identity}");
        assert!(error.to_string().contains("transaction_identity"));
    }
    both(|mut shop| {
        shop.world.is_known("customer-42");
        shop.world.by = By::ShopWith { card: "1" };
        assert_eq!(unsuited(shop.begin(&[]).0), "card", "{}", shop.identity);
        // Nor does an order leave that was begun otherwise.
        let memo = Some(r#"{"card":"1","by_shop":true}"#);
        let (by_card, _) = shop.proceed(memo, Given::Nothing, &[]);
        shop.world.choose("sogenactif_sepa");
        let iban = Iban::try_from("FR7630006000011234567890189").unwrap();
        let (by_debit, _) = shop.proceed(None, Given::Iban(iban.clone()), &[]);
        for end in [by_card, by_debit] {
            let why = matches!(&end, Err(Failure::Unexpected(what)) if what.contains("one call"));
            assert!(why, "{end:?}");
        }
    });
}

#[test]
fn what_was_kept_by_an_earlier_version_is_read() {
    let memo =
        format!(r#"{{"reference":"{REFERENCE}","redirection_data":"D","message_version":"2.2"}}"#);
    let script = [(ORDER, Ok(PAID))];
    let (end, sent) = testing::finalise(&sandbox(), &world(), Some(&memo), &[], &script);
    assert!(end.is_ok());
    assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
}

#[test]
fn a_question_about_a_part_names_the_parts_transaction() {
    let found = r#"{"getTransDataResponseCode":"00","responseCode":"00",
        "transactionStatus":"CAPTURED","originAmount":"1050"}"#;
    both(|shop| {
        let (end, _) = shop.finalise(&shop.opened(AWAY), &[(ORDER, Ok(PAID))]);
        let end = end.unwrap();
        let claim = part_of(&end.facts, shop.world.reference);
        let query = Query {
            reference: shop.world.reference,
            claim,
            total: claim.amount,
            sequence: 1,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let (end, sent) = testing::exchange(&shop.config, &[(ASK, Ok(found))], |exchanges| {
            query::query(&shop.config, &query, exchanges)
        });
        shop.is_named(&sent[0]);
        let Ok(Answered::Agreed(fact)) = end else {
            panic!("{end:?}")
        };
        let PaymentEvent::Confirmed(confirmed) = &fact.event else {
            panic!("{fact:?}")
        };
        assert_eq!(confirmed.amount, Amount::try_from(1050).unwrap());
    });
}
