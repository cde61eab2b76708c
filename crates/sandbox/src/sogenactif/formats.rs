//! What a field's value may look like.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2, data dictionary; the limits
//! that it leaves open are the sandbox's.

use serde_json::{Map, Value};

use super::books::CaptureMode;
use super::call::{Refusal, invalid, malformed, text};

type Fits = fn(&str) -> bool;

/// Names and what fits. Code 30 names the first that does not.
const FORMATS: [(&str, Fits); 22] = [
    ("amount", amount),
    ("operationAmount", amount),
    ("captureDay", |text| digits(text, 1, 2)),
    ("captureMode", |text| CaptureMode::named(text).is_some()),
    ("cardExpiryDate", year_month),
    ("currencyCode", |text| digits(text, 3, 3)),
    ("customerIpAddress", |text| {
        text.parse::<std::net::IpAddr>().is_ok()
    }),
    ("customerId", |text| text.chars().count() <= 19),
    ("iban", |text| {
        (15..=34).contains(&text.len()) && plain(text, 34)
    }),
    ("mandateId", |text| plain(text, 35)),
    ("merchantReturnUrl", return_url),
    ("merchantWalletId", |text| plain(text, 21)),
    ("orderChannel", order_channel),
    ("orderId", |text| text.chars().count() <= 32),
    ("paymentMeanAlias", |text| text.chars().count() <= 32),
    ("paymentMeanBrand", |text| text.len() <= 20 && upper(text)),
    ("paymentMeanId", |text| plain(text, 21)),
    ("paymentPattern", payment_pattern),
    ("returnContext", return_context),
    ("transactionReference", |text| plain(text, 35)),
    ("fromTransactionReference", |text| plain(text, 35)),
    ("velocityPeriod", |text| plain(text, 20)),
];

/// Currencies of the shops' contracts: EUR, USD, GBP, CHF, JPY, XOF, XPF.
const CURRENCIES: [&str; 7] = ["978", "840", "826", "756", "392", "952", "953"];

/// The first field that can't be accepted.
pub(crate) fn check(body: &Map<String, Value>) -> Result<(), Refusal> {
    for (name, fits) in FORMATS {
        match body.get(name) {
            None => {}
            Some(Value::String(value)) if value.is_empty() || fits(value) => {}
            Some(_) => return Err(malformed(name)),
        }
    }
    for name in ["amount", "operationAmount"] {
        if text(body, name).is_some_and(|text| text.bytes().all(|byte| byte == b'0')) {
            return Err(invalid(name));
        }
    }
    if text(body, "iban").is_some_and(|iban| !checks(iban)) {
        return Err(invalid("iban"));
    }
    match text(body, "currencyCode") {
        Some(code) if !CURRENCIES.contains(&code) => Err("03".into()),
        _ => Ok(()),
    }
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn amount(text: &str) -> bool {
    digits(text, 1, 12)
}

fn plain(text: &str, most: usize) -> bool {
    text.len() <= most && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn upper(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn order_channel(text: &str) -> bool {
    [
        "INTERNET",
        "INAPP",
        "MOTO",
        "MAIL_ORDER",
        "TELEPHONE_ORDER",
        "FAX",
        "IVS",
    ]
    .contains(&text)
}

fn payment_pattern(text: &str) -> bool {
    ["ONE_SHOT", "INSTALMENT", "RECURRING_1", "RECURRING_N"].contains(&text)
}

fn return_context(text: &str) -> bool {
    text.chars().count() <= 255 && !text.contains(['|', '"'])
}

fn return_url(text: &str) -> bool {
    let url = url::Url::parse(text).ok();
    text.len() <= 512
        && url.is_some_and(|url| {
            ["http", "https"].contains(&url.scheme())
                && url.username().is_empty()
                && url.password().is_none()
        })
}

/// YYYYMM.
fn year_month(text: &str) -> bool {
    let month = text.get(4..).and_then(|month| month.parse::<u8>().ok());
    digits(text, 6, 6) && month.is_some_and(|month| (1..=12).contains(&month))
}

/// ISO 13616: the country first, and the number, turned, is 1 modulo 97.
fn checks(text: &str) -> bool {
    let country = text.get(..2).unwrap_or_default();
    if !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let turned = text.bytes().cycle().skip(4).take(text.len());
    let rest = turned.fold(0_u32, |rest, byte| match char::from(byte).to_digit(36) {
        Some(value) if value > 9 => (rest * 100 + value) % 97,
        Some(value) => (rest * 10 + value) % 97,
        None => rest,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(name: &str, value: &str) -> Option<Refusal> {
        check(json!({ name: value }).as_object().unwrap()).err()
    }

    #[test]
    fn values_are_checked() {
        for (name, good, bad) in [
            ("amount", "1050", "10.50"),
            ("currencyCode", "978", "EUR"),
            (
                "iban",
                "FR7630006000011234567890189",
                "FR76 3000 6000 0112 3456 7890 189",
            ),
            ("cardExpiryDate", "203012", "1230"),
            ("customerIpAddress", "2001:db8::1", "1.2.3"),
            ("transactionReference", "TREF0001", "TREF-0001"),
            (
                "merchantReturnUrl",
                "https://shop.example/retour",
                "/retour",
            ),
            (
                "merchantReturnUrl",
                "http://127.0.0.1/r",
                "http://a:b@127.0.0.1/r",
            ),
            ("returnContext", "panier 12", "a|b"),
            ("captureMode", "VALIDATION", "validation"),
        ] {
            assert_eq!(refused(name, good), None, "{name}");
            assert_eq!(refused(name, bad), Some(malformed(name)), "{name}");
        }
        assert_eq!(refused("amount", "0"), Some(invalid("amount")));
        for iban in ["FR7630006000011234567890188", "DE89370400440532013001"] {
            assert_eq!(refused("iban", iban), Some(invalid("iban")), "{iban}");
        }
        assert_eq!(refused("iban", "de89370400440532013000"), None);
        assert_eq!(refused("currencyCode", "999"), Some("03".into()));
    }
}
