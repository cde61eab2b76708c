//! What an account demands of a session.

use guichet_domain::shopper::Datum;

use crate::contract::{DatedRule, Demand};

/// What a payment page wants to know of the shopper, and what becomes of a payment without it
/// (PBX_PORTEUR: Verifone "Paybox System" V8.0; PBX_BILLING: Crédit Agricole's announcements of
/// 09/2023 and 09/2024).
pub(super) const DEMANDS: [Demand; 4] = [
    Demand {
        datum: Datum::Email,
        because: "the platform opens no page without an e-mail address (PBX_PORTEUR)",
        unless: None,
    },
    Demand {
        datum: Datum::Name,
        because: "3-D Secure wants the holder's name (PBX_BILLING): issuers refuse more cards \
                  without it",
        unless: Some("shopper_optional = [\"name\"]"),
    },
    Demand {
        datum: Datum::Phone,
        because: "3-D Secure wants a phone (PBX_BILLING): issuers refuse more cards without it, \
                  with codes that look like fraud",
        unless: Some("shopper_optional = [\"phone\"]"),
    },
    Demand {
        datum: Datum::Address,
        because: "3-D Secure wants the billing address (PBX_BILLING): issuers refuse more cards \
                  without it, with codes that look like fraud",
        unless: Some("shopper_optional = [\"address\"]"),
    },
];

/// Rules of vouchers that end on a day.
pub(super) const DATED_RULES: [DatedRule; 1] = [DatedRule {
    methods: &["apetiz", "sodexo", "upchequdej"],
    until: jiff::civil::date(2026, 12, 31),
    what: "meal vouchers pay for food that is not ready to eat until then; a food shop looks \
           at its voucher_eligible_amount before that day",
}];
