//! Shops: who may ask for a session, and what is offered to their shoppers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use guichet_domain::field::looks_random;
use guichet_domain::id::Slug;
use guichet_domain::language::Language;
use guichet_domain::method::Method;
use guichet_providers::contract::Environment;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;

use super::months::Months;
use super::texts::{self, Texts};
use super::urls;
use super::webhook::{self, Webhook, WebhookTable};
use crate::accounts::Accounts;
use crate::digest::{Sha256, sha256};
use crate::ledger::chart::Journal;

/// Least length of a shop's secret key.
const SECRET_KEY_MIN: usize = 32;

/// What the secret key of the published demo begins with. Whoever has read it could make sessions.
const DEMO_KEY_PREFIX: &str = "sk_sandbox_";

/// A secret key of a shop.
pub(crate) struct SecretKey {
    pub(crate) secret: SecretString,
    /// What it is recognised by in a request.
    pub(crate) digest: Sha256,
}

impl From<String> for SecretKey {
    fn from(secret: String) -> Self {
        Self {
            digest: sha256(secret.as_bytes()),
            secret: secret.into(),
        }
    }
}

/// A shop.
pub(crate) struct Shop {
    pub(crate) id: Slug,
    pub(crate) name: String,
    pub(crate) secret_keys: Vec<Arc<SecretKey>>,
    pub(crate) origins: Vec<String>,
    /// What is spoken where neither session nor page names a language that is known.
    pub(crate) language: Option<Language>,
    /// Sells tourism or leisure: only then may CV-Connect be offered.
    pub(crate) tourism: bool,
    /// One reference may stand for several orders: each session is then an order of its own.
    pub(crate) references_repeat: bool,
    /// Offers saved cards to the shoppers whom it names.
    pub(crate) one_click: bool,
    pub(crate) voucher_rest: VoucherRest,
    pub(crate) labels: BTreeMap<Method, String>,
    /// What it says in place of the widget's own texts.
    pub(crate) texts: Texts,
    pub(crate) methods: Vec<ShopMethods>,
    /// Where its server is told what became of a session, if it is.
    pub(crate) webhook: Option<Webhook>,
    /// How its journal is written, if it is.
    pub(crate) ledger: Option<Journal>,
    /// How long after its last event what is known of a session's shopper is kept.
    pub(crate) personal_data_months: Months,
}

/// Methods that a shop offers through one account, in order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopMethods {
    pub(crate) provider: String,
    pub(crate) account: Slug,
    pub(crate) methods: Vec<Method>,
}

/// What to do with meal vouchers when they may not pay the whole amount.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VoucherRest {
    /// Don't offer them.
    #[default]
    Hide,
    /// Offer them and explain what they can't pay.
    Explain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopTable {
    id: Slug,
    name: String,
    secret_keys: Vec<String>,
    origins: Vec<String>,
    language: Option<Language>,
    #[serde(default)]
    tourism: bool,
    #[serde(default)]
    references_repeat: bool,
    #[serde(default)]
    one_click: bool,
    #[serde(default)]
    voucher_rest: VoucherRest,
    #[serde(default)]
    labels: BTreeMap<Method, String>,
    #[serde(default)]
    texts: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    methods: Vec<ShopMethods>,
    webhook: Option<WebhookTable>,
    ledger: Option<Journal>,
    #[serde(default)]
    personal_data_months: Months,
}

/// Checks all shops. The errors name the shop and its key, and never show a secret.
pub(super) fn read_all(
    tables: Vec<ShopTable>,
    accounts: &Accounts,
    environment: Environment,
    webhook_networks: &[IpNet],
) -> anyhow::Result<Vec<Arc<Shop>>> {
    ensure!(
        !tables.is_empty(),
        "shops: at least one [[shops]] is needed"
    );
    let mut ids = BTreeSet::new();
    // One key, one shop: a key in two shops would open the sessions of the first for the second.
    let mut keys = BTreeSet::new();
    for table in &tables {
        let id = &table.id;
        ensure!(
            ids.insert(id.clone()),
            "shop {id}: its id is there twice: give each shop its own"
        );
        for key in &table.secret_keys {
            ensure!(
                keys.insert(key.clone()),
                "shop {id}: secret_keys: one of them stands elsewhere too: each shop needs keys of \
                 its own"
            );
        }
    }
    tables
        .into_iter()
        .map(|table| {
            let shop = read(table, accounts, environment, webhook_networks)?;
            Ok(Arc::new(shop))
        })
        .collect()
}

fn read(
    table: ShopTable,
    accounts: &Accounts,
    environment: Environment,
    webhook_networks: &[IpNet],
) -> anyhow::Result<Shop> {
    let id = table.id;
    let webhook = table.webhook;
    let webhook = webhook.map(|table| webhook::read(&id, table, environment, webhook_networks));
    let webhook = webhook.transpose()?;
    ensure!(
        !table.name.trim().is_empty(),
        "shop {id}: name: must not be empty: shoppers read it"
    );
    check_keys(&id, &table.secret_keys, environment)?;
    ensure!(
        !table.origins.is_empty(),
        "shop {id}: origins: at least one is needed, such as https://shop.example: the widget \
         works on no other page"
    );
    let mut origins = Vec::new();
    for origin in &table.origins {
        let origin = urls::origin(origin, environment)
            .with_context(|| format!("shop {id}: origins: {origin:?}"))?;
        origins.push(origin);
    }
    let offered = check_methods(&id, &table.methods, accounts)?;
    for (method, label) in &table.labels {
        ensure!(
            offered.contains(method),
            "shop {id}: labels: {method} is no method of this shop; its methods are: {}",
            list(&offered)
        );
        ensure!(
            !label.trim().is_empty(),
            "shop {id}: labels: {method}: must not be empty; leave it out for the usual words"
        );
    }
    let texts = texts::read(&id, table.texts)?;
    Ok(Shop {
        id,
        name: table.name,
        secret_keys: table
            .secret_keys
            .into_iter()
            .map(|key| Arc::new(SecretKey::from(key)))
            .collect(),
        origins,
        language: table.language,
        tourism: table.tourism,
        references_repeat: table.references_repeat,
        one_click: table.one_click,
        voucher_rest: table.voucher_rest,
        labels: table.labels,
        texts,
        methods: table.methods,
        webhook,
        ledger: table.ledger,
        personal_data_months: table.personal_data_months,
    })
}

fn check_keys(id: &Slug, keys: &[String], environment: Environment) -> anyhow::Result<()> {
    ensure!(
        !keys.is_empty(),
        "shop {id}: secret_keys: at least one is needed"
    );
    for key in keys {
        let fits = key.len() >= SECRET_KEY_MIN && key.bytes().all(|b| b.is_ascii_graphic());
        ensure!(
            fits,
            "shop {id}: secret_keys: each must be at least {SECRET_KEY_MIN} ASCII characters \
             without spaces"
        );
        if environment == Environment::Production {
            ensure!(
                !key.starts_with(DEMO_KEY_PREFIX),
                "shop {id}: secret_keys: one begins with {DEMO_KEY_PREFIX}, as the published key \
                 of the demo does: make one of your own, for example with `openssl rand -hex 32`"
            );
            ensure!(
                looks_random(key),
                "shop {id}: secret_keys: one can be guessed, since its characters repeat: make one \
                 with `openssl rand -hex 32`"
            );
        }
    }
    Ok(())
}

/// The methods that the shop offers, each once and each one of an account that is there.
fn check_methods(
    id: &Slug,
    entries: &[ShopMethods],
    accounts: &Accounts,
) -> anyhow::Result<BTreeSet<Method>> {
    let mut offered = BTreeSet::new();
    for entry in entries {
        let account = accounts
            .find(&entry.provider, entry.account.as_str())
            .with_context(|| {
                format!(
                    "shop {id}: methods: no account {} at {}",
                    entry.account, entry.provider
                )
            })?;
        let known = account.methods();
        for method in &entry.methods {
            ensure!(
                known
                    .iter()
                    .any(|description| description.method == *method),
                "shop {id}: methods: {} has no method {method}",
                entry.provider
            );
            ensure!(
                offered.insert(method.clone()),
                "shop {id}: methods: {method} is there twice: which account should take it?"
            );
        }
    }
    Ok(offered)
}

fn list(methods: &BTreeSet<Method>) -> String {
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    names.join(", ")
}
