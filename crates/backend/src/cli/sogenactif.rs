//! `guichet sogenactif METHOD`: an operator calls any method of Sogenactif's connector Office, with
//! the account's own key. Prints no key.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use guichet_domain::id::Slug;
use guichet_providers::contract::{CallAnswer, CallError, Environment, PlatformCall, Step};
use guichet_providers::sogenactif::office::MethodInfo;
use guichet_providers::sogenactif::operator::{Operator, list, markdown};
use guichet_providers::sogenactif::request::{After, Prepared, after};

use super::account::configured;
use super::inspect::read_input;
use super::terminal::shown;
use crate::platform::Platform;

/// The sandbox's demo shop: the first of the platform's public simulation.
const SANDBOX: &str = r#"
merchant_id = "002001000000001"
keys = { "1" = "002001000000001_KEY1" }
office_host = "http://127.0.0.1:8602"
"#;

/// Call a method of Sogenactif's connector Office.
///
/// Reads the request's own fields from standard input as a JSON object, without interfaceVersion,
/// keyVersion, merchantId and seal; prints the answer once its seal is checked. Without --config,
/// the sandbox's demo shop is used. Exit status: 0 done (code 00); 1 the platform answered another
/// code; 2 unreadable, or no answer that counts.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The method, such as getTransactionData.
    #[arg(required_unless_present_any = ["list", "table"])]
    method: Option<String>,
    /// The backend's configuration, for its account.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox_defaults")]
    config: Option<PathBuf>,
    /// The account's name in the configuration; may be left out if there is one of Sogenactif.
    #[arg(long, value_name = "ID", requires = "config")]
    account: Option<String>,
    /// The sandbox's demo shop at its usual address: the default without --config.
    #[arg(long)]
    sandbox_defaults: bool,
    /// Print the sealed request, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Allow an account of the real platform.
    #[arg(long)]
    production: bool,
    /// List the methods.
    #[arg(long)]
    list: bool,
    /// Print the table of methods as Markdown.
    #[arg(long, conflicts_with = "list")]
    table: bool,
}

/// What is printed, and the exit status.
type Outcome = Result<(String, u8), String>;

/// Calls and prints. Exit status 0, 1 or 2.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    let outcome = if arguments.list {
        Ok((list(), 0))
    } else if arguments.table {
        Ok((markdown(), 0))
    } else {
        call(&arguments).await
    };
    match outcome {
        Ok((printed, status)) => {
            // A reader that went away wants no more of it.
            let _ = std::io::stdout().lock().write_all(printed.as_bytes());
            ExitCode::from(status)
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr().lock(), "guichet sogenactif: {why}");
            ExitCode::from(2)
        }
    }
}

async fn call(arguments: &Arguments) -> Outcome {
    let name = arguments.method.as_deref().unwrap_or_default();
    let method = MethodInfo::find(name)
        .ok_or_else(|| format!("{} is no method; --list names them", shown(name)))?;
    let operator = open(arguments)?;
    let prepared = operator
        .prepare(method, &read_input()?)
        .map_err(|error| format!("{name}: {}", shown(&error.to_string())))?;
    if arguments.dry_run {
        let message = lines(&prepared.message.pretty());
        return Ok((format!("POST {}\n{message}\n", prepared.call.url), 0));
    }
    let answer = send(&prepared).await?;
    let answer = operator.read(&prepared, &answer).map_err(|error| {
        format!("{name}: {error}; what became of it is unknown: ask getTransactionData")
    })?;
    if !answer.sealed {
        let _ = writeln!(
            std::io::stderr().lock(),
            "guichet sogenactif: the answer has no seal, which counts outside production only"
        );
    }
    let status = u8::from(!answer.code.is_success());
    if let (1, Some(meaning)) = (status, answer.code.meaning()) {
        let code = shown(answer.code.as_str());
        let _ = writeln!(
            std::io::stderr().lock(),
            "guichet sogenactif: {code}: {meaning}"
        );
    }
    Ok((format!("{}\n", lines(&answer.message.pretty())), status))
}

/// Without what a terminal would act on, but for line breaks.
fn lines(text: &str) -> String {
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

async fn send(prepared: &Prepared) -> Result<CallAnswer, String> {
    let platform = Platform::new(1).map_err(|error| error.to_string())?;
    let effect = prepared.method.effect;
    for tries in 1.. {
        let error = match make(&platform, &prepared.call).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match after(effect, error, tries) {
            After::Again => {}
            After::NothingDone => break,
            After::LookUp => {
                return Err(
                    "sent, and no answer came: it may have been done. Look before you try \
                            again (getTransactionData, getWalletData, …)"
                        .to_owned(),
                );
            }
        }
    }
    Err(format!(
        "{} does not answer; nothing was done",
        host(&prepared.call)
    ))
}

async fn make(platform: &Platform, call: &PlatformCall) -> Result<CallAnswer, CallError> {
    let mut exchanges = Vec::new();
    let _ = platform
        .step(Step::<()>::Call(call.clone()), &mut exchanges)
        .await;
    exchanges
        .pop()
        .map_or(Err(CallError::NotSent), |exchange| exchange.answer)
}

fn host(call: &PlatformCall) -> String {
    let url = url::Url::parse(&call.url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

fn open(arguments: &Arguments) -> Result<Operator, String> {
    let (account, table, environment) = match &arguments.config {
        None => {
            let table = toml::from_str(SANDBOX).map_err(|error| error.to_string())?;
            ("sandbox".to_owned(), table, Environment::Sandbox)
        }
        Some(path) => configured(path, "sogenactif", arguments.account.as_deref())
            .map_err(|error| format!("{}: {error}", path.display()))?,
    };
    if environment == Environment::Production && !arguments.production {
        return Err("this account is of the real platform: add --production to mean it".to_owned());
    }
    let account = Slug::try_from(account).map_err(|error| format!("account {}", error.detail))?;
    Operator::open(account, table, environment).map_err(|error| error.to_string())
}
