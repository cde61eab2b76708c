//! A payment in hand: what a request and a job do alike with one that goes on.
//!
//! A stage is left by compare-and-set, so that of twenty returns one has an effect, and the
//! platform is never told twice. Whoever is going to talk with the platform says so first; a
//! payment of which nothing more is heard for
//! [`TALKING_SECONDS`](guichet_domain::stage::TALKING_SECONDS) is looked up.

use std::sync::Arc;

use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::payment::Rebilling;
use guichet_domain::stage::{Stage, TALKING_SECONDS, is_ordered_last};
use guichet_domain::{PartStatus, Refusal, Status};
use guichet_providers::Verified;
use guichet_providers::contract::{
    Addresses, Context, Continuing, Exchange, Failure, Proceeded, Provider, Step,
};
use guichet_store::{
    Advance, Answer, Book, Conversation, Idempotency, Payment, Recorded, Source, StoreError,
};
use guichet_wire::NextAction;
use jiff::civil::Date;

use super::calls::{CALL_SECONDS, in_time};
use super::cards::{Left, keep_first, note_card, save_card};
use super::ingest::ingest;
use super::started::Started;
use crate::accounts::{Gone, addresses};
use crate::app::App;
use crate::clock::{self, Since};
use crate::sessions::folded::Folded;

/// A payment in hand.
pub(crate) struct InHand<'a> {
    pub(crate) app: &'a Arc<App>,
    account: &'a dyn Provider,
    pub(crate) continuing: &'a dyn Continuing,
    /// Its session with all payments, as whoever took it up knows it.
    pub(crate) book: &'a Book,
    pub(crate) payment: &'a Payment,
    /// Since when: before the books say that somebody talks about it.
    since: Since,
}

/// Seconds after which nothing more is sent of what was begun then: whoever was frozen for so long
/// may have been taken for dead. With the longest that a call takes it is less than
/// [`TALKING_SECONDS`], after which the payment is looked up, and another may be ordered.
const SEND_WITHIN: i64 = 55;
const _: () = assert!(SEND_WITHIN + CALL_SECONDS < TALKING_SECONDS);

/// What the exchanges with the platform came to.
pub(crate) enum Concluded {
    /// All that was told is on disk. The browser does this next, if one waits.
    Next(Started),
    /// Nothing was sent: the payment is where it was, and the same may be tried again.
    NotSent(Failure),
}

impl<'a> InHand<'a> {
    /// Takes a payment in hand. [`Gone`] where no account goes on with it.
    pub(crate) fn new(
        app: &'a Arc<App>,
        book: &'a Book,
        payment: &'a Payment,
    ) -> Result<Self, Gone> {
        let account = app.accounts.of(payment)?;
        Ok(Self {
            app,
            account,
            continuing: account.continuing().ok_or(Gone)?,
            book,
            payment,
            since: Since::now(),
        })
    }

    /// Makes the calls that a step needs. Whoever does has left the payment at [`Stage::Talking`]
    /// first, unless it only asks.
    pub(crate) async fn exchange<T: Send>(
        &self,
        conversation: &Conversation,
        step: impl Fn(Context<'_>, &[Exchange]) -> Step<T> + Send + Sync,
    ) -> Result<T, Failure> {
        let addresses = addresses(
            &self.app.config.public_url,
            self.account,
            &self.payment.id,
            &conversation.ending,
        );
        let step = |exchanges: &[Exchange]| {
            let next = step(self.context(&addresses), exchanges);
            in_time(self.since, SEND_WITHIN, next, exchanges)
        };
        self.app.platform.exchange(step).await
    }

    fn context<'b>(&'b self, addresses: &'b Addresses) -> Context<'b> {
        Context {
            session: &self.book.session,
            method: &self.payment.method,
            reference: &self.payment.reference,
            addresses,
            now: clock::now(),
        }
    }

    /// Records what came of a step that moves the payment on, and leaves it at the stage that
    /// follows. Where nothing was sent it goes `back`. `asked` is the request that waits for the
    /// answer; none where no browser is there any more.
    pub(crate) async fn conclude(
        &self,
        came: Result<Proceeded, Failure>,
        back: &Advance<'_>,
        asked: Option<&Idempotency>,
    ) -> Result<Concluded, StoreError> {
        match came {
            Ok(proceeded) => self.record(proceeded, asked).await.map(Concluded::Next),
            Err(failure) if is_unsent(&failure, asked) => {
                self.advance(back).await?;
                Ok(Concluded::NotSent(failure))
            }
            Err(failure) => {
                self.unknown(&failure).await?;
                Ok(Concluded::Next(self.started(NextAction::Wait)))
            }
        }
    }

    /// Records what the platform told, and the answer with the new stage, before anything is
    /// answered.
    async fn record(
        &self,
        proceeded: Proceeded,
        asked: Option<&Idempotency>,
    ) -> Result<Started, StoreError> {
        self.record_facts(&proceeded).await?;
        let to = self.stage_after(&proceeded, asked.is_some()).await?;
        if let (Stage::Over, Some(save)) = (to, &proceeded.save) {
            note_card(self.app, &self.book.session, self.payment, save).await?;
        }
        let started = self.started(proceeded.next_action.unwrap_or(NextAction::Wait));
        let body = started.to_keep()?;
        self.advance(&Advance {
            memo: proceeded.memo.as_deref(),
            answer: asked.map(|mark| Answer {
                mark,
                body: &body,
                at: clock::unix_now(),
            }),
            ..self.leaving(Stage::Talking, to)
        })
        .await?;
        if to == Stage::Finalise {
            self.app.queues.conversations.wake();
        }
        if let (Stage::Over, Some(save)) = (to, proceeded.save) {
            save_card(self.app, &self.book.session, self.payment, save);
        }
        Ok(started)
    }

    fn started(&self, next_action: NextAction) -> Started {
        Started {
            payment: self.payment.id.clone(),
            next_action,
        }
    }

    /// Where a payment stands after so much was told of it.
    async fn stage_after(
        &self,
        proceeded: &Proceeded,
        browser_waits: bool,
    ) -> Result<Stage, StoreError> {
        Ok(match &proceeded.next_action {
            // Nobody can tell when its page is left for good: until the deadline.
            _ if proceeded.open => Stage::Return,
            Some(NextAction::FormPost { .. } | NextAction::Redirect { .. }) if browser_waits => {
                Stage::Return
            }
            Some(NextAction::HostedFields { .. } | NextAction::Ask { .. }) if browser_waits => {
                Stage::Token
            }
            // The platform owes a final word, or wants more of a browser that has gone.
            Some(_) => Stage::Unknown,
            None if browser_waits && proceeded.facts.is_empty() => Stage::Finalise,
            None if self.is_pending().await? => Stage::Unknown,
            None => Stage::Over,
        })
    }

    /// All that the platform told is on disk when this returns.
    async fn record_facts(&self, proceeded: &Proceeded) -> Result<(), StoreError> {
        for fact in &proceeded.facts {
            self.record_fact(fact).await?;
        }
        if let Some(first) = &proceeded.first {
            keep_first(
                self.app,
                &self.book.session,
                self.payment,
                first,
                Left::Again,
            )
            .await?;
        }
        Ok(())
    }

    /// Records one answer of the platform's to a call of ours.
    pub(crate) async fn record_fact(
        &self,
        fact: &Verified<PlatformFact>,
    ) -> Result<(), StoreError> {
        let recorded = ingest(self.app, fact, Source::Query, None).await?;
        // The platform itself waits, and may for weeks: the operator is told once.
        if let (Recorded::New(payment), true) = (&recorded, is_pending(fact)) {
            tracing::warn!(
                alert = "waits", %payment,
                "the platform waits for another's word itself: it is asked for up to 30 days"
            );
        }
        if let (Recorded::New(payment), true) = (&recorded, holds(fact)) {
            tracing::warn!(
                alert = "held", %payment,
                "refused, and the shopper's bank may hold the amount for days: release it in the \
                 platform's back office if the shopper asks"
            );
        }
        Ok(())
    }

    /// What a person has decided about what the platform holds.
    pub(crate) fn decided(&self) -> Option<bool> {
        let entry = self.book.entry(&self.payment.id)?;
        entry.state(&self.book.session).decided
    }

    /// What it charges anew, if it is a rebilling.
    fn rebilling(&self) -> Option<Rebilling> {
        let entry = self.book.entry(&self.payment.id)?;
        entry.state(&self.book.session).rebilling
    }

    /// Whether it is a rebilling that is not to run any more.
    pub(crate) fn is_called_off(&self) -> bool {
        self.rebilling().is_some_and(|it| it.called_off)
    }

    /// Whether the platform is still to be told how it is to run.
    pub(crate) fn is_untold(&self) -> bool {
        self.rebilling().is_some_and(|it| it.untold_since.is_some())
    }

    /// Of a rebilling that runs on a day to come: the Unix second at which that day begins.
    pub(crate) fn runs_from(&self) -> Option<i64> {
        let rebilling = self.rebilling().filter(|it| !it.called_off)?;
        begins(self.account, rebilling.due?)
    }

    /// Asks the platform for its last callback, before it is looked for by ourselves. It says
    /// nothing but that it is time to look, so that what becomes of it changes nothing here.
    pub(crate) async fn resend_callback(&self, conversation: &Conversation) {
        let Some(callbacks) = self.account.callbacks() else {
            return;
        };
        let memo = conversation.memo.as_deref();
        let step = |exchanges: &[Exchange]| callbacks.resend(memo, exchanges);
        if let Err(failure) = self.app.platform.exchange(step).await {
            tracing::info!(payment = %self.payment.id, ?failure, "no callback is sent again");
        }
    }

    /// Whether the payment is pending by all that is recorded now.
    async fn is_pending(&self) -> Result<bool, StoreError> {
        let found = self.app.store.payment(&self.payment.id).await?;
        let status = |(_, book)| Folded::new(&book, clock::unix_now()).status_of(&self.payment.id);
        Ok(found.and_then(status) == Some(Status::Pending))
    }

    /// An answer never came, or could not be trusted: the payment is looked up before anything
    /// else.
    async fn unknown(&self, failure: &Failure) -> Result<(), StoreError> {
        tracing::error!(
            alert = "unknown", payment = %self.payment.id, ?failure,
            "the outcome of a call is unknown: the payment is looked up"
        );
        self.advance(&self.leaving(Stage::Talking, Stage::Unknown))
            .await?;
        self.app.queues.conversations.wake();
        Ok(())
    }

    /// What leaves the payment at this stage: see [`leaving`].
    pub(crate) fn leaving<'b>(&self, from: Stage, stage: Stage) -> Advance<'b> {
        leaving(self.payment, Some(self.continuing), from, stage)
    }

    /// Moves the payment from stage to stage; `false` if it was not at the first one.
    pub(crate) async fn advance(&self, advance: &Advance<'_>) -> Result<bool, StoreError> {
        let now = clock::unix_now();
        self.app.store.advance(&self.payment.id, advance, now).await
    }
}

/// When a day begins at the platform, as a Unix second.
pub(crate) fn begins(account: &dyn Provider, day: Date) -> Option<i64> {
    let begins = day.to_zoned(account.time_zone().clone()).ok()?;
    Some(begins.timestamp().as_second())
}

/// Whether nothing was sent that could have moved money. What the platform does not take is told to
/// whoever asked; where nobody does, it is looked up.
fn is_unsent(failure: &Failure, asked: Option<&Idempotency>) -> bool {
    match failure {
        Failure::Unreachable => true,
        Failure::Unsuitable(_) => asked.is_some(),
        Failure::Unexpected(_) | Failure::Unknown => false,
    }
}

/// Whether the platform tells that it waits for another's word itself.
fn is_pending(fact: &PlatformFact) -> bool {
    part_status(fact) == Some(PartStatus::Pending)
}

/// Whether the platform tells of a refusal after which the bank may hold the amount.
fn holds(fact: &PlatformFact) -> bool {
    matches!(&fact.event, PaymentEvent::Part(part) if part.refusal == Some(Refusal::Held))
}

/// Whether it tells what became of a transaction.
pub(crate) fn is_final(fact: &PlatformFact) -> bool {
    part_status(fact).is_some_and(|status| status != PartStatus::Pending)
}

fn part_status(fact: &PlatformFact) -> Option<PartStatus> {
    match &fact.event {
        PaymentEvent::Part(part) => Some(part.status),
        _ => None,
    }
}

/// What leaves a payment at this stage, with the time at which a job takes it up. Past its deadline
/// nobody is waited for, and it leads to where that ends; `continuing` says where, if its account
/// is still there.
pub(crate) fn leaving<'a>(
    payment: &Payment,
    continuing: Option<&dyn Continuing>,
    from: Stage,
    stage: Stage,
) -> Advance<'a> {
    let kind = payment.kind;
    let ordered_last = continuing.map_or_else(
        || is_ordered_last(kind),
        |continuing| continuing.is_ordered_last(kind),
    );
    let due = stage.entered(ordered_last, payment.deadline_at, clock::unix_now());
    Advance {
        next_try_at: due.next_try_at,
        ..Advance::new(from, due.stage)
    }
}
