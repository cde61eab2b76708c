//! The inspectors, which an operator gives whatever was found in a log.

use guichet_providers::{sogenactif, up2pay};

use crate::fixture::telling_words;
use crate::sogenactif::first_line;

/// Which inspector on the first line, the key on the second, the message after them. The key is
/// shown nowhere, unless the message holds it.
pub fn inspect(data: &[u8]) {
    let (which, rest) = first_line(data);
    let (key, message) = first_line(rest);
    let key = String::from_utf8_lossy(key);
    let shown = match which {
        b"seal" => seal(message, &key),
        b"request" => request(message, &key),
        // A public key is no secret.
        b"notification" => return notification(message, &key),
        _ => return,
    };
    let message = String::from_utf8_lossy(message);
    // As it stands, and as `Debug` writes it: the 0 of an escape joins what follows it.
    let held = format!("{message} {message:?}");
    for word in telling_words(&key) {
        let told = shown.contains(word) && !held.contains(word);
        assert!(!told, "the key is shown: {shown}");
    }
}

/// All that is said but the sealed text, which joins the message's values.
fn seal(message: &[u8], key: &str) -> String {
    match sogenactif::inspect::seal(message, key) {
        Ok(report) => format!(
            "{} {:?} {:?}",
            report.seal, report.wrong_ways, report.warnings
        ),
        // The name stands in the message, and may be escaped there.
        Err(sogenactif::inspect::Unreadable::Algorithm(_)) => String::new(),
        Err(error) => format!("{error} {error:?}"),
    }
}

fn request(message: &[u8], key: &str) -> String {
    let report = up2pay::inspect::request(message, key);
    if let Ok(report) = &report {
        // The message with the HMAC that was computed has the right one.
        let line = format!("\nPBX_HMAC={}", report.hmac);
        let sealed = [message.trim_ascii_end(), line.as_bytes()].concat();
        let absent = report.verdict == up2pay::inspect::Verdict::Absent;
        let whole = message.trim_ascii_end().len() == message.len();
        if absent && whole {
            let again = up2pay::inspect::request(&sealed, key);
            let verdict = again.map(|again| again.verdict);
            assert_eq!(verdict, Ok(up2pay::inspect::Verdict::Match));
        }
    }
    format!("{report:?}")
}

fn notification(message: &[u8], key: &str) {
    let published = up2pay::inspect::notification(message, None);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----");
    let _ = up2pay::inspect::notification(message, Some(&pem));
    if let Ok(report) = &published {
        // The one text that the published key is known here to have signed.
        let signed = report.fields.iter().filter(|field| field.signed);
        let said = signed.map(|field| format!("{}={}", field.name, field.value));
        let said: Vec<String> = said.collect();
        let genuine = "Mt=1000&Ref=CMD1349338388&Auto=XXXXXX&Erreur=00000";
        assert!(
            !report.verified || said.join("&") == genuine,
            "signed by nobody"
        );
    }
}
