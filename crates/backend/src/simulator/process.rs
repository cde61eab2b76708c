//! The backend's process, as `serve` starts it, but for what listens.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use guichet_store::Store;
use prometheus_client::metrics::counter::Counter;

use super::sogenactif;
use super::up2pay::key;
use crate::app::{App, Handed};
use crate::config::Config;
use crate::metrics::Metrics;
use crate::platform::Platform;
use crate::webhooks::sender::Sender;
use crate::{clock, serve};

/// Starts the backend with this configuration on these books: what a process before it had taken is
/// due again.
pub(crate) async fn start(
    text: &str,
    books: &Arc<dyn Store>,
    stepped: Arc<dyn Store>,
) -> (Arc<App>, Handed) {
    static CLIENTS: OnceLock<(reqwest::Client, Sender)> = OnceLock::new();
    let (client, sender) = CLIENTS.get_or_init(|| {
        let sender = Sender::new(&[]).unwrap();
        (reqwest::Client::new(), sender)
    });
    let (config, accounts) = Config::parse(text, Path::new("/nowhere"), &|_| None).unwrap();
    let now = clock::unix_now();
    books.take_over(now).await.unwrap();
    let endpoints = serve::endpoints(&config);
    books.set_endpoints(&endpoints, now).await.unwrap();
    let platform = Platform::with(client.clone(), config.limits.platform_calls());
    let metrics = Arc::new(Metrics::new(Counter::default()));
    App::new(config, accounts, stepped, platform, sender.clone(), metrics)
}

/// The configuration that is simulated.
pub(super) fn text() -> String {
    let hmac_key = "0123456789ABCDEF".repeat(8);
    let public_key = &key().1;
    let (merchant, office, office_key) = (sogenactif::MERCHANT, sogenactif::HOST, sogenactif::KEY);
    format!(
        r#"
        environment = "sandbox"
        public_url = "http://127.0.0.1:8601"
        database_url = "sqlite://books.db"
        assets = "assets"

        [[accounts]]
        id = "main"
        provider = "up2pay"
        site = "1999888"
        rang = "32"
        identifiant = "110647233"
        hmac_key = "{hmac_key}"
        page_hosts = ["http://127.0.0.1:8602"]
        ppps_hosts = ["http://127.0.0.1:8602", "http://localhost:8602"]
        public_keys = ['''{public_key}''']
        confirm = "query"
        conecs_refunds = true
        shopper_optional = ["name", "phone", "address"]

        [[accounts]]
        id = "office"
        provider = "sogenactif"
        merchant_id = "{merchant}"
        keys = {{ "1" = "{office_key}" }}
        office_host = "{office}"
        methods = ["sogenactif_card", "sogenactif_paypal"]
        remittance_pause = true
        written_seconds = 7200

        [[shops]]
        id = "demo"
        name = "Demo"
        secret_keys = ["sk_9f3b5d7c1e8a4620b4d6f8091a2c3e5f"]
        origins = ["https://shop.example"]

        [[shops.methods]]
        provider = "up2pay"
        account = "main"
        methods = ["card", "sodexo"]

        [[shops.methods]]
        provider = "sogenactif"
        account = "office"
        methods = ["sogenactif_card", "sogenactif_paypal"]

        [shops.webhook]
        url = "https://shop.example/webhook"
        secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        "#
    )
}
