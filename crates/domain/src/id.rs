//! Typed identifiers. The random part is drawn by the backend: this crate has no random source.

use serde::{Deserialize, Serialize};

use crate::FieldError;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an id of 16 random bytes, which the caller draws.
            #[must_use]
            pub fn from_random(bytes: [u8; 16]) -> Self {
                use std::fmt::Write as _;
                let mut id = String::from($prefix);
                for byte in bytes {
                    let _ = write!(id, "{byte:02x}");
                }
                Self(id)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = FieldError;

            fn try_from(value: String) -> Result<Self, FieldError> {
                let random = value.strip_prefix($prefix).unwrap_or_default();
                let hex = random.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if random.len() == 32 && hex {
                    Ok(Self(value))
                } else {
                    let detail = concat!("is not an id; one begins with ", $prefix);
                    Err(FieldError::new("id", detail))
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

random_id!(
    /// A session's public id, `cs_…`. It opens nothing: the session's secret does.
    SessionId,
    "cs_"
);
random_id!(
    /// A payment's public id, `pay_…`.
    PaymentId,
    "pay_"
);
random_id!(
    /// An operation's public id, `op_…`: what is done to one part.
    OperationId,
    "op_"
);
random_id!(
    /// An instruction's public id, `ins_…`: what a shop asked for at once, as one operation or
    /// more.
    InstructionId,
    "ins_"
);

/// A name from the configuration: a shop or an account at a platform. `[a-z0-9_-]`, 1 to 40.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = FieldError;

    fn try_from(value: String) -> Result<Self, FieldError> {
        let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if (1..=40).contains(&value.len()) && value.bytes().all(fits) {
            Ok(Self(value))
        } else {
            let detail = "must be 1 to 40 of the characters a-z, 0-9, _ and -";
            Err(FieldError::new("id", detail))
        }
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_as_it_was_made() {
        let id = SessionId::from_random([0xa5; 16]);
        assert_eq!(SessionId::try_from(id.to_string()), Ok(id));
    }

    #[test]
    fn other_text_is_no_id() {
        for wrong in [
            "",
            "cs_",
            "pay_00",
            "cs_ZZ",
            "CS_000000000000000000000000000000aa",
        ] {
            assert!(SessionId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(Slug::try_from("a/b".to_owned()).is_err());
    }
}
