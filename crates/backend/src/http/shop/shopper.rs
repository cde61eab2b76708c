//! The shopper in the request that makes a session.

use guichet_domain::FieldError;
use guichet_domain::shopper::{Shopper, Typed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The shopper, as the shop's server sends it: what people typed is read as they meant it, and what
/// is too long is cut. No field is mandatory here. What an account demands is written in the guide
/// and told by `guichet doctor`; a method whose account demands more than was given is left out of
/// the session, and a session for which no method remains is refused with what is missing.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewShopper {
    /// Your own name of a shopper who has logged in, 1 to 64 ASCII characters without spaces: the
    /// key to this shopper's saved cards. Leave it out for a guest. Never an e-mail address that
    /// somebody typed.
    #[schema(min_length = 1, max_length = 64)]
    id: Option<String>,
    name: Option<NewName>,
    /// 6 to 120 characters. The domain may be in any script.
    #[schema(max_length = 120)]
    email: Option<String>,
    /// In international form (`+33612345678`, `0033 6 12 34 56 78`), or a national number of the
    /// address's country, else of France.
    phone: Option<String>,
    address: Option<NewAddress>,
}

/// A name. A company has no first one, and who has but one name gives either.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewName {
    /// Cut at 100 characters, as the other one.
    first: Option<String>,
    last: Option<String>,
}

/// A billing address.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewAddress {
    /// Cut at 200 characters, as the second line.
    line1: Option<String>,
    line2: Option<String>,
    /// Part of a whole address only where the country has postal codes.
    /// Cut at 16 characters.
    postal_code: Option<String>,
    /// Cut at 100 characters.
    city: Option<String>,
    /// ISO 3166-1 code, such as `FR`; `XK` for Kosovo.
    country: Option<String>,
}

impl NewShopper {
    /// Reads what people typed, or names every field that can't be read.
    pub(super) fn read(&self) -> Result<Shopper, Vec<FieldError>> {
        let (name, address) = (self.name.as_ref(), self.address.as_ref());
        Shopper::read(&Typed {
            id: self.id.as_deref(),
            first_name: name.and_then(|name| name.first.as_deref()),
            last_name: name.and_then(|name| name.last.as_deref()),
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
            line1: address.and_then(|address| address.line1.as_deref()),
            line2: address.and_then(|address| address.line2.as_deref()),
            postal_code: address.and_then(|address| address.postal_code.as_deref()),
            city: address.and_then(|address| address.city.as_deref()),
            country: address.and_then(|address| address.country.as_deref()),
        })
    }
}
