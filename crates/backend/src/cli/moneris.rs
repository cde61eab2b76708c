//! `guichet moneris ACTION`: an operator has a terminal do what belongs to no payment of the books.
//! Prints no key.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use guichet_domain::id::Slug;
use guichet_domain::money::Amount;
use guichet_providers::contract::{Environment, Exchange, Failure};
use guichet_providers::moneris::operator::{Answered, Operator, Wish, actions, is_of_card};

mod card;

use super::account::configured;
use super::terminal::shown;
use crate::books::open_to_read;
use crate::clock;
use crate::config::Config;
use crate::platform::Platform;

/// For how long a terminal is waited for at which somebody presents a card, in seconds.
const PATIENCE: i64 = 180;

/// The action that asks the gateway and no terminal.
const EXPIRING: &str = "expiring";
const EXPIRING_LINE: &str =
    "expiring                  the saved cards that end this month or the next";

/// Have a terminal of Moneris do something that belongs to no payment.
///
/// What belongs to one is done through the books: a payment by POST /v1/sessions, completion, void
/// and refund by guichet payments capture, cancel and refund. Prints the answer's entry as JSON;
/// what concerns a saved card, or a reservation at the gateway, prints a name and a value a line.
/// expiring lists shoppers' saved cards, a line each, with the name that --card takes.
/// Exit status: 0 done; 1 refused by the terminal or the bank; 2 unreadable, or the outcome is not
/// known.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The action, such as getDeviceInfo; --list names them.
    #[arg(required_unless_present = "list")]
    action: Option<String>,
    /// The backend's configuration, for its account.
    #[arg(long, value_name = "FILE", required_unless_present = "list")]
    config: Option<PathBuf>,
    /// The account's name in the configuration; may be left out if there is one of Moneris.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The terminal's name in the configuration; may be left out if there is one.
    #[arg(long, value_name = "NAME")]
    terminal: Option<String>,
    /// For independentRefund, res_ind_refund_cc and reauth: how much, in cents; what is given back
    /// is at most independent_refund_max of the account.
    #[arg(long, value_name = "CENTS")]
    amount: Option<u64>,
    /// For the same: why, for whoever reads it later.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// For print: what is printed.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    #[command(flatten)]
    card: card::Options,
    /// Print the message without its keys, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Allow an account of the real platform.
    #[arg(long)]
    production: bool,
    /// List the actions.
    #[arg(long)]
    list: bool,
}

/// Sends and prints. Exit status 0, 1 or 2.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.action.as_deref() {
        _ if arguments.list => Ok((format!("{}{EXPIRING_LINE}\n", actions()), 0)),
        Some(EXPIRING) => expiring(&arguments).await.map(|list| (list, 0)),
        Some(action) if is_of_card(action) => of_card(&arguments, action).await,
        Some(_) | None => send(&arguments).await,
    };
    match outcome {
        Ok((printed, status)) => {
            // A reader that went away wants no more of it.
            let _ = std::io::stdout().lock().write_all(printed.as_bytes());
            ExitCode::from(status)
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr().lock(), "guichet moneris: {why}");
            ExitCode::from(2)
        }
    }
}

/// The shoppers' saved cards that are about to expire, as the gateway tells of them; whose they
/// are, the books know.
async fn expiring(arguments: &Arguments) -> Result<String, String> {
    let given = [
        ("--terminal", arguments.terminal.is_some()),
        ("--amount", arguments.amount.is_some()),
        ("--reason", arguments.reason.is_some()),
        ("--text", arguments.text.is_some()),
        ("--dry-run", arguments.dry_run),
    ];
    if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
        return Err(format!("{EXPIRING} takes no {option}"));
    }
    arguments.card.none_for(EXPIRING)?;
    let (account, operator) = open(arguments)?;
    let path = arguments.config.as_deref().ok_or("--config is missing")?;
    let (config, _) = Config::read(path).map_err(|error| shown(&format!("{error:#}")))?;
    let platform = Platform::new(1).map_err(|error| error.to_string())?;
    let step = |made: &[Exchange]| operator.expiring(made);
    let cards = match platform.exchange(step).await {
        Ok(cards) => cards,
        Err(Failure::Unreachable) => return Err("the gateway does not answer".to_owned()),
        Err(Failure::Unexpected(what)) => return Err(shown(&what)),
        Err(failure) => return Err(shown(&format!("{failure:?}"))),
    };
    let opened = open_to_read(&config).await;
    let store = opened.map_err(|error| shown(&format!("{error:#}")))?;
    let kept = store.first_payments(&account, None).await;
    store.close().await;
    let kept = kept.map_err(|error| shown(&error.to_string()))?;
    let lines = cards.iter().map(|card| {
        let until = card.expires;
        let until = until.map(|(year, month)| format!("{year:04}-{month:02}"));
        let whose = kept.iter().find(|own| own.card == card.id);
        let whose = whose.map(|own| format!("shop {}, shopper {}", own.shop, own.shopper));
        let whose = whose.unwrap_or_else(|| "nobody's in these books".to_owned());
        let until = until.unwrap_or_else(|| "?".to_owned());
        let (digits, name) = (&card.last_digits, shown(&card.id));
        format!("{until}  ••••{digits}  {}  card {name}\n", shown(&whose))
    });
    let list: String = lines.collect();
    let none = "no saved card expires this month or the next\n";
    Ok(if list.is_empty() {
        none.to_owned()
    } else {
        list
    })
}

/// What the gateway does with a saved card, or with a reservation.
async fn of_card(arguments: &Arguments, action: &str) -> Result<(String, u8), String> {
    if arguments.terminal.is_some() {
        return Err(format!("{action} takes no --terminal"));
    }
    if arguments.text.is_some() {
        return Err(format!("{action} takes no --text"));
    }
    let (account, operator) = open(arguments)?;
    let path = arguments.config.as_deref().ok_or("--config is missing")?;
    let (config, _) = Config::read(path).map_err(|error| shown(&format!("{error:#}")))?;
    let wanted = card::Wanted {
        account,
        operator,
        config,
        action: action.to_owned(),
        amount: arguments.amount()?,
        reason: arguments.reason.clone(),
        dry_run: arguments.dry_run,
        order: new_key()?,
    };
    card::act(&arguments.card, wanted).await
}

async fn send(arguments: &Arguments) -> Result<(String, u8), String> {
    let (_, operator) = open(arguments)?;
    let action = arguments.action.as_deref().unwrap_or_default();
    arguments.card.none_for(action)?;
    let amount = arguments.amount()?;
    let wish = Wish {
        action: arguments.action.clone().unwrap_or_default(),
        terminal: arguments.terminal.clone(),
        amount,
        reason: arguments.reason.clone(),
        text: arguments.text.clone(),
    };
    let key = new_key()?;
    let command = operator.prepare(&wish, &key)?;
    if arguments.dry_run {
        return Ok((format!("{}\n", operator.shown(&command, clock::now())), 0));
    }
    let platform = Platform::new(1).map_err(|error| error.to_string())?;
    let begun = clock::unix_now();
    loop {
        // Again with the same key: the terminal joins what runs.
        let step = |made: &[Exchange]| operator.step(&command, made, clock::now());
        match platform.exchange(step).await {
            Ok(Answered::Over { entry, done }) => {
                return Ok((format!("{}\n", lines(&entry)), u8::from(!done)));
            }
            Ok(Answered::Runs) if clock::unix_now() - begun < PATIENCE => {}
            Ok(Answered::Runs) | Err(Failure::Unknown) => {
                return Err(format!(
                    "what became of it is not known: look at the terminal and in the merchant \
                     portal, for key {key}"
                ));
            }
            Err(Failure::Unreachable) => {
                return Err("the cloud does not answer; nothing was sent".to_owned());
            }
            Err(failure) => return Err(shown(&format!("{failure:?}"))),
        }
    }
}

impl Arguments {
    fn amount(&self) -> Result<Option<Amount>, String> {
        let amount = self.amount.map(|minor| Amount::parse("amount", minor));
        amount
            .transpose()
            .map_err(|error| format!("amount {}", error.detail))
    }
}

/// A key or an order that was never used before.
fn new_key() -> Result<String, String> {
    let random = clock::random::<16>().map_err(|error| error.to_string())?;
    Ok(hex::encode_upper(random))
}

/// Without what a screen would act on, but for line breaks.
fn lines(text: &str) -> String {
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

fn open(arguments: &Arguments) -> Result<(Slug, Operator), String> {
    let path = arguments.config.as_deref().ok_or("--config is missing")?;
    let (account, table, environment) = configured(path, "moneris", arguments.account.as_deref())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    if environment == Environment::Production && !arguments.production {
        return Err("this account is of the real platform: add --production to mean it".to_owned());
    }
    let account = Slug::try_from(account).map_err(|error| format!("account {}", error.detail))?;
    let operator = Operator::open(account.clone(), table, environment);
    let operator = operator.map_err(|error| error.to_string())?;
    Ok((account, operator))
}
