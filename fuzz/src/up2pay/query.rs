//! PPPS: what it must have answered before our account agrees.

use std::sync::LazyLock;

use guichet_domain::event::{Confirmed, Part, PaymentEvent, Trust};
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::contract::{Answered, CallAnswer, Environment, Exchange, Provider, Query};

use super::{KEY, bare, pairs, table, value};
use crate::fixture::{amount, exchange, method, now, ok, open};

const REFERENCE: &str = "7ZK2M0Q4W8E6R1T3Y5AB";
/// Most answers of one input.
const ANSWERS_MAX: usize = 8;

/// The first number that a question is given.
const FIRST: u32 = 7;

/// Answers, one a line. Our account agrees only to what the last of them says in full.
pub fn up2pay_query(data: &[u8]) {
    static ACCOUNT: LazyLock<Box<dyn Provider>> =
        LazyLock::new(|| open("up2pay", &table(""), Environment::Sandbox));
    let confirmation = ACCOUNT.confirmation().expect("it can be asked");
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    let answers: Vec<CallAnswer> = lines.map(ok).collect();
    for kind in [PartKind::Voucher, PartKind::Complement, PartKind::Card] {
        let claim = claim(kind);
        let mut asked = FIRST;
        let (end, read) = exchange(&answers, |made: &[Exchange]| {
            asked = FIRST + u32::try_from(made.len()).unwrap_or_default();
            let query = Query {
                reference: REFERENCE,
                claim: &claim,
                total: claim.amount,
                sequence: asked,
                now: now(),
            };
            confirmation.query(&query, made)
        });
        assert!(
            !format!("{end:?}").to_uppercase().contains(KEY),
            "the key is shown"
        );
        if let Ok(Answered::Agreed(fact)) = end {
            assert_eq!(fact.reference, REFERENCE);
            let last = read.checked_sub(1).and_then(|last| answers.get(last));
            // The answer is to the call before the last step.
            check(&fact.event, &last.expect("an answer").body, asked - 1);
        }
    }
}

fn claim(kind: PartKind) -> Part {
    Part {
        transaction: "722487980".to_owned(),
        call: "2310165".to_owned(),
        kind,
        method: Some(method("apetiz")),
        brand: "APETIZ".to_owned(),
        amount: amount(1500),
        status: PartStatus::Accepted,
        code: "00000".to_owned(),
        refusal: None,
        parts_expected: None,
        trust: Trust::Signed,
        fingerprint: String::new(),
        at_terminal: None,
    }
}

fn check(event: &PaymentEvent, body: &[u8], asked: u32) {
    let said = pairs(body.trim_ascii(), true);
    let is = |name: &str, wanted: &[u8]| value(&said, name) == Some(wanted);
    let number = |name: &str, wanted: &[u8]| value(&said, name).map(bare) == Some(wanted);
    let unset = |name: &str| value(&said, name).is_none_or(|v| v.iter().all(|b| *b == b'?'));
    assert!(is("CODEREPONSE", b"00000") && is("SITE", b"1999888"));
    assert!(number("NUMQUESTION", asked.to_string().as_bytes()));
    assert!(number("NUMTRANS", b"722487980") && number("NUMAPPEL", b"2310165"));
    assert!(unset("MONTANT") || number("MONTANT", b"1500"));
    assert!(unset("REFERENCE") || is("REFERENCE", REFERENCE.as_bytes()));
    let status = [
        (&b"Autoris\xe9"[..], PartStatus::Accepted),
        (b"Captur\xe9", PartStatus::Accepted),
        (b"Refus\xe9", PartStatus::Refused),
    ];
    let status = status.iter().find(|(word, _)| is("STATUS", word));
    let confirmation = Confirmed {
        transaction: "722487980".to_owned(),
        call: "2310165".to_owned(),
        amount: amount(1500),
        status: status.expect("a status that is known").1,
    };
    assert_eq!(*event, PaymentEvent::Confirmed(confirmation));
}
