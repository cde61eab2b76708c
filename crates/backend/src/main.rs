//! `guichet`: signs, verifies, keeps the books and talks to the payment platforms.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::arguments::ConfigArg;
use crate::cli::{
    backup, doctor, inspect, inventory, moneris, notifications, sogenactif, terminal,
    webhooks as told,
};

mod accounts;
mod app;
mod books;
mod cli;
mod clock;
mod config;
mod connections;
mod database;
mod desk;
mod digest;
mod egress;
mod holds;
mod http;
mod jobs;
mod ledger;
mod limiter;
mod locks;
mod log;
mod metrics;
mod paths;
mod payments;
mod platform;
mod queue;
mod quiet;
mod recent;
#[cfg(test)]
mod seam;
mod search;
mod seldom;
mod serve;
mod sessions;
#[cfg(test)]
mod simulator;
mod verdicts;
mod views;
mod webhooks;

#[derive(Parser)]
#[command(name = "guichet", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the backend.
    Serve(ConfigArg),
    /// Tell of payments, or have something done with the money of one.
    #[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
    Payments {
        #[command(flatten)]
        config: ConfigArg,
        /// Every shop's that a person should look at, with what fits no payment. The exit status
        /// is 3 if there is something to look at, 0 if not.
        #[arg(long, required = true)]
        attention: bool,
        #[command(subcommand)]
        command: Option<PaymentsCommand>,
    },
    /// Tell what the configuration's accounts demand to know of a shopper, and whether all that an
    /// order needs is well, a verdict a line: configuration, keys, disk, books, the platforms, the
    /// clock, certificates, the addresses that the platforms call.
    ///
    /// The exit status is 1 if anything is bad, 3 if a person should look at something.
    Doctor {
        #[command(flatten)]
        config: ConfigArg,
        /// Ask nobody.
        #[arg(long)]
        offline: bool,
    },
    /// Make the tables of the books, or bring them up to date, and nothing else. Books on a server
    /// are refused by backends of another version until this was run: stop all of them first.
    Migrate(ConfigArg),
    /// Move the books.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Prove the ledger from the recorded events. The exit status is 1, and the first difference is
    /// named, if it is not what they tell.
    Audit(ConfigArg),
    /// Give the ledger out.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Copy the books into a new file while they are in use, and check the copy.
    Backup {
        #[command(flatten)]
        config: ConfigArg,
        /// The new file.
        to: PathBuf,
    },
    /// Put a backup in the place of the books, while no backend serves them, and prove it.
    ///
    /// What was there is moved aside and kept.
    Restore {
        #[command(flatten)]
        config: ConfigArg,
        /// The backup.
        from: PathBuf,
    },
    /// Erase what is known of one shopper: names, addresses, and what was sent word by word. What
    /// moved stays in the ledger. The exit status is 3 if something is left, since money may move.
    Erase {
        #[command(flatten)]
        config: ConfigArg,
        #[command(flatten)]
        whose: cli::erase::Arguments,
    },
    /// List the notifications that were refused, or print one as it came.
    ///
    /// Genuine ones that can't be read come first: money may have moved. Of those that nobody is
    /// known to have signed the latest are kept. With a number, prints that one's bytes and nothing
    /// else: pipe them to `guichet inspect up2pay-notification`.
    Notifications {
        #[command(flatten)]
        config: ConfigArg,
        /// The number of one in the list.
        number: Option<i64>,
    },
    /// What shops' servers are told by themselves: list it, send it again, stop and go on.
    Webhooks {
        #[command(flatten)]
        config: ConfigArg,
        #[command(subcommand)]
        command: told::WebhooksCommand,
    },
    /// Help an integrator whose call is refused.
    #[command(subcommand)]
    Inspect(inspect::InspectCommand),
    /// Call a method of Sogenactif's connector Office.
    Sogenactif(sogenactif::Arguments),
    /// Send a command of the operator's to a terminal of Moneris.
    Moneris(moneris::Arguments),
    /// Say who may log in at the desk, the pages of the shop's people.
    Desk {
        #[command(flatten)]
        config: ConfigArg,
        #[command(subcommand)]
        command: cli::desk::DeskCommand,
    },
    /// Print the inventory of the widget's scripts that PCI DSS 6.4.3 asks for.
    ///
    /// What each is, what it is for, and how its integrity is assured.
    Inventory(ConfigArg),
    /// Print what a shop's page with the widget needs in its Content-Security-Policy, line by line,
    /// for the methods that the shop offers.
    Csp {
        #[command(flatten)]
        config: ConfigArg,
        #[command(flatten)]
        page: cli::policy::Arguments,
    },
    /// Print the widget's texts in a language, as a shop may have its own in the configuration.
    Texts {
        /// The language: de, en, es, fr, it, nl, pt or sv.
        language: String,
    },
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum PaymentsCommand {
    /// List a shop's payments, newest first: all that is given must fit.
    List {
        #[command(flatten)]
        config: ConfigArg,
        #[command(flatten)]
        wish: cli::list::Arguments,
    },
    #[command(flatten)]
    One(cli::operations::PaymentCommand),
}

#[derive(Subcommand)]
enum StoreCommand {
    /// Copy the whole books of a file to a server of PostgreSQL's, and prove that each row is the
    /// same there. May be repeated until a backend serves them there, and goes on where it was
    /// broken off.
    Copy(cli::copying::Arguments),
}

#[derive(Subcommand)]
enum LedgerCommand {
    /// Write a shop's journal of a year for its accountant (FEC layout, article A47 A-1 LPF), with
    /// the description that goes with it.
    Export {
        #[command(flatten)]
        config: ConfigArg,
        #[command(flatten)]
        what: cli::ledger::Arguments,
    },
    /// Show which remittances a bank's statement (camt.053 or CFONB 120) has, and which are late or
    /// missing. The exit status is 3 if there is something to look at, 0 if not.
    Match {
        #[command(flatten)]
        config: ConfigArg,
        #[command(flatten)]
        what: cli::matching::Arguments,
    },
}

/// Much of what a request costs is small pieces of memory that one thread takes and another gives
/// back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Inspect(command) => return inspect::run(command),
        Command::Sogenactif(arguments) => return sogenactif::run(arguments).await,
        Command::Moneris(arguments) => return moneris::run(arguments).await,
        Command::Serve(arg) => return serve(&arg.config).await,
        Command::Payments {
            command: Some(PaymentsCommand::List { config, wish }),
            ..
        } => cli::list::run(&config.config, &wish).await,
        Command::Payments {
            command: Some(PaymentsCommand::One(command)),
            ..
        } => match cli::operations::run(&command).await {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Command::Payments { config, .. } => match cli::payments::attention(&config.config).await {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Command::Webhooks { config, command } => match told::run(&config.config, command).await {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Command::Doctor { config, offline } => match doctor::run(&config.config, offline).await {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Command::Store(StoreCommand::Copy(what)) => cli::copying::run(&what).await,
        Command::Migrate(arg) => cli::migrate::run(&arg.config).await,
        Command::Audit(arg) => cli::ledger::audit(&arg.config).await,
        Command::Ledger(LedgerCommand::Export { config, what }) => {
            cli::ledger::export(&config.config, &what).await
        }
        Command::Ledger(LedgerCommand::Match { config, what }) => {
            match cli::matching::run(&config.config, &what).await {
                Ok(status) => return status,
                Err(error) => Err(error),
            }
        }
        Command::Restore { config, from } => cli::restore::run(&config.config, &from).await,
        Command::Erase { config, whose } => match cli::erase::run(&config.config, &whose).await {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Command::Desk { config, command } => cli::desk::run(&config.config, command).await,
        Command::Backup { config, to } => backup::run(&config.config, &to).await,
        Command::Notifications { config, number } => {
            notifications::run(&config.config, number).await
        }
        Command::Inventory(arg) => inventory::run(&arg.config),
        Command::Csp { config, page } => cli::policy::run(&config.config, &page).await,
        Command::Texts { language } => cli::texts::run(&language),
        Command::Openapi => print_openapi(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// What fails is told by the log's own thread: nothing else may wait for whoever reads it.
async fn serve(config: &Path) -> ExitCode {
    let log = match log::Log::start() {
        Ok(log) => log,
        Err(error) => return failed(&error.into()),
    };
    match serve::run(config, &log).await {
        Ok(()) => {
            log.finish(None);
            ExitCode::SUCCESS
        }
        Err(error) => {
            log.finish(Some(&format!("guichet: {error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("guichet: {error:#}\n"));
    ExitCode::FAILURE
}

fn print_openapi() -> anyhow::Result<()> {
    let json = http::document().to_pretty_json()?;
    terminal::print(format!("{json}\n"))
}
