//! *Begin*: which page host is well, then the form for it.
//!
//! A host is well when its `/load.html` holds an element with the id `server_status` whose text is
//! exactly `OK` (Crédit Agricole's PHP kit and WooCommerce module). A redirect, another text, a
//! time-out: the backup host is asked (the manual, §3.1.3, names both).

use std::time::Duration;

use guichet_wire::{FormField, NextAction};

use super::config::{Config, Origin};
use super::request::form;
use crate::contract::{
    CallAnswer, Context, Exchange, Failure, HttpMethod, PlatformCall, Probe, Step,
};

/// How long a host may take to say that it is well.
const TIMEOUT: Duration = Duration::from_secs(3);
/// How long its word holds.
const CACHE: Duration = Duration::from_secs(5);

pub(super) fn begin(
    config: &Config,
    context: &Context<'_>,
    exchanges: &[Exchange],
) -> Step<NextAction> {
    let sealed = match form(config, context) {
        Ok(sealed) => sealed,
        Err(failure) => return Step::Failed(failure),
    };
    for host in &config.page_hosts {
        let url = host.join("/load.html");
        let Some(asked) = exchanges.iter().find(|exchange| exchange.call.url == url) else {
            return Step::Call(health_call(url));
        };
        let well = asked
            .answer
            .as_ref()
            .is_ok_and(|answer| answer.status == 200 && is_ok(&answer.body));
        if well {
            return Step::Done(post_to(host, sealed.pairs()));
        }
    }
    Step::Failed(Failure::Unreachable)
}

/// Each page host by its `load.html`, and each API host by whatever it answers.
pub(super) fn probes(config: &Config) -> Vec<Probe> {
    let pages = config.page_hosts.iter().map(|host| {
        let well = |answer: &CallAnswer| answer.status == 200 && is_ok(&answer.body);
        Probe::get("load.html", host.join("/load.html"), well)
    });
    let api = config.ppps_hosts.iter();
    let api = api.map(|host| Probe::get("API", host.join("/"), |answer| answer.status < 500));
    pages.chain(api).collect()
}

fn health_call(url: String) -> PlatformCall {
    PlatformCall {
        method: HttpMethod::Get,
        url,
        headers: Vec::new(),
        body: None,
        timeout: TIMEOUT,
        after: Duration::ZERO,
        cache_for: Some(CACHE),
        line: None,
        note: "health".into(),
    }
}

fn post_to(host: &Origin, pairs: &[(&'static str, String)]) -> NextAction {
    let field = |(name, value): &(&'static str, String)| FormField {
        name: (*name).to_owned(),
        value: value.clone(),
    };
    NextAction::FormPost {
        url: host.join("/php/"),
        fields: pairs.iter().map(field).collect(),
    }
}

/// Whether the page's element `server_status` says exactly `OK`. Comments and scripts are passed
/// over; an `OK` anywhere else means nothing.
fn is_ok(body: &[u8]) -> bool {
    let page = String::from_utf8_lossy(body);
    let mut rest = page.as_ref();
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let Some(end) = comment.find("-->") else {
                return false;
            };
            rest = &comment[end..];
            continue;
        }
        let Some(end) = tag_end(rest) else {
            return false;
        };
        let (tag, after) = (&rest[1..end], &rest[end + 1..]);
        if id_of(tag).is_some_and(|id| id == "server_status") {
            return after.split_once("</").is_some_and(|(text, _)| text == "OK");
        }
        rest = skip_raw(tag, after);
    }
    false
}

/// Where the tag that `text` begins with ends: the first `>` outside of quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// After a script's or a style's opening tag: what follows its closing tag.
fn skip_raw<'a>(tag: &str, after: &'a str) -> &'a str {
    let name = tag
        .split(|c: char| c.is_ascii_whitespace() || c == '/')
        .next()
        .unwrap_or_default();
    if !["script", "style", "title", "textarea"]
        .iter()
        .any(|raw| name.eq_ignore_ascii_case(raw))
    {
        return after;
    }
    let closing = format!("</{}", name.to_ascii_lowercase());
    let end = after.to_ascii_lowercase().find(&closing);
    end.map_or("", |end| &after[end..])
}

/// The value of a tag's `id` attribute.
fn id_of(tag: &str) -> Option<&str> {
    let mut rest = tag.trim_start_matches(|c: char| !c.is_ascii_whitespace());
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'));
        let name = rest.get(..end?)?;
        rest = rest[name.len()..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            if name.is_empty() {
                return None;
            } else {
                continue;
            }
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote)?,
            _ => {
                let end = value
                    .find(|c: char| c.is_ascii_whitespace())
                    .unwrap_or(value.len());
                value.split_at(end)
            }
        };
        if name.eq_ignore_ascii_case("id") {
            return Some(value);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests;
