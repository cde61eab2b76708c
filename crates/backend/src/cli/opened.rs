//! The books and the accounts, opened as a command about one payment needs them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::id::PaymentId;
use guichet_store::sqlite::FileLock;
use guichet_store::{Store, StoreError};

use crate::app::App;
use crate::books::{books, open_store, open_to_read};
use crate::config::Config;
use crate::platform::Platform;
use crate::webhooks::sender::Sender;

/// The books, opened as a command needs them.
pub(super) struct Opened {
    pub(super) app: Arc<App>,
    pub(super) store: Arc<dyn Store>,
    /// Held where no backend serves the books, as far as that can be known.
    pub(super) alone: Option<FileLock>,
}

impl Opened {
    pub(super) async fn to_read(config: &Path) -> anyhow::Result<Self> {
        let (config, accounts) = Config::read(config)?;
        let store = open_to_read(&config).await?;
        Self::new(config, accounts, store, None)
    }

    /// Nothing is made, and no table changed: these are books that a backend of this version keeps.
    pub(super) async fn to_write(config: &Path) -> anyhow::Result<Self> {
        let (config, accounts) = Config::read(config)?;
        open_to_read(&config).await?.close().await;
        let alone = match config.database.lock() {
            Ok(lock) => lock,
            Err(StoreError::InUse { .. }) => None,
            Err(error) => return Err(error).with_context(|| books(&config)),
        };
        let store = open_store(&config).await?;
        Self::new(config, accounts, store, alone)
    }

    fn new(
        config: Config,
        accounts: crate::accounts::Accounts,
        store: Arc<dyn Store>,
        alone: Option<FileLock>,
    ) -> anyhow::Result<Self> {
        let platform = Platform::new(config.limits.platform_calls())?;
        let sender = Sender::new(&config.webhook_networks)?;
        let (app, _) = App::new(
            config,
            accounts,
            store.clone(),
            platform,
            sender,
            Arc::default(),
        );
        Ok(Self { app, store, alone })
    }
}

/// A payment's id, as it was typed.
pub(super) fn payment_id(text: &str) -> anyhow::Result<PaymentId> {
    PaymentId::try_from(text.to_owned()).context("a payment's id begins with pay_")
}
