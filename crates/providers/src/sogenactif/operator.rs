//! What an operator calls by hand: any method, with the account's own identity and key.

use guichet_domain::id::Slug;

use super::config::Config;
use super::json::Json;
use super::office::{Confidence, Effect, METHODS, MethodInfo, RequestError, TransactionRule};
use super::request::{Answer, AnswerError, Prepared};
use crate::contract::ConfigError;
use crate::contract::{CallAnswer, Environment};

/// An account, to call methods with. Pure: the caller makes the calls.
#[derive(Debug)]
pub struct Operator(Config);

impl Operator {
    /// Opens an account from its table of the configuration.
    ///
    /// # Errors
    /// Names the first key that is missing, unknown or wrong. Never shows a secret's value.
    pub fn open(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        Config::read(account, table, environment).map(Self)
    }

    /// Seals a request: the method's own fields as JSON, without the envelope.
    ///
    /// # Errors
    /// What is wrong with the fields, by name.
    pub fn prepare(
        &self,
        method: &'static MethodInfo,
        fields: &[u8],
    ) -> Result<Prepared, RequestError> {
        self.0.prepare(method, &Json::parse_object(fields)?)
    }

    /// Reads the answer to a request.
    ///
    /// # Errors
    /// Why it can't be relied on.
    pub fn read(&self, sent: &Prepared, answer: &CallAnswer) -> Result<Answer, AnswerError> {
        self.0.read_answer(sent.method, &sent.message, answer)
    }
}

/// The table of methods as Markdown: the content of `docs/sogenactif-methods.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    for method in &METHODS {
        let version = method.interface_version();
        let path = method.path();
        let path = path.trim_start_matches("/rs-services/v2/");
        out.push_str(&format!(
            "| `{}` | `{path}` | `{version}` | `{}` | {} | {} | {} | {} | {}, {} | {} |\n",
            method.name,
            method.code_field,
            transaction(method.transaction),
            fields(method),
            effect(method.effect),
            method.instead_of_number.unwrap_or("–"),
            mark(method.path_known),
            mark(method.fields_known),
            method.source,
        ));
    }
    out.push_str(FOOT);
    out
}

/// The table for a terminal: name, path and version, a line each.
#[must_use]
pub fn list() -> String {
    let line = |method: &MethodInfo| {
        let (path, version) = (method.path(), method.interface_version());
        format!("{:<36}{path:<66}{version}\n", method.name)
    };
    METHODS.iter().map(line).collect()
}

const HEAD: &str = "\
# The methods of Sogenactif's connector Office

This file is printed by `guichet sogenactif --table` from the table that the code works with
(`crates/providers/src/sogenactif/office/table.rs`); a test compares the two.

All 44 methods of release 24.2, each with its typed request and answer. Paths stand behind
`/rs-services/v2/` on the account's host. Every request also holds `interfaceVersion`, `keyVersion`,
`merchantId`, `sealAlgorithm` and `seal`, which the backend sets. The version can be changed for
each method in the account's table (`interface_versions`).

Confidence, for path and fields: A read on a page of the Sogenactif documentation, B on a page of a
sister platform (Sips, Mercanet, Sherlock's), C in public code, D derived.

| method | path | version | code field | transaction | mandatory | does \
| instead of a card's number | known | source |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

const FOOT: &str = "
Transaction: `new` names one that is made, by the account's `transaction_identity`; `existing` names
one that is there; `or other` takes something else in its place.

What a method does decides what an answer that never came means. What only reads or opens a session
is asked once more. What keeps (wallets, lists, mandates) or moves (transactions) is sent once more
only if the connection could not be made, and never after it was sent: `getTransactionData` tells
what became of it.

No type here holds a card's number or security code. Where the platform takes a number, a token or a
wallet's entry is taken instead.
";

fn transaction(rule: TransactionRule) -> &'static str {
    match rule {
        TransactionRule::None => "–",
        TransactionRule::New => "new",
        TransactionRule::Existing => "existing",
        TransactionRule::Optional => "or other",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Opens => "opens",
        Effect::Keeps => "keeps",
        Effect::Moves => "moves",
    }
}

fn mark(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::A => "A",
        Confidence::B => "B",
        Confidence::C => "C",
        Confidence::D => "D",
    }
}

fn fields(method: &MethodInfo) -> String {
    let mut parts: Vec<_> = method
        .mandatory
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    if !method.one_of.is_empty() {
        let names: Vec<_> = method
            .one_of
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        parts.push(format!("one of {}", names.join(" / ")));
    }
    if parts.is_empty() {
        "–".to_owned()
    } else {
        parts.join(", ")
    }
}
