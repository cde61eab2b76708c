//! A session as the shop's server orders it, from its JSON to the domain.

use std::collections::BTreeMap;

use guichet_domain::field::Faults;
use guichet_domain::id::SessionId;
use guichet_domain::language::Language;
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::Session;
use guichet_domain::{FieldError, field};
use guichet_providers::contract::Environment;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::shopper::NewShopper;
use super::terminals;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::views::shop::CaptureMode;

/// How long a session lives when the shop does not say, in seconds.
const EXPIRES_IN_DEFAULT: u32 = 3600;

/// The longest that a session may live, in seconds: 60 days. Shops that sell tickets keep an order
/// for weeks.
const EXPIRES_IN_MAX: u32 = 60 * 24 * 3600;

/// A checkout to make, as the shop's server sends it.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// The shop's own order reference, of any length. Sessions with the same one pay the same
    /// order, once, unless the shop is configured with `references_repeat`.
    #[schema(min_length = 1)]
    reference: String,
    /// Total to pay, an integer of minor units (cents for EUR), 1 to 9,999,999,999.
    #[schema(minimum = 1, maximum = 9_999_999_999_u64)]
    amount: u64,
    /// ISO 4217 code, such as `EUR`.
    currency: String,
    /// Who pays, as far as the shop knows it.
    shopper: Option<NewShopper>,
    /// Number of items in the basket, at least 1.
    #[serde(default = "one")]
    #[schema(minimum = 1)]
    items: u32,
    /// Language for the shopper, such as `fr`, `en-GB` or `pt_BR`. If it is absent, the page's own
    /// decides, then the shop's, then English.
    locale: Option<String>,
    /// Methods to offer, in order; all that the shop has if absent.
    #[schema(min_items = 1)]
    methods: Option<Vec<String>>,
    /// Part of the amount that meal vouchers may pay, in minor units; all of it if absent.
    voucher_eligible_amount: Option<u64>,
    /// When the money is taken.
    #[serde(default)]
    capture: CaptureMode,
    /// The terminal that takes it, by its name in the configuration: `GET /v1/terminals` lists
    /// them. Only so is a payment at a terminal offered.
    terminal: Option<String>,
    /// Where the browser goes after the platform's page: an address of the shop's own origins.
    #[schema(max_length = 2000)]
    return_url: String,
    /// Seconds that the session lives, 1 to 5,184,000 (60 days); an hour if absent.
    #[schema(minimum = 1, maximum = 5_184_000)]
    expires_in: Option<u32>,
    /// Whatever the shop wants back, at most 50 entries.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

fn one() -> u32 {
    1
}

/// Reads a new session. One answer names every field that is at fault.
pub(crate) fn parse(
    app: &App,
    shop: &Shop,
    new: Option<NewSession>,
    id: SessionId,
    mut faults: Faults,
) -> Result<Session, Vec<FieldError>> {
    let Some(new) = new else {
        return faults.finish(None);
    };
    let now = clock::unix_now();
    let amount = faults.keep(Amount::parse("amount", new.amount));
    faults.keep(check_counts(&new));
    faults.keep(check_eligible(&new));
    let reference = faults.keep(field::line("reference", &new.reference, usize::MAX));
    let expires_in = faults.keep(parse_expires_in(new.expires_in));
    let currency = faults.keep(Currency::try_from(new.currency));
    let shopper = faults.keep_all(new.shopper.unwrap_or_default().read());
    let locale = new.locale.map(|text| Language::parse("locale", &text));
    let locale = faults.keep_given(locale);
    let methods = new.methods.map(|methods| parse_methods(shop, methods));
    let methods = faults.keep_given(methods);
    let terminal = new
        .terminal
        .map(|name| terminals::parse(&app.accounts, shop, &name));
    let terminal = faults.keep_given(terminal);
    let return_url = faults.keep(parse_return_url(
        app.config.environment,
        shop,
        &new.return_url,
    ));
    let whole = (|| {
        Some(Session {
            id,
            shop: shop.id.clone(),
            reference: reference?,
            amount: amount?,
            currency: currency?,
            shopper: shopper?,
            items: new.items,
            locale,
            methods,
            voucher_eligible_amount: new.voucher_eligible_amount,
            capture: new.capture.into(),
            terminal,
            return_url: return_url?,
            expires_at: now + i64::from(expires_in?),
            created_at: now,
            metadata: new.metadata,
            references_repeat: shop.references_repeat,
            replaces: None,
            settled_by: None,
            paid_in: None,
        })
    })();
    faults.finish(whole)
}

fn parse_expires_in(seconds: Option<u32>) -> Result<u32, FieldError> {
    let seconds = seconds.unwrap_or(EXPIRES_IN_DEFAULT);
    if (1..=EXPIRES_IN_MAX).contains(&seconds) {
        return Ok(seconds);
    }
    let detail = format!("is {seconds}; must be 1 to {EXPIRES_IN_MAX} seconds");
    Err(FieldError::new("expires_in", detail))
}

fn check_eligible(new: &NewSession) -> Result<(), FieldError> {
    match new
        .voucher_eligible_amount
        .filter(|eligible| *eligible > new.amount)
    {
        None => Ok(()),
        Some(eligible) => {
            let detail = format!("is {eligible}, above the amount, {}", new.amount);
            Err(FieldError::new("voucher_eligible_amount", detail))
        }
    }
}

fn check_counts(new: &NewSession) -> Result<(), FieldError> {
    if new.items == 0 {
        return Err(FieldError::new("items", "must be at least 1"));
    }
    if new.metadata.len() > 50 {
        return Err(FieldError::new("metadata", "may have at most 50 entries"));
    }
    Ok(())
}

fn parse_methods(shop: &Shop, methods: Vec<String>) -> Result<Vec<Method>, FieldError> {
    if methods.is_empty() {
        return Err(FieldError::new(
            "methods",
            "must name a method; leave it out to offer all",
        ));
    }
    let has = |method: &Method| {
        shop.methods
            .iter()
            .any(|entry| entry.methods.contains(method))
    };
    let mut parsed = Vec::new();
    for (index, code) in methods.into_iter().enumerate() {
        let field = format!("methods[{index}]");
        match Method::try_from(code) {
            Ok(method) if has(&method) => parsed.push(method),
            Ok(method) => {
                let detail = format!("{method} is not configured for this shop");
                return Err(FieldError::new(field, detail));
            }
            Err(error) => return Err(FieldError::new(field, error.detail)),
        }
    }
    Ok(parsed)
}

fn parse_return_url(
    environment: Environment,
    shop: &Shop,
    text: &str,
) -> Result<String, FieldError> {
    let refuse = |detail: &str| Err(FieldError::new("return_url", detail));
    if text.len() > 2000 {
        return refuse("must be at most 2000 characters long");
    }
    // The parser would drop line breaks and tabs without a word.
    if text.chars().any(char::is_control) {
        return refuse("must be one line without line breaks, tabs or other control characters");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("must be an absolute address, such as https://shop.example/order/1");
    };
    match url.scheme() {
        "https" => {}
        "http" if environment != Environment::Production => {}
        _ => return refuse("must be an https address"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must hold no user and no password");
    }
    if !shop.origins.contains(&url.origin().ascii_serialization()) {
        return refuse("must be on one of the shop's configured origins");
    }
    Ok(url.into())
}
