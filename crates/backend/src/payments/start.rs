//! A payment's start: by the shopper in the widget, or by the shop's server.

use std::net::IpAddr;
use std::sync::Arc;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::language::Language;
use guichet_domain::method::Method;
use guichet_domain::stage::Stage;
use guichet_domain::{FieldError, MethodKind};
use guichet_providers::contract::{
    Again, Begin, Begun, By, Context, Exchange, Given, Next, Provider, Seed,
};
use guichet_store::{AddedPayment, Book, Conversation, Idempotency, Kept, Payment, Source};
use guichet_wire::NextAction;

use super::book::{self, refuse_if_closed};
use super::cards::first_payment;
use super::error::PaymentError;
use super::go_on::{Asker, go_on};
use super::in_hand::InHand;
use super::ingest::record_hint;
use super::started::{Earlier, Started};
use super::terminals;
use crate::accounts::{PAGE, addresses, card_page};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::locks::{Lock, Locked};
use crate::sessions::close::until_closed;
use crate::sessions::folded::Folded;
use crate::sessions::offers::{Offer, offers};

/// How long a rebilling may wait for its day, and its platform then for another's word, in seconds.
pub(crate) const SCHEDULED_SECONDS: i64 = 400 * 24 * 3600;

/// Who asks for a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Who {
    /// The shopper.
    Shopper,
    /// The shop's server, while the shopper is not there.
    Shop,
}

/// A request that starts a payment.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a Arc<App>,
    /// The session's.
    pub(crate) shop: &'a Shop,
    pub(crate) session: &'a SessionId,
    pub(crate) who: Who,
    /// The platform's page leads back to a page of ours.
    pub(crate) back_to_page: bool,
    /// What the shopper's browser asks for.
    pub(crate) language: Option<Language>,
    /// The address of the shopper's browser.
    pub(crate) client: Option<IpAddr>,
    pub(crate) mark: &'a Idempotency,
}

/// What was chosen to pay with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    /// The method's code.
    pub(crate) method: &'a str,
    /// A saved card, by its name.
    pub(crate) card: Option<&'a str>,
    /// The card that is typed on the platform's page is to be saved.
    pub(crate) save: bool,
}

/// A payment that is being started, by one request at a time.
pub(crate) struct Starting<'a> {
    asked: Asked<'a>,
    /// Read when the request was taken: it says what came of those before it.
    book: Book,
    /// What the same request came to before.
    earlier: Option<Started>,
    _locked: Locked,
}

impl<'a> Asked<'a> {
    /// Takes the request, before its body is read: what was answered once is answered again, even
    /// where the same body would be refused today.
    pub(crate) async fn take(self) -> Result<Starting<'a>, PaymentError> {
        let Idempotency { scope, key, .. } = self.mark;
        let lock = match self.who {
            Who::Shopper => Lock::Request(scope.clone(), key.clone()),
            // Whatever their keys, one at a time: the second sees what became of the first.
            Who::Shop => Lock::Scope(scope.clone()),
        };
        let locked = self.app.locks.take(lock);
        let locked = locked.ok_or(PaymentError::RequestInFlight)?;
        let book = book::read(self.app, self.shop, self.session, self.language.as_ref()).await?;
        // Even an intent that began before: its form must not be sent once another payment settled.
        if self.who == Who::Shopper && book.session.is_settled() {
            return Err(PaymentError::SessionPaid);
        }
        let earlier = match Earlier::of(self.app, self.mark).await? {
            Earlier::OtherBody => return Err(PaymentError::KeyReused),
            Earlier::Same(started) => Some(started),
            Earlier::None => None,
        };
        Ok(Starting {
            asked: self,
            book,
            earlier,
            _locked: locked,
        })
    }
}

impl Starting<'_> {
    /// Starts the payment, or goes on with the one that the same request started before.
    pub(crate) async fn run(&self, choice: Choice<'_>) -> Result<Started, PaymentError> {
        let by = by(choice, self.asked.who)?;
        if let Some(earlier) = &self.earlier {
            return self.again(earlier, by).await;
        }
        let folded = Folded::new(&self.book, clock::unix_now());
        refuse_if_closed(&folded)?;
        // Nobody is there whom the shop's server could warn: it waits until every outcome is known.
        if self.asked.who == Who::Shop && folded.overview.open_elsewhere {
            return Err(PaymentError::OtherOpen {
                seconds: until_closed(&self.book, clock::unix_now()),
            });
        }
        let offer = self.choose(choice)?;
        if choice.card.is_some() && !offer.saved_cards {
            let detail = "no saved card can pay this session: see saved_cards of the methods";
            return Err(FieldError::new("card", detail).into());
        }
        if choice.card.is_none() && offer.saved_only() {
            let detail = "is missing: only a saved card pays by this method";
            return Err(FieldError::new("card", detail).into());
        }
        let typed_there = choice.card.is_none() && !offer.description.embedded;
        if choice.save && !(offer.can_save && typed_there) {
            let detail = "no card is typed on the platform's page that could be saved: see \
                          can_save of the methods";
            return Err(FieldError::new("save", detail).into());
        }
        self.begin(&offer, by, choice.save).await
    }

    /// Charges anew what a payment was made with, or goes on with what the same request began.
    pub(crate) async fn rebill(
        &self,
        again: Again<'_>,
        method: &str,
    ) -> Result<Started, PaymentError> {
        let by = By::Again(again);
        if let Some(earlier) = &self.earlier {
            return self.again(earlier, by).await;
        }
        refuse_if_closed(&Folded::new(&self.book, clock::unix_now()))?;
        let offer = self.choose(Choice {
            method,
            card: None,
            save: false,
        })?;
        self.begin(&offer, by, false).await
    }

    fn choose(&self, choice: Choice<'_>) -> Result<Offer<'_>, PaymentError> {
        let Ok(method) = Method::try_from(choice.method.to_owned()) else {
            return Err(PaymentError::NotOffered);
        };
        offers(
            &self.asked.app.accounts,
            self.asked.shop,
            &self.book.session,
        )
        .into_iter()
        .find(|o| o.description.method == method && o.unavailable.is_none())
        .ok_or(PaymentError::NotOffered)
    }

    async fn begin(
        &self,
        offer: &Offer<'_>,
        by: By<'_>,
        save: bool,
    ) -> Result<Started, PaymentError> {
        let (app, session, account) = (self.asked.app, &self.book.session, offer.account);
        if offer.description.kind == MethodKind::Terminal {
            let terminal = session.terminal.as_ref();
            terminals::refuse_if_busy(app, account.account(), terminal).await?;
        }
        let random = || clock::random::<16>().map_err(PaymentError::failed);
        let id = PaymentId::from_random(random()?);
        let reference = account.new_reference(&self.seed(account).await?);
        let page = if self.asked.back_to_page { PAGE } else { "" };
        let ending = format!("{page}{}", hex::encode(random()?));
        let addresses = addresses(&app.config.public_url, account, &id, &ending);
        let method = &offer.description.method;
        let first = match by {
            By::ShopWith { card } | By::ShopperWith { card } => {
                first_payment(app, account, session, card).await?
            }
            By::Shopper | By::Again(_) => None,
        };
        let step = |exchanges: &[Exchange]| {
            let begin = Begin {
                context: Context {
                    session,
                    method,
                    reference: &reference,
                    addresses: &addresses,
                    now: clock::now(),
                },
                by,
                save,
                client: self.asked.client,
                first: first.as_deref(),
            };
            account.begin(&begin, exchanges)
        };
        let begun = app.platform.exchange(step).await?;
        let now = clock::unix_now();
        let payment = Payment {
            id,
            session: session.id.clone(),
            provider: account.name().into(),
            account: account.account().clone(),
            method: method.clone(),
            kind: offer.description.kind,
            reference,
            created_at: now,
            deadline_at: now
                + match by {
                    By::Again(Again { due: Some(_), .. }) => SCHEDULED_SECONDS,
                    _ => account.deadline_seconds(),
                },
        };
        self.store(account, &payment, ending, begun, by).await
    }

    async fn seed(&self, account: &dyn Provider) -> Result<Seed, PaymentError> {
        let day = account.day(clock::now());
        let store = &self.asked.app.store;
        let number = match account.reference_scope() {
            Some(scope) => store.next_number(&scope, &day.to_string()).await?,
            None => 0,
        };
        let random = clock::random().map_err(PaymentError::failed)?;
        Ok(Seed {
            random,
            day,
            number,
        })
    }

    /// Stores the payment before anything is answered, and before anything that takes money.
    async fn store(
        &self,
        account: &dyn Provider,
        payment: &Payment,
        ending: String,
        begun: Begun,
        by: By<'_>,
    ) -> Result<Started, PaymentError> {
        let (app, mark) = (self.asked.app, self.asked.mark);
        let conversation = conversation(ending, &begun);
        let kept = account.continuing().map(|_| &conversation);
        let (next_action, proceeds) = match begun.next {
            Next::Browser(action) => (action, false),
            Next::CardForm => {
                let url = card_page(&app.config.public_url, &payment.id, &conversation.ending);
                (NextAction::Redirect { url }, false)
            }
            Next::Proceed => (NextAction::Wait, true),
        };
        let started = Started {
            payment: payment.id.clone(),
            next_action,
        };
        let answer = started.to_keep()?;
        let added = app.store.add_payment(payment, kept, mark, &answer);
        match added.await? {
            AddedPayment::Kept(Kept::New) => {}
            AddedPayment::Kept(Kept::Replayed(earlier)) => return Ok(Started::kept(&earlier)?),
            AddedPayment::Kept(Kept::OtherBody) => return Err(PaymentError::KeyReused),
            AddedPayment::Settled => return Err(PaymentError::SessionPaid),
            AddedPayment::Expired => return Err(PaymentError::SessionExpired),
            AddedPayment::TooMany => return Err(PaymentError::TooMany),
        }
        let (session, method) = (&payment.session, &payment.method);
        tracing::info!(payment = %payment.id, %session, %method, "started");
        // The shopper comes back by this name.
        app.limiter.prove(payment.id.as_str().as_bytes());
        if !proceeds {
            return Ok(started);
        }
        self.proceed(payment, &conversation, by).await
    }

    /// A repeated request comes to the same. A payment that was stored and got no further, because
    /// the platform could not be reached, goes on.
    async fn again(&self, earlier: &Started, by: By<'_>) -> Result<Started, PaymentError> {
        let entry = self.book.entry(&earlier.payment);
        let (Some(entry), NextAction::Wait) = (entry, &earlier.next_action) else {
            return Ok(earlier.clone());
        };
        let payment = &entry.payment;
        let conversation = self.asked.app.store.conversation(&payment.id).await?;
        match conversation.filter(|conversation| conversation.stage == Stage::Proceed) {
            Some(conversation) => self.proceed(payment, &conversation, by).await,
            None => Ok(earlier.clone()),
        }
    }

    /// Goes on with a payment for which nobody has to be asked anything.
    async fn proceed(
        &self,
        payment: &Payment,
        conversation: &Conversation,
        by: By<'_>,
    ) -> Result<Started, PaymentError> {
        let Asked {
            app, client, mark, ..
        } = &self.asked;
        if let By::Again(again) = by {
            let told = PaymentEvent::Rebilling {
                of: again.of.clone(),
                due: again.due,
                at: payment.created_at,
                amount: Some(self.book.session.amount),
                untold: false,
            };
            record_hint(app, &payment.id, &told, Source::Shop).await?;
        }
        let in_hand = InHand::new(app, &self.book, payment)?;
        let client = *client;
        let asker = Asker { by, client };
        go_on(&in_hand, conversation, asker, &Given::Nothing, mark).await
    }
}

/// Who pays, and with what. Without the shopper, only a saved card can pay.
fn by(choice: Choice<'_>, who: Who) -> Result<By<'_>, FieldError> {
    match (who, choice.card) {
        (Who::Shopper, None) => Ok(By::Shopper),
        (Who::Shopper, Some(card)) => Ok(By::ShopperWith { card }),
        (Who::Shop, Some(card)) => Ok(By::ShopWith { card }),
        (Who::Shop, None) => {
            let detail = "is missing: without the shopper, only a saved card can pay";
            Err(FieldError::new("card", detail))
        }
    }
}

/// The rest of a payment that has begun.
fn conversation(ending: String, begun: &Begun) -> Conversation {
    let stage = match &begun.next {
        Next::Proceed => Stage::Proceed,
        Next::Browser(NextAction::HostedFields { .. } | NextAction::Ask { .. }) => Stage::Token,
        Next::CardForm
        | Next::Browser(
            NextAction::FormPost { .. } | NextAction::Redirect { .. } | NextAction::Wait,
        ) => Stage::Return,
    };
    Conversation {
        ending,
        stage,
        memo: begun.memo.clone(),
        posted: Vec::new(),
        tries: 0,
    }
}
