//! `guichet payments capture | cancel | refund | duplicate | settle | accept | refuse |
//! resend-callback | rebill | amend | call-off | compare | show`: what is done with a payment's
//! money, by a person.
//!
//! The same rules hold as for the shop's server, since the same functions decide. While a backend
//! serves the books, it alone talks with the platforms: the command writes what is to be done into
//! the books, beside it, and waits until the backend has done it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use guichet_domain::field::line;
use guichet_domain::id::{InstructionId, OperationId, PaymentId};
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::{Balance, OperationKind};
use guichet_store::{AskedBy, Book, Entry, Idempotency};

use super::arguments::ConfigArg;
use super::notifications::time;
use super::opened::{Opened, payment_id};
use super::payments::{ATTENTION, money};
use super::terminal::{print, shown};
use super::{platform, rebill};
use crate::app::App;
use crate::clock;
use crate::digest::sha256;
use crate::payments::operations::ask::{Asked, Received};
use crate::payments::operations::find::{self, Whose};
use crate::payments::operations::plan::{Wanted, WantedPart};
use crate::payments::operations::settle::settle;
use crate::views::operations::{InstructionView, LeftOutPart, OperationStatus, PlanView};

/// How long a command waits for the backend to do what it asked for, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// Longest reason, in characters.
const REASON_MAX: usize = 200;

/// What is done with one payment.
#[derive(clap::Subcommand)]
pub(crate) enum PaymentCommand {
    /// Take what a payment has reserved.
    Capture(Wish),
    /// Let go what was not remitted to the bank yet.
    Cancel(Wish),
    /// Give back what was taken, to the means that paid it.
    Refund(Wish),
    /// Reserve anew what was reserved and has expired, without the shopper.
    Duplicate(Wish),
    /// Accept a payment that the platform holds for you to look at: the money is taken.
    Accept {
        #[command(flatten)]
        config: ConfigArg,
        /// The payment's id, pay_…
        payment: String,
    },
    /// Refuse a payment that the platform holds for you to look at: the money is let go.
    Refuse {
        #[command(flatten)]
        config: ConfigArg,
        /// The payment's id, pay_…
        payment: String,
    },
    /// Have the platform call back again about a payment, where it calls back.
    ResendCallback {
        #[command(flatten)]
        config: ConfigArg,
        /// The payment's id, pay_…
        payment: String,
    },
    /// Charge anew what a payment was made with, at once or on a day to come, without the shopper.
    Rebill(rebill::Wish),
    /// Have a rebilling that did not run yet run on another day, or charge another amount.
    Amend(rebill::Amendment),
    /// Call a rebilling off that did not run yet.
    CallOff {
        #[command(flatten)]
        config: ConfigArg,
        /// The rebilling's own id, pay_…
        payment: String,
    },
    /// Compare the platforms' own reports with the books. The exit status is 3 if something
    /// differs, 0 if not.
    Compare(ConfigArg),
    /// End an operation that is undecided, once somebody has looked it up in the platform's back
    /// office.
    Settle {
        #[command(flatten)]
        config: ConfigArg,
        /// The operation's id, op_…
        operation: String,
        /// It was done.
        #[arg(
            long,
            required_unless_present = "not_done",
            conflicts_with = "not_done"
        )]
        done: bool,
        /// It was not done.
        #[arg(long)]
        not_done: bool,
    },
    /// Show a payment: its parts, where its money is, and what was done with it.
    Show {
        #[command(flatten)]
        config: ConfigArg,
        /// The payment's id, pay_…
        payment: String,
    },
}

/// What is to be done. The exit status is 0 if it was, 3 if it was not or nobody knows yet.
#[derive(clap::Args)]
pub(crate) struct Wish {
    #[command(flatten)]
    config: ConfigArg,
    /// The payment's id, pay_…
    payment: String,
    /// How much in all, in minor units (cents); all that can be, if absent.
    #[arg(long, value_name = "CENTS")]
    amount: Option<u64>,
    /// A part, by the platform's number of its transaction, and how much of it. May be repeated.
    #[arg(
        long = "part",
        value_name = "NUMBER[=CENTS]",
        conflicts_with = "amount"
    )]
    parts: Vec<String>,
    /// Why, for whoever reads the books.
    #[arg(long)]
    reason: Option<String>,
    /// Capture in part, though the rest can't be taken later.
    #[arg(long)]
    give_up: bool,
    /// Do nothing, and show what would be done.
    #[arg(long)]
    preview: bool,
    /// A name of your own for this wish: the same command with the same name does nothing twice.
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
}

/// Does it, and prints what became of it.
pub(crate) async fn run(command: &PaymentCommand) -> anyhow::Result<ExitCode> {
    match command {
        PaymentCommand::Capture(wish) => operate(OperationKind::Capture, wish).await,
        PaymentCommand::Cancel(wish) => operate(OperationKind::Cancel, wish).await,
        PaymentCommand::Refund(wish) => operate(OperationKind::Refund, wish).await,
        PaymentCommand::Duplicate(wish) => operate(OperationKind::Duplicate, wish).await,
        PaymentCommand::Settle {
            config,
            operation,
            done,
            ..
        } => end(&config.config, operation, *done).await,
        PaymentCommand::Accept { config, payment } => {
            platform::review(&config.config, payment, true).await?;
            show(&config.config, payment).await
        }
        PaymentCommand::Refuse { config, payment } => {
            platform::review(&config.config, payment, false).await?;
            show(&config.config, payment).await
        }
        PaymentCommand::ResendCallback { config, payment } => {
            platform::resend_callback(&config.config, payment).await
        }
        PaymentCommand::Rebill(wish) => {
            let made = rebill::rebill(wish).await?;
            show(&wish.config.config, &made).await
        }
        PaymentCommand::Amend(wish) => {
            rebill::amend(wish).await?;
            show(&wish.config.config, &wish.payment).await
        }
        PaymentCommand::CallOff { config, payment } => {
            rebill::call_off(&config.config, payment).await?;
            show(&config.config, payment).await
        }
        PaymentCommand::Compare(config) => platform::compare_all(&config.config).await,
        PaymentCommand::Show { config, payment } => show(&config.config, payment).await,
    }
}

async fn operate(kind: OperationKind, wish: &Wish) -> anyhow::Result<ExitCode> {
    let config = &wish.config.config;
    let (id, wanted) = (payment_id(&wish.payment)?, wanted(wish)?);
    if wish.preview {
        let opened = Opened::to_read(config).await?;
        let book = find::book(&opened.app, Whose::Anybodys, &id).await?;
        let asked = asked(&opened.app, &book, &id, kind);
        let plan = asked.preview(&wanted)?;
        opened.store.close().await;
        let currency = book.session.currency;
        print(preview(&PlanView::new(kind, currency, plan), currency))?;
        return Ok(ExitCode::SUCCESS);
    }
    let opened = Opened::to_write(config).await?;
    let done = instruct(&opened, kind, &id, &wanted, wish.key.as_deref()).await;
    opened.store.close().await;
    let (told, currency) = done?;
    print(instruction(&told, currency))?;
    Ok(match told.status {
        OperationStatus::Done => ExitCode::SUCCESS,
        _ => ExitCode::from(ATTENTION),
    })
}

/// Has it done: by ourselves, or by the backend that serves the books.
async fn instruct(
    opened: &Opened,
    kind: OperationKind,
    payment: &PaymentId,
    wanted: &Wanted,
    key: Option<&str>,
) -> anyhow::Result<(InstructionView, Currency)> {
    let app = &opened.app;
    let book = find::book(app, Whose::Anybodys, payment).await?;
    let mark = Idempotency {
        scope: format!("operator/payment/{payment}/{kind}"),
        key: match key {
            Some(key) => key.to_owned(),
            None => hex::encode(clock::random::<16>()?),
        },
        fingerprint: sha256(format!("{wanted:?}").as_bytes()).to_vec(),
    };
    let taken = asked(app, &book, payment, kind)
        .take(AskedBy::Operator, &mark)
        .await?;
    let id = match (taken, &opened.alone) {
        (Received::Before(id), _) => id,
        (Received::New(asking), Some(_)) => asking.run(wanted).await?,
        (Received::New(asking), None) => asking.leave(wanted).await?,
    };
    let told = wait(opened, payment, kind, &id).await?;
    Ok((told, book.session.currency))
}

/// What became of it, once the backend is done with it.
async fn wait(
    opened: &Opened,
    payment: &PaymentId,
    kind: OperationKind,
    id: &InstructionId,
) -> anyhow::Result<InstructionView> {
    let begun = tokio::time::Instant::now();
    loop {
        let book = find::book(&opened.app, Whose::Anybodys, payment).await?;
        let told = find::instruction(&opened.app, &book, payment, kind, id).await?;
        let told = InstructionView::from(told);
        let open = matches!(
            told.status,
            OperationStatus::Pending | OperationStatus::Unknown
        );
        if opened.alone.is_some() || !open || begun.elapsed() > PATIENCE || is_put_off(&told) {
            return Ok(told);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether all that is open of it was tried, and is sent again later than anybody waits here: on
/// the day of the payment, the day after.
fn is_put_off(told: &InstructionView) -> bool {
    let seconds = i64::try_from(PATIENCE.as_secs()).unwrap_or(i64::MAX);
    let then = clock::unix_now() + seconds;
    let mut open = told.operations.iter().filter(|operation| {
        matches!(
            operation.status,
            OperationStatus::Pending | OperationStatus::Unknown
        )
    });
    open.all(|operation| operation.again_at.is_some_and(|again| again > then))
}

fn asked<'a>(
    app: &'a Arc<App>,
    book: &'a Book,
    payment: &'a PaymentId,
    kind: OperationKind,
) -> Asked<'a> {
    Asked {
        app,
        book,
        payment,
        kind,
    }
}

fn wanted(wish: &Wish) -> anyhow::Result<Wanted> {
    let amount = |minor| Amount::parse("--amount", minor);
    let mut parts = Vec::new();
    for named in &wish.parts {
        let (number, minor) = match named.split_once('=') {
            None => (named.as_str(), None),
            Some((number, minor)) => match minor.parse() {
                Ok(minor) => (number, Some(Amount::parse("--part", minor)?)),
                Err(_) => bail!("--part: {named} is not NUMBER or NUMBER=CENTS"),
            },
        };
        parts.push(WantedPart {
            part: number.to_owned(),
            amount: minor,
        });
    }
    let reason = wish.reason.as_deref();
    Ok(Wanted {
        amount: wish.amount.map(amount).transpose()?,
        parts,
        give_up: wish.give_up,
        reason: reason
            .map(|text| line("--reason", text, REASON_MAX))
            .transpose()?,
    })
}

async fn end(config: &Path, operation: &str, was_done: bool) -> anyhow::Result<ExitCode> {
    let id = OperationId::try_from(operation.to_owned());
    let id = id.context("an operation's id begins with op_")?;
    let opened = Opened::to_write(config).await?;
    let settled = settle(&opened.app, &id, was_done).await;
    opened.store.close().await;
    settled?;
    Ok(ExitCode::SUCCESS)
}

async fn show(config: &Path, payment: &str) -> anyhow::Result<ExitCode> {
    let id = payment_id(payment)?;
    let opened = Opened::to_read(config).await?;
    let book = find::book(&opened.app, Whose::Anybodys, &id).await?;
    let mut text = String::new();
    if let Some(entry) = book.entry(&id) {
        payment_lines(&mut text, &book, entry);
    }
    for told in find::instructions(&opened.app, &book, &id, None).await? {
        text += &instruction(&told.into(), book.session.currency);
    }
    opened.store.close().await;
    print(text)?;
    Ok(ExitCode::SUCCESS)
}

fn payment_lines(text: &mut String, book: &Book, entry: &Entry) {
    let (session, payment) = (&book.session, &entry.payment);
    let state = entry.state(session);
    let _ = writeln!(
        text,
        "{}  {}  {}  {}  order {}\n    session {}, reference at the platform {}\n    {}",
        time(payment.created_at),
        payment.id,
        payment.method,
        money(session.amount.minor(), session.currency),
        shown(&session.reference),
        session.id,
        payment.reference,
        balance(state.balance(), session.currency),
    );
    if let Some(rebilling) = &state.rebilling {
        let due = rebilling.due.map(|due| format!(", to run on {due}"));
        let off = if rebilling.called_off {
            ", called off"
        } else {
            ""
        };
        let due = due.unwrap_or_default();
        let _ = writeln!(text, "    charges {} anew{due}{off}", rebilling.of);
    }
    for own in &state.parts {
        let (told, currency) = (&own.part, session.currency);
        *text += &part(
            &told.transaction,
            &told.brand,
            told.amount.minor(),
            currency,
        );
        let _ = writeln!(text, "\n    {}", balance(own.balance, currency));
    }
}

fn balance(balance: Balance, currency: Currency) -> String {
    let money = |minor| money(minor, currency);
    format!(
        "reserved {}, taken {}, given back {}, cancelled {}",
        money(balance.reserved),
        money(balance.taken),
        money(balance.given_back),
        money(balance.cancelled)
    )
}

fn preview(plan: &PlanView, currency: Currency) -> String {
    let mut text = format!("{}  {}\n", plan.kind, money(plan.amount, currency));
    for line in &plan.operations {
        text += &part(&line.part, &line.brand, line.amount, currency);
        if line.gives_up > 0 {
            let _ = write!(text, ", gives up {}", money(line.gives_up, currency));
        }
        text.push('\n');
    }
    left_out(&mut text, &plan.left_out, currency);
    text
}

fn instruction(told: &InstructionView, currency: Currency) -> String {
    let status = word(told.status);
    let mut text = format!(
        "{}  {}  {}  {}  {status}\n",
        time(told.created_at),
        told.kind,
        told.id,
        money(told.amount, currency)
    );
    if let Some(reason) = &told.reason {
        let _ = writeln!(text, "    {}", shown(reason));
    }
    for one in &told.operations {
        text += &part(&one.part, &one.brand, one.amount, currency);
        let _ = writeln!(text, "  {}  {}", word(one.status), one.id);
        if let Some(number) = &one.transaction {
            let _ = writeln!(text, "    its own transaction {}", shown(number));
        }
        if let Some(why) = &one.why {
            let code = one.code.as_deref().unwrap_or_default();
            let _ = writeln!(text, "    {} {}", shown(code), shown(why));
        }
    }
    left_out(&mut text, &told.left_out, currency);
    text
}

fn left_out(text: &mut String, left_out: &[LeftOutPart], currency: Currency) {
    for one in left_out {
        *text += &part(&one.part, &one.brand, one.amount, currency);
        let _ = writeln!(text, "  left out\n    {}", shown(&one.why));
    }
}

/// The beginning of a line that tells of a part.
fn part(number: &str, brand: &str, minor: u64, currency: Currency) -> String {
    let (number, brand) = (shown(number), shown(brand));
    format!("  part {number} {brand}  {}", money(minor, currency))
}

fn word(status: OperationStatus) -> &'static str {
    match status {
        OperationStatus::Pending => "pending",
        OperationStatus::Unknown => "unknown: the platform is asked what became of it",
        OperationStatus::Undecided => "undecided: look it up in the platform's back office",
        OperationStatus::PartlyDone => "partly done",
        OperationStatus::Done => "done",
        OperationStatus::Refused => "refused",
    }
}
