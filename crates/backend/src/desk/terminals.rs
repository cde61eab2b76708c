//! The terminals on the counters: what each works on, and how it was when somebody asked last.

use guichet_desk::pages::terminals::{Health, Model, Terminal, Work};
use guichet_domain::id::Slug;
use guichet_providers::contract::{Failure, Reached, Terminals};
use guichet_store::StoreError;

use crate::app::App;
use crate::clock;
use crate::holds::Place;
use crate::locks::Lock;
use crate::payments::terminals::{how_it_is, works_on};

/// Whether any account has terminals.
pub(crate) fn are_there(app: &App) -> bool {
    let mut all = app.accounts.iter().filter_map(|own| own.terminals());
    all.any(|own| !own.terminals().is_empty())
}

/// The page. `may_ask`: the reader may ask a terminal how it is.
pub(crate) async fn page(
    app: &App,
    base: &str,
    may_ask: bool,
    hidden: Vec<(&'static str, String)>,
) -> Result<Model, StoreError> {
    let mut terminals = Vec::new();
    for account in app.accounts.iter() {
        let own = account.terminals().map(|own| own.terminals());
        for own in own.unwrap_or_default() {
            let place = (account.account().clone(), own.name.clone());
            let address = format!("{base}/terminals/{}/{}/check", place.0, place.1);
            terminals.push(Terminal {
                work: work(app, base, &place).await?,
                health: app.asked_terminals.of(&place).map(|(at, told)| Health {
                    age: clock::unix_now() - at,
                    told,
                }),
                till: own.till,
                name: own.name.to_string(),
                contract: format!("{} · {}", account.name(), account.account()),
                by_network: own.reached == Reached::Network,
                ask: may_ask.then_some(address),
            });
        }
    }
    Ok(Model { terminals, hidden })
}

/// What a terminal works on.
async fn work(app: &App, base: &str, place: &Place) -> Result<Option<Work>, StoreError> {
    let Some(payment) = works_on(app, &place.0, &place.1).await? else {
        return Ok(None);
    };
    let book = app.store.payment(&payment).await?;
    Ok(book.map(|(_, book)| Work {
        address: format!("{base}/payments/{payment}"),
        reference: book.session.reference,
        amount: book.session.amount.minor(),
        currency: book.session.currency,
        shows: app.terminals.says(place, &payment).unwrap_or_default(),
    }))
}

/// Why a terminal was not asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotAsked {
    /// There is none of that name.
    Unknown,
    /// It works on a payment.
    Busy,
}

fn find<'a>(app: &'a App, account: &str, terminal: &str) -> Option<(Place, &'a dyn Terminals)> {
    let mut accounts = app.accounts.iter();
    let account = accounts.find(|own| own.account().as_str() == account)?;
    let own = account.terminals()?;
    let named = own.terminals().into_iter();
    let mut named = named.filter(|own| own.name.as_str() == terminal);
    let name: Slug = named.next()?.name;
    Some(((account.account().clone(), name), own))
}

/// Asks a terminal how it is, and keeps what it told. Not while it works on a payment; and none is
/// begun there meanwhile.
pub(crate) async fn ask(
    app: &App,
    account: &str,
    terminal: &str,
) -> Result<Result<(), NotAsked>, StoreError> {
    let Some((place, own)) = find(app, account, terminal) else {
        return Ok(Err(NotAsked::Unknown));
    };
    let lock = Lock::Terminal(place.0.clone(), place.1.clone());
    let Some(_alone) = app.locks.take(lock) else {
        return Ok(Err(NotAsked::Busy));
    };
    if works_on(app, &place.0, &place.1).await?.is_some() {
        return Ok(Err(NotAsked::Busy));
    }
    let told = match how_it_is(&app.platform, own, &place.1).await {
        Ok(told) => told,
        Err(Failure::Unreachable | Failure::Unknown) => Err(String::new()),
        Err(failure) => {
            tracing::warn!(
                account,
                terminal,
                ?failure,
                "how a terminal is can't be read"
            );
            Err("the terminal answers what nobody understands".to_owned())
        }
    };
    app.asked_terminals.keep(place, clock::unix_now(), told);
    Ok(Ok(()))
}
