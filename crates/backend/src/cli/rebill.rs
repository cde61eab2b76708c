//! `guichet payments rebill | amend | call-off`: charging anew what a payment was made with, by
//! a person.
//!
//! A rebilling is this command's own until it was sent, so that it is sent from here though a
//! backend serves the books; what comes later of it is the backend's.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::field::line;
use guichet_domain::id::PaymentId;
use guichet_domain::money::Amount;
use guichet_store::{Book, Idempotency};
use jiff::civil::Date;

use super::arguments::ConfigArg;
use super::opened::{Opened, payment_id};
use crate::app::App;
use crate::clock;
use crate::digest::sha256;
use crate::payments::due::take_up;
use crate::payments::error::PaymentError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::rebill::{self, Change, Wanted};
use crate::sessions::error::SessionError;

/// Longest order reference of a rebilling, in characters.
const REFERENCE_MAX: usize = 200;

/// What is charged anew.
#[derive(clap::Args)]
pub(crate) struct Wish {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// The payment's id, pay_…
    payment: String,
    /// Your order reference: another one than that of an order that is paid.
    #[arg(long)]
    reference: String,
    /// How much, in minor units (cents); what the payment was to pay, if absent.
    #[arg(long, value_name = "CENTS")]
    amount: Option<u64>,
    /// The day on which the platform is to run it; at once, if absent.
    #[arg(long, value_name = "YYYY-MM-DD")]
    due: Option<Date>,
    /// Charge the shopper's profile that the payment was made with, and not the payment itself.
    #[arg(long)]
    by_profile: bool,
    /// A name of your own for this wish: the same command with the same name does nothing twice.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
}

/// What is to be changed of a rebilling: at least one of both.
#[derive(clap::Args)]
#[group(id = "change", required = true, multiple = true, args = ["due", "amount"])]
pub(crate) struct Amendment {
    #[command(flatten)]
    pub(super) config: ConfigArg,
    /// The rebilling's own id, pay_…
    pub(super) payment: String,
    /// Another day on which the platform is to run it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    due: Option<Date>,
    /// Another amount, in minor units (cents).
    #[arg(long, value_name = "CENTS")]
    amount: Option<u64>,
}

/// Charges it; gives the id of the new payment.
pub(super) async fn rebill(wish: &Wish) -> anyhow::Result<String> {
    let id = payment_id(&wish.payment)?;
    let wanted = Wanted {
        reference: line("--reference", &wish.reference, REFERENCE_MAX)?,
        amount: amount(wish.amount)?,
        due: wish.due,
        by_profile: wish.by_profile,
        metadata: Default::default(),
    };
    let key = match &wish.key {
        Some(key) => key.clone(),
        None => hex::encode(clock::random::<16>()?),
    };
    let mark = Idempotency {
        scope: format!("operator/payment/{id}/rebillings"),
        key,
        fingerprint: sha256(format!("{wanted:?}").as_bytes()).to_vec(),
    };
    let opened = Opened::to_write(&wish.config.config).await?;
    let made = charge(&opened, &id, wanted, &mark).await;
    opened.store.close().await;
    Ok(made?.to_string())
}

async fn charge(
    opened: &Opened,
    id: &PaymentId,
    wanted: Wanted,
    mark: &Idempotency,
) -> anyhow::Result<PaymentId> {
    let app = &opened.app;
    let book = find::book(app, Whose::Anybodys, id).await?;
    let shop = app.config.shop(&book.session.shop).cloned();
    let shop = shop.context("the shop of this payment is not configured")?;
    let made = rebill::rebill(app, &shop, &book, id, wanted, mark).await;
    let made = made.map_err(told)?;
    go_on(opened, &made).await?;
    Ok(made)
}

/// Without a backend, what is due of it is done here.
async fn go_on(opened: &Opened, id: &PaymentId) -> anyhow::Result<()> {
    if opened.alone.is_some() {
        take_up(&opened.app, id).await?;
    }
    Ok(())
}

fn amount(minor: Option<u64>) -> anyhow::Result<Option<Amount>> {
    let amount = minor.map(|minor| Amount::parse("--amount", minor));
    Ok(amount.transpose()?)
}

/// Has a rebilling run on another day, or charge another amount.
pub(super) async fn amend(wish: &Amendment) -> anyhow::Result<()> {
    let id = payment_id(&wish.payment)?;
    let change = Change {
        due: wish.due,
        amount: amount(wish.amount)?,
        since: None,
    };
    let opened = Opened::to_write(&wish.config.config).await?;
    let done = async {
        let book = of(&opened.app, &id).await?;
        let done = rebill::amend(&opened.app, &book, &id, change).await;
        done.map_err(told)
    };
    let done = done.await;
    opened.store.close().await;
    done
}

/// Calls a rebilling off.
pub(super) async fn call_off(config: &Path, payment: &str) -> anyhow::Result<()> {
    let id = payment_id(payment)?;
    let opened = Opened::to_write(config).await?;
    let done = async {
        let book = of(&opened.app, &id).await?;
        rebill::call_off(&opened.app, &book, &id)
            .await
            .map_err(told)?;
        go_on(&opened, &id).await?;
        rebill::wait(&opened.app, &id).await.map_err(told)
    };
    let done = done.await;
    opened.store.close().await;
    done
}

async fn of(app: &Arc<App>, id: &PaymentId) -> anyhow::Result<Book> {
    Ok(find::book(app, Whose::Anybodys, id).await?)
}

/// Why not, in words.
fn told(error: PaymentError) -> anyhow::Error {
    let text = match error {
        PaymentError::Field(error) => return error.into(),
        PaymentError::Session(error) => return told_of_session(error),
        PaymentError::Failed(cause) => return anyhow::Error::msg(cause),
        PaymentError::SessionPaid => {
            "an order with this reference is paid: choose another reference"
        }
        PaymentError::Unknown => "there is no such rebilling",
        PaymentError::Unreachable => {
            "the platform can't be reached: nothing was started; a change is kept and told later"
        }
        PaymentError::NotOffered => "the shop does not offer the method any more",
        PaymentError::KeyReused => "this key came before with another wish: use another --key",
        PaymentError::RequestInFlight => {
            "the same request is being worked on by another process: look at the payment, then try \
             again"
        }
        PaymentError::UnderWay => {
            "a payment of this session is being worked on just now: try again in a minute"
        }
        PaymentError::OtherOpen { seconds } => return told_of_other(seconds),
        PaymentError::CardUnknown => {
            "the shopper's card is not there any more: charge the payment itself"
        }
        PaymentError::TooMany => {
            "the session of this key has as many payments as it may have: use another --key"
        }
        PaymentError::TerminalBusy => {
            "the terminal works on another payment: try again once it is over"
        }
        PaymentError::SessionExpired => {
            "the session of this key has expired, and takes no payment any more: use another --key"
        }
    };
    anyhow::Error::msg(text)
}

fn told_of_other(seconds: Option<u64>) -> anyhow::Error {
    match seconds {
        Some(seconds) => anyhow::anyhow!(
            "another payment of this session may still take money: try again once it is over, or \
             in {seconds} s, when nobody can pay on its page any more"
        ),
        None => anyhow::anyhow!(
            "another payment of this session may still take money: try again once it is over"
        ),
    }
}

/// Why its session is not made, in words.
fn told_of_session(error: SessionError) -> anyhow::Error {
    match error {
        SessionError::Unknown => anyhow::anyhow!("the session of this key is not there any more"),
        SessionError::Paid => told(PaymentError::SessionPaid),
        SessionError::KeyReused => told(PaymentError::KeyReused),
        SessionError::PaymentsOpen { payments, seconds } => {
            told_of_other(seconds).context(payments.join(", "))
        }
        SessionError::KeyRotated => {
            anyhow::anyhow!("the session was made with a key that is no longer configured")
        }
        SessionError::Fields(errors) => {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", errors.join("; "))
        }
        SessionError::Books(error) => error.into(),
        SessionError::Failed(cause) => anyhow::Error::msg(cause),
    }
}

#[cfg(test)]
mod tests {
    use guichet_domain::FieldError;
    use guichet_store::StoreError;

    use super::*;

    /// What the operator reads, whole: with what caused it.
    fn text(error: PaymentError) -> String {
        format!("{:#}", told(error))
    }

    #[test]
    fn each_refusal_says_what_is_wrong_and_what_to_do_in_words() {
        let field = || FieldError::new("due_date", "is 2020-01-01; must be a day after today");
        let open = |seconds| SessionError::PaymentsOpen {
            payments: vec!["pay_1 (netbanx_card)".into()],
            seconds,
        };
        let session = PaymentError::Session;
        for (error, words) in [
            (field().into(), "due_date: is 2020-01-01; must be"),
            (PaymentError::failed("no random bytes"), "no random bytes"),
            (PaymentError::SessionPaid, "choose another reference"),
            (PaymentError::Unknown, "no such rebilling"),
            (PaymentError::Unreachable, "kept and told later"),
            (PaymentError::NotOffered, "does not offer the method"),
            (PaymentError::KeyReused, "use another --key"),
            (PaymentError::RequestInFlight, "look at the payment"),
            (PaymentError::UnderWay, "try again in a minute"),
            (PaymentError::OtherOpen { seconds: Some(90) }, "in 90 s"),
            (PaymentError::OtherOpen { seconds: None }, "once it is over"),
            (PaymentError::CardUnknown, "charge the payment itself"),
            (PaymentError::TooMany, "use another --key"),
            (PaymentError::TerminalBusy, "try again once it is over"),
            (PaymentError::SessionExpired, "use another --key"),
            (session(SessionError::Unknown), "not there any more"),
            (session(SessionError::Paid), "choose another reference"),
            (session(SessionError::KeyReused), "use another --key"),
            (session(open(Some(90))), "pay_1 (netbanx_card): another"),
            (session(SessionError::KeyRotated), "no longer configured"),
            (
                session(vec![field(), FieldError::new("amount", "is 0")].into()),
                "due_date: is 2020-01-01; must be a day after today; amount: is 0",
            ),
            (session(StoreError::Corrupt("a row".into()).into()), "a row"),
            (session(SessionError::failed("a cause")), "a cause"),
        ] {
            let shown = format!("{error:?}");
            let text = text(error);
            assert!(text.contains(words), "{shown}: {text}");
            // Words for a person, and no names of ours.
            assert!(!text.contains('{') && !text.contains("Error("), "{text}");
        }
    }
}
