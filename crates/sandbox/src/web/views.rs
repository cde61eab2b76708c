//! What pages of both platforms are made of.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!("template: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Minor units of a currency, by its numeric or its alphabetic code, as a reader in France expects
/// them: a dollar says whose it is, and what nobody here has a sign for keeps its code.
pub(crate) fn money(minor: u64, currency: &str) -> String {
    let sign = match currency {
        "978" | "EUR" => "€",
        "124" | "CAD" => "$CA",
        "840" | "USD" => "$US",
        "826" | "GBP" => "£",
        "756" | "CHF" => "CHF",
        "953" | "XPF" => return format!("{}\u{a0}FCFP", grouped(minor)),
        other => other,
    };
    format!("{},{:02}\u{a0}{sign}", grouped(minor / 100), minor % 100)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A page with a sentence and perhaps a link.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice {
    pub(crate) page: &'static str,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) rules: Vec<String>,
    pub(crate) link: Option<String>,
    pub(crate) link_text: &'static str,
}

/// One switch of the control page.
pub(crate) struct Switch {
    pub(crate) name: String,
    pub(crate) text: &'static str,
    pub(crate) number: bool,
    pub(crate) value: String,
    pub(crate) on: bool,
}

impl Switch {
    /// A platform's switches as they are now, in the order of what is said of each.
    pub(crate) fn all<const N: usize>(
        now: &impl Serialize,
        texts: [(&str, &'static str); N],
    ) -> Vec<Self> {
        let all = serde_json::to_value(now).unwrap_or(Value::Null);
        let switch = |(name, text): (&str, &'static str)| {
            let value = all.get(name).cloned().unwrap_or(Value::Null);
            Self {
                name: name.to_owned(),
                text,
                number: value.is_number(),
                on: value == Value::Bool(true),
                value: value.to_string(),
            }
        };
        texts.into_iter().map(switch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn money_is_french() {
        assert_eq!(money(4200, "978"), "42,00\u{a0}€");
        assert_eq!(
            money(123_456_705, "978"),
            "1\u{202f}234\u{202f}567,05\u{a0}€"
        );
        for (currency, text) in [
            ("EUR", "1\u{202f}110,05\u{a0}€"),
            ("CAD", "1\u{202f}110,05\u{a0}$CA"),
            ("124", "1\u{202f}110,05\u{a0}$CA"),
            ("840", "1\u{202f}110,05\u{a0}$US"),
            ("XPF", "111\u{202f}005\u{a0}FCFP"),
            ("JOD", "1\u{202f}110,05\u{a0}JOD"),
        ] {
            assert_eq!(money(111_005, currency), text);
        }
    }
}
