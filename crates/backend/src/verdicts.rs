//! Whether all that an order needs is well, a plain verdict a line: for `guichet doctor` and for
//! the desk.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_providers::contract::{HttpMethod, PlatformCall, Provider};
use jiff::Timestamp;
use jiff::civil::Date;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::accounts::Accounts;
use crate::clock;
use crate::config::Config;
use crate::database::Database;
use crate::payments::terminals::how_it_is;
use crate::platform::{Looked, Platform};

/// Days before the end of a certificate, or of a rule, from which on a person should look.
const CERTIFICATE_DAYS: i64 = 14;
const RULE_DAYS: i64 = 60;

/// Seconds by which two clocks may differ: beyond the first a person should look, beyond the second
/// signed requests are refused.
const CLOCK_LOOK: i64 = 30;
const CLOCK_BAD: i64 = 300;

/// Free bytes of the disk, likewise.
const DISK_LOOK: u64 = 2 * 1024 * 1024 * 1024;
const DISK_BAD: u64 = 200 * 1024 * 1024;

/// How it stands.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum How {
    Ok,
    /// A person should look.
    Look,
    /// It does not work so.
    Bad,
}

impl How {
    /// Whether a person should look, or it does not work so at all.
    fn of(look: bool, bad: bool) -> Self {
        match (look, bad) {
            (_, true) => Self::Bad,
            (true, false) => Self::Look,
            (false, false) => Self::Ok,
        }
    }
}

/// The verdicts so far.
#[derive(Debug, Default)]
pub(crate) struct Verdicts(Vec<(How, String)>);

impl Verdicts {
    pub(crate) fn add(&mut self, how: How, what: impl Into<String>) {
        self.0.push((how, what.into()));
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn into_each(self) -> Vec<(How, String)> {
        self.0
    }

    /// The worst of them.
    pub(crate) fn worst(&self) -> How {
        self.0.iter().map(|(how, _)| *how).max().unwrap_or(How::Ok)
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (how, what) in &self.0 {
            let how = match how {
                How::Ok => "ok  ",
                How::Look => "look",
                How::Bad => "bad ",
            };
            writeln!(f, "{how}  {what}")?;
        }
        Ok(())
    }
}

/// What needs nobody else: configuration, keys, disk, rules that end.
pub(crate) fn at_home(verdicts: &mut Verdicts, config: &Config, accounts: &Accounts) {
    let (shops, known) = (config.shops.len(), accounts.iter().count());
    verdicts.add(
        How::Ok,
        format!("configuration: {shops} shops, {known} accounts"),
    );
    for account in accounts.iter() {
        let id = account.account();
        let warnings = account.warnings();
        if warnings.is_empty() {
            verdicts.add(How::Ok, format!("keys of {id}: fit for this environment"));
        }
        for warning in warnings {
            verdicts.add(How::Look, format!("account {id}: {warning}"));
        }
        rules(verdicts, config, account, clock::now());
    }
    // The disk of a server is its own operator's.
    if let Database::File(books) = &config.database {
        let folder = books.parent();
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        disk(verdicts, folder.unwrap_or(Path::new(".")));
    }
}

fn rules(verdicts: &mut Verdicts, config: &Config, account: &dyn Provider, now: Timestamp) {
    let offered = offered(config, account);
    let today = account.day(now);
    for rule in account.dated_rules() {
        let about = |method: &str| rule.methods.contains(&method);
        if offered.iter().any(|(method, _)| about(method.as_str())) {
            let (how, when) = ends(today, rule.until);
            verdicts.add(
                how,
                format!("rule: {}: {}: {when}", account.account(), rule.what),
            );
        }
    }
}

/// The account's methods that shops offer, with those shops.
pub(crate) fn offered<'a>(
    config: &'a Config,
    account: &dyn Provider,
) -> Vec<(&'a Method, Vec<&'a Slug>)> {
    let mut offered: Vec<(&Method, Vec<&Slug>)> = Vec::new();
    for shop in &config.shops {
        let entries = shop.methods.iter();
        let ours = entries.filter(|entry| entry.account == *account.account());
        for method in ours.flat_map(|entry| &entry.methods) {
            match offered.iter_mut().find(|(known, _)| *known == method) {
                Some((_, shops)) => shops.push(&shop.id),
                None => offered.push((method, vec![&shop.id])),
            }
        }
    }
    offered
}

/// How a rule stands that ends on that day.
fn ends(today: Date, until: Date) -> (How, String) {
    let days = (until - today).get_days();
    let days = i64::from(days);
    if days < 0 {
        (
            How::Look,
            format!("ended on {until}: look up what holds now"),
        )
    } else if days <= RULE_DAYS {
        (How::Look, format!("ends on {until}, in {days} days"))
    } else {
        (How::Ok, format!("until {until}"))
    }
}

fn disk(verdicts: &mut Verdicts, folder: &Path) {
    let shown = folder.display();
    match rustix::fs::statvfs(folder) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let how = How::of(free < DISK_LOOK, free < DISK_BAD);
            let megabytes = free / 1024 / 1024;
            verdicts.add(how, format!("disk: {megabytes} MiB free at {shown}"));
        }
        Err(error) => verdicts.add(How::Bad, format!("disk: {shown}: {error}")),
    }
}

/// What the platforms and our own public address answer. Nothing is ordered, and nothing moves.
pub(crate) async fn outside(
    verdicts: &mut Verdicts,
    config: &Config,
    accounts: &Accounts,
    platform: &Platform,
) {
    for account in accounts.iter() {
        for probe in account.probes() {
            let host = host(&probe.call.url);
            let what = format!("{} of {} at {host}", probe.what, account.account());
            match platform.look(&probe.call).await {
                Ok(looked) => {
                    let well = (probe.is_well)(&looked.answer);
                    let status = looked.answer.status;
                    match well {
                        true => verdicts.add(How::Ok, what),
                        // There is another host, or it is only for a while.
                        false => {
                            verdicts.add(How::Look, format!("{what}: not well, answers {status}"));
                        }
                    }
                    time(verdicts, &host, &looked);
                    certificate(verdicts, &host, &looked);
                }
                Err(why) => verdicts.add(How::Bad, format!("{what}: {why}")),
            }
        }
    }
    terminals(verdicts, accounts, platform).await;
    ourselves(verdicts, config, accounts, platform).await;
}

/// Whether each terminal answers. One that is off is no fault of the configuration.
async fn terminals(verdicts: &mut Verdicts, accounts: &Accounts, platform: &Platform) {
    for account in accounts.iter() {
        let Some(own) = account.terminals() else {
            continue;
        };
        for terminal in own.terminals() {
            let what = format!("terminal {} ({})", terminal.name, terminal.till);
            match how_it_is(platform, own, &terminal.name).await {
                Ok(Ok(())) => verdicts.add(How::Ok, format!("{what}: answers")),
                Ok(Err(why)) => verdicts.add(How::Look, format!("{what}: {why}")),
                Err(failure) => verdicts.add(How::Bad, format!("{what}: {failure:?}")),
            }
        }
    }
}

/// Whether what the platforms call is us.
async fn ourselves(
    verdicts: &mut Verdicts,
    config: &Config,
    accounts: &Accounts,
    platform: &Platform,
) {
    let call = |method, path: &str| PlatformCall {
        method,
        url: format!("{}{path}", config.public_url),
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_secs(5),
        after: Duration::ZERO,
        cache_for: None,
        line: None,
        note: String::new(),
    };
    let host = host(&config.public_url);
    match platform.look(&call(HttpMethod::Get, "/readyz")).await {
        Ok(looked) => {
            let how = if looked.answer.status == 200 {
                How::Ok
            } else {
                How::Bad
            };
            let status = looked.answer.status;
            verdicts.add(
                how,
                format!("public_url: /readyz at {host} answers {status}"),
            );
            certificate(verdicts, &host, &looked);
        }
        Err(why) => {
            let what = format!("public_url: {host} does not answer from here: {why}");
            return verdicts.add(How::Look, what);
        }
    }
    for account in accounts
        .iter()
        .filter(|account| account.notifications().is_some())
    {
        let path = format!("/notify/{}/{}", account.name(), account.account());
        // A method that no platform uses: it is refused before anything is kept.
        match platform.look(&call(HttpMethod::Put, &path)).await {
            Ok(looked) if looked.answer.status == 405 => {
                verdicts.add(How::Ok, format!("notification address: {path} leads here"));
            }
            Ok(looked) => {
                let status = looked.answer.status;
                let what = format!(
                    "notification address: {path} answers {status}, and not 405: what stands in \
                     front must pass it on"
                );
                verdicts.add(How::Bad, what);
            }
            Err(why) => verdicts.add(How::Bad, format!("notification address: {path}: {why}")),
        }
    }
}

/// Our clock beside another's.
fn time(verdicts: &mut Verdicts, host: &str, looked: &Looked) {
    let Some(theirs) = looked.date else {
        return verdicts.add(How::Look, format!("clock: {host} tells no time"));
    };
    let apart = clock::unix_now() - theirs.as_second();
    let how = How::of(apart.abs() > CLOCK_LOOK, apart.abs() > CLOCK_BAD);
    verdicts.add(how, format!("clock: {apart} seconds ahead of {host}"));
}

/// The chain was checked by the connection; this is for how long the certificate is good.
fn certificate(verdicts: &mut Verdicts, host: &str, looked: &Looked) {
    let Some(der) = &looked.certificate else {
        return verdicts.add(
            How::Ok,
            format!("certificate: none at {host}, which is http"),
        );
    };
    let (how, what) = good_for(der, clock::unix_now());
    verdicts.add(how, format!("certificate of {host}: {what}"));
}

fn good_for(der: &[u8], now: i64) -> (How, String) {
    let Ok(certificate) = Certificate::from_der(der) else {
        return (How::Look, "can't be read".into());
    };
    let end = certificate.tbs_certificate.validity.not_after;
    let end = i64::try_from(end.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let days = (end - now).div_euclid(24 * 3600);
    let how = if days < CERTIFICATE_DAYS {
        How::Look
    } else {
        How::Ok
    };
    (
        how,
        format!("its chain holds, and it is good for {days} days"),
    )
}

/// The host alone: paths and queries may hold what no report should.
fn host(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    let mut host = String::new();
    if let Some(url) = &url {
        host += url.host_str().unwrap_or_default();
        if let Some(port) = url.port() {
            let _ = write!(host, ":{port}");
        }
    }
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_of_two_months_before_it_ends_and_after() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let until = day("2026-12-31");
        assert_eq!(ends(day("2026-11-01"), until).0, How::Look);
        assert_eq!(
            ends(day("2026-11-01"), until).1,
            "ends on 2026-12-31, in 60 days"
        );
        assert_eq!(ends(day("2026-10-31"), until).0, How::Ok);
        assert_eq!(ends(day("2026-12-31"), until).0, How::Look);
        assert!(ends(day("2027-01-01"), until).1.starts_with("ended"));
    }

    #[test]
    fn a_clock_that_is_wrong_a_full_disk_and_the_worst_verdict_are_told() {
        let mut verdicts = Verdicts::default();
        let answer = guichet_providers::contract::CallAnswer {
            status: 200,
            body: Vec::new(),
        };
        let mut looked = Looked {
            answer,
            date: Timestamp::from_second(clock::unix_now() - 20).ok(),
            certificate: None,
        };
        time(&mut verdicts, "a", &looked);
        assert_eq!(verdicts.worst(), How::Ok);
        looked.date = Timestamp::from_second(clock::unix_now() - 100).ok();
        time(&mut verdicts, "a", &looked);
        assert_eq!(verdicts.worst(), How::Look);
        looked.date = Timestamp::from_second(clock::unix_now() + 3600).ok();
        time(&mut verdicts, "a", &looked);
        assert_eq!(verdicts.worst(), How::Bad);
        disk(&mut verdicts, Path::new("/there/is/no/such"));
        let told = verdicts.to_string();
        assert!(told.starts_with("ok    clock: 2"), "{told}");
        assert!(told.contains("bad   disk: /there/is/no/such"), "{told}");
    }

    /// Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 30`.
    #[test]
    fn a_certificate_tells_its_days() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (key, made) = (file("key"), file("der"));
        let done = std::process::Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args([
                "-nodes",
                "-subj",
                "/CN=pay.example",
                "-days",
                "30",
                "-outform",
                "DER",
            ])
            .args(["-keyout", &key, "-out", &made])
            .output();
        assert!(done.unwrap().status.success());
        let der = std::fs::read(made).unwrap();
        let now = clock::unix_now();
        let (how, told) = good_for(&der, now + 3600);
        assert_eq!(
            (how, told.contains("good for 29 days")),
            (How::Ok, true),
            "{told}"
        );
        assert_eq!(good_for(&der, now + 20 * 24 * 3600).0, How::Look);
        assert_eq!(good_for(b"no", now).0, How::Look);
    }
}
