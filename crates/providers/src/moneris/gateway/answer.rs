//! Answers of the gateway: one receipt, in XML. Read by its content, since the header says
//! `text/html` (AM). Nothing is expanded or fetched, and what stands there twice is believed
//! nothing.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use crate::moneris::codes::approves;

/// Most elements that stand in each other.
const DEPTH_MAX: usize = 8;
/// Most characters of a message that are passed on.
const MESSAGE_MAX: usize = 80;

/// Names and texts, in their order.
type Fields = Vec<(String, String)>;

/// One answer.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    fields: Fields,
    profiles: Vec<Profile>,
}

/// What is told of a profile of the vault.
#[derive(Debug, Default)]
pub(super) struct Profile(Fields);

/// What the bank said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Approved,
    Declined,
    /// The bank was not asked, or did not answer.
    None,
}

/// Reads an answer; none where it is no such XML.
pub(super) fn read(body: &[u8]) -> Option<Receipt> {
    let mut reader = Reader::from_reader(body);
    let mut receipt = None;
    let (mut path, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                let name = std::str::from_utf8(tag.name().as_ref()).ok()?.to_owned();
                path.push(name);
                text.clear();
                open(&mut receipt, &path)?;
            }
            Event::Empty(tag) => {
                let name = std::str::from_utf8(tag.name().as_ref()).ok()?.to_owned();
                path.push(name);
                open(&mut receipt, &path)?;
                close(&mut receipt, &path, String::new())?;
                path.pop();
            }
            Event::Text(part) => text.push_str(&part.decode().ok()?),
            Event::CData(part) => text.push_str(&part.decode().ok()?),
            Event::GeneralRef(name) => text.push(character(&name)?),
            Event::End(_) => {
                close(&mut receipt, &path, std::mem::take(&mut text))?;
                path.pop()?;
            }
            Event::Eof => return receipt.filter(|_| path.is_empty()),
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) => return None,
        }
    }
}

/// One of the five characters that every document may name, or one by its number.
fn character(name: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = name.resolve_char_ref().ok()? {
        return Some(character);
    }
    Some(match name.decode().ok()?.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// An element begins.
fn open(receipt: &mut Option<Receipt>, path: &[String]) -> Option<()> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match (names.as_slice(), &receipt) {
        ([first, ..], _) if *first != "response" => return None,
        ([_, "receipt"], None) => *receipt = Some(Receipt::default()),
        // Which of two is meant can't be told.
        (["response"] | [_, "receipt"], Some(_)) => return None,
        ([_, "receipt", "ResolveData"], Some(_)) => {
            receipt.as_mut()?.profiles.push(Profile::default());
        }
        _ => {}
    }
    (path.len() <= DEPTH_MAX).then_some(())
}

/// An element ends.
fn close(receipt: &mut Option<Receipt>, path: &[String], text: String) -> Option<()> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let (fields, name) = match names.as_slice() {
        [_, "receipt", "ResolveData"] => return Some(()),
        [_, "receipt", name] => (&mut receipt.as_mut()?.fields, name),
        [_, "receipt", "ResolveData", name] => {
            (&mut receipt.as_mut()?.profiles.last_mut()?.0, name)
        }
        _ => return Some(()),
    };
    let twice = fields.iter().any(|(own, _)| own == name);
    fields.push(((*name).to_owned(), text));
    (!twice).then_some(())
}

/// A value; none where it is one of the three spellings of nothing.
fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let (_, text) = fields.iter().find(|(own, _)| own == name)?;
    let text = text.trim();
    (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then_some(text)
}

impl Receipt {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        value(&self.fields, name)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        let text = self.text(name)?.to_ascii_lowercase();
        match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Approved is what is complete, with a code below 050 (SDK, DOC), and never what ISO says.
    pub(super) fn verdict(&self) -> Verdict {
        let complete = self.flag("Complete") == Some(true);
        let in_time = self.flag("TimedOut") != Some(true);
        match approves(self.text("ResponseCode").unwrap_or_default()) {
            Some(true) if complete && in_time => Verdict::Approved,
            Some(false) if complete && in_time => Verdict::Declined,
            _ => Verdict::None,
        }
    }

    /// Whether it is the gateway's word that it did nothing: all else is `null` then (AM).
    pub(super) fn is_refused_before(&self) -> bool {
        self.text("ResponseCode").is_none()
            && self.text("TransID").is_none()
            && self.flag("Complete") == Some(false)
            && self.flag("TimedOut") == Some(false)
    }

    /// Of a `status_check`: whether no such transaction is known.
    pub(super) fn is_not_found(&self) -> bool {
        let code = approves(self.text("StatusCode").unwrap_or_default());
        let word = self.text("StatusMessage").unwrap_or_default();
        let nothing = self.text("ResponseCode").is_none() && self.text("TransID").is_none();
        nothing && code != Some(true) && (code.is_some() || word.eq_ignore_ascii_case("not found"))
    }

    /// An amount in minor units: dollars and two digits.
    pub(super) fn amount(&self) -> Option<u64> {
        let (whole, cents) = self.text("TransAmount")?.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(cents) || cents.len() != 2 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        whole.checked_mul(100)?.checked_add(cents.parse().ok()?)
    }

    /// What it says, for a log: one line, without the stars and signs that fill it.
    pub(super) fn message(&self) -> String {
        let text = self.text("Message").unwrap_or("says nothing");
        let words = text.split(|c: char| c.is_whitespace() || c.is_control() || "*=".contains(c));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.join(" ").chars().take(MESSAGE_MAX).collect()
    }

    pub(super) fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Whether an act of the vault succeeded: its own word decides (DOC).
    pub(super) fn has_succeeded(&self) -> bool {
        self.flag("ResSuccess") == Some(true) && self.flag("Complete") != Some(false)
    }

    /// Whether the vault says itself that it did not succeed: there is no such profile.
    pub(super) fn is_gone(&self) -> bool {
        let code = approves(self.text("ResponseCode").unwrap_or_default());
        self.flag("ResSuccess") == Some(false) && code == Some(false)
    }
}

impl Profile {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        value(&self.0, name)
    }
}
