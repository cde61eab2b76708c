//! What is told of a request that is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An error, as `application/problem+json` (RFC 9457) with four members of our own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Always `about:blank`: `code` is what programs compare.
    #[serde(rename = "type")]
    pub type_: String,
    /// The HTTP status' own words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code for programs.
    pub code: ProblemCode,
    /// What was wrong and what to do, for the developer who reads it.
    pub detail: String,
    /// The field at fault, as a dotted path into the request, such as `shopper.email`; the first of
    /// `errors`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// Every field at fault, where fields are.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// A dotted path into the request, such as `shopper.email`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do, where `problem` does not say it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
}

/// Each code is written once, with its meaning: for serde, for whoever reads JSON by hand, and for
/// the OpenAPI document.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// The stable code of a [`Problem`].
        #[derive(Clone, Copy, Deserialize, Eq, Hash, PartialEq, Serialize)]
        pub enum ProblemCode {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+
            /// One that a newer backend sends and that is not known here. No backend makes it.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ProblemCode {
            /// Every code that a backend sends.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::Unknown => "unknown",
                }
            }

            /// Reads a code as it was sent.
            #[must_use]
            pub fn parse(code: &str) -> Self {
                match code {
                    $($code => Self::$name,)+
                    _ => Self::Unknown,
                }
            }

            /// Its meaning, for the document.
            #[cfg(feature = "openapi")]
            const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+),)+
                    Self::Unknown => "",
                }
            }
        }
    };
}

codes! {
    /// The body has more bytes than are taken.
    BodyTooLarge = "body_too_large",
    /// The body did not come in time.
    BodyTimeout = "body_timeout",
    /// The body could not be read to its end.
    BodyUnreadable = "body_unreadable",
    /// The session has no such saved card.
    CardUnknown = "card_unknown",
    /// A field of the request is at fault: see `errors`.
    FieldInvalid = "field_invalid",
    /// The request names no host, or several.
    HostInvalid = "host_invalid",
    /// The IBAN has a character that no IBAN has at its place.
    IbanCharacters = "iban_characters",
    /// An account in this country can't be debited.
    IbanCountry = "iban_country",
    /// The IBAN is too short or too long for its country.
    IbanLength = "iban_length",
    /// The same request, or another on the same, is being worked on: send it again in a moment.
    IdempotencyInFlight = "idempotency_in_flight",
    /// The `Idempotency-Key` is missing, there twice, or not of the form of one.
    IdempotencyKeyInvalid = "idempotency_key_invalid",
    /// The `Idempotency-Key` came before with another body.
    IdempotencyKeyReused = "idempotency_key_reused",
    /// Something failed on the backend's side: the same request may be sent again.
    Internal = "internal",
    /// The body is no JSON object.
    JsonInvalid = "json_invalid",
    /// The session was made with a key that is no longer configured.
    KeyRotated = "key_rotated",
    /// The shop's secret key is missing or unknown.
    KeyUnknown = "key_unknown",
    /// The path takes another HTTP method.
    MethodNotAllowed = "method_not_allowed",
    /// The session does not offer this way to pay.
    MethodNotOffered = "method_not_offered",
    /// It would give up what can't be taken later: see the preview, and send `give_up` to have it
    /// done all the same.
    OperationGivesUp = "operation_gives_up",
    /// Another operation on the same part is not over: ask for it.
    OperationInFlight = "operation_in_flight",
    /// It can't be done: `errors` says of each part why.
    OperationNotPossible = "operation_not_possible",
    /// The payment has no such capture, cancellation or refund.
    OperationUnknown = "operation_unknown",
    /// The page's origin is not among those of the shop.
    OriginRefused = "origin_refused",
    /// There is nothing at this path.
    PathUnknown = "path_unknown",
    /// A payment of the session may still take money: ask until its outcome is known.
    PaymentOpen = "payment_open",
    /// There is no such payment, or it could not go on.
    PaymentUnknown = "payment_unknown",
    /// The payment platform does not answer, and nothing was started.
    PlatformUnreachable = "platform_unreachable",
    /// The session takes no payment any more.
    SessionExpired = "session_expired",
    /// The session, or another one of its order, is paid.
    SessionPaid = "session_paid",
    /// There is no such session, or the secret opens none.
    SessionUnknown = "session_unknown",
    /// The books can't be written now: send the same request again in a moment.
    StoreUnavailable = "store_unavailable",
    /// The session's terminal is busy with another payment: wait for it to end.
    TerminalBusy = "terminal_busy",
    /// The session has as many payments as it may have.
    TooManyPayments = "too_many_payments",
    /// Wait as many seconds as `Retry-After` says, then send the same request again.
    TooManyRequests = "too_many_requests",
}

/// As it is sent: whoever reads a log, or a failed test, looks for that.
impl fmt::Debug for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use std::fmt::Write as _;

    use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
    use utoipa::openapi::{RefOr, schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::ProblemCode;

    impl ToSchema for ProblemCode {}

    impl PartialSchema for ProblemCode {
        fn schema() -> RefOr<schema::Schema> {
            let mut description = String::from("Stable code for programs. More may come.\n");
            for code in Self::ALL {
                let meaning = code.meaning().trim();
                let _ = write!(description, "\n- `{code}`: {meaning}");
            }
            let object: Object = ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some(description))
                .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
                .build();
            RefOr::T(Schema::Object(object))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_it_is_sent() {
        for code in ProblemCode::ALL {
            let sent = serde_json::to_string(code).unwrap();
            assert_eq!(sent, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<ProblemCode>(&sent).unwrap(), *code);
            assert_eq!(ProblemCode::parse(code.as_str()), *code);
        }
    }

    #[test]
    fn a_code_that_nobody_knows_yet_breaks_no_answer() {
        let told = r#"{"type":"about:blank","title":"Gone","status":410,"code":"of_next_year",
            "detail":"too late"}"#;
        let problem: Problem = serde_json::from_str(told).unwrap();
        assert_eq!(problem.code, ProblemCode::Unknown);
        assert_eq!(ProblemCode::parse("of_next_year"), ProblemCode::Unknown);
    }
}
