//! `guichet doctor`: what a configuration's accounts demand, before the first order comes; and
//! whether all that an order needs is well.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use guichet_domain::desk::{Act, May, may};
use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_providers::contract::{Demand, Provider};
use guichet_store::DeskPerson;
use guichet_store::postgres::look;
use guichet_store::sqlite::check_file;

use super::payments::ATTENTION;
use super::terminal::print;
use crate::accounts::Accounts;
use crate::books::open_to_read;
use crate::config::Config;
use crate::database::Database;
use crate::platform::Platform;
use crate::verdicts::{self, How, Verdicts, offered};

/// Reads the configuration and tells what each method of each shop demands of the shopper. Then
/// looks at all that an order will need, a verdict a line. The status is 1 if anything is bad, 3 if
/// a person should look at something.
pub(crate) async fn run(path: &Path, offline: bool) -> anyhow::Result<ExitCode> {
    let (config, accounts) = Config::read(path)?;
    let mut verdicts = Verdicts::default();
    verdicts::at_home(&mut verdicts, &config, &accounts);
    books(&mut verdicts, &config.database, offline).await;
    second_person(&mut verdicts, &config, offline).await;
    if !offline {
        let platform = Platform::new(1)?;
        verdicts::outside(&mut verdicts, &config, &accounts, &platform).await;
    }
    print(format!("{}\n{verdicts}", report(&config, &accounts)))?;
    match verdicts.worst() {
        How::Ok => Ok(ExitCode::SUCCESS),
        How::Look => Ok(ExitCode::from(ATTENTION)),
        How::Bad => bail!("something is bad: see the lines that begin so"),
    }
}

/// Whether the books are whole, and kept by what keeps them.
async fn books(verdicts: &mut Verdicts, database: &Database, offline: bool) {
    match database {
        Database::File(path) if path.exists() => match check_file(path).await {
            Ok(()) => verdicts.add(How::Ok, format!("books: {database} is whole")),
            Err(error) => verdicts.add(How::Bad, format!("books: {database}: {error}")),
        },
        Database::File(_) => {
            verdicts.add(How::Ok, format!("books: there are none yet at {database}"));
        }
        Database::Server(_) if offline => {}
        Database::Server(address) => match look(address).await {
            Ok(server) => {
                for what in &server.bad {
                    verdicts.add(How::Bad, format!("books: {database}: {what}"));
                }
                for what in &server.look {
                    verdicts.add(How::Look, format!("books: {database}: {what}"));
                }
                if server.bad.is_empty() {
                    let version = &server.version;
                    let what = format!("books: {database}, which is {version}, keeps them");
                    verdicts.add(How::Ok, what);
                }
            }
            Err(error) => verdicts.add(How::Bad, format!("books: {error}")),
        },
    }
}

/// Whether what one person asks for at the desk can be approved by another one.
async fn second_person(verdicts: &mut Verdicts, config: &Config, offline: bool) {
    let Some(sums) = config
        .desk
        .as_ref()
        .and_then(|desk| desk.four_eyes.as_ref())
    else {
        return;
    };
    match &config.database {
        Database::File(path) if !path.exists() => return,
        Database::Server(_) if offline => return,
        Database::File(_) | Database::Server(_) => {}
    }
    let what = format!("desk: four eyes above {}", sums.0);
    let found = async {
        let store = open_to_read(config).await?;
        let people = match store.desk_people() {
            Some(people) => people.people().await,
            None => Ok(Vec::new()),
        };
        store.close().await;
        anyhow::Ok(people?)
    };
    match found.await {
        Ok(people) => {
            let (how, told) = approvers(&people);
            verdicts.add(how, format!("{what}: {told}"));
        }
        Err(error) => verdicts.add(How::Bad, format!("{what}: {error:#}")),
    }
}

/// Who of them may approve. Whoever asks is not who approves: it takes two.
fn approvers(people: &[DeskPerson]) -> (How, String) {
    let may = people.iter().filter(|person| {
        let approves = may(&person.role, Act::Approve) == May::Allowed;
        person.disabled_at.is_none() && approves
    });
    match may.count() {
        0 => (
            How::Look,
            "nobody can approve: guichet desk user add NAME --role all".into(),
        ),
        1 => (
            How::Look,
            "one person can approve, and nobody approves what they ask for: guichet desk user add \
             NAME --role all"
                .into(),
        ),
        count => (How::Ok, format!("{count} people can approve")),
    }
}

fn report(config: &Config, accounts: &Accounts) -> String {
    let mut report = String::from(
        "What POST /v1/sessions has to say of the shopper. A method whose demands are not met is \
         left out;\na session for which none remains is refused.\n",
    );
    for account in accounts.iter() {
        let methods = offered(config, account);
        line(
            &mut report,
            &format!("\naccount {} ({})", account.account(), account.name()),
        );
        if methods.is_empty() {
            line(&mut report, "  no shop offers a method of it");
        }
        for (demands, methods) in grouped(account, methods) {
            line(&mut report, &format!("  {}", methods.join(", ")));
            if demands.is_empty() {
                line(&mut report, "    demand nothing");
            }
            for demand in demands {
                line(
                    &mut report,
                    &format!("    demand {}", demand.datum.fields()),
                );
                line(&mut report, &format!("      because {}", demand.because));
                if let Some(setting) = demand.unless {
                    line(&mut report, &format!("      to do without: {setting}"));
                }
            }
        }
    }
    report
}

fn line(report: &mut String, text: &str) {
    let _ = writeln!(report, "{text}");
}

/// Methods that demand the same stand together.
fn grouped(
    account: &dyn Provider,
    methods: Vec<(&Method, Vec<&Slug>)>,
) -> Vec<(Vec<Demand>, Vec<String>)> {
    let mut groups: Vec<(Vec<Demand>, Vec<String>)> = Vec::new();
    for (method, shops) in methods {
        let shops: Vec<_> = shops.into_iter().map(ToString::to_string).collect();
        let named = format!("{method} (shop {})", shops.join(", "));
        let demands = account.demands(method);
        match groups.iter_mut().find(|(known, _)| *known == demands) {
            Some((_, methods)) => methods.push(named),
            None => groups.push((demands, vec![named])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use guichet_domain::desk::Role;

    use super::*;

    #[test]
    fn fewer_than_two_who_can_approve_are_looked_at() {
        let person = |role, disabled_at| DeskPerson {
            name: "a".into(),
            password: String::new(),
            role,
            created_at: 0,
            disabled_at,
            code: None,
        };
        let refund = || Role::Refund("EUR=500.00".parse().unwrap());
        let mut people = vec![person(Role::Look, None), person(refund(), None)];
        let told = approvers(&people);
        assert!(
            told.0 == How::Look && told.1.starts_with("nobody"),
            "{told:?}"
        );
        people.push(person(Role::All, Some(1)));
        people.push(person(Role::All, None));
        let told = approvers(&people);
        assert!(
            told.0 == How::Look && told.1.starts_with("one person"),
            "{told:?}"
        );
        people.push(person(Role::All, None));
        assert_eq!(approvers(&people), (How::Ok, "2 people can approve".into()));
    }
}
