//! `guichet desk user`: who may log in at the desk.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use guichet_domain::id::Slug;
use guichet_store::{DeskAct, DeskDeed, DeskPerson, People, Store};

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
}

#[derive(clap::Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person, or give one a new password: whatever logins they had are over then.
    ///
    /// The password is generated and printed, once.
    Add {
        /// The name that they log in with: a-z, 0-9, _ and -.
        name: String,
        /// Read the password from the standard input instead.
        #[arg(long)]
        stdin: bool,
    },
    /// List them.
    List,
    /// Let a person log in no more, at once.
    Disable {
        /// The name that they log in with.
        name: String,
    },
}

pub(crate) async fn run(
    config: &Path,
    DeskCommand::User(command): DeskCommand,
) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    match &command {
        UserCommand::Add { name, stdin } => add(&config, name, *stdin).await,
        UserCommand::List => list(&config).await,
        UserCommand::Disable { name } => disable(&config, name).await,
    }
}

async fn add(config: &Config, name: &str, stdin: bool) -> anyhow::Result<()> {
    let name = Slug::try_from(name.to_owned()).map_err(|error| anyhow::anyhow!("NAME: {error}"))?;
    let given = if stdin { Some(read()?) } else { None };
    let new = match &given {
        Some(given) => given.clone(),
        None => hex::encode(clock::random::<12>()?),
    };
    password::check_new(&new)?;
    let now = clock::unix_now();
    let person = DeskPerson {
        name: name.to_string(),
        password: password::hash(&new)?,
        created_at: now,
        disabled_at: None,
    };
    let store = open_beside(config).await?;
    let added = people(&*store)?
        .add_person(&person, &act(name.as_str(), DeskDeed::Added))
        .await;
    store.close().await;
    added?;
    let mut text = format!("{name} may log in at the desk.\n");
    if given.is_none() {
        text += &format!("Password, shown this once: {new}\n");
    }
    if config.desk.is_none() {
        text +=
            "The desk is off: write [desk] into the configuration and start the backend anew.\n";
    }
    print(text)
}

fn people(store: &dyn Store) -> anyhow::Result<&dyn People> {
    store.desk_people().context("these books keep no people")
}

/// The password on the standard input, without the end of its line.
fn read() -> anyhow::Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let _ = write!(std::io::stderr(), "Password: ");
        let mut line = String::new();
        input.read_line(&mut line).context("standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let mut text = String::new();
    let most = u64::try_from(password::MOST)? + 2;
    input
        .lock()
        .take(most)
        .read_to_string(&mut text)
        .context("standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
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
        text += &format!("{}\t{state}\n", person.name);
    }
    print(text)
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
