//! A backend in a test: with a clock that is moved, and a platform that is played.

use std::sync::Arc;

use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::money::Currency;
use guichet_domain::session::{Capture, Session};
use guichet_domain::testing;
use guichet_store::memory::MemoryStore;
use guichet_store::{Idempotency, Store};

use super::start::{Asked, Choice, Who};
use crate::app::App;
use crate::jobs::conversations::Conversations;
use crate::jobs::due::Job;
use crate::seam::{self, Outside, done};
use crate::sessions::create;
use crate::simulator::process;

/// 2026-03-02T08:00:00Z.
pub(super) const BEGINNING: i64 = 1_772_438_400;

/// An account with one method, and what else its table has.
pub(super) struct Account {
    pub(super) id: &'static str,
    pub(super) provider: &'static str,
    pub(super) method: &'static str,
    pub(super) lines: &'static str,
}

impl Account {
    fn config(&self) -> String {
        let Self {
            id,
            provider,
            method,
            lines,
        } = self;
        format!(
            r#"
            environment = "sandbox"
            public_url = "http://127.0.0.1:8601"
            database_url = "sqlite://books.db"
            assets = "assets"

            [[accounts]]
            id = "{id}"
            provider = "{provider}"
            {lines}

            [[shops]]
            id = "demo"
            name = "Demo"
            secret_keys = ["sk_9f3b5d7c1e8a4620b4d6f8091a2c3e5f"]
            origins = ["https://shop.example"]

            [[shops.methods]]
            provider = "{provider}"
            account = "{id}"
            methods = ["{method}"]
            "#
        )
    }

    /// Starts a backend with new books, at [`BEGINNING`].
    pub(super) async fn open(&self, outside: impl Outside + 'static) -> (Arc<App>, Arc<dyn Store>) {
        seam::enter(BEGINNING, Box::new(outside));
        let books: Arc<dyn Store> = Arc::new(MemoryStore::with(None));
        let (app, _) = process::start(&self.config(), &books, Arc::clone(&books)).await;
        (app, books)
    }

    /// A shopper begins to pay 42.00.
    pub(super) async fn begin(&self, app: &Arc<App>) -> (SessionId, PaymentId) {
        done(begin(Arc::clone(app), self.method)).await
    }
}

pub(super) fn mark(scope: &str, key: &str) -> Idempotency {
    Idempotency {
        scope: scope.into(),
        key: key.into(),
        fingerprint: vec![0],
    }
}

async fn begin(app: Arc<App>, method: &'static str) -> (SessionId, PaymentId) {
    let shop = app.config.shop(&testing::slug("demo")).unwrap();
    let order = Session {
        id: create::new_id().unwrap(),
        shop: testing::slug("demo"),
        currency: Currency::EUR,
        capture: Capture::Automatic,
        created_at: BEGINNING,
        expires_at: BEGINNING + 3600,
        ..testing::session_of("CMD1", 4200, testing::shopper())
    };
    let (made, started) = (mark("s", "1"), mark("p", "1"));
    let made = create::make(&app, shop, &shop.secret_keys[0], order, &made);
    let session = made.await.map_err(drop).unwrap().book.session.id;
    let asked = Asked {
        app: &app,
        shop,
        session: &session,
        who: Who::Shopper,
        back_to_page: false,
        language: None,
        client: None,
        mark: &started,
    };
    let choice = Choice {
        method,
        card: None,
        save: false,
    };
    let started = asked.take().await.unwrap().run(choice).await.unwrap();
    (session, started.payment)
}

/// Does what is due of payments that go on.
pub(super) async fn take_up(app: &Arc<App>) {
    let app = Arc::clone(app);
    done(async move {
        for work in Conversations::take(&app, 20).await.unwrap() {
            Conversations::perform(&app, &work).await.unwrap();
        }
    })
    .await;
}
