//! The providers that there are. A new one is one line here and one folder beside it.

use guichet_domain::id::Slug;

use crate::contract::{ConfigError, Environment, Provider};

/// Opens an account from its table of the configuration, or says what is wrong with that table.
pub type Open = fn(Slug, toml::Table, Environment) -> Result<Box<dyn Provider>, ConfigError>;

/// Every provider, by name.
pub const PROVIDERS: &[(&str, Open)] = &[
    ("up2pay", crate::up2pay::open), // Up2pay e-Transactions (Crédit Agricole)
    ("sogenactif", crate::sogenactif::open), // Sogenactif (Société Générale)
    ("netbanx", crate::netbanx::open), // NETBANX (Paysafe)
    ("moneris", crate::moneris::open), // Moneris Go
];

/// Opens an account at the provider of that name.
pub fn open(
    provider: &str,
    account: Slug,
    table: toml::Table,
    environment: Environment,
) -> Result<Box<dyn Provider>, ConfigError> {
    let Some((_, open)) = PROVIDERS.iter().find(|(name, _)| *name == provider) else {
        let known: Vec<_> = PROVIDERS.iter().map(|(name, _)| *name).collect();
        return Err(ConfigError {
            account: account.to_string(),
            key: "provider".into(),
            detail: format!("is {provider:?}; known are {}", known.join(", ")),
        });
    };
    open(account, table, environment)
}
