//! Payments that go on after their beginning: with a token, after the browser's return, or by being
//! looked up when an answer never came.
//!
//! Every step is taken from a stage by compare-and-set, so that of twenty returns one has an
//! effect, and the platform is never told twice. Whoever talks with the platform says so first;
//! should he die, the payment is looked up after [`TALKING_SECONDS`].

use std::net::IpAddr;
use std::sync::Arc;

use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;
use guichet_domain::{MethodKind, PartStatus, Status};
use guichet_providers::Verified;
use guichet_providers::contract::{
    Begin, By, Continue, Exchange, Failure, Finalise, First, LookUp, LookedUp, Owner, Proceeded,
    Provider, Save,
};
use guichet_store::{
    Advance, Book, CardMark, Conversation, Payment, Recorded, Source, Stage, StoreError,
};

use crate::app::App;
use crate::clock;
use crate::payments::ingest::ingest;
use crate::sessions::views::Folded;

/// Longer than any conversation with a platform takes.
const TALKING_SECONDS: i64 = 120;

/// How long a payment is left alone whose account is not in the configuration.
const GONE_SECONDS: i64 = 600;

/// The deadline has passed: nobody waits for the browser any more. What was at the platform by then
/// is looked up.
pub(crate) async fn end_waiting(app: &App, payment: &Payment) -> Result<(), StoreError> {
    for stage in [Stage::Proceed, Stage::Token, Stage::Return] {
        let end = leaving(payment, stage, stage);
        app.store.advance(&payment.id, &end).await?;
    }
    Ok(())
}

/// The step that leaves a payment at this stage, with the time at which a job takes it up. Past its
/// deadline nobody is waited for, and it leads to where that ends.
pub(crate) fn leaving<'a>(payment: &Payment, from: Stage, stage: Stage) -> Advance<'a> {
    let now = clock::unix_now();
    let late = now >= payment.deadline_at;
    let (to, next_try_at) = match stage {
        Stage::Proceed | Stage::Token if late => (Stage::Over, None),
        // What is ordered last has taken nothing; what the shopper did elsewhere may have.
        Stage::Return if late && is_ordered_last(payment.kind) => (Stage::Overdue, Some(now)),
        Stage::Return if late => (Stage::Unknown, Some(now)),
        Stage::Proceed | Stage::Token | Stage::Return => (stage, Some(payment.deadline_at)),
        Stage::Finalise => (stage, Some(now)),
        Stage::Unknown | Stage::Overdue => (stage, Some(now + 1)),
        Stage::Talking => (stage, Some(now + TALKING_SECONDS)),
        Stage::Closed | Stage::Over | Stage::GivenUp => (stage, None),
    };
    Advance {
        next_try_at,
        ..Advance::new(from, to)
    }
}

/// Its account is not in the configuration, which was told of at the start: it may be put back.
async fn leave_alone(app: &App, id: &PaymentId, stage: Stage) -> Result<(), StoreError> {
    let later = Advance {
        next_try_at: Some(clock::unix_now() + GONE_SECONDS),
        ..Advance::new(stage, stage)
    };
    app.store.advance(id, &later).await.map(drop)
}

pub(crate) async fn take_up(app: &Arc<App>, id: &PaymentId) -> Result<(), StoreError> {
    let Some(conversation) = app.store.conversation(id).await? else {
        return Ok(());
    };
    let Some((payment, book)) = app.store.payment(id).await? else {
        return Ok(());
    };
    if matches!(
        conversation.stage,
        Stage::Proceed | Stage::Token | Stage::Return
    ) {
        return end_waiting(app, &payment).await;
    }
    let finalises = conversation.stage == Stage::Finalise;
    let alone = finalises.then(|| app.enter(one_at_a_time(&payment.session)));
    if matches!(alone, Some(None)) {
        // Another payment of the session may be ordered just now: this one is due until then.
        return Ok(());
    }
    let book = match &alone {
        // Read anew: what was ordered a moment ago may have settled the session.
        Some(_) => app.store.book(&payment.session).await?.unwrap_or(book),
        None => book,
    };
    let account = app
        .config
        .account(&payment.provider, payment.account.as_str());
    let Some((account, continuing)) = account.and_then(|a| Some((a, a.continuing()?))) else {
        return leave_alone(app, id, conversation.stage).await;
    };
    // Who only asks sends nothing that could take money.
    let at = match conversation.stage {
        Stage::Finalise => Stage::Talking,
        Stage::Talking => Stage::Unknown,
        stage => stage,
    };
    let talk = Advance {
        next_try_at: Some(clock::unix_now() + TALKING_SECONDS),
        due: Some(clock::unix_now()),
        ..Advance::new(conversation.stage, at)
    };
    if !app.store.advance(id, &talk).await? {
        return Ok(());
    }
    let talk = Talk {
        app,
        at,
        account,
        continuing,
        book: &book,
        payment: &payment,
        by: By::Shopper,
        client: None,
    };
    let settled_otherwise = match &book.session.settled_by {
        Some(by) => by != id,
        None => book.session.paid_in.is_some(),
    };
    match conversation.stage {
        // A card is ordered only now: a second payment is not taken where that can be helped. What
        // a wallet may have taken by itself is finalised all the same, and shown as a surplus.
        Stage::Finalise if settled_otherwise && is_ordered_last(payment.kind) => {
            tracing::info!(payment = %id, "not ordered: another payment had settled the session");
            talk.advance(Stage::Over, None).await
        }
        Stage::Finalise => talk.finalise(&conversation).await,
        _ => talk.look_up(&conversation).await,
    }
}

/// Names the lock under which the payments of a session are ordered: one after the other.
pub(crate) fn one_at_a_time(session: &SessionId) -> String {
    format!("session/{session}/going-on")
}

/// Adds the card that paid to the shopper's. Should this fail, nothing of the payment changes, and
/// the shopper types the card once more next time.
async fn add_card(app: &App, session: &Session, payment: &Payment, save: &Save) {
    let account = app
        .config
        .account(&payment.provider, payment.account.as_str());
    let vault = account.and_then(|account| account.vault());
    let (Some(vault), Some(owner)) = (vault, Owner::of(session)) else {
        return;
    };
    let step = |exchanges: &[Exchange]| vault.add(&owner, save, exchanges);
    let kept = match app.platform.converse(step).await {
        Ok(Some(first)) => keep_first(app, session, payment, &first, true).await,
        Ok(None) => Ok(()),
        Err(failure) => {
            tracing::warn!(payment = %payment.id, ?failure, "its card is not saved");
            Ok(())
        }
    };
    if let Err(error) = kept {
        tracing::error!(error.cause = %error, payment = %payment.id, "its card's first payment");
    }
}

/// Keeps what a payment left that later ones with its card need, made without the shopper. A card
/// that was added `anew` had none before.
async fn keep_first(
    app: &App,
    session: &Session,
    payment: &Payment,
    first: &First,
    anew: bool,
) -> Result<(), StoreError> {
    let Some(owner) = Owner::of(session) else {
        return Ok(());
    };
    let card = CardMark {
        account: &payment.account,
        shop: owner.shop,
        shopper: owner.shopper,
        card: &first.card,
    };
    if anew {
        app.store.forget_first_payment(&card).await?;
    }
    app.store.keep_first_payment(&card, &first.proof).await
}

/// The platform itself waits, and may for weeks: the operator is told once.
fn tell_of_wait(fact: &Verified<PlatformFact>, recorded: &Recorded) {
    let pending = matches!(
        &fact.event,
        PaymentEvent::Part(part) if part.status == PartStatus::Pending
    );
    if let (true, Recorded::New(payment)) = (pending, recorded) {
        tracing::warn!(
            alert = "waits", %payment,
            "the platform waits for another's word itself: it is asked for up to 30 days"
        );
    }
}

/// Whether nothing is taken before the payment is finalised.
fn is_ordered_last(kind: MethodKind) -> bool {
    matches!(kind, MethodKind::Card | MethodKind::DirectDebit)
}

/// A conversation with the platform about one payment, by whoever took it up.
pub(crate) struct Talk<'a> {
    pub(crate) app: &'a Arc<App>,
    /// The stage that it is at meanwhile.
    pub(crate) at: Stage,
    pub(crate) account: &'a dyn Provider,
    pub(crate) continuing: &'a dyn Continue,
    pub(crate) book: &'a Book,
    pub(crate) payment: &'a Payment,
    pub(crate) by: By<'a>,
    pub(crate) client: Option<IpAddr>,
}

impl Talk<'_> {
    async fn finalise(&self, conversation: &Conversation) -> Result<(), StoreError> {
        let (keep, posted) = (conversation.keep.as_deref(), conversation.posted.as_slice());
        let addresses = self.addresses(&conversation.nonce);
        let step = |exchanges: &[Exchange]| {
            let finalise = Finalise {
                begin: self.begin(&addresses),
                keep,
                posted,
            };
            self.continuing.finalise(&finalise, exchanges)
        };
        match self.app.platform.converse(step).await {
            Ok(proceeded) => self.record(proceeded).await,
            // Nothing was sent: the same may be tried again.
            Err(Failure::Unreachable) => {
                self.advance(
                    Stage::Finalise,
                    Some(clock::ask_again_at(conversation.tries)),
                )
                .await
            }
            Err(failure) => self.unknown(&failure).await,
        }
    }

    async fn look_up(&self, conversation: &Conversation) -> Result<(), StoreError> {
        let keep = conversation.keep.as_deref();
        let addresses = self.addresses(&conversation.nonce);
        let step = |exchanges: &[Exchange]| {
            let look_up = LookUp {
                begin: self.begin(&addresses),
                keep,
            };
            self.continuing.look_up(&look_up, exchanges)
        };
        let over = match self.app.platform.converse(step).await {
            Ok(LookedUp::Facts(facts)) => {
                let mut last = false;
                for fact in &facts {
                    let recorded = ingest(self.app, fact, Source::Query, None).await?;
                    tell_of_wait(fact, &recorded);
                    last |= matches!(
                        &fact.event,
                        PaymentEvent::Part(part) if part.status != PartStatus::Pending
                    );
                }
                last
            }
            Ok(LookedUp::NotYet) => false,
            Ok(LookedUp::Nothing) => self.is_past_deadline(),
            Err(failure) => {
                tracing::warn!(payment = %self.payment.id, ?failure, "could not be looked up");
                false
            }
        };
        if over {
            return self.advance(Stage::Over, None).await;
        }
        let waits = self.waits_for_word().await?;
        match self.next_look(conversation, waits) {
            Some(then) => self.advance(self.at, Some(then)).await,
            None if self.at == Stage::Overdue && !waits => self.advance(Stage::Over, None).await,
            None => {
                tracing::error!(
                    alert = "given_up", payment = %self.payment.id,
                    "the platform never told what became of it: a person must look it up"
                );
                self.advance(Stage::GivenUp, None).await
            }
        }
    }

    /// When to look again; never, once it was looked at for long enough.
    fn next_look(&self, conversation: &Conversation, waits: bool) -> Option<i64> {
        let (made, tries) = (self.payment.created_at, conversation.tries);
        if waits {
            return clock::ask_for_word_at(made, tries);
        }
        (!clock::asked_for_long_enough(made)).then(|| clock::ask_again_at(tries))
    }

    /// Whether the platform has told that it waits for another's word itself.
    async fn waits_for_word(&self) -> Result<bool, StoreError> {
        let found = self.app.store.payment(&self.payment.id).await?;
        let waits = |(_, book)| Folded::new(&book, clock::unix_now()).waits(&self.payment.id);
        Ok(found.is_some_and(waits))
    }

    /// Records what the platform told, then moves on.
    async fn record(&self, proceeded: Proceeded) -> Result<(), StoreError> {
        self.record_facts(&proceeded).await?;
        if proceeded.next_action.is_some() || self.is_pending().await? {
            // The platform owes a final word, or wants more of a browser that has gone.
            return self
                .advance(Stage::Unknown, Some(clock::unix_now() + 1))
                .await;
        }
        self.advance(Stage::Over, None).await?;
        self.save(proceeded.save);
        Ok(())
    }

    /// Records what the platform told: all of it is on disk when this returns.
    pub(crate) async fn record_facts(&self, proceeded: &Proceeded) -> Result<(), StoreError> {
        for fact in &proceeded.facts {
            let recorded = ingest(self.app, fact, Source::Query, None).await?;
            tell_of_wait(fact, &recorded);
        }
        if let Some(first) = &proceeded.first {
            keep_first(self.app, &self.book.session, self.payment, first, false).await?;
        }
        Ok(())
    }

    /// Adds a card to the shopper's, while nobody waits for it: the payment is over by then.
    pub(crate) fn save(&self, save: Option<Save>) {
        if let Some(save) = save {
            let (app, payment) = (Arc::clone(self.app), self.payment.clone());
            let session = self.book.session.clone();
            self.app
                .tasks
                .spawn(async move { add_card(&app, &session, &payment, &save).await });
        }
    }

    async fn is_pending(&self) -> Result<bool, StoreError> {
        let found = self.app.store.payment(&self.payment.id).await?;
        let status = |(_, book)| Folded::new(&book, clock::unix_now()).status_of(&self.payment.id);
        Ok(found.and_then(status) == Some(Status::Pending))
    }

    /// An answer never came, or could not be trusted: the payment is looked up before anything
    /// else.
    pub(crate) async fn unknown(&self, failure: &Failure) -> Result<(), StoreError> {
        tracing::error!(
            alert = "unknown", payment = %self.payment.id, ?failure,
            "the outcome of a call is unknown: the payment is looked up"
        );
        self.advance(Stage::Unknown, Some(clock::unix_now() + 1))
            .await?;
        self.app.wake_conversations.notify_one();
        Ok(())
    }

    async fn advance(&self, to: Stage, next_try_at: Option<i64>) -> Result<(), StoreError> {
        let step = Advance {
            next_try_at,
            ..Advance::new(self.at, to)
        };
        self.app.store.advance(&self.payment.id, &step).await?;
        Ok(())
    }

    fn is_past_deadline(&self) -> bool {
        clock::unix_now() >= self.payment.deadline_at
    }

    pub(crate) fn addresses(&self, nonce: &str) -> guichet_providers::contract::Addresses {
        self.app
            .config
            .addresses(self.account, &self.payment.id, nonce)
    }

    pub(crate) fn begin<'b>(
        &'b self,
        addresses: &'b guichet_providers::contract::Addresses,
    ) -> Begin<'b> {
        Begin {
            session: &self.book.session,
            method: &self.payment.method,
            by: self.by,
            client: self.client,
            first: None,
            reference: &self.payment.reference,
            addresses,
            now: clock::now(),
        }
    }
}
