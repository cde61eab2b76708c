//! A shopper's saved cards: listed and removed while a session is open, and saved once a payment
//! with a new one is over. Whose they are, the session says, and with it the shop's server. The
//! platform keeps them; what is kept here of one is what its first payment left. Where the platform
//! can't tell which a shopper has, that is also the list.

use std::sync::Arc;

use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_providers::contract::{
    Exchange, Failure, First, Owner, Provider, Save, StillToAdd, Vault, VaultCard,
};
use guichet_store::{Book, CardName, KeptCard, Payment, StoreError};

use guichet_wire::{CheckoutSession, MethodOffer};

use super::book::refuse_if_closed;
use super::error::PaymentError;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::sessions::folded::Folded;
use crate::sessions::offers::offers;

/// A shopper's saved card, and the method that it pays with.
pub(crate) struct OwnCard {
    pub(crate) method: Method,
    pub(crate) card: VaultCard,
}

/// The shopper's cards that can pay this session: those that have not expired.
pub(crate) async fn list(
    app: &App,
    shop: &Shop,
    book: &Book,
) -> Result<Vec<OwnCard>, PaymentError> {
    refuse_if_closed(&Folded::new(book, clock::unix_now()))?;
    let Some(owner) = Owner::of(&book.session) else {
        return Ok(Vec::new());
    };
    let mut cards = Vec::new();
    for (method, account, vault) in vaults(app, shop, book) {
        let by_books = by_books(app, account, vault, &owner).await?;
        let by_books = take_up(app, (account, vault), &owner, by_books).await?;
        let kept = kept(app, vault, &of_books(owner, &by_books)).await?;
        let kept = kept.into_iter();
        let now = clock::now();
        let valid = kept.filter(|card| !card.has_expired(now));
        cards.extend(valid.map(|card| OwnCard {
            method: method.clone(),
            card,
        }));
    }
    Ok(cards)
}

/// Removes a card for good. One that is not there any more is removed.
pub(crate) async fn remove(
    app: &App,
    shop: &Shop,
    book: &Book,
    method: &str,
    card: &str,
) -> Result<(), PaymentError> {
    refuse_if_closed(&Folded::new(book, clock::unix_now()))?;
    let owner = Owner::of(&book.session).ok_or(PaymentError::CardUnknown)?;
    let mut vaults = vaults(app, shop, book).into_iter();
    let found = vaults.find(|(own, ..)| own.as_str() == method);
    let (_, account, vault) = found.ok_or(PaymentError::CardUnknown)?;
    let mark = mark(account, &owner, card);
    if vault.is_by_books() {
        // Without what the books keep, nobody could remove it at the platform any more.
        let by_books = by_books(app, account, vault, &owner).await?;
        let owner = of_books(owner, &by_books);
        let step = |exchanges: &[Exchange]| vault.remove(&owner, card, exchanges);
        app.platform.exchange(step).await?;
        app.store.forget_first_payment(&mark).await?;
        tracing::info!(session = %book.session.id, "a saved card was removed");
        return Ok(());
    }
    // Another card may be given its name. First, so that no failure leaves it behind.
    app.store.forget_first_payment(&mark).await?;
    // Whatever text came, the platform is told none but its own names.
    let kept = kept(app, vault, &owner).await?;
    if kept.iter().all(|kept| kept.id != card) {
        return Ok(());
    }
    let step = |exchanges: &[Exchange]| vault.remove(&owner, card, exchanges);
    app.platform.exchange(step).await?;
    tracing::info!(session = %book.session.id, "a saved card was removed");
    Ok(())
}

/// The vaults of the methods that a session offers with saved cards, and whose they are.
fn vaults<'a>(
    app: &'a App,
    shop: &Shop,
    book: &Book,
) -> Vec<(Method, &'a dyn Provider, &'a dyn Vault)> {
    let offers = offers(&app.accounts, shop, &book.session).into_iter();
    let with_cards = offers.filter(|o| o.saved_cards);
    let vault =
        with_cards.filter_map(|o| Some((o.description.method, o.account, o.account.vault()?)));
    vault.collect()
}

/// What the books keep of an owner's cards, where the platform can't tell which there are.
async fn by_books(
    app: &App,
    account: &dyn Provider,
    vault: &dyn Vault,
    owner: &Owner<'_>,
) -> Result<Vec<First>, StoreError> {
    if !vault.is_by_books() {
        return Ok(Vec::new());
    }
    let of = Some((owner.shop, owner.shopper));
    let kept = app.store.first_payments(account.account(), of).await?;
    let first = |own: KeptCard| First {
        card: own.card,
        proof: own.proof,
    };
    Ok(kept.into_iter().map(first).collect())
}

const fn of_books<'a>(owner: Owner<'a>, kept: &'a [First]) -> Owner<'a> {
    Owner { kept, ..owner }
}

/// Leaves out of what is told to the browser the methods by which a saved card alone pays, where
/// the books know that the shopper has none.
pub(crate) async fn leave_out_without_cards(
    app: &App,
    shop: &Shop,
    book: &Book,
    session: &mut CheckoutSession,
) -> Result<(), StoreError> {
    let Some(owner) = Owner::of(&book.session) else {
        return Ok(());
    };
    for (method, account, vault) in vaults(app, shop, book) {
        let is_it = |offer: &MethodOffer| offer.saved_only && offer.method == method.as_str();
        let told = session.methods.iter().any(is_it);
        if told && vault.is_by_books() {
            let kept = by_books(app, account, vault, &owner).await?;
            let now = clock::unix_now();
            let never = |own: &First| vault.still_to_add(own, now) == StillToAdd::Never;
            let has_any = !kept.iter().all(never);
            session.methods.retain(|offer| has_any || !is_it(offer));
        }
    }
    Ok(())
}

/// Every card of an owner.
async fn kept(app: &App, vault: &dyn Vault, owner: &Owner<'_>) -> Result<Vec<VaultCard>, Failure> {
    let step = |exchanges: &[Exchange]| vault.cards(owner, exchanges);
    app.platform.exchange(step).await
}

fn mark<'a>(account: &'a dyn Provider, owner: &Owner<'a>, card: &'a str) -> CardName<'a> {
    CardName {
        account: account.account(),
        shop: owner.shop,
        shopper: owner.shopper,
        card,
    }
}

/// What the first payment with a session's saved card left.
pub(crate) async fn first_payment(
    app: &App,
    account: &dyn Provider,
    session: &Session,
    card: &str,
) -> Result<Option<String>, StoreError> {
    let Some(owner) = Owner::of(session) else {
        return Ok(None);
    };
    app.store.first_payment(&mark(account, &owner, card)).await
}

/// Adds those cards of an owner whose answer was lost when they were to be added. What the books
/// keep then. A card that can't be added now stays to be added.
async fn take_up(
    app: &App,
    (account, vault): (&dyn Provider, &dyn Vault),
    owner: &Owner<'_>,
    kept: Vec<First>,
) -> Result<Vec<First>, StoreError> {
    let now = clock::unix_now();
    let mut changed = false;
    for unmade in &kept {
        let own = mark(account, owner, &unmade.card);
        let save = match vault.still_to_add(unmade, now) {
            StillToAdd::Added | StillToAdd::Waits => continue,
            StillToAdd::Never => {
                app.store.forget_first_payment(&own).await?;
                changed = true;
                continue;
            }
            StillToAdd::Again(save) => save,
        };
        // Whoever asks meanwhile sees that somebody is at it.
        if let Some(again) = vault.before_added(&save, now) {
            app.store
                .renew_first_payment(&own, &again.proof, now)
                .await?;
        }
        let owner = of_books(*owner, &kept);
        let step = |exchanges: &[Exchange]| vault.add(&owner, &save, exchanges);
        match app.platform.exchange(step).await {
            Ok(first) => {
                if let Some(first) = first {
                    let new = mark(account, &owner, &first.card);
                    app.store
                        .keep_first_payment(&new, &first.proof, now)
                        .await?;
                }
                app.store.forget_first_payment(&own).await?;
                tracing::info!("a card was added whose answer had been lost");
                changed = true;
            }
            Err(failure) => tracing::warn!(?failure, "a card is still to be added"),
        }
    }
    match changed {
        true => by_books(app, account, vault, owner).await,
        false => Ok(kept),
    }
}

/// Keeps what there is of a card until it is added, before its payment is over.
pub(crate) async fn note_card(
    app: &App,
    session: &Session,
    payment: &Payment,
    save: &Save,
) -> Result<(), StoreError> {
    let Ok(account) = app.accounts.of(payment) else {
        return Ok(());
    };
    let (Some(vault), Some(owner)) = (account.vault(), Owner::of(session)) else {
        return Ok(());
    };
    let now = clock::unix_now();
    match vault.before_added(save, now) {
        Some(unmade) => {
            let card = mark(account, &owner, &unmade.card);
            app.store
                .keep_first_payment(&card, &unmade.proof, now)
                .await
        }
        None => Ok(()),
    }
}

/// Adds the card that paid to the shopper's, while nobody waits for it: the payment is over by
/// then.
pub(crate) fn save_card(app: &Arc<App>, session: &Session, payment: &Payment, save: Save) {
    let (app, session, payment) = (Arc::clone(app), session.clone(), payment.clone());
    let tasks = app.tasks.clone();
    tasks.spawn(async move { add(&app, &session, &payment, &save).await });
}

/// Where it fails, nothing of the payment changes. What the books keep of it is added when the
/// shopper's cards are looked for; where they keep nothing, the shopper types the card once more.
async fn add(app: &App, session: &Session, payment: &Payment, save: &Save) {
    let Ok(account) = app.accounts.of(payment) else {
        return;
    };
    let (Some(vault), Some(owner)) = (account.vault(), Owner::of(session)) else {
        return;
    };
    let by_books = match by_books(app, account, vault, &owner).await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::error!(error.cause = %error, payment = %payment.id, "its card is not saved");
            return;
        }
    };
    let owner = of_books(owner, &by_books);
    let step = |exchanges: &[Exchange]| vault.add(&owner, save, exchanges);
    let kept = match app.platform.exchange(step).await {
        Ok(first) => {
            let unmade = vault.before_added(save, clock::unix_now());
            let kept = match &first {
                Some(first) => keep_first(app, session, payment, first, Left::Anew).await,
                None => Ok(()),
            };
            match (kept, unmade) {
                (Ok(()), Some(unmade)) => {
                    let card = mark(account, &owner, &unmade.card);
                    app.store.forget_first_payment(&card).await
                }
                (kept, _) => kept,
            }
        }
        Err(Failure::Unsuitable(error)) => {
            let why = error.detail;
            tracing::warn!(payment = %payment.id, %why, "its card is not saved");
            Ok(())
        }
        Err(failure) => {
            tracing::warn!(payment = %payment.id, ?failure, "its card is not saved");
            Ok(())
        }
    };
    if let Err(error) = kept {
        tracing::error!(error.cause = %error, payment = %payment.id, "its card's first payment");
    }
}

/// When a payment left what later ones need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Left {
    /// With its card, which is new: whatever had its name is not it.
    Anew,
    /// With a card that was saved before: the first one counts.
    Again,
}

/// Keeps what a payment left that later ones with its card need, made without the shopper.
pub(crate) async fn keep_first(
    app: &App,
    session: &Session,
    payment: &Payment,
    first: &First,
    left: Left,
) -> Result<(), StoreError> {
    let Some(owner) = Owner::of(session) else {
        return Ok(());
    };
    let card = CardName {
        account: &payment.account,
        shop: owner.shop,
        shopper: owner.shopper,
        card: &first.card,
    };
    let now = clock::unix_now();
    let account = app.accounts.of(payment).ok();
    let vault = account.and_then(|account| account.vault());
    let by_books = vault.is_some_and(|vault| vault.is_by_books());
    match left {
        Left::Anew => app.store.forget_first_payment(&card).await?,
        // A card that was removed meanwhile is not there again.
        Left::Again if by_books => {
            return app
                .store
                .renew_first_payment(&card, &first.proof, now)
                .await;
        }
        Left::Again => {}
    }
    app.store.keep_first_payment(&card, &first.proof, now).await
}
