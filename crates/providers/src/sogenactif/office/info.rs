//! What is known of a method, and how its messages are checked.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sogenactif::codes::ResponseCode;
use crate::sogenactif::json::{Json, JsonError};

/// The version of all interfaces in release 24.2.
pub const DEFAULT_VERSION: &str = "2.53";

/// What every request holds beside its own fields; set by us, never by a caller.
pub const ENVELOPE: [&str; 6] = [
    "interfaceVersion",
    "intermediateServiceProviderId",
    "keyVersion",
    "merchantId",
    "seal",
    "sealAlgorithm",
];

/// Names that hold clear card data. They are refused at any depth of a request.
const CARD_DATA: [&str; 4] = ["cardCSCValue", "cardNumber", "cscType", "pan"];

/// A request: its method, and the type of its answer.
pub trait OfficeRequest: Serialize + DeserializeOwned {
    /// The method's name.
    const METHOD: &'static str;
    /// What it answers.
    type Answer: DeserializeOwned;
}

/// How well something is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Confidence {
    /// Read on a page of the Sogenactif documentation.
    A,
    /// Read on a page of a sister platform.
    B,
    /// Read in public code.
    C,
    /// Derived.
    D,
}

/// Which transaction a request names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransactionRule {
    /// None.
    None,
    /// A new one: by the account's way of identifying transactions.
    New,
    /// One that exists: one of the two identities.
    Existing,
    /// One that exists, or something else in its place.
    Optional,
}

/// What a request does, and so what an answer that never came means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Reads: may be asked again.
    Reads,
    /// Opens a session that moves nothing: may be asked again.
    Opens,
    /// Changes what the platform keeps beside the transactions: look before trying again.
    Keeps,
    /// May move money: never again before getTransactionData has told what became of it.
    Moves,
}

/// Fields of which at least one must be there.
pub type OneOf = &'static [&'static str];

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct MethodInfo {
    /// Its name.
    pub name: &'static str,
    /// Its group: the first part of its path.
    pub group: &'static str,
    /// The last part of its path: its name, but for getPdfMandate.
    pub segment: &'static str,
    /// What its `interfaceVersion` begins with, such as `IR_WS_`.
    pub prefix: &'static str,
    /// The field of the answer that holds its code.
    pub code_field: &'static str,
    /// Another name of that field, in answers that have not the first.
    pub code_field_too: Option<&'static str>,
    /// Which transaction it names.
    pub transaction: TransactionRule,
    /// Fields that it can't do without, beside the envelope and the transaction.
    pub mandatory: &'static [&'static str],
    /// Fields of which one must be there.
    pub one_of: OneOf,
    /// What it does.
    pub effect: Effect,
    /// Where the platform would take a card's number: what is taken here instead.
    pub instead_of_number: Option<&'static str>,
    /// How its path is known.
    pub path_known: Confidence,
    /// How its fields are known.
    pub fields_known: Confidence,
    /// Where its path and fields stand.
    pub source: &'static str,
    pub(super) check: fn(&Json) -> Result<Json, RequestError>,
    pub(super) read: fn(&Json) -> Result<(), String>,
}

/// What is wrong with a request's fields. Shows no value of them.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// Not a JSON object.
    #[error("the request {0}")]
    Json(#[from] JsonError),
    /// A field is missing.
    #[error("{0} is missing")]
    Missing(String),
    /// A field is not what it must be.
    #[error("{field}: {detail}")]
    Field {
        /// The field.
        field: String,
        /// What it must be.
        detail: String,
    },
    /// A field that this method does not have.
    #[error("{0} is not a field of this method")]
    Unknown(String),
    /// A field that is set here.
    #[error("{0} is set by us: leave it out")]
    Envelope(&'static str),
    /// A name of clear card data.
    #[error("{0} is card data, which never passes through here: send a token")]
    CardData(String),
    /// The transaction is named otherwise than the account needs.
    #[error("{0}")]
    Transaction(&'static str),
}

impl MethodInfo {
    /// Its path on the host.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/rs-services/v2/{}/{}", self.group, self.segment)
    }

    /// Its `interfaceVersion` in release 24.2.
    #[must_use]
    pub fn interface_version(&self) -> String {
        format!("{}{DEFAULT_VERSION}", self.prefix)
    }

    /// Takes a request's own fields, without the envelope, through the method's type: nothing that
    /// the type does not know goes out.
    ///
    /// # Errors
    /// The first thing that is wrong, by its field.
    pub fn check(&self, fields: &Json) -> Result<Json, RequestError> {
        if let Some(name) = ENVELOPE.into_iter().find(|name| fields.get(name).is_some()) {
            return Err(RequestError::Envelope(name));
        }
        refuse_card_data(fields, true)?;
        let known = (self.check)(fields)?;
        refuse_unknown(fields, &known)?;
        if !self.one_of.is_empty() && !self.one_of.iter().any(|name| known.get(name).is_some()) {
            return Err(RequestError::Missing(self.one_of.join(" or ")));
        }
        if known.get("cardNumber").is_some() && known.text("panType").is_none() && !self.takes_iin()
        {
            return Err(RequestError::Missing(
                "panType (TOKEN_PAN), beside cardNumber".into(),
            ));
        }
        Ok(known)
    }

    fn takes_iin(&self) -> bool {
        self.mandatory.contains(&"cardNumber")
    }

    /// Whether the answer fits the method's type.
    ///
    /// # Errors
    /// What does not fit, for the log.
    pub fn check_answer(&self, answer: &Json) -> Result<(), String> {
        (self.read)(answer)
    }

    /// The answer's own code.
    #[must_use]
    pub fn code(&self, answer: &Json) -> Option<ResponseCode> {
        let other = || answer.text(self.code_field_too?);
        answer
            .text(self.code_field)
            .or_else(other)
            .map(ResponseCode::from)
    }
}

/// A name of clear card data within a container. At the top, the method's own type decides:
/// `cardNumber` may hold a token there.
fn refuse_card_data(value: &Json, top: bool) -> Result<(), RequestError> {
    match value {
        Json::Object(members) => members.iter().try_for_each(|(name, value)| {
            let own = top && name == "cardNumber";
            if CARD_DATA.contains(&name.as_str()) && !own {
                return Err(RequestError::CardData(name.clone()));
            }
            refuse_card_data(value, false)
        }),
        Json::List(items) => items
            .iter()
            .try_for_each(|item| refuse_card_data(item, false)),
        _ => Ok(()),
    }
}

/// What was given and is not in what the type kept.
fn refuse_unknown(given: &Json, known: &Json) -> Result<(), RequestError> {
    match (given, known) {
        (Json::Object(given), Json::Object(known)) => given
            .iter()
            .filter(|(_, value)| **value != Json::Null)
            .try_for_each(|(name, value)| match known.get(name) {
                Some(kept) => refuse_unknown(value, kept),
                None => Err(RequestError::Unknown(name.clone())),
            }),
        (Json::List(given), Json::List(known)) => given
            .iter()
            .zip(known)
            .try_for_each(|(given, known)| refuse_unknown(given, known)),
        _ => Ok(()),
    }
}

/// Reads the fields as the method's request, and writes it again.
pub(super) fn check<R: OfficeRequest>(fields: &Json) -> Result<Json, RequestError> {
    let Json::Object(members) = fields else {
        return Err(JsonError::NotObject.into());
    };
    let try_read = |fields: &Json| serde_json::from_value::<R>(fields.to_value());
    let request = try_read(fields).map_err(|error| {
        let text = error.to_string();
        if let Some(name) = text
            .strip_prefix("missing field `")
            .and_then(|t| t.split('`').next())
        {
            return RequestError::Missing(name.to_owned());
        }
        // `flatten` loses the place of an error. It is at the last field, in the order of reading,
        // whose spoiling brings another one: what is read after it changes nothing.
        let spoilt = |with: &[(&String, Json)]| {
            let mut others = members.clone();
            let with = with
                .iter()
                .map(|(name, value)| ((*name).clone(), value.clone()));
            others.extend(with);
            let error = try_read(&Json::Object(others)).err();
            error.map_or_else(String::new, |error| error.to_string())
        };
        let (list, object) = (Json::List(Vec::new()), Json::Object(BTreeMap::new()));
        let touched = members.keys().filter(|name| {
            [&list, &object]
                .iter()
                .any(|bad| spoilt(&[(name, (*bad).clone())]) != text)
        });
        let at_fault = touched.reduce(|one, other| {
            let alone = spoilt(&[(one, list.clone())]);
            let is_first = spoilt(&[(one, list.clone()), (other, object.clone())]) == alone;
            if is_first { other } else { one }
        });
        let field = at_fault.cloned().unwrap_or_else(|| "a field".to_owned());
        // A message of serde's own quotes the value.
        let own = text.starts_with("must ");
        let detail = if own {
            text
        } else {
            "has the wrong type".to_owned()
        };
        RequestError::Field { field, detail }
    })?;
    to_json(&request)
}

/// A request as it is sent, without the envelope.
fn to_json<R: OfficeRequest>(request: &R) -> Result<Json, RequestError> {
    let value = serde_json::to_value(request).map_err(|_| JsonError::NotJson)?;
    Ok(Json::from(value).normal())
}

pub(super) fn read<R: OfficeRequest>(answer: &Json) -> Result<(), String> {
    read_as::<R>(answer).map(drop)
}

/// Reads an answer as the method's own type.
pub(crate) fn read_as<R: OfficeRequest>(answer: &Json) -> Result<R::Answer, String> {
    // The error quotes the value, which may be anything.
    serde_json::from_value(answer.to_value())
        .map_err(|_| format!("the answer to {} has a field of another type", R::METHOD))
}

/// A typed request's fields, checked as those of a caller are.
pub(crate) fn fields_of<R: OfficeRequest>(request: &R) -> Result<Json, RequestError> {
    to_json(request)
}
