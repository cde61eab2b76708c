//! How values are read that name their kind.
//!
//! What serde derives for them keeps a value of any shape until it knows the kind. The code for
//! that was an eighth of the widget's module, which travels to a phone. Here every member that any
//! kind has is read, and then those that its kind needs are taken.

use serde::Deserialize;

use crate::{Bank, FormField, NextAction, ShopperQuestion, Unavailable};

/// Why a value is none of its type.
type Reason = &'static str;

#[derive(Deserialize)]
pub(crate) struct AnyAction {
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    fields: Option<Vec<FormField>>,
    sdk_url: Option<String>,
    integrity: Option<String>,
    session_token: Option<String>,
    brands: Option<Vec<String>>,
    question: Option<ShopperQuestion>,
}

impl TryFrom<AnyAction> for NextAction {
    type Error = Reason;

    fn try_from(any: AnyAction) -> Result<Self, Reason> {
        Ok(match any.kind.as_str() {
            "form_post" => Self::FormPost {
                url: any.url.ok_or("missing field `url`")?,
                fields: any.fields.ok_or("missing field `fields`")?,
            },
            "redirect" => Self::Redirect {
                url: any.url.ok_or("missing field `url`")?,
            },
            "hosted_fields" => Self::HostedFields {
                sdk_url: any.sdk_url.ok_or("missing field `sdk_url`")?,
                integrity: any.integrity,
                session_token: any.session_token.ok_or("missing field `session_token`")?,
                brands: any.brands.ok_or("missing field `brands`")?,
            },
            "ask" => Self::Ask {
                question: any.question.ok_or("missing field `question`")?,
            },
            "wait" => Self::Wait,
            _ => return Err("unknown `type` of a next action"),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct AnyQuestion {
    #[serde(rename = "type")]
    kind: String,
    banks: Option<Vec<Bank>>,
}

impl TryFrom<AnyQuestion> for ShopperQuestion {
    type Error = Reason;

    fn try_from(any: AnyQuestion) -> Result<Self, Reason> {
        Ok(match any.kind.as_str() {
            "bank" => Self::Bank {
                banks: any.banks.ok_or("missing field `banks`")?,
            },
            "iban" => Self::Iban,
            _ => return Err("unknown `type` of a question"),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct AnyUnavailable {
    reason: String,
    minimum: Option<u64>,
    maximum: Option<u64>,
}

impl TryFrom<AnyUnavailable> for Unavailable {
    type Error = Reason;

    fn try_from(any: AnyUnavailable) -> Result<Self, Reason> {
        Ok(match any.reason.as_str() {
            "below_minimum" => Self::BelowMinimum {
                minimum: any.minimum.ok_or("missing field `minimum`")?,
            },
            "above_maximum" => Self::AboveMaximum {
                maximum: any.maximum.ok_or("missing field `maximum`")?,
            },
            _ => return Err("unknown `reason` why a method can't be chosen"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    /// What is written is read back; without any one of its members, or of another kind, it is not,
    /// except where a member may be absent.
    fn round(value: &(impl Serialize + DeserializeOwned + PartialEq + Debug), optional: &[&str]) {
        fn back<T: DeserializeOwned>(_: &T, json: &Value) -> Option<T> {
            serde_json::from_value(json.clone()).ok()
        }
        let written = serde_json::to_value(value).unwrap();
        assert_eq!(back(value, &written).as_ref(), Some(value));
        let members = written.as_object().unwrap();
        for name in members.keys() {
            let mut less = members.clone();
            less.remove(name);
            let read = back(value, &Value::Object(less));
            assert_eq!(read.is_some(), optional.contains(&name.as_str()), "{name}");
        }
        for kind in ["type", "reason"] {
            if members.contains_key(kind) {
                let mut other = members.clone();
                other.insert(kind.into(), json!("of_tomorrow"));
                assert_eq!(back(value, &Value::Object(other)), None);
            }
        }
    }

    #[test]
    fn what_serde_writes_is_read_and_nothing_less() {
        let bank = Bank {
            code: "INGBNL2A".into(),
            name: "ING".into(),
        };
        let banks = vec![bank];
        round(&ShopperQuestion::Iban, &[]);
        round(
            &ShopperQuestion::Bank {
                banks: banks.clone(),
            },
            &[],
        );
        round(&Unavailable::BelowMinimum { minimum: 100 }, &[]);
        round(&Unavailable::AboveMaximum { maximum: 2500 }, &[]);
        round(&NextAction::Wait, &[]);
        let question = ShopperQuestion::Bank { banks };
        round(&NextAction::Ask { question }, &[]);
        let field = FormField {
            name: "PBX_SITE".into(),
            value: "1999888".into(),
        };
        let form = NextAction::FormPost {
            url: "https://platform.example/php/".into(),
            fields: vec![field],
        };
        round(&form, &[]);
        let url = "https://platform.example/page?id=1".into();
        round(&NextAction::Redirect { url }, &[]);
        let fields = NextAction::HostedFields {
            sdk_url: "https://platform.example/sdk.js".into(),
            integrity: Some("sha384-x".into()),
            session_token: "t".into(),
            brands: vec!["CB".into()],
        };
        round(&fields, &["integrity"]);
    }
}
