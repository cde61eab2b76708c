//! Finds what the platform signed in what arrived.
//!
//! The rule: a text counts if a key of the account signed exactly that text, byte for byte, and
//! values are read out of that text alone. What stands beside it is never read. So a form more that
//! is tried can only find what was signed, never make anything be believed.
//!
//! The platform signs the pairs as it writes them. What carries them — a proxy, a framework, the
//! clipboard — may sort, double, escape or unescape them; GET suffers so with a good many proxies,
//! as they are usually configured, and POST with none that is known. The forms that are tried are
//! the same for the backend and for `guichet inspect`, and there are at most [`TRIES_MAX`].

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{percent_decode, percent_encode};

pub(super) use self::change::Change;
use self::change::change;
use self::spelling::{ESCAPED, SPELLINGS, contains, replace};
use super::letters::Letter;
use super::seal::PublicKey;

mod change;
mod spelling;

/// Most bytes of a message. A real one has less than 1000.
const LENGTH_MAX: usize = 16 * 1024;

/// Most pairs of the merchant's own in front of the platform's.
const OWN_MAX: usize = 16;

/// Most texts that are held against each key: the text as it stands, three lists of pairs in ten
/// spellings, and the lists with more and more of the first pairs left out.
const TRIES_MAX: usize = 1 + 3 * 10 + OWN_MAX;

/// Least bytes of a signature: the platform's key has 1024 bits.
const SIGNATURE_MIN: usize = 128;

/// Why nothing signed was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum NotFound {
    TooLong,
    /// There is nothing at all.
    Nothing,
    /// No pair holds a signature.
    NoSignature,
    /// The signature is not base64.
    Illegible,
    /// A pair has no name.
    Nameless,
    /// This name stands twice, with different values.
    Twice(Vec<u8>),
    /// No key signed it, in no form.
    Mismatch,
}

impl NotFound {
    /// What is wrong, in words.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::TooLong => "too long".to_owned(),
            Self::Nothing => {
                "lost: nothing came with it; a proxy drops the query, or the body".to_owned()
            }
            Self::NoSignature => "no pair holds a signature".to_owned(),
            Self::Illegible => "signature unreadable".to_owned(),
            Self::Nameless => "a pair has no name".to_owned(),
            Self::Twice(name) => {
                let name = text(name).chars().take(40).collect::<String>();
                format!("{name} stands there twice, with different values")
            }
            Self::Mismatch => "the signature does not verify".to_owned(),
        }
    }
}

/// A name and a value, raw.
pub(super) type Pair<'a> = (&'a [u8], &'a [u8]);

/// The same, kept; a piece without `=` has no value.
pub(super) type OwnPair = (Vec<u8>, Option<Vec<u8>>);

/// What the platform signed.
#[derive(Debug)]
pub(super) struct Signed {
    /// The signed text, byte for byte.
    pub(super) text: Vec<u8>,
    /// What the pair with the signature is called.
    pub(super) name: Vec<u8>,
    signature: Vec<u8>,
    /// What became of it on its way.
    pub(super) changes: BTreeSet<Change>,
    /// Pairs beside it, raw: never to be read.
    pub(super) unsigned: Vec<OwnPair>,
}

impl Signed {
    /// The signed pairs, raw.
    pub(super) fn pairs(&self) -> Result<Vec<Pair<'_>>, NotFound> {
        let pairs = split_pairs(&self.text).ok_or(NotFound::Nameless)?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            let twice = pairs[..at].iter().any(|(before, _)| before == name);
            if twice || *name == self.name {
                return Err(NotFound::Twice(name.to_vec()));
            }
        }
        Ok(pairs)
    }

    /// The message without what was added to it and what became of it: signed text and signature.
    pub(super) fn message(&self) -> Vec<u8> {
        let signature = STANDARD.encode(&self.signature);
        let signature = percent_encode(signature.as_bytes(), ESCAPED).to_string();
        [
            &self.text,
            &b"&"[..],
            &self.name,
            b"=",
            signature.as_bytes(),
        ]
        .concat()
    }
}

/// How to look for what was signed.
pub(super) struct Search<'a> {
    /// The keys, of which one must have signed it.
    pub(super) keys: &'a [PublicKey],
    /// What the pair with the signature is called; none: it is known by its value.
    pub(super) signature_name: Option<&'a str>,
    /// Whether all that stands before the signature must be signed, as on a browser's return.
    pub(super) whole: bool,
}

impl Search<'_> {
    /// Finds what was signed.
    pub(super) fn find(&self, raw: &[u8]) -> Result<Signed, NotFound> {
        if raw.len() > LENGTH_MAX {
            return Err(NotFound::TooLong);
        }
        if raw.iter().all(|b| b.is_ascii_whitespace() || *b == b'&') {
            return Err(NotFound::Nothing);
        }
        if let Some(signed) = self.as_it_stands(raw) {
            return Ok(signed);
        }
        let arrived = Arrived::read(raw, self.signature_name)?;
        let mut tried: Vec<Vec<u8>> = Vec::new();
        for list in self.lists(&arrived) {
            for (spelt, _) in SPELLINGS.iter().zip(0..list.spellings) {
                let pairs: Vec<OwnPair> = list
                    .pairs
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_deref().map(spelt)))
                    .collect();
                let text = join(&pairs);
                if text.is_empty() || tried.contains(&text) || tried.len() >= TRIES_MAX {
                    continue;
                }
                if self.verifies(&text, &arrived.signature.bytes) {
                    return Ok(arrived.found(&list.pairs, &pairs, text));
                }
                tried.push(text);
            }
        }
        Err(NotFound::Mismatch)
    }

    fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        self.keys.iter().any(|key| key.verifies(text, signature))
    }

    /// The usual case: all that stands before the signature, and nothing after it.
    fn as_it_stands(&self, raw: &[u8]) -> Option<Signed> {
        let at = raw.iter().rposition(|b| *b == b'&')?;
        let (text, last) = (&raw[..at], &raw[at + 1..]);
        let equals = last.iter().position(|b| *b == b'=')?;
        let (name, value) = (&last[..equals], &last[equals + 1..]);
        let named = self
            .signature_name
            .is_none_or(|known| known.as_bytes() == name);
        let signature = Signature::read(value).filter(|_| named)?;
        self.verifies(text, &signature.bytes).then(|| Signed {
            text: text.to_vec(),
            name: name.to_vec(),
            changes: signature.changes,
            signature: signature.bytes,
            unsigned: Vec::new(),
        })
    }

    /// The lists of pairs that may be what was signed, the likeliest first.
    fn lists(&self, arrived: &Arrived) -> Vec<List> {
        let all = SPELLINGS.len();
        let before = &arrived.pairs[..arrived.before];
        let mut lists = vec![List::new(before.to_vec(), all)];
        let ours = before.iter().filter(|(name, _)| is_ours(name)).cloned();
        let ours: Vec<_> = ours.collect();
        if !self.whole {
            lists.push(List::new(ours, all));
        }
        let in_order = Letter::ALL.iter().filter_map(|letter| {
            let named = |(name, _): &&OwnPair| name == letter.name().as_bytes();
            arrived.pairs.iter().find(named).cloned()
        });
        let in_order: Vec<_> = in_order.collect();
        if !self.whole || in_order.len() == arrived.pairs.len() {
            lists.push(List::new(in_order, all));
        }
        if !self.whole {
            let most = before.len().saturating_sub(1).min(OWN_MAX);
            lists.extend((1..=most).map(|own| List::new(before[own..].to_vec(), 1)));
        }
        lists
    }
}

/// Pairs that may be what was signed, and how many spellings of them are tried.
struct List {
    pairs: Vec<OwnPair>,
    spellings: usize,
}

impl List {
    fn new(pairs: Vec<OwnPair>, spellings: usize) -> Self {
        Self { pairs, spellings }
    }
}

/// A message as it arrived, taken apart.
struct Arrived {
    /// The pairs without the signature and without repetitions.
    pairs: Vec<OwnPair>,
    /// How many of them stand before the signature.
    before: usize,
    name: Vec<u8>,
    signature: Signature,
    changes: BTreeSet<Change>,
}

impl Arrived {
    fn read(raw: &[u8], signature_name: Option<&str>) -> Result<Self, NotFound> {
        let mut changes = BTreeSet::new();
        let mut raw = raw.to_vec();
        if !raw.contains(&b'=') && contains(&raw, b"%3D") {
            // It was escaped as one word.
            raw = percent_decode(&raw).collect();
            changes.insert(Change::EscapedTwice);
        }
        if contains(&raw, b"&amp;") {
            raw = replace(&raw, b"&amp;", b"&");
            changes.insert(Change::HtmlEscaped);
        }
        let pieces: Vec<&[u8]> = raw.split(|b| *b == b'&').collect();
        let mut pairs: Vec<(&[u8], Option<&[u8]>)> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            if piece.is_empty() {
                changes.insert(Change::Ampersand);
                continue;
            }
            let (name, value) = halves(piece);
            if name.is_empty() {
                return Err(NotFound::Nameless);
            }
            match pairs.iter().find(|(before, _)| *before == name) {
                Some((_, before)) if *before == value => {
                    changes.insert(Change::Doubled);
                }
                Some(_) => return Err(NotFound::Twice(name.to_vec())),
                None => pairs.push((name, value)),
            }
        }
        let at = match signature_name {
            Some(known) => pairs.iter().position(|(n, _)| *n == known.as_bytes()),
            None => pairs.iter().rposition(|(_, value)| {
                let signature = value.and_then(Signature::read);
                signature.is_some_and(|signature| signature.bytes.len() >= SIGNATURE_MIN)
            }),
        };
        let at = at.ok_or(NotFound::NoSignature)?;
        let (name, value) = pairs.remove(at);
        let signature = value.and_then(Signature::read);
        let mut signature = signature.ok_or(NotFound::Illegible)?;
        changes.append(&mut signature.changes);
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.to_vec(), value.map(<[u8]>::to_vec)));
        Ok(Self {
            pairs: pairs.collect(),
            before: at,
            name: name.to_vec(),
            signature,
            changes,
        })
    }

    /// What was found, with what became of it: `used` are the pairs as they arrived, `signed` the
    /// same as they were signed.
    fn found(self, used: &[OwnPair], signed: &[OwnPair], text: Vec<u8>) -> Signed {
        let mut changes = self.changes;
        for ((_, raw), (_, signed)) in used.iter().zip(signed) {
            if let (Some(raw), Some(signed)) = (raw, signed) {
                changes.extend(change(raw, signed));
            }
        }
        let kept: Vec<&OwnPair> = self.pairs.iter().filter(|p| used.contains(p)).collect();
        if kept
            .iter()
            .zip(used)
            .any(|(arrived, used)| *arrived != used)
        {
            changes.insert(Change::Sorted);
        }
        let is_unsigned = |pair: &&OwnPair| !used.contains(pair);
        if self.pairs[self.before..].iter().any(|p| is_unsigned(&p)) {
            changes.insert(Change::Appended);
        }
        Signed {
            text,
            name: self.name,
            signature: self.signature.bytes,
            changes,
            unsigned: self.pairs.iter().filter(is_unsigned).cloned().collect(),
        }
    }
}

/// A signature, decoded.
struct Signature {
    bytes: Vec<u8>,
    changes: BTreeSet<Change>,
}

impl Signature {
    /// Undoes the percent-encoding, also where it was done twice, then the base64. There are no
    /// spaces in base64: one is a `+` that was decoded, as all of them are then. One message's
    /// escapes are written in one case: with both, it was altered on the way.
    fn read(text: &[u8]) -> Option<Self> {
        let escapes = text
            .split(|b| *b == b'%')
            .skip(1)
            .flat_map(|rest| rest.iter().take(2));
        let letters: Vec<u8> = escapes.copied().filter(u8::is_ascii_alphabetic).collect();
        let one_case = letters.iter().all(u8::is_ascii_uppercase)
            || letters.iter().all(u8::is_ascii_lowercase);
        if !one_case {
            return None;
        }
        let mut changes = BTreeSet::new();
        let mut decoded: Vec<u8> = percent_decode(text).collect();
        if decoded.contains(&b'%') {
            decoded = percent_decode(&decoded).collect();
            changes.insert(Change::EscapedTwice);
        }
        if decoded.contains(&b' ') {
            if decoded.contains(&b'+') {
                return None;
            }
            decoded = replace(&decoded, b" ", b"+");
            changes.insert(Change::SignatureSpaces);
        }
        let bytes = STANDARD.decode(decoded).ok()?;
        Some(Self { bytes, changes })
    }
}

/// Whether it is one of the names that we ask for.
fn is_ours(name: &[u8]) -> bool {
    Letter::ALL
        .iter()
        .any(|letter| letter.name().as_bytes() == name)
}

fn join(pairs: &[OwnPair]) -> Vec<u8> {
    let written: Vec<_> = pairs
        .iter()
        .map(|(name, value)| match value {
            Some(value) => [name.as_slice(), value].join(&b'='),
            None => name.clone(),
        })
        .collect();
    written.join(&b'&')
}

fn halves(piece: &[u8]) -> (&[u8], Option<&[u8]>) {
    match piece.iter().position(|b| *b == b'=') {
        Some(at) => (&piece[..at], Some(&piece[at + 1..])),
        None => (piece, None),
    }
}

/// Splits into names and values, raw. A piece without `=` is a name without a value; an empty piece
/// is none.
pub(super) fn split_pairs(data: &[u8]) -> Option<Vec<Pair<'_>>> {
    data.split(|b| *b == b'&')
        .map(|piece| {
            let (name, value) = halves(piece);
            (!name.is_empty()).then_some((name, value.unwrap_or_default()))
        })
        .collect()
}

/// Percent-decoded, with what is no UTF-8 replaced.
pub(super) fn text(raw: &[u8]) -> String {
    percent_decode(raw).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests;
