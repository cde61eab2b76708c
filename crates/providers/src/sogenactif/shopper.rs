//! What the shop told of its shopper and order, in the platform's fields: one rule for all of them.
//!
//! Texts are made plain by the one gate, and cut; what the shop did not give is not told. Field
//! names: warehousenantes/sips-sdk-php, `Address`, `Contact`, `ShoppingCartDetail` (confidence C).
//! Their lengths are on no page that could be read; those of EMV 3-D Secure, which the issuer is
//! told in, are kept to: 45 characters of a name, 50 of a line or a city (EMV 3-D Secure 2.2.0,
//! table A.1), and 10 of a postal code, as the strictest platform here takes.

use guichet_domain::gate::{plain, two_lines};
use guichet_domain::session::Session;
use guichet_domain::shopper::{Address, Country, Shopper};
use serde_json::Value;

use super::office::parts::{Contact, Container};
use crate::plain::plain_end;

/// Longest given or family name.
const NAME_MAX: usize = 45;
/// Longest line of an address, and city.
const LINE_MAX: usize = 50;
/// Longest postal code.
const POSTAL_CODE_MAX: usize = 10;
/// Longest `orderId`: letters and digits (M).
const ORDER_ID_MAX: usize = 32;
/// Most items that a basket tells.
const ITEMS_MAX: u32 = 99;

fn fit(text: Option<&str>, max: usize) -> Option<String> {
    plain(text?, max)
}

/// Whom a payment is confirmed to, where nothing else is of use.
pub(super) fn reachable(shopper: &Shopper) -> Contact {
    Contact {
        email: shopper
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned()),
        ..Contact::default()
    }
}

/// `customerContact`: who pays.
pub(super) fn contact(shopper: &Shopper) -> Contact {
    Contact {
        firstname: fit(shopper.first_name.as_deref(), NAME_MAX),
        lastname: fit(shopper.last_name.as_deref(), NAME_MAX),
        mobile: shopper
            .phone
            .as_ref()
            .map(|phone| phone.as_str().to_owned()),
        ..reachable(shopper)
    }
}

/// `billingAddress` and `customerAddress`. The country is ISO 3166-1 alpha-3.
pub(super) fn address(address: &Address) -> Container {
    let line1 = address.line1.as_deref().unwrap_or_default();
    let (line1, line2) = two_lines(line1, address.line2.as_deref(), LINE_MAX);
    let country = address.country.as_ref().and_then(Country::alpha3);
    let fields = [
        ("street", line1),
        ("addressAdditional1", line2),
        (
            "zipCode",
            fit(address.postal_code.as_deref(), POSTAL_CODE_MAX),
        ),
        ("city", fit(address.city.as_deref(), LINE_MAX)),
        ("country", country.map(str::to_owned)),
    ];
    let told = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    container(told)
}

/// `shoppingCartDetail`: how many items, for how much in all.
pub(super) fn basket(session: &Session) -> Container {
    let items = session.items.clamp(1, ITEMS_MAX).to_string();
    container([
        ("shoppingCartTotalQuantity", items),
        (
            "shoppingCartTotalAmount",
            session.amount.minor().to_string(),
        ),
    ])
}

fn container(fields: impl IntoIterator<Item = (&'static str, String)>) -> Container {
    let own = |(name, value): (&str, String)| (name.to_owned(), Value::String(value));
    fields.into_iter().map(own).collect()
}

/// `orderId`: the shop's reference.
pub(super) fn order_id(reference: &str) -> Option<String> {
    plain_end(reference, ORDER_ID_MAX)
}

#[cfg(test)]
mod tests;
