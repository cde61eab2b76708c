//! What tests begin with, of every crate: a session, what it is paid by, what is told of that.
#![allow(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::collections::BTreeMap;

use guichet_wire::{MethodKind, PartKind, PartStatus, Refusal};

use crate::event::{Part, PaymentEvent, Trust};
use crate::id::{OperationId, SessionId, Slug};
use crate::method::Method;
use crate::money::{Amount, Currency};
use crate::operation::{OperationEvent, OperationKind, Progress};
use crate::payment::Terms;
use crate::session::{Capture, Session};
use crate::shopper::{Address, Country, Email, Phone, Shopper};

/// A name.
///
/// # Panics
///
/// If it is none, as all of these do where what is asked for can't be.
#[must_use]
pub fn slug(name: &str) -> Slug {
    Slug::try_from(name.to_owned()).unwrap()
}

/// So many minor units.
#[must_use]
pub fn amount(minor: u64) -> Amount {
    Amount::try_from(minor).unwrap()
}

/// The method with this code.
#[must_use]
pub fn method(code: &str) -> Method {
    Method::try_from(code.to_owned()).unwrap()
}

/// A shopper of whom everything is known but a name of the shop's.
#[must_use]
pub fn shopper() -> Shopper {
    Shopper {
        id: None,
        first_name: Some("Léa".into()),
        last_name: Some("Roux".into()),
        email: Some(Email::try_from("lea@example.fr".to_owned()).unwrap()),
        phone: Some(Phone::try_from("+33612345675".to_owned()).unwrap()),
        address: Address {
            line1: Some("1 rue X".into()),
            line2: None,
            postal_code: Some("75001".into()),
            city: Some("Paris".into()),
            country: Some(Country::try_from("FR".to_owned()).unwrap()),
        },
    }
}

/// 2026-03-01T09:00:00Z.
pub const NOW: i64 = 1_772_355_600;

/// A session of 15 euros, of a shopper of whom nothing is known, between the seconds 1000 and 2000.
#[must_use]
pub fn session() -> Session {
    Session {
        id: SessionId::from_random([1; 16]),
        shop: slug("demo"),
        reference: "1".into(),
        amount: amount(1500),
        currency: Currency::EUR,
        shopper: Shopper::default(),
        items: 1,
        locale: None,
        methods: None,
        voucher_eligible_amount: None,
        terminal: None,
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

/// The same of that shopper, an hour from [`NOW`], with this reference and total.
#[must_use]
pub fn session_of(reference: &str, minor: u64, shopper: Shopper) -> Session {
    Session {
        shop: slug("main"),
        reference: reference.into(),
        amount: amount(minor),
        shopper,
        locale: "fr-FR".to_owned().try_into().ok(),
        expires_at: NOW + 3600,
        created_at: NOW,
        ..session()
    }
}

/// What a payment with this method is to pay.
#[must_use]
pub fn terms(code: &str, kind: MethodKind, total: u64) -> Terms {
    Terms {
        method: method(code),
        kind,
        total: amount(total),
        manual_capture: false,
        voucher_eligible: None,
    }
}

/// The same with a meal voucher.
#[must_use]
pub fn meal(total: u64) -> Terms {
    terms("sodexo", MethodKind::MealVoucher, total)
}

/// What is told of a part that is ours.
#[must_use]
pub fn part(transaction: &str, kind: PartKind, minor: u64, status: PartStatus) -> Part {
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
        at_terminal: None,
    }
}

/// The event of a part of ours that was accepted.
#[must_use]
pub fn accepted(transaction: &str, kind: PartKind, minor: u64) -> PaymentEvent {
    PaymentEvent::Part(part(transaction, kind, minor, PartStatus::Accepted))
}

/// The voucher of [`mixed`], and the card that completes it.
pub const VOUCHER: &str = "1";
/// See [`VOUCHER`].
pub const COMPLEMENT: &str = "2";

/// 12 euros by voucher, 3 by the card that completes it.
#[must_use]
pub fn mixed() -> Vec<PaymentEvent> {
    vec![
        accepted(VOUCHER, PartKind::Voucher, 1200),
        accepted(COMPLEMENT, PartKind::Complement, 300),
    ]
}

/// How far an operation on a part came.
#[must_use]
pub fn operation(
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
