//! Where a server and its database are, as the configuration names them.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// What may stand behind the question mark.
const OPTIONS: [&str; 5] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "host"];

/// Where a server and its database are. Shown without the user's password.
#[derive(Clone)]
pub struct Address {
    pub(super) options: PgConnectOptions,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`.
    ///
    /// A server on another machine has to prove who it is, unless `sslmode` says otherwise: whoever
    /// stands between could read every name, and write what was paid.
    ///
    /// # Errors
    ///
    /// What is wrong, and never the password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let (_, query) = url.split_once('?').unwrap_or((url, ""));
        let mut names = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
        if names.clone().any(|name| !OPTIONS.contains(&name)) {
            return Err("takes no options but sslmode, sslrootcert, sslcert, sslkey and host");
        }
        let with_mode = names.any(|name| name == "sslmode");
        let mut options = PgConnectOptions::from_str(url).map_err(
            |_| "is no address of a server: postgres://user:password@host:port/database is one",
        )?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err("must name a database: postgres://user:password@host:port/database");
        }
        if !with_mode && !is_near(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        let options = options.application_name("guichet");
        // No such number is read, and a pool in between refuses who wants it written otherwise.
        let options = options.extra_float_digits(None);
        Ok(Self { options })
    }

    /// The host, with its port.
    fn server(&self) -> String {
        match self.options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }
}

/// Whether the server is on this machine.
fn is_near(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.options.get_database().unwrap_or_default();
        write!(f, "{} of PostgreSQL at {}", database, self.server())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_proves_who_it_is_unless_it_is_said_that_it_need_not() {
        for (url, proves) in [
            ("postgres://g:secret@db.example/books", true),
            ("postgres://g:secret@192.0.2.1:5432/books", true),
            (
                "postgres://g:secret@db.example/books?sslmode=disable",
                false,
            ),
            ("postgres://g@127.0.0.1/books", false),
            ("postgres://g@[::1]/books", false),
            ("postgres://g@localhost/books", false),
            ("postgres:///books?host=/run/postgresql", false),
        ] {
            let address = Address::parse(url).unwrap();
            let mode = address.options.get_ssl_mode();
            assert_eq!(matches!(mode, PgSslMode::VerifyFull), proves, "{url}");
            assert!(!format!("{address} {address:?}").contains("secret"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_is_wrong() {
        for (url, word) in [
            ("postgres://g@localhost", "name a database"),
            ("postgres://g@localhost/", "name a database"),
            ("postgres://g@localhost/b?ssl=on", "no options but"),
            ("postgres://g@localhost/b?options=-csync", "no options but"),
            ("postgres://g@localhost:port/b", "is no address"),
            ("postgres://g@localhost/b?sslmode=some", "is no address"),
        ] {
            let refused = Address::parse(url).unwrap_err();
            assert!(refused.contains(word), "{url}: {refused}");
        }
    }
}
