//! What every handler shares.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::moneris::world::World as Moneris;
use crate::netbanx::world::World as Netbanx;
use crate::seal::{KeyError, PlatformSigner};
use crate::settings::Settings;
use crate::shop::orders::Orders;
use crate::sogenactif::world::World as Sogenactif;
use crate::up2pay::world::World;

/// Shared by both listeners.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) signer: PlatformSigner,
    /// Client of outgoing calls: no proxy, no redirect followed.
    pub(crate) http: reqwest::Client,
    pub(crate) platform_origin: String,
    pub(crate) backup_origin: String,
    pub(crate) shop_origin: String,
    pub(crate) orders: Mutex<Orders>,
    world: Mutex<World>,
    sogenactif: Mutex<Sogenactif>,
    netbanx: Mutex<Netbanx>,
    moneris: Mutex<Moneris>,
    forger: OnceLock<PlatformSigner>,
}

/// The handlers' state.
pub(crate) type Shared = Arc<App>;

/// The addresses that were bound.
pub(crate) struct Origins {
    pub(crate) platform: String,
    pub(crate) backup: String,
    pub(crate) shop: String,
}

impl App {
    pub(crate) fn new(
        settings: Settings,
        signer: PlatformSigner,
        http: reqwest::Client,
        origins: Origins,
    ) -> Self {
        Self {
            settings,
            signer,
            http,
            platform_origin: origins.platform,
            backup_origin: origins.backup,
            shop_origin: origins.shop,
            orders: Mutex::default(),
            world: Mutex::new(World::new()),
            sogenactif: Mutex::default(),
            netbanx: Mutex::default(),
            moneris: Mutex::default(),
            forger: OnceLock::new(),
        }
    }

    /// The platform's memory. Never held over an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sogenactif's memory. Never held over an await.
    pub(crate) fn sogenactif(&self) -> MutexGuard<'_, Sogenactif> {
        self.sogenactif
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// NETBANX's memory. Never held over an await.
    pub(crate) fn netbanx(&self) -> MutexGuard<'_, Netbanx> {
        self.netbanx.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moneris' memory. Never held over an await.
    pub(crate) fn moneris(&self) -> MutexGuard<'_, Moneris> {
        self.moneris.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shop's memory. Never held over an await.
    pub(crate) fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A key that is not the platform's, made at the first forgery.
    pub(crate) fn forger(&self) -> Result<&PlatformSigner, KeyError> {
        if self.forger.get().is_none() {
            let made = PlatformSigner::generate()?;
            let _ = self.forger.set(made);
        }
        self.forger
            .get()
            .ok_or_else(|| KeyError::Generate("no key".to_owned()))
    }
}
