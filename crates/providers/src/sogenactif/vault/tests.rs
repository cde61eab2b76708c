use guichet_domain::id::Slug;
use guichet_domain::shopper::ShopperId;

use super::super::Sogenactif;
use super::super::testing::{
    Ended, Plays, exchange, production_table, read, sandbox, sandbox_table, slug, with,
};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::{Environment, Exchange, Provider as _, Step, Vault as _};

const LIST: &str = "getWalletData";
const REMOVE: &str = "deletePaymentMean";
const ADD: &str = "addCard";

fn shopper(id: &str) -> ShopperId {
    ShopperId::try_from(id.to_owned()).unwrap()
}

fn wallet(shop: &str, id: &str) -> String {
    let (shop, shopper) = (Slug::try_from(shop.to_owned()).unwrap(), shopper(id));
    let owner = Owner {
        shop: &shop,
        shopper: &shopper,
        kept: &[],
    };
    wallet_of(&owner).ok().unwrap().as_str().to_owned()
}

fn with_owner<T>(
    script: &[Plays],
    mut ask: impl FnMut(&Sogenactif, &Owner<'_>, &[Exchange]) -> Step<T>,
) -> Ended<T> {
    let account = Sogenactif { config: sandbox() };
    let (shop, shopper) = (slug(), shopper("customer-42"));
    let owner = Owner {
        shop: &shop,
        shopper: &shopper,
        kept: &[],
    };
    let (end, sent) = exchange(&account.config, script, |exchanges| {
        ask(&account, &owner, exchanges)
    });
    for message in &sent {
        let wallet = message.text("merchantWalletId");
        assert_eq!(wallet, Some("bwkxv2kn684hvyglgu20b"));
    }
    (end, sent)
}

fn list(script: &[Plays]) -> Result<Vec<VaultCard>, Failure> {
    let (end, _) = with_owner(script, |account, owner, exchanges| {
        account.cards(owner, exchanges)
    });
    end
}

fn take_out(script: &[Plays]) -> Ended<()> {
    with_owner(script, |account, owner, exchanges| {
        account.remove(owner, "1", exchanges)
    })
}

fn put_in(save: &str, script: &[Plays]) -> Ended<Option<First>> {
    let save = Save(save.to_owned());
    with_owner(script, |account, owner, exchanges| {
        account.add(owner, &save, exchanges)
    })
}

#[test]
fn a_wallet_has_the_same_name_for_ever() {
    assert_eq!(wallet("main", "customer-42"), "bwkxv2kn684hvyglgu20b");
    assert_eq!(wallet("main", "customer-4"), "yqb1pbz728rgd4l9c6aki");
    assert_eq!(wallet("main-2", "customer-42"), "4ip8tyejuynu1ateh5tbt");
}

#[test]
fn no_two_shops_or_shoppers_have_one_wallet() {
    let names = [
        ("a", "bc"),
        ("ab", "c"),
        ("a", "b-c"),
        ("a-b", "c"),
        ("a", "BC"),
        ("a", "b|c"),
    ];
    let wallets: std::collections::BTreeSet<_> = names
        .iter()
        .map(|(shop, shopper)| wallet(shop, shopper))
        .collect();
    assert_eq!(wallets.len(), names.len());
    let plain = |wallet: &String| {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        wallet.len() == 21 && wallet.bytes().all(fits)
    };
    assert!(wallets.iter().all(plain), "{wallets:?}");
}

#[test]
fn the_entries_that_are_cards_are_listed() {
    let answer = r#"{"walletResponseCode":"00","walletPaymentMeanDataList":[
        {"paymentMeanId":"1","maskedPan":"5017##########0400","panExpiryDate":"202912",
         "paymentMeanBrand":"CB","paymentMeanAlias":"x"},
        {"paymentMeanId":"2","mandateId":"M1","paymentMeanBrand":"SEPA_DIRECT_DEBIT"},
        {"paymentMeanId":"3","mandateId":"M2","maskedPan":"FR76##0189"},
        {"paymentMeanId":"4","paymentMeanBrand":"PAYLIB","issuerWalletId":"W"},
        {"maskedPan":"5017##########0401"},
        {"paymentMeanId":"","maskedPan":"5017##########0402"},
        {"paymentMeanId":"7","maskedPan":"3745########1009","panExpiryDate":"201"},
        {"paymentMeanId":"8","maskedPan":"3745####21009","panExpiryDate":"203013"},
        {"paymentMeanId":"9","maskedPan":"xxxxé","mandateId":""}]}"#;
    let card = |id: &str, brand: &str, last: &str, expires| VaultCard {
        id: id.into(),
        brand: brand.into(),
        last_digits: last.into(),
        expires,
    };
    assert_eq!(
        list(&[(LIST, Ok(answer))]).unwrap(),
        [
            card("1", "CB", "0400", Some((2029, 12))),
            card("7", "", "1009", None),
            card("8", "", "1009", None),
            card("9", "", "", None),
        ]
    );
}

#[test]
fn a_wallet_that_there_is_not_is_empty_and_any_other_code_is_no_list() {
    let none = list(&[(LIST, Ok(r#"{"walletResponseCode":"01"}"#))]);
    assert_eq!(none.unwrap(), []);
    let empty = list(&[(LIST, Ok(r#"{"walletResponseCode":"00"}"#))]);
    assert_eq!(empty.unwrap(), []);
    for answer in [
        "{}",
        r#"{"walletResponseCode":"12"}"#,
        r#"{"walletResponseCode":"40"}"#,
        r#"{"walletResponseCode":"99"}"#,
        r#"{"walletResponseCode":"XX"}"#,
        r#"{"responseCode":"00"}"#,
        r#"{"walletResponseCode":"00","walletPaymentMeanDataList":{}}"#,
        r#"{"walletResponseCode":"01","seal":"00"}"#,
    ] {
        let end = list(&[(LIST, Ok(answer))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{answer}");
    }
    for error in [NotSent, NoAnswer] {
        let end = list(&[(LIST, Err(error)), (LIST, Err(error))]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    }
}

#[test]
fn a_card_that_is_gone_is_removed() {
    for code in ["00", "01"] {
        let answer = format!("{{\"walletResponseCode\":\"{code}\"}}");
        let (end, sent) = take_out(&[(REMOVE, Ok(answer.leak()))]);
        assert_eq!((end, sent.len()), (Ok(()), 1));
        assert_eq!(sent[0].text("paymentMeanId"), Some("1"));
    }
    for answer in [
        "{}",
        r#"{"walletResponseCode":"12"}"#,
        r#"{"walletResponseCode":"XX"}"#,
    ] {
        let (end, _) = take_out(&[(REMOVE, Ok(answer))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{answer}");
    }
}

#[test]
fn a_removal_whose_answer_is_lost_may_be_asked_for_again() {
    let forged = r#"{"walletResponseCode":"00","seal":"00"}"#;
    for script in [
        vec![(REMOVE, Err(NoAnswer))],
        vec![(REMOVE, Err(NotSent)), (REMOVE, Err(NotSent))],
        vec![(REMOVE, Ok(forged))],
    ] {
        assert_eq!(take_out(&script).0.unwrap_err(), Failure::Unreachable);
    }
}

const SAVE: &str = r#"{"token":"490700wTjS9D5677","expiry":"202912","brand":"CB"}"#;

#[test]
fn a_card_is_added_by_its_token() {
    for code in ["00", "94"] {
        let answer = format!("{{\"walletResponseCode\":\"{code}\"}}");
        let (end, sent) = put_in(SAVE, &[(ADD, Ok(answer.leak()))]);
        assert_eq!(end, Ok(None));
        for (name, value) in [
            ("cardNumber", "490700wTjS9D5677"),
            ("panType", "TOKEN_PAN"),
            ("cardExpiryDate", "202912"),
            ("paymentMeanBrand", "CB"),
        ] {
            assert_eq!(sent[0].text(name), Some(value), "{name}");
        }
        assert!(sent[0].get("paymentToken").is_none());
    }
    for answer in [
        "{}",
        r#"{"walletResponseCode":"12"}"#,
        r#"{"walletResponseCode":"XX"}"#,
    ] {
        let (end, _) = put_in(SAVE, &[(ADD, Ok(answer))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{answer}");
    }
}

#[test]
fn a_card_whose_adding_is_unknown_is_not_added_again() {
    let (end, sent) = put_in(SAVE, &[(ADD, Err(NoAnswer))]);
    assert_eq!((end, sent.len()), (Err(Failure::Unknown), 1));
    let (end, _) = put_in(SAVE, &[(ADD, Err(NotSent)), (ADD, Err(NotSent))]);
    assert_eq!(end.unwrap_err(), Failure::Unreachable);
}

#[test]
fn a_cards_number_is_never_added_nor_shown() {
    for save in [
        r#"{"token":"5017679110380400","expiry":"202912","brand":"CB"}"#,
        r#"{"token":"490700wTjS9D5677"}"#,
        "490700wTjS9D5677",
    ] {
        let error = put_in(save, &[]).0.unwrap_err();
        let shown = format!("{error:?}");
        assert!(
            !shown.contains("5017") && !shown.contains("4907"),
            "{shown}"
        );
    }
}

#[test]
fn a_vault_goes_with_the_card_and_adds_where_it_is_allowed() {
    let account = |line: &str, environment| {
        let table = with(sandbox_table(), line);
        let config = read(table, environment);
        Sogenactif {
            config: config.unwrap(),
        }
    };
    let adds = |line| {
        let account = account(line, Environment::Sandbox);
        account.vault().map(|vault| vault.adds())
    };
    assert_eq!(adds("add_cards = true"), Some(true));
    assert_eq!(adds("add_cards = false"), Some(false));
    assert_eq!(adds("methods = [\"sogenactif_card\"]"), Some(false));
    assert_eq!(adds("methods = [\"sogenactif_sepa\"]"), None);
    let cards = account("add_cards = true", Environment::Sandbox);
    assert!(
        cards
            .methods()
            .iter()
            .all(|method| method.saved_cards.pay())
    );
    let adding = || with(production_table(), "add_cards = true");
    assert!(read(adding(), Environment::Test).is_ok());
    let error = read(adding(), Environment::Production).unwrap_err();
    assert_eq!(error.key, "add_cards");
    let plain = with(production_table(), "add_cards = false");
    assert!(!read(plain, Environment::Production).unwrap().add_cards);
}

#[test]
fn a_card_that_is_added_tells_what_its_first_payment_left() {
    let save = |first: &str| {
        format!(r#"{{"token":"490700wTjS9D5677","expiry":"202912","brand":"CB"{first}}}"#)
    };
    let authenticated = save(r#","first":{"scheme":"S1"}"#);
    let added = |save: &str, answer| put_in(save, &[(ADD, Ok(answer))]).0.unwrap();
    let named = r#"{"walletResponseCode":"00","paymentMeanId":"7"}"#;
    let left = added(&authenticated, named).unwrap();
    assert_eq!(
        (left.card.as_str(), left.proof.as_str()),
        ("7", r#"{"scheme":"S1"}"#)
    );
    for (save, answer) in [
        (&save(""), named),
        (&save(r#","first":null"#), named),
        (&authenticated, r#"{"walletResponseCode":"00"}"#),
        (
            &authenticated,
            r#"{"walletResponseCode":"00","paymentMeanId":""}"#,
        ),
        (
            &authenticated,
            r#"{"walletResponseCode":"94","paymentMeanId":"7"}"#,
        ),
    ] {
        assert_eq!(added(save, answer), None, "{save} {answer}");
    }
}
