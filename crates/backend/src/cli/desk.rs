//! `guichet desk user`: who may log in at the desk.

use std::io::{IsTerminal as _, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};
use guichet_domain::FieldError;
use guichet_domain::desk::{Limits, Role};
use guichet_domain::id::Slug;
use guichet_providers::contract::Environment;
use guichet_store::{DeskAct, DeskDeed, DeskPerson, People, Store};

use super::demo;
use super::terminal::print;
use crate::books::open_beside;
use crate::clock;
use crate::config::Config;
use crate::desk::password;

#[derive(clap::Subcommand)]
pub(crate) enum DeskCommand {
    /// The people who may log in.
    #[command(subcommand)]
    User(UserCommand),
    /// Fill the books of the demo with people and payments.
    #[command(hide = true)]
    Demo,
}

#[derive(clap::Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person, or give one a new password: whatever logins they had are over then.
    ///
    /// The password is generated and printed, once.
    Add {
        /// The name that they log in with: a-z, 0-9, _ and -.
        name: String,
        #[command(flatten)]
        role: GivenRole,
        /// Read the password from the standard input instead.
        #[arg(long)]
        stdin: bool,
    },
    /// Give a person another role, and end their logins.
    Change {
        /// The name that they log in with.
        name: String,
        #[command(flatten)]
        role: GivenRole,
    },
    /// List them.
    List,
    /// Take a person's one-time codes away, for a lost phone, and end their logins.
    ///
    /// Their next login sets up a phone: give them a new password too if anybody else may know it.
    ResetCode {
        /// The name that they log in with.
        name: String,
    },
    /// Let a person log in no more, at once.
    Disable {
        /// The name that they log in with.
        name: String,
    },
}

/// A role, as it is written on the command line.
#[derive(clap::Args)]
pub(crate) struct GivenRole {
    /// What they may do: look; refund, which gives money back up to a sum a day; or all. A new
    /// person looks if it is absent, and one who is there keeps theirs.
    #[arg(long)]
    role: Option<String>,
    /// With --role refund: what they may give back a day, with all its decimals, such as
    /// EUR=500.00; once for each currency.
    #[arg(long, value_name = "CODE=SUM")]
    refund_limit: Vec<String>,
}

impl GivenRole {
    /// The role, if one was given.
    fn parse(&self) -> anyhow::Result<Option<Role>> {
        let given = (!self.refund_limit.is_empty()).then(|| self.refund_limit.join(" "));
        let limits = given.map(|text| text.parse::<Limits>()).transpose();
        let limits = limits.map_err(named)?;
        match (&self.role, limits) {
            (Some(word), limits) => Ok(Some(Role::parse(word, limits).map_err(named)?)),
            (None, None) => Ok(None),
            (None, Some(_)) => bail!("--refund-limit: needs --role refund"),
        }
    }
}

fn named(error: FieldError) -> anyhow::Error {
    anyhow!("--{}: {}", error.field, error.detail)
}

pub(crate) async fn run(config: &Path, command: DeskCommand) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let command = match command {
        DeskCommand::User(command) => command,
        DeskCommand::Demo => return demo::run(&config).await,
    };
    match &command {
        UserCommand::Add { name, role, stdin } => add(&config, name, role, *stdin).await,
        UserCommand::Change { name, role } => change(&config, name, role).await,
        UserCommand::List => list(&config).await,
        UserCommand::ResetCode { name } => reset_code(&config, name).await,
        UserCommand::Disable { name } => disable(&config, name).await,
    }
}

async fn add(config: &Config, name: &str, role: &GivenRole, stdin: bool) -> anyhow::Result<()> {
    let name = named_so(name)?;
    let role = role.parse()?;
    let given = if stdin {
        let input = std::io::stdin();
        Some(read(input.lock(), input.is_terminal())?)
    } else {
        None
    };
    let new = match &given {
        Some(given) => given.clone(),
        None => hex::encode(clock::random::<12>()?),
    };
    password::check_new(&new)?;
    ensure!(
        config.environment != Environment::Production || !password::is_published(&new),
        "the password must not be one of the demo's, which are published"
    );
    let hash = password::hash(&new)?;
    let store = open_beside(config).await?;
    let added = keep(&*store, name.as_str(), role, hash).await;
    store.close().await;
    let role = added?;
    let mut text = format!("{name} may log in at the desk: {}.\n", told(&role));
    if given.is_none() {
        text += &format!("Password, shown this once: {new}\n");
    }
    text += missing(config, &role);
    print(text)
}

/// What the configuration lacks for somebody of that role.
fn missing(config: &Config, role: &Role) -> &'static str {
    match &config.desk {
        None => {
            "The desk is off: write [desk] into the configuration and start the backend anew.\n"
        }
        Some(desk) if role.moves_money() && desk.code_key.is_none() => {
            "This role needs codes from a phone: write desk.code_key into the configuration (make \
             one with `openssl rand -hex 32`) and start the backend anew.\n"
        }
        Some(_) => "",
    }
}

/// Keeps the person, and gives their role.
async fn keep(
    store: &dyn Store,
    name: &str,
    role: Option<Role>,
    password: String,
) -> anyhow::Result<Role> {
    let people = people(store)?;
    let before = people.person(name).await?;
    let (instead_of, before) = before.map(|person| (person.password, person.role)).unzip();
    let role = role.or(before).unwrap_or(Role::Look);
    let person = DeskPerson {
        name: name.to_owned(),
        password,
        role: role.clone(),
        created_at: clock::unix_now(),
        disabled_at: None,
        code: None,
    };
    let added = act(name, DeskDeed::Added);
    let added = people.add_person(&person, instead_of.as_deref(), &added);
    ensure!(
        added.await?,
        "NAME: somebody else gave {name} a password just now, or {name} signed on for the first \
         time: nothing was changed; look at guichet desk user list, and run this again if it is \
         still right"
    );
    Ok(role)
}

/// A role with its limits.
fn told(role: &Role) -> String {
    match role.limits() {
        Some(limits) => format!("{} {limits} a day", role.word()),
        None => role.word().to_owned(),
    }
}

async fn change(config: &Config, name: &str, role: &GivenRole) -> anyhow::Result<()> {
    let role = role.parse()?;
    let role = role.context("--role: is missing; say which role they have from now on")?;
    let store = open_beside(config).await?;
    let changed = people(&*store)?
        .change_role(&role, &act(name, DeskDeed::RoleChanged))
        .await;
    store.close().await;
    ensure!(
        changed?,
        "NAME: there is nobody of that name; guichet desk user list names who there is"
    );
    let (told, missing) = (told(&role), missing(config, &role));
    let text = format!("{name} has the role {told} from now on, and is logged out.\n");
    print(text + missing)
}

fn people(store: &dyn Store) -> anyhow::Result<&dyn People> {
    store.desk_people().context("these books keep no people")
}

/// The password on the standard input, without the end of its line. Never from a terminal, which
/// would show it.
fn read(input: impl Read, terminal: bool) -> anyhow::Result<String> {
    ensure!(
        !terminal,
        "--stdin: the standard input is a terminal, which would show the password; leave --stdin \
         out to have one made, or send it through a pipe"
    );
    let mut text = String::new();
    let most = u64::try_from(password::MOST)? + 2;
    input
        .take(most)
        .read_to_string(&mut text)
        .context("standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The name that somebody logs in with.
fn named_so(name: &str) -> anyhow::Result<Slug> {
    let name = Slug::try_from(name.to_owned());
    name.map_err(|error| anyhow!("NAME: {}", error.detail))
}

async fn list(config: &Config) -> anyhow::Result<()> {
    let store = open_beside(config).await?;
    let all = people(&*store)?.people().await;
    store.close().await;
    let people = all?;
    if people.is_empty() {
        return print("Nobody may log in: guichet desk user add NAME\n");
    }
    let mut text = String::new();
    for person in people {
        let state = match person.disabled_at {
            Some(_) => "disabled",
            None => "may log in",
        };
        let phone = match person.code.and_then(|code| code.step) {
            Some(_) => "phone set up",
            None => "no phone",
        };
        let role = told(&person.role);
        text += &format!("{}\t{role}\t{state}\t{phone}\n", person.name);
    }
    print(text)
}

async fn reset_code(config: &Config, name: &str) -> anyhow::Result<()> {
    let store = open_beside(config).await?;
    let reset = people(&*store)?
        .reset_code(&act(name, DeskDeed::CodeReset))
        .await;
    store.close().await;
    ensure!(
        reset?,
        "NAME: nobody of that name has set up a phone; guichet desk user list names who has"
    );
    print(format!(
        "{name} sets up a phone at the next login, and is logged out.\n"
    ))
}

async fn disable(config: &Config, name: &str) -> anyhow::Result<()> {
    let store = open_beside(config).await?;
    let disabled = people(&*store)?
        .disable_person(&act(name, DeskDeed::Disabled))
        .await;
    store.close().await;
    ensure!(
        disabled?,
        "NAME: nobody of that name may log in; guichet desk user list names who may"
    );
    print(format!("{name} may log in no more, and is logged out.\n"))
}

/// An act of the operator's on this machine.
fn act(person: &str, act: DeskDeed) -> DeskAct {
    DeskAct {
        happened_at: clock::unix_now(),
        person: person.to_owned(),
        act,
        origin: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_read_from_a_pipe_and_never_from_a_terminal() {
        let given = b"correct horse battery\r\n".as_slice();
        assert_eq!(read(given, false).unwrap(), "correct horse battery");
        let refused = read(given, true).unwrap_err().to_string();
        assert!(
            refused.starts_with("--stdin:") && refused.contains("pipe"),
            "{refused}"
        );
    }

    #[test]
    fn a_name_that_is_none_is_refused_by_what_the_command_calls_it() {
        let refused = named_so("Amelie").unwrap_err().to_string();
        assert!(refused.starts_with("NAME: "), "{refused}");
        assert!(!refused.contains("id:"), "{refused}");
    }

    #[test]
    fn a_role_is_read_with_its_limits_and_what_is_wrong_names_its_option() {
        let parse = |role: Option<&str>, limits: &[&str]| {
            let refund_limit = limits.iter().map(ToString::to_string).collect();
            let role = role.map(str::to_owned);
            GivenRole { role, refund_limit }.parse()
        };
        let limits = ["EUR=500.00", "XPF=60000"];
        let refund = parse(Some("refund"), &limits).unwrap().unwrap();
        assert_eq!(told(&refund), "refund EUR=500.00 XPF=60000 a day");
        assert_eq!(parse(None, &[]).unwrap(), None);
        for (role, limits, option) in [
            (Some("boss"), &[][..], "--role: "),
            (Some("refund"), &[][..], "--refund-limit: "),
            (Some("refund"), &["EUR=500"][..], "--refund-limit: "),
            (Some("all"), &["EUR=500.00"][..], "--refund-limit: "),
            (None, &["EUR=500.00"][..], "--refund-limit: "),
        ] {
            let refused = parse(role, limits).unwrap_err().to_string();
            assert!(refused.starts_with(option), "{refused}");
        }
    }
}
