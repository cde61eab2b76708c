//! The request of a payment page: one ordered list of fields that feeds both the form and its seal.
//!
//! Sources: the manual, §3.1 and §3.2 (vouchers, the examples' order of fields); Verifone "Paybox
//! System" V8.0 (formats); Crédit Agricole's WooCommerce module 3.0.5 (3-D Secure 2).

use guichet_domain::FieldError;
use guichet_domain::language::Language;
use guichet_domain::money::Currency;
use guichet_domain::session::Capture;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::billing::{billing, shopping_cart};
use super::config::{Config, Confirm};
use super::letters::return_list;
use super::numbers::Reference;
use super::seal::{Fields, Sealed};
use super::way::Way;
use crate::contract::{Addresses, Context, Environment, Failure};
use crate::plain::plain_end;

/// Most letters and digits of PBX_ARCHIVAGE (Verifone "Paybox System" V8.0).
const ARCHIVE_MAX: usize = 12;

/// Most characters of an address (Verifone "Paybox System" V8.0).
const ADDRESS_MAX: usize = 150;

/// The sealed fields of a payment page.
pub(super) fn form(config: &Config, context: &Context<'_>) -> Result<Sealed, Failure> {
    let way = check(config, context)?;
    let session = context.session;
    let email = session
        .shopper
        .email
        .as_ref()
        .ok_or_else(|| missing("shopper.email"))?;
    let reference = Reference::parse(context.reference)
        .ok_or_else(|| Failure::Unexpected("the reference is not one of new_reference".into()))?;
    let contract = &config.contract;
    let mut fields = Fields::default();
    fields.push("PBX_SITE", contract.site.as_str());
    fields.push("PBX_RANG", contract.rang.as_str());
    fields.push("PBX_IDENTIFIANT", config.identifiant.as_str());
    fields.push("PBX_TOTAL", format!("{:03}", session.amount.minor()));
    fields.push("PBX_DEVISE", format!("{:03}", session.currency.numeric()));
    fields.push("PBX_CMD", reference.as_str());
    fields.push("PBX_PORTEUR", email.as_str());
    fields.push("PBX_RETOUR", return_list(config.letter_z));
    fields.push("PBX_HASH", "SHA512");
    fields.push("PBX_TIME", signing_time(context.now, &config.time_zone));
    fields.push("PBX_LANGUE", language(session.locale.as_ref()));
    if config.source_rwd.contains(&way) {
        fields.push("PBX_SOURCE", "RWD");
    }
    push_addresses(config, context.addresses, &mut fields)?;
    fields.push("PBX_DISPLAY", display(config, context)?);
    fields.push("PBX_SHOPPINGCART", shopping_cart(session.items));
    fields.push("PBX_BILLING", billing(&session.shopper));
    if let Some((payment, card)) = way.preset() {
        fields.push("PBX_TYPEPAIEMENT", payment);
        fields.push("PBX_TYPECARTE", card);
    }
    if session.capture == Capture::Manual {
        fields.push("PBX_AUTOSEULE", "O");
    }
    let archived = || plain_end(&session.reference, ARCHIVE_MAX);
    if let Some(reference) = config.archive_reference.then(archived).flatten() {
        fields.push("PBX_ARCHIVAGE", reference);
    }
    Ok(fields.seal("PBX_HMAC", &contract.hmac_key))
}

/// The way to pay, if this session may be paid so.
fn check(config: &Config, context: &Context<'_>) -> Result<Way, Failure> {
    let unsuitable =
        |field: &str, detail: String| Failure::Unsuitable(FieldError::new(field, detail));
    let way = Way::parse(context.method.as_str())
        .ok_or_else(|| unsuitable("method", "is not a method of up2pay".into()))?;
    if context.session.currency != Currency::EUR {
        let detail = "must be EUR: this platform's contracts are in euros";
        return Err(unsuitable("currency", detail.into()));
    }
    let wanted = config.demands.iter().map(|demand| demand.datum);
    if let Some(field) = wanted
        .flat_map(|datum| context.session.shopper.lacks(datum))
        .next()
    {
        return Err(missing(field));
    }
    match config.minimum(way) {
        Some(minimum) if context.session.amount < minimum => {
            let detail = format!(
                "must be at least {} cents with this method",
                minimum.minor()
            );
            Err(unsuitable("amount", detail))
        }
        _ => Ok(way),
    }
}

fn missing(field: &str) -> Failure {
    let remedy = "make a new session with it, or offer another method";
    Failure::Unsuitable(FieldError::with_remedy(
        field,
        "is missing, and this account demands it",
        remedy,
    ))
}

/// Return addresses and the notification's. Where notifications come to a secret address, that one
/// stands in the back office alone: the form holds none.
fn push_addresses(config: &Config, to: &Addresses, fields: &mut Fields) -> Result<(), Failure> {
    let secure = config.environment == Environment::Production;
    let mut push = |name: &'static str, address: &str| {
        let schemes: &[&str] = if secure {
            &["https://"]
        } else {
            &["https://", "http://"]
        };
        let absolute = schemes.iter().any(|scheme| address.starts_with(scheme));
        let plain = address
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"?#&\"<>".contains(&b));
        if absolute && plain && address.len() <= ADDRESS_MAX {
            fields.push(name, address);
            return Ok(());
        }
        let kind = if secure { "https" } else { "http or https" };
        Err(Failure::Unexpected(format!(
            "{name}: must be an absolute {kind} address of at most {ADDRESS_MAX} ASCII characters \
             without a query string"
        )))
    };
    push("PBX_EFFECTUE", &to.accepted)?;
    push("PBX_REFUSE", &to.refused)?;
    push("PBX_ANNULE", &to.cancelled)?;
    push("PBX_ATTENTE", &to.waiting)?;
    if let Confirm::Query = config.confirm {
        push("PBX_REPONDRE_A", &to.notify)?;
    }
    if config.notify_by_post {
        fields.push("PBX_RUF1", "POST");
    }
    Ok(())
}

/// PBX_DISPLAY: seconds of the page's life, at least three digits, never longer than the session's.
fn display(config: &Config, context: &Context<'_>) -> Result<String, Failure> {
    let left = context
        .session
        .expires_at
        .saturating_sub(context.now.as_second());
    if left <= 0 {
        let error = FieldError::new("expires_at", "has passed: make a new session");
        return Err(Failure::Unsuitable(error));
    }
    Ok(format!("{:03}", left.min(config.page_timeout_seconds)))
}

/// PBX_TIME: ISO 8601 with offset, such as `2021-03-01T10:00:00+01:00`.
fn signing_time(now: Timestamp, zone: &TimeZone) -> String {
    now.to_zoned(zone.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// PBX_LANGUE. English for a language that the page does not speak, and where none is known.
fn language(locale: Option<&Language>) -> &'static str {
    match locale.map(Language::primary).unwrap_or_default() {
        "fr" => "FRA",
        "es" => "ESP",
        "it" => "ITA",
        "de" => "DEU",
        "nl" => "NLD",
        "sv" => "SWE",
        "pt" => "PRT",
        _ => "GBR",
    }
}

#[cfg(test)]
mod tests;
