//! A payment going on while its request waits: with what the platform's fields in the page, or the
//! shopper, gave; or with nothing, right after its start.

use std::net::IpAddr;
use std::sync::Arc;

use guichet_domain::FieldError;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::language::Language;
use guichet_domain::stage::Stage;
use guichet_providers::contract::{By, Given, Proceed};
use guichet_store::{Advance, Beside, Book, Conversation, Idempotency};

use super::book;
use super::error::PaymentError;
use super::in_hand::{Concluded, InHand};
use super::started::{Earlier, Started};
use super::terminals;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::locks::{Lock, Locked};
use crate::sessions::close::until_closed;
use crate::sessions::folded::Folded;
use crate::sessions::offers::offers;

/// A request of the shopper's browser to go on with a payment.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a Arc<App>,
    /// The session's.
    pub(crate) shop: &'a Shop,
    pub(crate) session: &'a SessionId,
    pub(crate) payment: &'a PaymentId,
    /// What the browser asks for.
    pub(crate) language: Option<Language>,
    /// The browser's address.
    pub(crate) client: Option<IpAddr>,
    pub(crate) mark: &'a Idempotency,
}

/// A payment that one request goes on with at a time.
pub(crate) struct GoingOn<'a> {
    asked: Asked<'a>,
    book: Book,
    _locked: Locked,
}

/// What becomes of a request to go on.
pub(crate) enum Received<'a> {
    /// It came to this before.
    Before(Started),
    /// It is the first of its kind.
    New(Box<GoingOn<'a>>),
}

impl<'a> Asked<'a> {
    /// Takes the request, before its body is read: what was answered once is answered again.
    pub(crate) async fn take(self) -> Result<Received<'a>, PaymentError> {
        let book = book::read(self.app, self.shop, self.session, self.language.as_ref()).await?;
        if book.entry(self.payment).is_none() {
            return Err(PaymentError::Unknown);
        }
        let Idempotency { scope, key, .. } = self.mark;
        let lock = Lock::Request(scope.clone(), key.clone());
        let locked = self.app.locks.take(lock).ok_or(PaymentError::UnderWay)?;
        match Earlier::of(self.app, self.mark).await? {
            Earlier::OtherBody => Err(PaymentError::KeyReused),
            Earlier::Same(started) => Ok(Received::Before(started)),
            Earlier::None => Ok(Received::New(Box::new(GoingOn {
                asked: self,
                book,
                _locked: locked,
            }))),
        }
    }
}

impl GoingOn<'_> {
    /// Goes on with what the shopper gave.
    pub(crate) async fn run(&self, given: &Given<'_>) -> Result<Started, PaymentError> {
        let Asked {
            app,
            payment: id,
            client,
            mark,
            ..
        } = &self.asked;
        let entry = self.book.entry(id).ok_or(PaymentError::Unknown)?;
        let payment = &entry.payment;
        let save = matches!(given, Given::Token { save: true, .. });
        if save && !self.can_save(&payment.method) {
            let detail = "this card can't be saved: see can_save of the methods";
            return Err(FieldError::new("save", detail).into());
        }
        let in_hand = InHand::new(app, &self.book, payment)?;
        let asker = Asker {
            by: By::Shopper,
            client: *client,
        };
        let conversation = app.store.conversation(id).await?;
        let conversation = conversation.ok_or(PaymentError::Unknown)?;
        go_on(&in_hand, &conversation, asker, given, mark).await
    }

    fn can_save(&self, method: &guichet_domain::method::Method) -> bool {
        let Asked { app, shop, .. } = &self.asked;
        let mut offers = offers(&app.accounts, shop, &self.book.session).into_iter();
        offers.any(|o| o.description.method == *method && o.can_save)
    }
}

/// Who has a payment go on.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) by: By<'a>,
    /// The address of the shopper's browser, if that is what asks.
    pub(crate) client: Option<IpAddr>,
}

/// Goes on with a payment that waits for what the shopper gives, or for nothing: once, and never
/// beside another payment of its session, so that the second sees what became of the first.
pub(crate) async fn go_on(
    in_hand: &InHand<'_>,
    conversation: &Conversation,
    asker: Asker<'_>,
    given: &Given<'_>,
    mark: &Idempotency,
) -> Result<Started, PaymentError> {
    let (app, payment) = (in_hand.app, in_hand.payment);
    let alone = app.locks.take(Lock::GoingOn(payment.session.clone()));
    let book = app.store.book(&payment.session).await?;
    let settled = book.as_ref().is_none_or(|book| book.session.is_settled());
    let _alone = alone.ok_or(if settled {
        // Told even while whoever ordered what settled it is not done yet.
        PaymentError::SessionPaid
    } else {
        PaymentError::UnderWay
    })?;
    refuse_if_moved_on(in_hand, asker.by, book.as_ref())?;
    let from = match given {
        Given::Nothing => Stage::Proceed,
        Given::Token { .. } | Given::Bank(_) | Given::Iban(_) => Stage::Token,
    };
    let _terminal = terminals::take(in_hand).await?;
    let talking = Advance {
        beside: Some(Beside {
            not_talking: app.store.is_shared(),
            not_settled: true,
            not_open: must_be_alone(in_hand, asker.by),
        }),
        ..in_hand.leaving(from, Stage::Talking)
    };
    if !in_hand.advance(&talking).await? {
        return Err(PaymentError::UnderWay);
    }
    let came = in_hand.exchange(conversation, |context, exchanges| {
        let proceed = Proceed {
            context,
            client: asker.client,
            memo: conversation.memo.as_deref(),
            given,
        };
        in_hand.continuing.proceed(&proceed, exchanges)
    });
    let came = came.await;
    let back = in_hand.leaving(Stage::Talking, from);
    match in_hand.conclude(came, &back, Some(mark)).await? {
        Concluded::Next(started) => Ok(started),
        Concluded::NotSent(failure) => Err(failure.into()),
    }
}

/// What this payment took is replayed before; another one's money is not to be taken twice. `book`
/// is how things stand now: who asks knew less.
fn refuse_if_moved_on(
    in_hand: &InHand<'_>,
    by: By<'_>,
    book: Option<&Book>,
) -> Result<(), PaymentError> {
    let Some(book) = book.filter(|book| !book.session.is_settled()) else {
        return Err(PaymentError::SessionPaid);
    };
    if clock::unix_now() >= book.session.expires_at {
        return Err(PaymentError::SessionExpired);
    }
    match by {
        _ if !is_open(book) || !must_be_alone(in_hand, by) => Ok(()),
        By::ShopWith { .. } | By::Again(_) => Err(PaymentError::OtherOpen {
            seconds: until_closed(book, clock::unix_now()),
        }),
        By::Shopper | By::ShopperWith { .. } => Err(PaymentError::UnderWay),
    }
}

/// Whether it is not ordered while another payment of the session may still take money. The shopper
/// was warned of what was open when the request came, and of nothing else; nobody is there whom the
/// shop's server could warn.
fn must_be_alone(in_hand: &InHand<'_>, by: By<'_>) -> bool {
    match by {
        By::ShopWith { .. } | By::Again(_) => true,
        By::Shopper | By::ShopperWith { .. } => !is_open(in_hand.book),
    }
}

fn is_open(book: &Book) -> bool {
    let folded = Folded::new(book, clock::unix_now());
    folded.overview.open_elsewhere
}
