//! Settings, to be read. No value of a key leaves the configuration.

use guichet_desk::pages::settings::{Account, Model, Shop};
use guichet_providers::contract::Environment;

use crate::app::App;

/// The page.
pub(crate) fn page(app: &App) -> Model {
    let environment = match app.config.environment {
        Environment::Sandbox => "sandbox",
        Environment::Test => "test",
        Environment::Production => "production",
    };
    let accounts = app.accounts.iter().map(|account| {
        let methods = account.methods().into_iter();
        let terminals = account.terminals().map(|own| own.terminals());
        let terminals = terminals.unwrap_or_default().into_iter();
        Account {
            platform: account.name().to_owned(),
            account: account.account().to_string(),
            means: methods.map(|method| method.method.to_string()).collect(),
            terminals: terminals
                .map(|terminal| format!("{} ({})", terminal.till, terminal.name))
                .collect(),
            warnings: account.warnings(),
        }
    });
    let shops = app.config.shops.iter().map(|shop| {
        let methods = shop.methods.iter().flat_map(|methods| &methods.methods);
        Shop {
            id: shop.id.to_string(),
            name: shop.name.clone(),
            origins: shop.origins.clone(),
            means: methods.map(ToString::to_string).collect(),
            endpoint: shop.webhook.as_ref().map(|hook| hook.url.to_string()),
            keys: shop.secret_keys.len(),
        }
    });
    Model {
        environment: environment.to_owned(),
        public_url: app.config.public_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        accounts: accounts.collect(),
        shops: shops.collect(),
    }
}
