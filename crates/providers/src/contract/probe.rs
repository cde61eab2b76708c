//! What a person can have looked at before the first order: addresses, and days on which rules end.

use jiff::civil::Date;

use super::call::{CallAnswer, HttpMethod, PlatformCall};

/// How long an address may take to answer.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// An address of the platform that can be asked without an order, and moves nothing.
pub struct Probe {
    /// What is there, in a word or two.
    pub what: &'static str,
    /// The call.
    pub call: PlatformCall,
    /// Whether an answer shows that it is well.
    pub is_well: fn(&CallAnswer) -> bool,
}

impl Probe {
    /// Reads an address.
    #[must_use]
    pub fn get(what: &'static str, url: String, is_well: fn(&CallAnswer) -> bool) -> Self {
        Self {
            what,
            call: PlatformCall {
                method: HttpMethod::Get,
                url,
                headers: Vec::new(),
                body: None,
                timeout: TIMEOUT,
                after: std::time::Duration::ZERO,
                cache_for: None,
                line: None,
                note: "probe".into(),
            },
            is_well,
        }
    }
}

/// A rule that ends on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DatedRule {
    /// The methods that it is about, as far as the account has them.
    pub methods: &'static [&'static str],
    /// Its last day.
    pub until: Date,
    /// What it says, and what to do before that day.
    pub what: &'static str,
}
