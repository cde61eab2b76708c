//! A request as it was sent: one transaction, its fields, its block on the card on file.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::moneris::world::{STORE, TOKEN};

/// A request.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The transaction's element.
    pub(super) name: String,
    /// It asks what became of the same before.
    pub(super) asks: bool,
    fields: Vec<(String, String)>,
    pub(super) on_file: Vec<(String, String)>,
    pub(super) address: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(own, _)| own == name);
        found
            .map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// An amount in minor units.
    pub(super) fn amount(&self, name: &str) -> Option<u64> {
        let (whole, cents) = self.text(name)?.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let fits = digits(whole) && digits(cents) && cents.len() == 2;
        let (whole, cents): (u64, u64) = (whole.parse().ok()?, cents.parse().ok()?);
        fits.then_some(whole * 100 + cents)
    }

    /// Whether an address goes with it, to be compared.
    pub(super) const fn has_address(&self) -> bool {
        !self.address.is_empty()
    }

    /// Whether all three parts of an address are there, or none.
    pub(super) fn has_whole_address(&self) -> bool {
        let parts = ["avs_street_number", "avs_street_name", "avs_zipcode"];
        let is_there = |part: &&str| {
            let own = |(name, text): &(String, String)| name == part && !text.is_empty();
            self.address.iter().any(own)
        };
        !self.has_address() || parts.iter().all(is_there)
    }
}

/// Fields that stand before others, as the SDK sends them. Two sources differ about the order in
/// some elements and both pass, so only what comes before the transaction is looked at.
const BEFORE: [&str; 4] = ["store_id", "api_token", "app_version", "status_check"];

/// Reads a request, or says why it is refused.
pub(super) fn read(body: &[u8]) -> Result<Asked, &'static str> {
    const UNREADABLE: &str = "Invalid XML";
    let mut reader = Reader::from_reader(body);
    let (mut path, mut text) = (Vec::<String>::new(), String::new());
    let (mut head, mut asked) = (Vec::new(), Asked::default());
    loop {
        match reader.read_event().map_err(|_| UNREADABLE)? {
            Event::Start(tag) => {
                path.push(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
                text.clear();
                let own = path.get(1).filter(|own| !BEFORE.contains(&own.as_str()));
                if let (Some(own), 2) = (own, path.len()) {
                    if !asked.name.is_empty() {
                        return Err("More than one transaction");
                    }
                    asked.name.clone_from(own);
                }
            }
            Event::Text(part) => text.push_str(&part.decode().map_err(|_| UNREADABLE)?),
            Event::GeneralRef(name) => {
                text.push_str(match name.decode().unwrap_or_default().as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => return Err(UNREADABLE),
                })
            }
            Event::End(_) => {
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                let said = std::mem::take(&mut text).trim().to_owned();
                match names.as_slice() {
                    ["request", name] if BEFORE.contains(name) => {
                        if !asked.name.is_empty() {
                            return Err("The transaction must be last");
                        }
                        head.push(((*name).to_owned(), said));
                    }
                    ["request", _, "avs_info", name] => {
                        asked.address.push(((*name).to_owned(), said));
                    }
                    ["request", _, "cof_info", name] => {
                        asked.on_file.push(((*name).to_owned(), said));
                    }
                    ["request", _, name] => asked.fields.push(((*name).to_owned(), said)),
                    _ => {}
                }
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let head = |name: &str| {
        head.iter()
            .find(|(own, _)| own == name)
            .map(|(_, text)| text)
    };
    if head("store_id").is_none_or(|id| id != STORE)
        || head("api_token").is_none_or(|token| token != TOKEN)
    {
        return Err("Invalid store credentials");
    }
    asked.asks = head("status_check").is_some_and(|word| word == "true");
    if asked.name.is_empty() {
        return Err("No transaction");
    }
    Ok(asked)
}
