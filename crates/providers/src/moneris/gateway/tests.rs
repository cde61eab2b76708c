//! The values of P1 to P10 are those of answers that activemerchant recorded (`moneris_test.rb`);
//! orders and keys are ours.

use guichet_domain::event::{Part, PaymentEvent};
use guichet_domain::operation::OperationKind;
use guichet_domain::shopper::{Shopper, ShopperId};
use guichet_domain::{PartStatus, Refusal, testing};
use proptest::prelude::*;

use super::answer::{self, Verdict};
use super::request::{Charge, Following, Transaction, call};
use crate::contract::{
    Begin, By, CallError, Consulted, Continuing as _, Environment, Failure, First, Given, LookUp,
    LookedUp, Objection, Operated, Operation, Operations as _, Owner, Paid, PlatformCall, Proceed,
    Proceeded, Provider as _, Save, Taken, Vault as _,
};
use crate::moneris::testing::{Answer, TOKEN, World, lines, play, read};
use crate::moneris::{Moneris, VAULT};

/// P8.
const KEY: &str = "LAmXQeZwdtzUtz1QI1vF6etR2";
const PROOF: &str = r#"{"key":"LAmXQeZwdtzUtz1QI1vF6etR2","shown":"4242***4242/2712"}"#;
const REFERENCE: &str = crate::moneris::testing::ORDER;

fn account() -> Moneris {
    let config = read(Environment::Test, &lines("saved_cards = true")).unwrap();
    Moneris { config }
}

/// An answer of these fields, in this order.
fn receipt(fields: &[(&str, &str)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"));
    let fields: String = fields.collect();
    format!("<?xml version=\"1.0\"?><response><receipt>{fields}</receipt></response>")
}

/// P1, of our order and 11.10, with these changes.
fn approved(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("ReceiptId", REFERENCE),
        ("ReferenceNum", "661221050010170010"),
        ("ResponseCode", "027"),
        ("ISO", "01"),
        ("AuthCode", "013511"),
        ("TransTime", "11:28:18"),
        ("TransDate", "2011-06-15"),
        ("TransType", "00"),
        ("Complete", "true"),
        ("Message", "APPROVED           *                    ="),
        ("TransAmount", "11.10"),
        ("CardType", "V"),
        ("TransID", "58-0_3"),
        ("TimedOut", "false"),
        ("BankTotals", "null"),
        ("Ticket", "null"),
    ];
    for (name, value) in changes {
        fields.retain(|(own, _)| own != name);
        fields.push((name, value));
    }
    receipt(&fields)
}

/// P9: a follow-up to nothing.
fn all_null(changes: &[(&str, &str)]) -> String {
    let names = [
        "ReceiptId",
        "ReferenceNum",
        "ResponseCode",
        "ISO",
        "AuthCode",
        "TransTime",
        "TransDate",
        "TransType",
        "TransAmount",
        "CardType",
        "TransID",
        "BankTotals",
        "Ticket",
    ];
    let mut fields: Vec<_> = names.map(|name| (name, "null")).into();
    fields.extend([("Complete", "false"), ("TimedOut", "false")]);
    let message = "No Pre-auth corresponds to the store Id and order Id and transaction Id entered";
    fields.push(("Message", message));
    fields.retain(|(own, _)| changes.iter().all(|(name, _)| own != name));
    fields.extend(changes);
    receipt(&fields)
}

fn not_found() -> String {
    all_null(&[("StatusCode", "961"), ("StatusMessage", "Not Found")])
}

fn profile(fields: &str) -> String {
    let all = all_null(&[
        ("Complete", "true"),
        ("ResponseCode", "001"),
        ("ResSuccess", "true"),
    ]);
    all.replace(
        "</receipt>",
        &format!("<DataKey>{KEY}</DataKey><ResolveData>{fields}</ResolveData></receipt>"),
    )
}

const VISA: &str =
    "<masked_pan>4242***4242</masked_pan><expdate>2712</expdate><cust_id>x</cust_id>";

struct Sale {
    account: Moneris,
    world: World,
    by_shop: bool,
}

impl Sale {
    fn new() -> Self {
        let mut world = World::new().by(VAULT);
        world.session.shopper = Shopper {
            id: ShopperId::try_from("C-1042".to_owned()).ok(),
            ..Shopper::default()
        };
        Self {
            account: account(),
            world,
            by_shop: false,
        }
    }

    fn memo(&self, first: Option<&str>) -> Result<String, Failure> {
        let card = "card-1";
        let begin = Begin {
            context: self.world.context(),
            by: match self.by_shop {
                true => By::ShopWith { card },
                false => By::ShopperWith { card },
            },
            save: false,
            client: None,
            first,
        };
        let (calls, end) = play(|made| self.account.begin(&begin, made), &[]);
        assert!(calls.is_empty());
        end.map(|begun| begun.memo.unwrap())
    }

    fn order(&self, answers: &[Answer<'_>]) -> (Vec<PlatformCall>, Result<Proceeded, Failure>) {
        let memo = self.memo(Some(PROOF)).unwrap();
        let proceed = Proceed {
            context: self.world.context(),
            client: None,
            memo: Some(&memo),
            given: &Given::Nothing,
        };
        play(|made| self.account.proceed(&proceed, made), answers)
    }

    fn look_up(&self, answer: Answer<'_>) -> Result<LookedUp, Failure> {
        let memo = self.memo(Some(PROOF)).unwrap();
        let look_up = LookUp {
            context: self.world.context(),
            memo: Some(&memo),
            closing: false,
            decided: None,
        };
        let (calls, end) = play(|made| self.account.look_up(&look_up, made), &[answer]);
        assert!(text(&calls[0]).contains("<status_check>true</status_check>"));
        end
    }
}

fn text(call: &PlatformCall) -> String {
    assert_eq!(
        call.url,
        "https://mpg1t.moneris.io/gateway2/servlet/MpgRequest"
    );
    String::from_utf8(call.body.as_ref().unwrap().bytes.clone()).unwrap()
}

/// What was told of the one part.
fn part(proceeded: &Proceeded) -> &Part {
    assert_eq!(proceeded.next_action, None);
    match &proceeded.facts[0].event {
        PaymentEvent::Part(part) => part,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_has_the_vendors_elements_in_the_vendors_order() {
    let mut sale = Sale::new();
    let (calls, _) = sale.order(&[Ok(&approved(&[]))]);
    let owner = Owner::of(&sale.world.session).unwrap();
    let customer = super::vault::customer(&owner);
    let expected = |action: &str, indicator: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><request><store_id>mogo-1</store_id>\
             <api_token>{TOKEN}</api_token><status_check>false</status_check><{action}>\
             <data_key>{KEY}</data_key><order_id>{REFERENCE}</order_id>\
             <cust_id>{customer}</cust_id><amount>11.10</amount><crypt_type>7</crypt_type>\
             <cof_info><payment_indicator>{indicator}</payment_indicator>\
             <payment_information>2</payment_information></cof_info></{action}></request>"
        )
    };
    assert_eq!(text(&calls[0]), expected("res_purchase_cc", "Z"));
    sale.by_shop = true;
    sale.world = sale.world.manual();
    let (calls, _) = sale.order(&[Ok(&approved(&[("TransType", "01")]))]);
    assert_eq!(text(&calls[0]), expected("res_preauth_cc", "U"));
}

/// Each is sent as these elements, after the store's token.
fn assert_sent(all: &[(Transaction<'_>, &str)]) {
    let account = account();
    let gateway = account.config.gateway.as_ref().unwrap();
    for (transaction, expected) in all {
        let sent = text(&call(gateway, transaction, None));
        assert!(
            sent.ends_with(&format!("</api_token>{expected}</request>")),
            "{sent}"
        );
    }
}

#[test]
fn every_transaction_has_its_fields_in_the_vendors_order() {
    let of = Following {
        order_id: "O-1",
        txn_number: "58-0_3",
        amount: 5,
    };
    let charge = Charge {
        data_key: "K",
        order_id: "O<1>",
        cust_id: "C",
        amount: 123_456,
        by_shop: false,
        issuer_id: Some("355689484440192"),
        address: None,
    };
    let address = super::request::Address::of("1200", "Rue Sainte-Catherine O.", "H3B 1K1");
    let address = address.unwrap();
    let compared = Charge {
        address: Some(&address),
        by_shop: true,
        ..charge
    };
    let tokenize = Transaction::ResTokenizeCc {
        order_id: "O-1",
        txn_number: "1017-0_140",
        cust_id: "C",
    };
    assert_sent(&[
        (
            Transaction::ResPurchaseCc(charge),
            "<res_purchase_cc><data_key>K</data_key><order_id>O&lt;1&gt;</order_id>\
             <cust_id>C</cust_id><amount>1234.56</amount><crypt_type>7</crypt_type><cof_info>\
             <payment_indicator>Z</payment_indicator><payment_information>2</payment_information>\
             <issuer_id>355689484440192</issuer_id></cof_info></res_purchase_cc>",
        ),
        (
            Transaction::ResPreauthCc(compared),
            "<res_preauth_cc><data_key>K</data_key><order_id>O&lt;1&gt;</order_id>\
             <cust_id>C</cust_id><amount>1234.56</amount><crypt_type>7</crypt_type><avs_info>\
             <avs_street_number>1200</avs_street_number>\
             <avs_street_name>Rue Sainte-Cath</avs_street_name><avs_zipcode>H3B1K1</avs_zipcode>\
             </avs_info><cof_info>\
             <payment_indicator>U</payment_indicator><payment_information>2</payment_information>\
             <issuer_id>355689484440192</issuer_id></cof_info></res_preauth_cc>",
        ),
        (
            Transaction::Completion(of),
            "<completion><order_id>O-1</order_id><comp_amount>0.05</comp_amount>\
             <txn_number>58-0_3</txn_number><crypt_type>7</crypt_type></completion>",
        ),
        (
            Transaction::PurchaseCorrection(of),
            "<purchasecorrection><order_id>O-1</order_id><txn_number>58-0_3</txn_number>\
             <crypt_type>7</crypt_type></purchasecorrection>",
        ),
        (
            Transaction::Refund(of),
            "<refund><order_id>O-1</order_id><amount>0.05</amount>\
             <txn_number>58-0_3</txn_number><crypt_type>7</crypt_type></refund>",
        ),
        (
            tokenize,
            "<res_tokenize_cc><order_id>O-1</order_id><txn_number>1017-0_140</txn_number>\
             <cust_id>C</cust_id><return_issuer_id>true</return_issuer_id></res_tokenize_cc>",
        ),
        (
            Transaction::ResLookupMasked { data_key: "K" },
            "<res_lookup_masked><data_key>K</data_key></res_lookup_masked>",
        ),
        (
            Transaction::ResDelete { data_key: "K" },
            "<res_delete><data_key>K</data_key></res_delete>",
        ),
        (
            Transaction::ResGetExpiring,
            "<res_get_expiring></res_get_expiring>",
        ),
    ]);
}

#[test]
fn what_staff_ask_for_has_its_fields_in_the_vendors_order() {
    let address = super::request::Address::of("1200", "Rue Sainte-Catherine O.", "H3B 1K1");
    let address = address.unwrap();
    assert_sent(&[
        (
            Transaction::Reauth {
                order_id: "O-2",
                cust_id: "C",
                amount: 250,
                orig_order_id: "O-1",
                txn_number: "58-0_3",
            },
            "<reauth><order_id>O-2</order_id><cust_id>C</cust_id><amount>2.50</amount>\
             <orig_order_id>O-1</orig_order_id><txn_number>58-0_3</txn_number>\
             <crypt_type>7</crypt_type></reauth>",
        ),
        (
            Transaction::ResIndRefundCc {
                data_key: "K",
                order_id: "O-2",
                cust_id: "C",
                amount: 250,
            },
            "<res_ind_refund_cc><data_key>K</data_key><order_id>O-2</order_id>\
             <cust_id>C</cust_id><amount>2.50</amount><crypt_type>7</crypt_type>\
             </res_ind_refund_cc>",
        ),
        (
            Transaction::ResCardVerificationCc {
                data_key: "K",
                order_id: "O-2",
                address: Some(&address),
            },
            "<res_card_verification_cc><data_key>K</data_key><order_id>O-2</order_id>\
             <crypt_type>7</crypt_type><avs_info><avs_street_number>1200</avs_street_number>\
             <avs_street_name>Rue Sainte-Cath</avs_street_name><avs_zipcode>H3B1K1</avs_zipcode>\
             </avs_info></res_card_verification_cc>",
        ),
        (
            Transaction::ResAddToken {
                data_key: "ot-K",
                cust_id: "C",
                expdate: "2907",
            },
            "<res_add_token><data_key>ot-K</data_key><cust_id>C</cust_id><expdate>2907</expdate>\
             <crypt_type>7</crypt_type></res_add_token>",
        ),
        (
            Transaction::ResUpdateCc {
                data_key: "K",
                expdate: "2907",
            },
            "<res_update_cc><data_key>K</data_key><expdate>2907</expdate>\
             <crypt_type>7</crypt_type></res_update_cc>",
        ),
    ]);
}

#[test]
fn an_approval_pays_and_a_decline_does_not_whatever_iso_says() {
    let sale = Sale::new();
    let (_, end) = sale.order(&[Ok(&approved(&[]))]);
    let proceeded = end.unwrap();
    let paid = part(&proceeded);
    assert_eq!(paid.status, PartStatus::Accepted);
    assert_eq!(
        (
            paid.transaction.as_str(),
            paid.call.as_str(),
            paid.brand.as_str()
        ),
        ("58-0_3", "661221050010170010", "VISA")
    );
    assert_eq!((paid.amount.minor(), paid.code.as_str()), (1110, "027"));
    // What pays is not kept with a payment that is over.
    assert_eq!(proceeded.memo.as_deref(), Some("{}"));
    // P2: complete, and declined; its number has another shape.
    let p2 = [
        ("ResponseCode", "481"),
        ("TransID", "97-2-0"),
        ("ISO", "00"),
    ];
    let (_, end) = sale.order(&[Ok(&approved(&p2))]);
    let proceeded = end.unwrap();
    let refused = part(&proceeded);
    assert_eq!(
        (refused.status, refused.transaction.as_str()),
        (PartStatus::Refused, "97-2-0")
    );
    for (iso, refusal) in [("51", Refusal::Funds), ("54", Refusal::CardData)] {
        let declined = approved(&[("ResponseCode", "482"), ("ISO", iso)]);
        let (_, end) = sale.order(&[Ok(&declined)]);
        assert_eq!(part(&end.unwrap()).refusal, Some(refusal));
    }
}

#[test]
fn approved_is_what_is_complete_in_time_and_below_050() {
    for (changes, expected) in [
        (&[("ResponseCode", "004")][..], Verdict::Approved),
        (&[("ResponseCode", "049")], Verdict::Approved),
        (&[("ResponseCode", "050"), ("ISO", "00")], Verdict::Declined),
        (&[("Complete", "false")], Verdict::None),
        (&[("Complete", "null")], Verdict::None),
        (&[("TimedOut", "true")], Verdict::None),
        (&[("ResponseCode", "null")], Verdict::None),
        (&[("ResponseCode", "")], Verdict::None),
        (&[("ResponseCode", "+27")], Verdict::None),
    ] {
        let read = answer::read(approved(changes).as_bytes()).unwrap();
        assert_eq!(read.verdict(), expected, "{changes:?}");
    }
}

#[test]
fn the_issuers_name_of_the_first_payment_is_kept_and_sent_with_later_ones() {
    let sale = Sale::new();
    // P3.
    let p3 = approved(&[("IssuerId", "355689484440192")]);
    let (_, end) = sale.order(&[Ok(&p3)]);
    let first = end.unwrap().first.unwrap();
    assert_eq!(first.card, "card-1");
    let memo = sale.memo(Some(&first.proof)).unwrap();
    let proceed = Proceed {
        context: sale.world.context(),
        client: None,
        memo: Some(&memo),
        given: &Given::Nothing,
    };
    let later = approved(&[("IssuerId", "OTHER")]);
    let (calls, end) = play(|made| sale.account.proceed(&proceed, made), &[Ok(&later)]);
    assert!(text(&calls[0]).contains("<issuer_id>355689484440192</issuer_id></cof_info>"));
    assert_eq!(end.unwrap().first, None, "the first one counts");
    // Of a decline nothing is kept.
    let declined = approved(&[("IssuerId", "355689484440192"), ("ResponseCode", "481")]);
    assert_eq!(sale.order(&[Ok(&declined)]).1.unwrap().first, None);
}

#[test]
fn the_answer_to_another_order_amount_or_transaction_is_believed_nothing() {
    let sale = Sale::new();
    for changes in [
        [("ReceiptId", "OTHER")],
        [("ReceiptId", "null")],
        [("TransAmount", "11.11")],
        [("TransAmount", "1110")],
        [("TransAmount", "null")],
        // P5 is a verification, P4 a preauthorisation.
        [("TransType", "06")],
        [("TransType", "01")],
        [("TransID", "null")],
    ] {
        let answer = approved(&changes);
        let (calls, end) = sale.order(&[Ok(&answer)]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{changes:?}");
        assert_eq!(calls.len(), 1);
        assert!(!matches!(
            sale.look_up(Ok(&answer)),
            Ok(LookedUp::Facts(_) | LookedUp::Nothing)
        ));
    }
    for nonsense in ["", "<html></html>", "<response>", "{}"] {
        assert_eq!(sale.order(&[Ok(nonsense)]).1.unwrap_err(), Failure::Unknown);
    }
}

#[test]
fn what_the_gateway_says_it_did_not_do_is_asked_about_before_it_is_believed() {
    let sale = Sale::new();
    let refused = all_null(&[("Message", "Invalid data key")]);
    let (calls, end) = sale.order(&[Ok(&refused), Ok(&not_found())]);
    assert!(text(&calls[0]).contains("<status_check>false</status_check>"));
    assert!(text(&calls[1]).contains("<status_check>true</status_check>"));
    let proceeded = end.unwrap();
    assert_eq!(part(&proceeded).refusal, Some(Refusal::Technical));
    // It was done after all.
    let (_, end) = sale.order(&[Ok(&refused), Ok(&approved(&[]))]);
    assert_eq!(part(&end.unwrap()).status, PartStatus::Accepted);
    // Nobody knows.
    for second in [
        Err(CallError::NoAnswer),
        Err(CallError::NotSent),
        Ok(refused.as_str()),
    ] {
        let (_, end) = sale.order(&[Ok(&refused), second]);
        assert_eq!(end.unwrap_err(), Failure::Unknown);
    }
    let timed_out = all_null(&[("TimedOut", "true")]);
    let (calls, end) = sale.order(&[Ok(&timed_out)]);
    assert_eq!((calls.len(), end.unwrap_err()), (1, Failure::Unknown));
}

#[test]
fn an_order_without_an_answer_is_looked_up_and_never_sent_again() {
    let sale = Sale::new();
    let (_, end) = sale.order(&[Err(CallError::NoAnswer)]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
    let (_, end) = sale.order(&[Err(CallError::NotSent)]);
    assert_eq!(end.unwrap_err(), Failure::Unreachable);
    let found = approved(&[("StatusCode", "027"), ("StatusMessage", "Found")]);
    assert!(matches!(sale.look_up(Ok(&found)), Ok(LookedUp::Facts(_))));
    assert!(matches!(
        sale.look_up(Ok(&not_found())),
        Ok(LookedUp::Nothing)
    ));
    // A refusal of the question itself tells nothing of the order.
    let denied = all_null(&[("Message", "Invalid store credentials")]);
    assert!(matches!(sale.look_up(Ok(&denied)), Ok(LookedUp::NotYet)));
    assert!(sale.look_up(Err(CallError::NoAnswer)).is_err());
}

#[test]
fn without_what_the_books_keep_no_card_pays_and_no_card_at_all_is_refused() {
    let sale = Sale::new();
    for kept in [
        None,
        Some("{}"),
        Some(r#"{"key":""}"#),
        Some(r#"{"key":"<a>"}"#),
    ] {
        let Err(Failure::Unsuitable(error)) = sale.memo(kept) else {
            panic!("{kept:?}");
        };
        assert_eq!(error.field, "card");
    }
    let begin = Begin {
        context: sale.world.context(),
        by: By::Shopper,
        save: false,
        client: None,
        first: None,
    };
    let (_, end) = play(|made| sale.account.begin(&begin, made), &[]);
    assert!(matches!(end, Err(Failure::Unsuitable(_))));
}

// The vault.

fn with_owner<T>(kept: &[First], ask: impl FnOnce(&Moneris, &Owner<'_>) -> T) -> T {
    let sale = Sale::new();
    let owner = Owner {
        kept,
        ..Owner::of(&sale.world.session).unwrap()
    };
    ask(&sale.account, &owner)
}

fn kept(card: &str, proof: &str) -> First {
    First {
        card: card.to_owned(),
        proof: proof.to_owned(),
    }
}

fn saving(tender: &str, offline: bool) -> Save {
    Save(format!(
        r#"{{"order":"ORDER-1","transaction":"6-0_1201","tender":"{tender}","offline":{offline}}}"#
    ))
}

#[test]
fn a_token_is_made_of_a_credit_cards_transaction_and_of_no_other() {
    with_owner(&[], |account, owner| {
        let save = saving("Credit", false);
        let told = profile(VISA);
        let (calls, end) = play(|made| account.add(owner, &save, made), &[Ok(&told)]);
        let sent = text(&calls[0]);
        assert!(sent.contains("<order_id>ORDER-1</order_id><txn_number>6-0_1201</txn_number>"));
        assert!(
            !sent.contains("C-1042"),
            "the shop's own name of the shopper: {sent}"
        );
        let first = end.unwrap().unwrap();
        // What others see is not what pays.
        assert!(
            !first.card.contains(KEY) && first.card.len() == 24,
            "{first:?}"
        );
        assert!(first.proof.contains(KEY), "{first:?}");
        for (tender, offline, word) in [
            ("Credit", true, "offline"),
            ("Debit", false, "no credit card"),
            ("", false, "no credit card"),
        ] {
            let save = saving(tender, offline);
            let (calls, end) = play(|made| account.add(owner, &save, made), &[]);
            assert!(calls.is_empty());
            let Err(Failure::Unsuitable(error)) = end else {
                panic!("{tender}");
            };
            assert!(error.detail.contains(word), "{error:?}");
        }
        // A refusal, and an answer without a key, keep nothing.
        for told in [
            all_null(&[("ResSuccess", "false"), ("Message", "Invalid transaction")]),
            profile(VISA).replace(KEY, "null"),
        ] {
            let (_, end) = play(|made| account.add(owner, &save, made), &[Ok(&told)]);
            assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
        }
    });
}

#[test]
fn a_card_that_the_shopper_has_already_is_not_kept_twice() {
    let other = r#"{"key":"OTHERKEY","shown":"4242***4242/2712"}"#;
    with_owner(&[kept("a", other)], |account, owner| {
        let save = saving("Credit", false);
        let answers = [profile(VISA), profile("")];
        let answers: Vec<Answer<'_>> = answers.iter().map(|it| Ok(it.as_str())).collect();
        let (calls, end) = play(|made| account.add(owner, &save, made), &answers);
        assert_eq!(end.unwrap(), None);
        assert!(text(&calls[1]).contains(&format!("<res_delete><data_key>{KEY}<")));
    });
    let renewed = r#"{"key":"OTHERKEY","shown":"4242***4242/2612"}"#;
    with_owner(&[kept("a", renewed)], |account, owner| {
        let save = saving("Credit", false);
        let (_, end) = play(
            |made| account.add(owner, &save, made),
            &[Ok(&profile(VISA))],
        );
        assert!(end.unwrap().is_some());
    });
}

#[test]
fn the_vault_tells_of_each_card_that_is_kept_and_those_that_are_gone_are_left_out() {
    let second = r#"{"key":"SECONDKEY","shown":""}"#;
    let gone = all_null(&[
        ("ResSuccess", "false"),
        ("ResponseCode", "983"),
        ("Complete", "true"),
    ]);
    with_owner(&[kept("a", PROOF), kept("b", second)], |account, owner| {
        let answers = [Ok(profile(VISA)), Ok(gone.clone())];
        let answers = answers
            .each_ref()
            .map(|it| it.as_deref().map_err(|error: &CallError| *error));
        let (calls, end) = play(|made| account.cards(owner, made), &answers);
        assert!(text(&calls[1]).contains("SECONDKEY"));
        let cards = end.unwrap();
        assert_eq!(cards.len(), 1);
        let card = &cards[0];
        assert_eq!(
            (
                card.id.as_str(),
                card.brand.as_str(),
                card.last_digits.as_str(),
                card.expires
            ),
            ("a", "VISA", "4242", Some((2027, 12)))
        );
        let (_, end) = play(
            |made| account.cards(owner, made),
            &[Err(CallError::NoAnswer)],
        );
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
        let denied = all_null(&[("Message", "Invalid store credentials")]);
        let (_, end) = play(|made| account.cards(owner, made), &[Ok(&denied)]);
        assert!(matches!(end, Err(Failure::Unexpected(_))));
    });
    with_owner(&[kept("a", PROOF)], |account, owner| {
        let (calls, end) = play(|made| account.remove(owner, "a", made), &[Ok(&profile(""))]);
        assert_eq!(end, Ok(()));
        assert!(text(&calls[0]).contains("<res_delete>"));
        // Gone is removed; a name that is nobody's is not sent.
        assert_eq!(
            play(|made| account.remove(owner, "a", made), &[Ok(&gone)]).1,
            Ok(())
        );
        assert_eq!(play(|made| account.remove(owner, "b", made), &[]).1, Ok(()));
        let lost = [Err(CallError::NoAnswer)];
        assert!(
            play(|made| account.remove(owner, "a", made), &lost)
                .1
                .is_err()
        );
    });
}

#[test]
fn cards_that_expire_are_named_as_the_books_name_them() {
    let account = account();
    let gateway = account.config.gateway.as_ref().unwrap();
    let first = with_owner(&[], |account, owner| {
        let save = saving("Credit", false);
        let (_, end) = play(
            |made| account.add(owner, &save, made),
            &[Ok(&profile(VISA))],
        );
        end.unwrap().unwrap()
    });
    // The shape of a public stub (DeBoerTool/moneris-api): several, and no key of the receipt's.
    let all = all_null(&[
        ("Complete", "true"),
        ("ResponseCode", "001"),
        ("ResSuccess", "true"),
    ]);
    let one = |key: &str| format!("<ResolveData><data_key>{key}</data_key>{VISA}</ResolveData>");
    let told = all.replace(
        "<receipt>",
        &format!("<receipt>{}{}", one(KEY), one("OTHER")),
    );
    let (_, end) = play(|made| super::vault::expiring(gateway, made), &[Ok(&told)]);
    let expiring = end.unwrap();
    assert_eq!(expiring.len(), 2);
    assert_eq!(expiring[0].id, first.card);
    assert_ne!(expiring[1].id, first.card);
}

// What follows a payment.

struct Follows {
    part: Part,
    id: guichet_domain::id::OperationId,
}

impl Follows {
    fn new() -> Self {
        Self {
            part: Part {
                method: Some(testing::method(VAULT)),
                ..testing::part(
                    "58-0_3",
                    guichet_domain::PartKind::Card,
                    1110,
                    PartStatus::Accepted,
                )
            },
            id: guichet_domain::id::OperationId::from_random([7; 16]),
        }
    }

    fn of(&self, kind: OperationKind, cents: u64, taken: bool, given_back: u64) -> Operation<'_> {
        let now = jiff::Timestamp::from_second(testing::NOW).unwrap();
        let taken = taken.then_some(Taken {
            amount: self.part.amount,
            at: now,
            capture: None,
        });
        Operation {
            id: Some(&self.id),
            kind,
            paid: Paid {
                reference: REFERENCE,
                part: &self.part,
                taken,
                given_back,
                cancelled: false,
                duplicate: None,
            },
            amount: testing::amount(cents),
            sequence: 1,
            asked_at: now,
            now,
        }
    }
}

#[test]
fn what_follows_a_payment_names_its_transaction_and_is_done_by_the_gateways_word() {
    let (account, follows) = (account(), Follows::new());
    for (kind, taken, cents, kind_of, expected) in [
        (
            OperationKind::Refund,
            true,
            500,
            "04",
            "<refund><order_id>ORDER-1</order_id><amount>5.00<",
        ),
        (
            OperationKind::Capture,
            false,
            900,
            "02",
            "<comp_amount>9.00</comp_amount><txn_number>58-0_3<",
        ),
        (
            OperationKind::Cancel,
            false,
            1110,
            "02",
            "<comp_amount>0.00</comp_amount>",
        ),
        (
            OperationKind::Cancel,
            true,
            1110,
            "11",
            "<purchasecorrection><order_id>ORDER-1</order_id><txn_number>58-0_3<",
        ),
    ] {
        let operation = follows.of(kind, cents, taken, 0);
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let done = approved(&[
            ("TransType", kind_of),
            ("TransAmount", &amount),
            ("TransID", "59-1_3"),
        ]);
        let (calls, end) = play(|made| account.operate(&operation, made), &[Ok(&done)]);
        assert!(text(&calls[0]).contains(expected), "{}", text(&calls[0]));
        let Ok(Operated::Done(told)) = end else {
            panic!("{kind:?} {end:?}");
        };
        assert_eq!(told.to, "58-0_3");
        assert_eq!(told.numbers.as_ref().unwrap().transaction, "59-1_3");
        // Its answer was lost: it is asked about.
        let (calls, end) = play(|made| account.consult(&operation, made), &[Ok(&done)]);
        assert!(text(&calls[0]).contains("<status_check>true</status_check>"));
        assert!(matches!(end, Ok(Consulted::Done(_))), "{end:?}");
        let (_, end) = play(
            |made| account.consult(&operation, made),
            &[Ok(&not_found())],
        );
        assert!(matches!(end, Ok(Consulted::NotDone)), "{end:?}");
        // The payment itself is not what was done to it.
        let (_, end) = play(
            |made| account.consult(&operation, made),
            &[Ok(&approved(&[]))],
        );
        assert!(matches!(end, Ok(Consulted::Undecided(_))), "{end:?}");
        let declined = approved(&[("TransType", kind_of), ("ResponseCode", "481")]);
        let (_, end) = play(|made| account.operate(&operation, made), &[Ok(&declined)]);
        assert!(matches!(end, Ok(Operated::Refused { .. })), "{end:?}");
        let (_, end) = play(
            |made| account.operate(&operation, made),
            &[Ok(&all_null(&[]))],
        );
        assert!(matches!(end, Ok(Operated::Refused { .. })), "{end:?}");
        for unknown in [
            approved(&[("ReceiptId", "OTHER")]),
            approved(&[("TimedOut", "true")]),
        ] {
            let (_, end) = play(|made| account.operate(&operation, made), &[Ok(&unknown)]);
            assert_eq!(end.unwrap_err(), Failure::Unknown);
        }
    }
}

#[test]
fn a_second_refund_whose_answer_is_lost_is_for_a_person() {
    let (account, follows) = (account(), Follows::new());
    let operation = follows.of(OperationKind::Refund, 500, true, 500);
    let (calls, end) = play(|made| account.consult(&operation, made), &[]);
    assert!(calls.is_empty());
    assert!(matches!(end, Ok(Consulted::Undecided(_))), "{end:?}");
}

#[test]
fn what_can_not_follow_is_refused_before_any_call() {
    let (account, follows) = (account(), Follows::new());
    for (operation, expected) in [
        (
            follows.of(OperationKind::Refund, 1111, true, 0),
            Objection::TooMuch { left: 1110 },
        ),
        (
            follows.of(OperationKind::Refund, 700, true, 500),
            Objection::TooMuch { left: 610 },
        ),
        (
            follows.of(OperationKind::Refund, 500, false, 0),
            Objection::OnlyReserved,
        ),
        (
            follows.of(OperationKind::Cancel, 500, true, 0),
            Objection::WholeOnly(1110),
        ),
        (
            follows.of(OperationKind::Cancel, 1110, true, 5),
            Objection::GivenBackBefore,
        ),
        (
            follows.of(OperationKind::Capture, 500, true, 0),
            Objection::TakenBefore,
        ),
    ] {
        assert_eq!(account.check(&operation), Err(expected));
    }
}

// The reader.

#[test]
fn nothing_has_three_spellings() {
    let told = receipt(&[
        ("A", "null"),
        ("B", ""),
        ("D", "NULL"),
        ("E", " x "),
        ("F", "A &amp; B &#233;"),
    ]);
    let read = answer::read(told.as_bytes()).unwrap();
    for name in ["A", "B", "C", "D"] {
        assert_eq!(read.text(name), None, "{name}");
    }
    assert_eq!(read.text("E"), Some("x"));
    assert_eq!(read.text("F"), Some("A & B é"));
    assert!(answer::read(b"<response><receipt><A/></receipt></response>").is_some());
}

#[test]
fn what_stands_there_twice_or_is_to_be_expanded_is_no_answer() {
    for body in [
        "<response><receipt><A>1</A><A>2</A></receipt></response>",
        "<response><receipt></receipt><receipt></receipt></response>",
        "<response><receipt></receipt></response><response><receipt></receipt></response>",
        "<!DOCTYPE r [<!ENTITY a 'b'>]><response><receipt></receipt></response>",
        "<response><receipt><A>&a;</A></receipt></response>",
        "<receipt></receipt>",
        "<response><receipt><A>1</receipt></response>",
        "<response><receipt>",
        "<response></response>",
    ] {
        assert!(answer::read(body.as_bytes()).is_none(), "{body}");
    }
    let padded = answer::read(approved(&[]).as_bytes()).unwrap();
    assert_eq!(padded.message(), "APPROVED");
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_not_and_never_approves_without_its_words(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in 0_usize..700,
    ) {
        let _ = answer::read(&bytes);
        let whole = approved(&[]);
        let cut = whole.get(..cut.min(whole.len())).unwrap_or_default();
        let read = answer::read(cut.as_bytes());
        prop_assert!(read.is_none() || cut == whole);
    }

    #[test]
    fn a_value_comes_through_as_it_was_written(value in "[ -~é]{1,40}") {
        let told = receipt(&[("A", &quick_xml::escape::escape(&value))]);
        let read = answer::read(told.as_bytes()).unwrap();
        let plain = value.trim();
        let is_nothing = plain.is_empty() || plain.eq_ignore_ascii_case("null");
        prop_assert_eq!(read.text("A"), (!is_nothing).then_some(plain));
    }
}

#[test]
fn a_card_is_still_to_be_added_for_three_days_and_by_one_at_a_time() {
    use crate::contract::StillToAdd;
    let account = account();
    let save = saving("Credit", false);
    let unmade = account.before_added(&save, 1000).unwrap();
    assert!(!unmade.card.contains("1017"), "{unmade:?}");
    assert_eq!(
        account.still_to_add(&kept("a", PROOF), 1000),
        StillToAdd::Added
    );
    assert_eq!(account.still_to_add(&unmade, 1149), StillToAdd::Waits);
    let StillToAdd::Again(again) = account.still_to_add(&unmade, 1150) else {
        panic!("it is to be asked for anew");
    };
    let asked = account.before_added(&again, 1150).unwrap();
    assert_eq!(asked.card, unmade.card);
    assert_eq!(account.still_to_add(&asked, 1151), StillToAdd::Waits);
    let days = 3 * 24 * 3600;
    assert!(matches!(
        account.still_to_add(&asked, 1000 + days),
        StillToAdd::Again(_)
    ));
    assert_eq!(account.still_to_add(&asked, 1001 + days), StillToAdd::Never);
    // It is no card that pays, and of what no token is made nothing is kept.
    with_owner(&[unmade], |account, owner| {
        assert_eq!(
            play(|made| account.cards(owner, made), &[]).1,
            Ok(Vec::new())
        );
        let (_, end) = play(
            |made| account.add(owner, &again, made),
            &[Ok(&profile(VISA))],
        );
        assert!(end.unwrap().is_some());
    });
    for save in [saving("Debit", false), saving("Credit", true)] {
        assert_eq!(account.before_added(&save, 1000), None);
    }
}

/// P1 to P10, each as it was recorded: what it comes to, and what it tells beside that.
#[test]
fn each_golden_vector_reads_as_what_it_was() {
    use Verdict::{Approved, Declined, None as Nothing};
    let verification = [
        ("TransType", "06"),
        ("TransAmount", "0.00"),
        ("CvdResultCode", "1M"),
    ];
    let batch = [
        ("ReferenceNum", "660114080018590820"),
        ("TransType", "01"),
        ("TransAmount", "15.00"),
        ("CardType", "M"),
        ("TransID", "69624-0_10"),
    ];
    let reservation = [
        ("TransType", "01"),
        ("IssuerId", "550923784451193"),
        ("MessageId", "1A8315282537312"),
    ];
    let first = [("IssuerId", "355689484440192"), ("TransID", "799655-0_11")];
    let added = profile(VISA);
    let cases = [
        (
            "P1",
            approved(&[("TransAmount", "1.00")]),
            Approved,
            ("TransID", "58-0_3"),
        ),
        (
            "P2",
            approved(&[("ResponseCode", "481"), ("TransID", "97-2-0")]),
            Declined,
            ("TransID", "97-2-0"),
        ),
        (
            "P3",
            approved(&first),
            Approved,
            ("IssuerId", "355689484440192"),
        ),
        (
            "P4",
            approved(&reservation),
            Approved,
            ("IssuerId", "550923784451193"),
        ),
        (
            "P5",
            approved(&verification),
            Approved,
            ("CvdResultCode", "1M"),
        ),
        (
            "P6",
            approved(&[("AvsResultCode", "A")]),
            Approved,
            ("AvsResultCode", "A"),
        ),
        (
            "P7",
            approved(&[("CavvResultCode", "2")]),
            Approved,
            ("CavvResultCode", "2"),
        ),
        // An act of the vault: its code is no bank's, and its own word decides.
        ("P8", added, Approved, ("DataKey", KEY)),
        ("P9", all_null(&[]), Nothing, ("TimedOut", "false")),
        (
            "P10",
            approved(&batch),
            Approved,
            ("ReferenceNum", "660114080018590820"),
        ),
    ];
    for (name, body, verdict, (field, text)) in cases {
        let receipt = answer::read(body.as_bytes()).unwrap();
        assert_eq!(
            (receipt.verdict(), receipt.text(field)),
            (verdict, Some(text)),
            "{name}"
        );
        assert_eq!(receipt.is_refused_before(), name == "P9", "{name}");
        assert_eq!(receipt.has_succeeded(), name == "P8", "{name}");
        let amount = match name {
            "P1" => Some(100),
            "P5" => Some(0),
            "P8" | "P9" => None,
            "P10" => Some(1500),
            _ => Some(1110),
        };
        assert_eq!(receipt.amount(), amount, "{name}");
    }
}
