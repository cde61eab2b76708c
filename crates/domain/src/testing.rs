//! What the tests of several files begin with: a session, what it is paid by, what is told of that.

use std::collections::BTreeMap;

use guichet_wire::{MethodKind, PartKind, PartStatus, Refusal};

use crate::event::{Part, PaymentEvent, Trust};
use crate::id::{OperationId, SessionId, Slug};
use crate::method::Method;
use crate::money::{Amount, Currency};
use crate::operation::{OperationEvent, OperationKind, Progress};
use crate::payment::Terms;
use crate::session::{Capture, Session};
use crate::shopper::Shopper;

pub(crate) fn amount(minor: u64) -> Amount {
    Amount::try_from(minor).unwrap()
}

pub(crate) fn method(code: &str) -> Method {
    Method::try_from(code.to_owned()).unwrap()
}

/// Of 15 euros.
pub(crate) fn session() -> Session {
    Session {
        id: SessionId::from_random([1; 16]),
        shop: Slug::try_from("demo".to_owned()).unwrap(),
        reference: "1".into(),
        amount: amount(1500),
        currency: Currency::EUR,
        shopper: Shopper::default(),
        items: 1,
        locale: None,
        methods: None,
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        return_url: "https://shop.example/".into(),
        expires_at: 2000,
        created_at: 1000,
        metadata: BTreeMap::new(),
        references_repeat: false,
        replaces: None,
        settled_by: None,
        paid_in: None,
    }
}

pub(crate) fn terms(code: &str, kind: MethodKind, total: u64) -> Terms {
    Terms {
        method: method(code),
        kind,
        total: amount(total),
        manual_capture: false,
        voucher_eligible: None,
    }
}

pub(crate) fn meal(total: u64) -> Terms {
    terms("sodexo", MethodKind::MealVoucher, total)
}

pub(crate) fn part(transaction: &str, kind: PartKind, minor: u64, status: PartStatus) -> Part {
    let (method_code, brand) = match kind {
        PartKind::Voucher => (Some("sodexo"), "SODEXO"),
        PartKind::Complement => (None, "LIMOCB"),
        PartKind::Card => (Some("card"), "CB"),
        PartKind::Account => (Some("ideal"), "IDEAL"),
    };
    Part {
        transaction: transaction.into(),
        call: "2310165".into(),
        kind,
        method: method_code.map(method),
        brand: brand.into(),
        amount: amount(minor),
        status,
        code: if status == PartStatus::Refused {
            "00105"
        } else {
            "00000"
        }
        .into(),
        refusal: (status == PartStatus::Refused).then_some(Refusal::Issuer),
        parts_expected: None,
        trust: Trust::Ours,
        fingerprint: String::new(),
    }
}

pub(crate) fn accepted(transaction: &str, kind: PartKind, minor: u64) -> PaymentEvent {
    PaymentEvent::Part(part(transaction, kind, minor, PartStatus::Accepted))
}

/// The voucher of [`mixed`], and the card that completes it.
pub(crate) const VOUCHER: &str = "1";
pub(crate) const COMPLEMENT: &str = "2";

/// 12 euros by voucher, 3 by the card that completes it.
pub(crate) fn mixed() -> Vec<PaymentEvent> {
    vec![
        accepted(VOUCHER, PartKind::Voucher, 1200),
        accepted(COMPLEMENT, PartKind::Complement, 300),
    ]
}

/// How far an operation on a part came.
pub(crate) fn operation(
    number: u8,
    kind: OperationKind,
    part: &str,
    minor: u64,
    progress: Progress,
) -> OperationEvent {
    OperationEvent {
        operation: OperationId::from_random([number; 16]),
        kind,
        part: part.into(),
        amount: amount(minor),
        currency: Currency::EUR,
        at: 2000 + i64::from(number),
        progress,
    }
}
