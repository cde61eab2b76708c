//! What the tests of the state, and the gallery, have in common.

use guichet_wire::{CheckoutSession, CheckoutStatus, MethodKind, MethodOffer, PaymentView, Status};

use super::face::Outage;

/// Every status that there is.
pub(crate) const STATUSES: [Status; 8] = [
    Status::Open,
    Status::Pending,
    Status::Authorised,
    Status::Paid,
    Status::Refused,
    Status::Cancelled,
    Status::Incomplete,
    Status::Expired,
];

/// Every outage that there is.
pub(crate) const OUTAGES: [Outage; 4] = [
    Outage::Offline,
    Outage::Broken,
    Outage::Failing,
    Outage::Late,
];

/// A plain offer.
pub(crate) fn offer(method: &str, kind: MethodKind) -> MethodOffer {
    MethodOffer {
        method: method.into(),
        label: None,
        kind,
        unavailable: None,
        embedded: false,
        saved_cards: false,
        saved_only: false,
        can_save: false,
        eligible_amount: None,
    }
}

/// An open session of 42 euros.
pub(crate) fn session(methods: impl Into<Vec<MethodOffer>>) -> CheckoutSession {
    CheckoutSession {
        id: "cs_1".into(),
        shop: "Boutique".into(),
        reference: "42".into(),
        amount: 4200,
        currency: "EUR".into(),
        currency_exponent: 2,
        locale: None,
        language: None,
        manual_capture: false,
        voucher_eligible_amount: None,
        voucher_daily_limit: None,
        voucher_rest_days: false,
        expires_at: 0,
        texts: Default::default(),
        methods: methods.into(),
        status: CheckoutStatus {
            status: Status::Open,
            can_pay: true,
            open_elsewhere: false,
            paid_elsewhere: false,
            payment: None,
            others: vec![],
        },
    }
}

/// A payment that took nothing so far.
pub(crate) fn payment(id: &str, method: &str, status: Status) -> PaymentView {
    PaymentView {
        id: id.into(),
        method: method.into(),
        status,
        surplus: false,
        accepted: 0,
        parts: vec![],
        refusal: None,
        terminal: None,
        voucher_may_be_held: false,
    }
}

/// Makes that key.
#[cfg(test)]
pub(crate) fn key(name: &str) -> impl FnOnce() -> String {
    let name = name.to_owned();
    move || name
}
