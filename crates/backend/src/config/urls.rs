//! Addresses in the configuration: ours, the shops' pages', the proxies', the database's.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};
use guichet_providers::contract::Environment;
use guichet_store::postgres::Address;
use ipnet::IpNet;
use url::{Host, Url};

use crate::database::Database;

/// Longest `public_url`: the return and notification addresses made of it must fit in 150 ASCII
/// characters at Up2pay.
const PUBLIC_URL_MAX: usize = 60;

/// The origin of a shop's page, as browsers write it.
pub(super) fn origin(text: &str, environment: Environment) -> anyhow::Result<String> {
    let url = Url::parse(text).context("is not an origin, such as https://shop.example")?;
    ensure!(
        matches!(url.scheme(), "http" | "https"),
        "must begin with https://, or http:// outside production"
    );
    ensure!(
        !text.contains('*'),
        "must be one origin, in full: patterns are not read, so name each"
    );
    ensure!(
        url.origin().ascii_serialization() == text,
        "must be a bare origin: scheme, host and port, without a path or a slash at the end"
    );
    ensure!(
        url.scheme() == "https" || environment != Environment::Production,
        "must be https in production"
    );
    Ok(text.to_owned())
}

/// The address under which shoppers and platforms reach this backend, without a slash at its end.
pub(super) fn public(text: &str, environment: Environment) -> anyhow::Result<String> {
    let url = Url::parse(text).context("public_url: is not an address")?;
    ensure!(
        matches!(url.scheme(), "http" | "https"),
        "public_url: must be http or https"
    );
    ensure!(
        url.scheme() == "https" || environment != Environment::Production,
        "public_url: must be https in production"
    );
    ensure!(
        environment != Environment::Production || !is_local(url.host()),
        "public_url: names this machine or a private network: no platform could reach it; write \
         the address that shoppers and platforms use"
    );
    let no_user = url.username().is_empty() && url.password().is_none();
    let plain = url.query().is_none() && url.fragment().is_none() && no_user;
    ensure!(plain, "public_url: must hold no user, query or fragment");
    let text = url.as_str().trim_end_matches('/').to_owned();
    ensure!(
        text.len() <= PUBLIC_URL_MAX,
        "public_url: is {} characters long; at most {PUBLIC_URL_MAX} are taken",
        text.len()
    );
    Ok(text)
}

/// Whether a host can be reached from this machine or its own network alone.
fn is_local(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = ["localhost", "local", "internal", "lan", "home.arpa", "test"];
            !name.contains('.')
                || local
                    .iter()
                    .any(|end| name == *end || name.ends_with(&format!(".{end}")))
        }
        Some(Host::Ipv4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Some(Host::Ipv6(ip)) => {
            let mapped = ip.to_ipv4_mapped();
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || mapped.is_some_and(|ip| is_local(Some(Host::Ipv4(ip))))
        }
        None => true,
    }
}

/// The networks of the proxies that are believed on a client's address.
pub(super) fn trusted_proxies(texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    networks("trusted_proxies", texts, "name the proxies' own networks")
}

/// The networks that notices may go to though they are not public.
pub(super) fn webhook_networks(texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    networks("webhook_networks", texts, "name the shops' own networks")
}

/// Addresses and networks, which together are not everybody.
pub(super) fn networks(key: &str, texts: &[String], remedy: &str) -> anyhow::Result<Vec<IpNet>> {
    let parse = |text: &String| {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let net: IpNet = address.or_else(|_| text.parse()).with_context(|| {
            format!("{key}: {text:?} is neither an address nor a network, 10.0.0.0/8")
        })?;
        ensure!(
            net.prefix_len() > 0,
            "{key}: {text:?} is everybody; {remedy}"
        );
        Ok(net)
    };
    let nets = texts
        .iter()
        .map(parse)
        .collect::<anyhow::Result<Vec<_>>>()?;
    // Two halves are everybody as well.
    let everybody = IpNet::aggregate(&nets)
        .iter()
        .any(|net| net.prefix_len() == 0);
    ensure!(!everybody, "{key}: together they are everybody; {remedy}");
    Ok(nets)
}

/// Where the books are: a file of SQLite's, or a server of PostgreSQL's.
pub(crate) fn database(key: &str, url: &str, folder: &Path) -> anyhow::Result<Database> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let address = Address::parse(url).map_err(|what| anyhow!("{key}: {what}"))?;
        return Ok(Database::Server(Box::new(address)));
    }
    let path = file(url, folder).with_context(|| key.to_owned())?;
    Ok(Database::File(path))
}

/// The database's file. What SQLite would take for options of the address is refused: it would
/// become part of the file's name, and mean nothing.
fn file(url: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = url.strip_prefix("sqlite://").with_context(|| {
        "must begin with sqlite:// and name a file, such as sqlite://guichet.db, or \
         with postgres:// and name a server and its database"
    })?;
    let last = path.rsplit('/').next().unwrap_or_default();
    ensure!(
        !last.is_empty() && last != "." && last != "..",
        "must name a file, such as sqlite://guichet.db"
    );
    ensure!(
        !path.contains(":memory:") && !path.starts_with("file:"),
        "must name a file on disk: what is in memory alone is lost at a stop"
    );
    ensure!(
        !path.contains(['?', '#', '%']),
        "takes no options and no escapes: write the file's name alone"
    );
    Ok(folder.join(path))
}
