//! Up2pay e-Transactions (to be written).
use guichet_domain::id::Slug;

use crate::contract::{Environment, Provider};
use crate::registry::ConfigError;

/// Opens.
pub fn open(_: Slug, _: toml::Table, _: Environment) -> Result<Box<dyn Provider>, ConfigError> {
    Err(ConfigError { account: String::new(), key: String::new(), detail: String::new() })
}
