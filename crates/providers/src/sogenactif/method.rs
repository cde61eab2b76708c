//! What a shopper can pick, and what it asks for.

use guichet_domain::MethodKind;
use guichet_domain::method::{Method, MethodDescription, SavedCards};
use guichet_domain::money::Currency;
use guichet_domain::shopper::Datum;

use super::config::Config;
use super::way::{Flow, Way};
use crate::contract::Demand;

/// *Describe*.
pub(super) fn descriptions(config: &Config) -> Vec<MethodDescription> {
    let describe = |way: &Way| {
        let flow = way.flow();
        Some(MethodDescription {
            method: Method::try_from(way.name().to_owned()).ok()?,
            kind: match flow {
                Flow::Card => MethodKind::Card,
                Flow::External(_) => MethodKind::Wallet,
                Flow::Transfer(_) => MethodKind::CreditTransfer,
                Flow::Debit => MethodKind::DirectDebit,
            },
            currencies: vec![Currency::EUR],
            minimum: None,
            maximum: None,
            manual_capture: matches!(flow, Flow::Card | Flow::External(_)),
            embedded: flow == Flow::Card,
            saved_cards: match flow {
                Flow::Card => SavedCards::Pay,
                _ => SavedCards::None,
            },
        })
    };
    config.ways.iter().filter_map(describe).collect()
}

/// A mandate is somebody's; every other payment begins without a word on the shopper.
pub(super) fn demands(method: &Method) -> Vec<Demand> {
    match Way::parse(method.as_str()) {
        Some(Way::Sepa) => vec![Demand {
            datum: Datum::Name,
            because: "a SEPA mandate bears the name of who gives it",
            unless: None,
        }],
        _ => Vec::new(),
    }
}
