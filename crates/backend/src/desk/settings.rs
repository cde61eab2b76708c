//! Settings, to be read. No value of a key leaves the configuration.

use std::sync::Arc;

use guichet_desk::kit::Tone;
use guichet_desk::pages::settings::{Account, Health, Key, Model, Shop};
use guichet_providers::contract::Environment;
use guichet_store::StoreError;

use super::{hooks, in_paris};
use crate::app::App;
use crate::clock;
use crate::verdicts::{self, How, Verdicts};

/// What was found out about the installation.
fn health(app: &App) -> Health {
    let check = app.checks.last();
    match check.found {
        _ if check.runs => Health::Checking,
        None => Health::Unknown,
        Some((at, found)) => Health::Checked(clock::unix_now() - at, found),
    }
}

/// Has the installation looked at, while nobody waits. One at a time: who asks meanwhile is told of
/// the same.
pub(crate) fn check(app: &Arc<App>) {
    if !app.checks.begin() {
        return;
    }
    let app = Arc::clone(app);
    let tasks = app.tasks.clone();
    tasks.spawn(async move {
        let mut found = Verdicts::default();
        verdicts::at_home(&mut found, &app.config, &app.accounts);
        verdicts::outside(&mut found, &app.config, &app.accounts, &app.platform).await;
        let found = found.into_each().into_iter();
        let found = found.map(|(how, what)| (tone(how), what));
        app.checks.end(clock::unix_now(), found.collect());
    });
}

fn tone(how: How) -> Tone {
    match how {
        How::Ok => Tone::Good,
        How::Look => Tone::Warn,
        How::Bad => Tone::Bad,
    }
}

/// The keys, with since when each is in use.
async fn keys(app: &App) -> Result<Vec<Key>, StoreError> {
    let seen = match app.store.desk_people() {
        Some(people) => people.keys_seen().await?,
        None => Vec::new(),
    };
    let now = clock::unix_now();
    let key = app.config.keys.iter().map(|key| {
        let mut seen = seen.iter();
        let seen = seen.find(|seen| (&seen.place, &seen.mark) == (&key.place, &key.mark));
        Key {
            place: key.place.clone(),
            since: seen.map(|seen| (in_paris(seen.first_seen), now - seen.first_seen)),
        }
    });
    Ok(key.collect())
}

/// The page.
pub(crate) async fn page(
    app: &App,
    base: &str,
    hidden: Vec<(&'static str, String)>,
) -> Result<Model, StoreError> {
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
    Ok(Model {
        environment: environment.to_owned(),
        public_url: app.config.public_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        accounts: accounts.collect(),
        shops: shops.collect(),
        keys: keys(app).await?,
        endpoints: hooks::endpoints(&*app.store).await?,
        health: health(app),
        check: format!("{base}/settings/check"),
        hidden,
    })
}
