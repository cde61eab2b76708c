//! A notification, or a browser's return: is it signed, and what does it say?

use super::super::codes;
use super::super::letters::Letter;
use super::super::seal::PublicKey;
use super::super::signed::{Change, NotFound, Search, Signed, split_pairs, text};
use super::unreadable::{BOM, Unreadable};

/// What was found out about a notification.
#[derive(Clone, Debug)]
pub struct NotificationReport {
    /// Whether a key signed it, in one of the forms that the backend takes too.
    pub verified: bool,
    /// Name of the pair that holds the signature.
    pub signature_name: String,
    /// Pairs that are not signed: the merchant's own parameters, or what something added. They are
    /// never read.
    pub unsigned: usize,
    /// What became of it on its way, in words; where it does not verify, what may have.
    pub changes: Vec<String>,
    /// The pairs, without the signature. Where it verifies these are the values that were signed.
    pub fields: Vec<Explained>,
}

/// One pair, explained.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// Its value, percent-decoded.
    pub value: String,
    /// What it means, as far as name and value tell.
    pub meaning: String,
    /// Whether the signature covers it.
    pub signed: bool,
}

/// Names that merchants give the letters, beside ours. In lower case.
const ALIASES: [(&str, Letter); 27] = [
    ("m", Letter::Amount),
    ("montant", Letter::Amount),
    ("amount", Letter::Amount),
    ("r", Letter::Reference),
    ("reference", Letter::Reference),
    ("maref", Letter::Reference),
    ("cmd", Letter::Reference),
    ("a", Letter::Authorisation),
    ("autorisation", Letter::Authorisation),
    ("authorization", Letter::Authorisation),
    ("t", Letter::Call),
    ("call", Letter::Call),
    ("numappel", Letter::Call),
    ("p", Letter::Payment),
    ("paiement", Letter::Payment),
    ("typepaiement", Letter::Payment),
    ("c", Letter::Card),
    ("carte", Letter::Card),
    ("typecarte", Letter::Card),
    ("e", Letter::Code),
    ("error", Letter::Code),
    ("s", Letter::Transaction),
    ("trans", Letter::Transaction),
    ("idtrans", Letter::Transaction),
    ("numtrans", Letter::Transaction),
    ("y", Letter::Country),
    ("z", Letter::Index),
];

/// Inspects a notification. `raw`: its query string or body, or a whole address; `pem`: the text of
/// the public key file, or nothing for the platform's published key.
///
/// # Errors
/// [`Unreadable`], when there is nothing to verify.
pub fn notification(raw: &[u8], pem: Option<&str>) -> Result<NotificationReport, Unreadable> {
    let key = pem.map_or_else(PublicKey::published, PublicKey::from_pem);
    let key = key.map_err(|error| Unreadable::Key(error.to_string()))?;
    let bare = raw.strip_prefix(BOM).unwrap_or(raw);
    let ended = bare.strip_suffix(b"\n").unwrap_or(bare);
    let ended = ended.strip_suffix(b"\r").unwrap_or(ended);
    let trimmed = after_address(ended.trim_ascii());
    let mut changes = Vec::new();
    if bare.len() != raw.len() {
        changes.push("a byte order mark stood in front of it".to_owned());
    }
    if ended.trim_ascii().len() != ended.len() {
        changes.push("a stray space or line break stands around it".to_owned());
    }
    let search = Search {
        keys: std::slice::from_ref(&key),
        signature_name: None,
        whole: false,
    };
    let found = search.find(trimmed).and_then(|signed| {
        let fields = explain_signed(&signed)?;
        Ok((signed, fields))
    });
    match found {
        Ok((signed, fields)) => {
            changes.extend(signed.changes.iter().map(|c| c.describe().to_owned()));
            Ok(NotificationReport {
                verified: true,
                signature_name: text(&signed.name),
                unsigned: signed.unsigned.len(),
                changes,
                fields,
            })
        }
        Err(NotFound::TooLong) => Err(Unreadable::TooLong),
        Err(NotFound::Nothing | NotFound::NoSignature | NotFound::Illegible) => {
            Err(Unreadable::NoSignature)
        }
        Err(why) => Ok(not_verified(trimmed, &why, changes)),
    }
}

fn explain_signed(signed: &Signed) -> Result<Vec<Explained>, NotFound> {
    let pairs = signed.pairs()?;
    let covered = pairs.iter().map(|(n, v)| explain(n, v, true));
    let beside = signed.unsigned.iter();
    let beside = beside.map(|(n, v)| explain(n, v.as_deref().unwrap_or_default(), false));
    Ok(beside.chain(covered).collect())
}

/// What can be said of a message that no key signed in any known form.
fn not_verified(raw: &[u8], why: &NotFound, mut changes: Vec<String>) -> NotificationReport {
    let mut pairs: Vec<_> = raw
        .split(|b| *b == b'&')
        .filter_map(|piece| split_pairs(piece)?.pop())
        .collect();
    if *why != NotFound::Mismatch {
        changes.push(why.describe());
    }
    let is_signature = |value: &[u8]| value.len() >= 172;
    let at = pairs.iter().rposition(|(_, value)| is_signature(value));
    let signature_name = at.map(|at| text(pairs.remove(at).0)).unwrap_or_default();
    let names: Vec<&[u8]> = pairs.iter().map(|(name, _)| *name).collect();
    if names.len() > 3 && names.is_sorted() {
        changes.push(format!(
            "{} — here by their names",
            Change::Sorted.describe()
        ));
    }
    let lost: Vec<&str> = ALWAYS
        .iter()
        .map(|letter| letter.name())
        .filter(|name| !names.contains(&name.as_bytes()))
        .collect();
    if !lost.is_empty() && lost.len() < ALWAYS.len() {
        changes.push(format!("lost: there is no {}", lost.join(", no ")));
    }
    NotificationReport {
        verified: false,
        signature_name,
        unsigned: 0,
        changes,
        fields: pairs.iter().map(|(n, v)| explain(n, v, false)).collect(),
    }
}

/// What stands in every message under our names.
const ALWAYS: [Letter; 5] = [
    Letter::Amount,
    Letter::Reference,
    Letter::Call,
    Letter::Code,
    Letter::Transaction,
];

/// What follows the `?` where a whole address, a path or a leading `?` was given.
fn after_address(raw: &[u8]) -> &[u8] {
    let Some(at) = raw.iter().position(|b| *b == b'?') else {
        return raw;
    };
    let before = &raw[..at];
    let address = before.is_empty() || before[0] == b'/' || before.windows(3).any(|w| w == b"://");
    if address { &raw[at + 1..] } else { raw }
}

fn letter_of(name: &str) -> Option<Letter> {
    let lower = name.to_ascii_lowercase();
    let ours = Letter::ALL
        .into_iter()
        .find(|l| l.name().eq_ignore_ascii_case(name));
    ours.or_else(|| {
        ALIASES
            .iter()
            .find(|(alias, _)| *alias == lower)
            .map(|(_, letter)| *letter)
    })
}

fn explain(name: &[u8], value: &[u8], signed: bool) -> Explained {
    let (name, value) = (text(name), text(value));
    let meaning = match letter_of(&name) {
        None => "not one of the usual names; signed pairs of other names are ignored".to_owned(),
        Some(Letter::Code) => {
            let known = codes::explain(&value).map(|(text, _)| text);
            let known = known.unwrap_or("unknown code: an unknown outcome, not a success");
            format!("{}: {known}", Letter::Code.meaning())
        }
        Some(Letter::Authorisation) if value == "XXXXXX" => {
            format!(
                "{}; XXXXXX is a test account's",
                Letter::Authorisation.meaning()
            )
        }
        Some(letter) => letter.meaning().to_owned(),
    };
    Explained {
        name,
        value,
        meaning,
        signed,
    }
}

#[cfg(test)]
mod tests;
