//! What a platform sent, with what may name a person or open something hidden.

/// Fields whose values tell of money and of nothing else, in small letters. Whatever is not among
/// them is hidden: a platform may send new ones.
const SHOWN: [&str; 26] = [
    // Up2pay, as we ask for them (`PBX_RETOUR`).
    "mt",
    "ref",
    "auto",
    "appel",
    "choixpaiement",
    "choixcarte",
    "erreur",
    "transaction",
    "date",
    "heure",
    "auth3ds",
    "garantie",
    "enrole",
    "partie",
    // What others call the same.
    "amount",
    "currency",
    "currencycode",
    "status",
    "code",
    "resultcode",
    "responsecode",
    "orderid",
    "transid",
    "transactionid",
    "transactiondate",
    "paymentmethod",
];

/// Longest value that is shown, in characters.
const VALUE_MAX: usize = 120;

/// The names of a message's fields, with those values that may be shown.
pub(super) fn fields(raw: &[u8]) -> Vec<(String, Option<String>)> {
    let object = serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(raw);
    if let Ok(object) = object {
        let value = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::Bool(bool) => Some(bool.to_string()),
            _ => None,
        };
        let fields = object.into_iter();
        return fields.map(|(name, of)| field(name, value(of))).collect();
    }
    let pairs = url::form_urlencoded::parse(raw);
    let pairs = pairs.map(|(name, value)| field(name.into_owned(), Some(value.into_owned())));
    pairs.collect()
}

fn field(name: String, value: Option<String>) -> (String, Option<String>) {
    let short = |text: String| text.chars().take(VALUE_MAX).collect::<String>();
    let shown = SHOWN.contains(&name.to_lowercase().as_str());
    (short(name), value.filter(|_| shown).map(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_be_harmless_is_hidden() {
        let told = fields(b"Mt=1500&Ref=A%201&Signature=abc&Porteur=l%40b.fr&nom=Lea");
        let hidden = |name: &str| (name.to_owned(), None);
        let shown = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        assert_eq!(
            told,
            [
                shown("Mt", "1500"),
                shown("Ref", "A 1"),
                hidden("Signature"),
                hidden("Porteur"),
                hidden("nom"),
            ]
        );
        let told = fields(br#"{"amount": 5, "card": {"number": "4111"}, "email": "l@b.fr"}"#);
        assert_eq!(
            told,
            [shown("amount", "5"), hidden("card"), hidden("email")]
        );
    }

    #[test]
    fn what_is_no_form_shows_no_value() {
        let told = fields(b"<xml>4111111111111111</xml>");
        assert!(told.iter().all(|(_, value)| value.is_none()), "{told:?}");
    }
}
