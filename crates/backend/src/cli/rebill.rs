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
    match error {
        PaymentError::Field(error) => error.into(),
        PaymentError::Session(error) => anyhow::anyhow!("{error:?}"),
        PaymentError::Failed(cause) => anyhow::anyhow!("{cause}"),
        PaymentError::SessionPaid => {
            anyhow::anyhow!("an order with this reference is paid: choose another reference")
        }
        PaymentError::Unknown => anyhow::anyhow!("there is no such rebilling"),
        PaymentError::Unreachable => anyhow::anyhow!("the platform can't be reached"),
        PaymentError::NotOffered => anyhow::anyhow!("the shop does not offer the method any more"),
        PaymentError::KeyReused => anyhow::anyhow!("this key came before with another wish"),
        PaymentError::RequestInFlight => anyhow::anyhow!(
            "the same request is being worked on by another process: look at the payment, then try \
             again"
        ),
        PaymentError::UnderWay => anyhow::anyhow!(
            "a payment of this session is being worked on just now: try again in a minute"
        ),
        PaymentError::OtherOpen => anyhow::anyhow!(
            "another payment of this session may still take money: try again once it is over"
        ),
        PaymentError::CardUnknown => {
            anyhow::anyhow!("the shopper's card is not there any more: charge the payment itself")
        }
        PaymentError::TooMany => anyhow::anyhow!(
            "the session of this key has as many payments as it may have: use another --key"
        ),
        PaymentError::TerminalBusy => {
            anyhow::anyhow!("the terminal works on another payment: try again once it is over")
        }
        PaymentError::SessionExpired => anyhow::anyhow!(
            "the session of this key has expired, and takes no payment any more: use another --key"
        ),
    }
}
