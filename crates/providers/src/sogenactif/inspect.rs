//! The pure part of `guichet inspect sogenactif-seal`: seals a message, or says why its seal does
//! not match. The key comes in as text and never goes out.

use super::json::{Json, JsonError};
use super::seal::{Algorithm, SecretKey, sealed_string, sealed_string_sorting_lists};

/// What came of comparing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The message's seal is the right one.
    Match,
    /// It is another.
    Mismatch,
    /// The message has none.
    Absent,
}

/// What is to say of a message's seal.
#[derive(Clone, Debug)]
pub struct SealReport {
    /// The string that is sealed, with the lists as they stand.
    pub sealed: String,
    /// How: by the message's `sealAlgorithm`, or HMAC-SHA-256.
    pub algorithm: Algorithm,
    /// Its seal.
    pub seal: String,
    /// Whether it is the message's.
    pub verdict: Verdict,
    /// Known causes of a mismatch that explain this one.
    pub wrong_ways: Vec<String>,
    /// What would make the message's meaning depend on who reads it.
    pub warnings: Vec<&'static str>,
}

/// Why there is nothing to report. Holds nothing of the key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unreadable {
    /// The key file holds no key.
    #[error("the key {0}")]
    Key(String),
    /// The input is no message.
    #[error("the input {0}")]
    Json(#[from] JsonError),
    /// An algorithm that is not computed here.
    #[error("sealAlgorithm {0:?} is not computed here: HMAC-SHA-256, SHA-256, HMAC-SHA-512 are")]
    Algorithm(String),
}

/// What some editors put in front of a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// Seals a message, and compares with its `seal` if it has one.
///
/// # Errors
/// [`Unreadable`].
pub fn seal(input: &[u8], key: &str) -> Result<SealReport, Unreadable> {
    let without = input.strip_prefix(BOM);
    let message = Json::parse_object(without.unwrap_or(input))?;
    let secret = SecretKey::parse(key).map_err(|error| Unreadable::Key(error.to_string()))?;
    let algorithm = match message.text("sealAlgorithm") {
        None => Algorithm::HmacSha256,
        Some(name) => {
            Algorithm::parse(name).ok_or_else(|| Unreadable::Algorithm(name.to_owned()))?
        }
    };
    let sealed = sealed_string(&message);
    let sorted = sealed_string_sorting_lists(&message);
    let mac = secret.seal(algorithm, &sealed);
    let verdict = match message.text("seal").filter(|seal| !seal.is_empty()) {
        None => Verdict::Absent,
        Some(given) if mac.matches(given) => Verdict::Match,
        Some(_) => Verdict::Mismatch,
    };
    let given = message
        .text("seal")
        .filter(|_| verdict == Verdict::Mismatch);
    let wrong_ways = given
        .map(|given| causes(&message, given, &secret, key))
        .unwrap_or_default();
    let mut warnings = Vec::new();
    if without.is_some() {
        warnings.push(
            "the message begins with a byte order mark, which JSON does not allow: it was left out",
        );
    }
    if sorted != sealed {
        warnings.push("a list is not sorted: some kits of the platform sort it before sealing");
    }
    Ok(SealReport {
        seal: mac.to_hex(),
        sealed,
        algorithm,
        verdict,
        wrong_ways,
        warnings,
    })
}

/// Which known mistake gives exactly that seal.
fn causes(message: &Json, given: &str, secret: &SecretKey, key: &str) -> Vec<String> {
    let strings = [
        (sealed_string(message), ""),
        (
            sealed_string_sorting_lists(message),
            ", with lists sorted before sealing",
        ),
        (
            everything(message),
            ", with keyVersion and sealAlgorithm sealed too",
        ),
    ];
    let mut found = Vec::new();
    for algorithm in Algorithm::ALL {
        // The first that fits: without a list, say, the others are the same string.
        let how = strings
            .iter()
            .find(|(data, _)| secret.seal(algorithm, data).matches(given));
        if let Some((_, how)) = how {
            found.push(format!("it is the {} seal{how}", algorithm.name()));
        }
    }
    let broken = SecretKey::raw(format!("{}\n", key.trim()));
    for algorithm in Algorithm::ALL {
        if broken.seal(algorithm, &strings[0].0).matches(given) {
            found.push("the key was used with a line break at its end".to_owned());
        }
    }
    found
}

/// What is sealed by whoever leaves out `seal` alone.
fn everything(message: &Json) -> String {
    let Json::Object(members) = message else {
        return String::new();
    };
    let mut renamed = members.clone();
    renamed.remove("seal");
    // The excluded names are excluded at the top only: one level down, all are sealed.
    let inner = Json::Object(renamed);
    sealed_string(&Json::Object([("message".to_owned(), inner)].into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "002001000000001_KEY1";

    fn v1() -> &'static str {
        include_str!("golden/v1.json")
    }

    #[test]
    fn a_message_without_seal_is_sealed() {
        let report = seal(v1().as_bytes(), KEY).unwrap();
        assert_eq!(report.verdict, Verdict::Absent);
        assert_eq!(
            report.seal,
            include_str!("golden/v1.hmac-sha-256").trim_end()
        );
        assert_eq!(report.sealed, include_str!("golden/v1.txt").trim_end());
        assert!(report.warnings.is_empty());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_message_and_is_told() {
        let report = seal(format!("\u{feff}{}", v1()).as_bytes(), KEY).unwrap();
        assert_eq!(report.sealed, include_str!("golden/v1.txt").trim_end());
        assert!(report.warnings[0].contains("byte order mark"));
        // One alone: a second is something else than a message.
        assert!(seal(format!("\u{feff}\u{feff}{}", v1()).as_bytes(), KEY).is_err());
    }

    fn with(fields: &str) -> SealReport {
        let text = v1().trim_end().trim_end_matches('}').trim_end().to_owned();
        seal(format!("{text},{fields}}}").as_bytes(), KEY).unwrap()
    }

    #[test]
    fn a_seal_is_compared_and_a_known_mistake_is_named() {
        let hmac = include_str!("golden/v1.hmac-sha-256").trim_end();
        let sha = include_str!("golden/v1.sha-256").trim_end();
        assert_eq!(
            with(&format!("\"seal\":\"{hmac}\"")).verdict,
            Verdict::Match
        );
        let other = with(&format!("\"seal\":\"{sha}\""));
        assert_eq!(other.verdict, Verdict::Mismatch);
        assert_eq!(other.wrong_ways, ["it is the SHA-256 seal"]);
        let named = format!("\"sealAlgorithm\":\"SHA-256\",\"seal\":\"{sha}\"");
        assert_eq!(with(&named).verdict, Verdict::Match);
        assert!(with("\"seal\":\"00\"").wrong_ways.is_empty());
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        assert_eq!(seal(b"[]", KEY).unwrap_err(), JsonError::NotObject.into());
        assert!(matches!(
            seal(b"{}", "short").unwrap_err(),
            Unreadable::Key(_)
        ));
        let unknown = seal(br#"{"sealAlgorithm":"MD5"}"#, KEY).unwrap_err();
        assert_eq!(unknown, Unreadable::Algorithm("MD5".into()));
    }

    #[test]
    fn an_unsorted_list_is_warned_of() {
        let report = seal(br#"{"a":["VISA","CB"]}"#, KEY).unwrap();
        assert_eq!(
            (report.sealed.as_str(), report.warnings.len()),
            ("VISACB", 1)
        );
    }
}
