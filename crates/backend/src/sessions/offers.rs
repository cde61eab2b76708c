//! What a session is offered, and what is left out for lack of what accounts demand to know of the
//! shopper.

use std::collections::BTreeSet;

use guichet_domain::method::{Method, MethodDescription, SavedCards};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::Shopper;
use guichet_domain::{FieldError, MethodKind};
use guichet_providers::contract::{Demand, Provider};
use guichet_wire::Unavailable;

use crate::accounts::Accounts;
use crate::config::{Shop, ShopMethods, VoucherRest};

/// A method on offer, with the account that would take it.
pub(crate) struct Offer<'a> {
    pub(crate) account: &'a dyn Provider,
    pub(crate) description: MethodDescription,
    /// The shop's own name for it.
    pub(crate) label: Option<String>,
    /// Why it can't pay this session, if it can't.
    pub(crate) unavailable: Option<Unavailable>,
    /// Whether the shopper's saved cards can pay.
    pub(crate) saved_cards: bool,
    /// Whether a card that is typed can be saved.
    pub(crate) can_save: bool,
    /// Part of the total that it may pay, in minor units, where that is not all of it.
    pub(crate) eligible_amount: Option<u64>,
}

impl Offer<'_> {
    /// Whether only a saved card pays by it.
    pub(crate) fn saved_only(&self) -> bool {
        self.description.saved_cards == SavedCards::PayAlone
    }
}

/// A method that a session may use if nothing is lacking.
struct Candidate<'a> {
    offer: Offer<'a>,
    /// What its account demands to know of the shopper and the shop did not give.
    lacking: Vec<FieldError>,
}

/// The methods that a session may use, in the shop's order or in the session's own.
pub(crate) fn offers<'a>(accounts: &'a Accounts, shop: &Shop, session: &Session) -> Vec<Offer<'a>> {
    let all = candidates(accounts, shop, session).into_iter();
    let complete = all.filter(|candidate| candidate.lacking.is_empty());
    complete.map(|candidate| candidate.offer).collect()
}

/// The same, with those for which something is lacking.
fn candidates<'a>(accounts: &'a Accounts, shop: &Shop, session: &Session) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for (entry, account) in entries(accounts, shop) {
        let descriptions = account.methods();
        for method in &entry.methods {
            let description = descriptions.iter().find(|d| d.method == *method);
            if let Some(description) = description.filter(|_| wants(session, method))
                && let Some(offer) = offer(account, shop, session, description)
            {
                candidates.push(Candidate {
                    lacking: lacking(account, method, &session.shopper),
                    offer,
                });
            }
        }
    }
    if let Some(wanted) = &session.methods {
        let place = |candidate: &Candidate<'_>| {
            let method = &candidate.offer.description.method;
            wanted.iter().position(|wanted| wanted == method)
        };
        candidates.sort_by_key(place);
    }
    candidates
}

/// The methods that a shop offers, by account. That each account is there was checked when the
/// configuration was read.
fn entries<'a, 's>(
    accounts: &'a Accounts,
    shop: &'s Shop,
) -> impl Iterator<Item = (&'s ShopMethods, &'a dyn Provider)> {
    let entries = shop.methods.iter();
    entries.filter_map(|entry| {
        let account = accounts.find(&entry.provider, entry.account.as_str())?;
        Some((entry, account))
    })
}

/// Whether a session may use the method: any, where the shop's server named none.
fn wants(session: &Session, method: &Method) -> bool {
    let named = session.methods.as_ref();
    named.is_none_or(|named| named.contains(method))
}

/// What a payment by this method lacks. Nothing where it can begin.
fn lacking(account: &dyn Provider, method: &Method, shopper: &Shopper) -> Vec<FieldError> {
    let lacks = |demand: &Demand| {
        let error = |field| missing(account, demand, field);
        shopper
            .lacks(demand.datum)
            .into_iter()
            .map(error)
            .collect::<Vec<_>>()
    };
    account.demands(method).iter().flat_map(lacks).collect()
}

fn missing(account: &dyn Provider, demand: &Demand, field: &str) -> FieldError {
    let name = account.account();
    let problem = format!(
        "is missing, or holds no letter or digit: account {name} demands it; {}",
        demand.because
    );
    let remedy = match demand.unless {
        Some(setting) => format!("send it, or write {setting} into the account's table"),
        None => "send it".to_owned(),
    };
    FieldError::with_remedy(field, problem, remedy)
}

/// Refuses a session that none of its methods could ever pay: the shop's server is told, not the
/// shopper.
pub(crate) fn refuse_untakeable(
    accounts: &Accounts,
    shop: &Shop,
    session: &Session,
) -> Result<(), FieldError> {
    let mut methods = Vec::new();
    for (entry, account) in entries(accounts, shop) {
        let offered = |known: &MethodDescription| {
            let at_counter = known.kind != MethodKind::Terminal || has_terminal(account, session);
            entry.methods.contains(&known.method) && wants(session, &known.method) && at_counter
        };
        methods.extend(account.methods().into_iter().filter(offered));
    }
    // A shop without a method is not the session's fault.
    if methods.is_empty() {
        return Ok(());
    }
    let currency = session.currency;
    let takes: BTreeSet<_> = methods
        .iter()
        .flat_map(|m| &m.currencies)
        .map(|c| c.code())
        .collect();
    methods.retain(|method| method.currencies.contains(&currency));
    if methods.is_empty() {
        let takes = Vec::from_iter(takes).join(", ");
        let detail = format!(
            "is {}; the methods of this session take {takes}",
            currency.code()
        );
        return Err(FieldError::new("currency", detail));
    }
    if session.capture == Capture::Manual && !methods.iter().any(|method| method.manual_capture) {
        let detail = "is manual; the methods of this session take the money with the payment";
        return Err(FieldError::new("capture", detail));
    }
    Ok(())
}

/// Whether the session's terminal is one of this account's.
fn has_terminal(account: &dyn Provider, session: &Session) -> bool {
    let named = session.terminal.as_ref();
    named.is_some_and(|named| {
        let all = account.terminals().map(|own| own.terminals());
        all.into_iter().flatten().any(|own| own.name == *named)
    })
}

/// A method as a session is offered it; none where the session can't use it.
fn offer<'a>(
    account: &'a dyn Provider,
    shop: &Shop,
    session: &Session,
    method: &MethodDescription,
) -> Option<Offer<'a>> {
    let takes_currency = method.currencies.contains(&session.currency);
    let takes_capture = session.capture == Capture::Automatic || method.manual_capture;
    let takes_goods = method.kind != MethodKind::HolidayVoucher || shop.tourism;
    let at_counter = method.kind != MethodKind::Terminal || has_terminal(account, session);
    if !(takes_currency && takes_capture && takes_goods && at_counter) {
        return None;
    }
    let total = session.amount.minor();
    let eligible = session
        .voucher_eligible_amount
        .filter(|eligible| *eligible < total);
    let by_meal_voucher = matches!(method.kind, MethodKind::MealVoucher | MethodKind::Choice);
    let eligible = eligible.filter(|_| by_meal_voucher);
    if eligible.is_some() && shop.voucher_rest == VoucherRest::Hide {
        return None;
    }
    if eligible == Some(0) && method.kind == MethodKind::MealVoucher {
        return None;
    }
    let payable = match method.kind {
        MethodKind::MealVoucher => eligible.unwrap_or(total),
        _ => total,
    };
    let below = method.minimum.filter(|minimum| payable < minimum.minor());
    let above = method.maximum.filter(|maximum| payable > maximum.minor());
    let unavailable = below
        .map(|minimum| Unavailable::BelowMinimum {
            minimum: minimum.minor(),
        })
        .or(above.map(|maximum| Unavailable::AboveMaximum {
            maximum: maximum.minor(),
        }));
    let owned = shop.one_click && session.shopper.id.is_some();
    let vault = account.vault().filter(|_| owned);
    let saved_cards = vault.is_some() && method.saved_cards.pay();
    if !saved_cards && method.saved_cards == SavedCards::PayAlone {
        return None;
    }
    let vault = vault.filter(|_| method.saved_cards.come());
    Some(Offer {
        account,
        description: method.clone(),
        label: shop.labels.get(&method.method).cloned(),
        unavailable,
        saved_cards,
        can_save: vault.is_some_and(|vault| vault.adds()),
        eligible_amount: eligible,
    })
}

/// A method that a session is not offered, because its account demands what the shop did not give.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(crate) method: Method,
    /// What is missing, and what to do about it.
    pub(crate) lacking: Vec<FieldError>,
}

/// The methods that the session would be offered if the shop had given more.
pub(crate) fn left_out(accounts: &Accounts, shop: &Shop, session: &Session) -> Vec<LeftOut> {
    let all = candidates(accounts, shop, session).into_iter();
    let left = all.filter(|candidate| !candidate.lacking.is_empty());
    left.map(|Candidate { offer, lacking }| {
        let method = offer.description.method;
        LeftOut { method, lacking }
    })
    .collect()
}

/// Refuses a session that would be offered methods, and is offered none for lack of what their
/// accounts demand.
pub(crate) fn refuse_lacking(
    accounts: &Accounts,
    shop: &Shop,
    session: &Session,
) -> Result<(), Vec<FieldError>> {
    let candidates = candidates(accounts, shop, session);
    let missing = candidates.iter().map(|candidate| &candidate.lacking);
    if candidates.is_empty() || missing.clone().any(Vec::is_empty) {
        return Ok(());
    }
    let mut errors: Vec<FieldError> = Vec::new();
    for error in missing.flatten() {
        if errors.iter().all(|known| known.field != error.field) {
            errors.push(error.clone());
        }
    }
    Err(errors)
}
