//! The two calls that a shop's server makes to the checkout backend.

use serde::Deserialize;
use serde_json::{Value, json};

use super::state::SessionState;
use crate::app::App;

/// What the shop asks for; the price is the server's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OrderWish {
    /// In cents.
    pub(crate) amount: u64,
    pub(crate) currency: String,
    /// The terminal on the counter that takes it.
    pub(crate) terminal: Option<String>,
    pub(crate) capture: String,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) voucher_eligible_amount: Option<u64>,
    pub(crate) expires_in: u64,
    pub(crate) locale: String,
    pub(crate) reference: Option<String>,
    pub(crate) items: u32,
    /// The payment page prints the element as the backend draws it, instead of the plain tag.
    pub(crate) markup: bool,
    /// Who the shopper is to the shop: the customer's number, and only after a login. Never the
    /// e-mail of the order's form: anybody can type an e-mail, and would be shown the saved cards
    /// of whoever has it.
    pub(crate) shopper_id: Option<String>,
    #[serde(skip)]
    pub(crate) shopper: Option<Shopper>,
}

impl Default for OrderWish {
    fn default() -> Self {
        Self {
            amount: 4200,
            currency: "EUR".to_owned(),
            terminal: None,
            capture: "automatic".to_owned(),
            methods: None,
            voucher_eligible_amount: None,
            expires_in: 3600,
            locale: "fr".to_owned(),
            reference: None,
            items: 1,
            markup: false,
            shopper_id: None,
            shopper: None,
        }
    }
}

/// Who buys.
#[derive(Clone, Debug)]
pub(crate) struct Shopper {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) line1: String,
    pub(crate) line2: String,
    pub(crate) postal_code: String,
    pub(crate) city: String,
    pub(crate) country: String,
}

impl Default for Shopper {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            first: text("Camille"),
            last: text("Durand"),
            email: text("camille@example.com"),
            phone: text("+33612345678"),
            line1: text("12 rue des Lilas"),
            line2: String::new(),
            postal_code: text("75011"),
            city: text("Paris"),
            country: text("FR"),
        }
    }
}

/// Why the backend could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackendError {
    #[error("la boutique n'a pas de clé secrète (--shop-secret-key)")]
    NoKey,
    #[error("le serveur de paiement ne répond pas")]
    Unreachable,
    #[error("le serveur de paiement a refusé ({status}) : {detail}")]
    Refused { status: u16, detail: String },
    #[error("la réponse du serveur de paiement est illisible")]
    Unreadable,
}

/// What matters of a new session.
#[derive(Debug, Deserialize)]
pub(crate) struct NewSession {
    pub(crate) id: String,
    pub(crate) secret: String,
}

fn body(app: &App, order_id: &str, reference: &str, wish: &OrderWish) -> Value {
    let shopper = wish.shopper.clone().unwrap_or_default();
    let line2 = Some(shopper.line2).filter(|line| !line.is_empty());
    json!({
        "reference": reference,
        "amount": wish.amount,
        "currency": wish.currency,
        "terminal": wish.terminal,
        "shopper": {
            "id": wish.shopper_id,
            "name": { "first": shopper.first, "last": shopper.last },
            "email": shopper.email,
            "phone": shopper.phone,
            "address": {
                "line1": shopper.line1,
                "line2": line2,
                "postal_code": shopper.postal_code,
                "city": shopper.city,
                "country": shopper.country,
            },
        },
        "items": wish.items,
        "locale": wish.locale,
        "methods": wish.methods,
        "voucher_eligible_amount": wish.voucher_eligible_amount,
        "capture": wish.capture,
        "return_url": format!("{}/commande/{order_id}/paiement", app.shop_origin),
        "expires_in": wish.expires_in,
        "metadata": {},
    })
}

fn address(app: &App, path: &str) -> String {
    format!(
        "{}{path}",
        app.settings.backend.as_str().trim_end_matches('/')
    )
}

/// `POST /v1/sessions`, once for an order: its id is the idempotency key.
pub(crate) async fn make_session(
    app: &App,
    order_id: &str,
    reference: &str,
    wish: &OrderWish,
) -> Result<NewSession, BackendError> {
    let key = app
        .settings
        .shop_secret_key
        .as_ref()
        .ok_or(BackendError::NoKey)?;
    let answer = app
        .http
        .post(address(app, "/v1/sessions"))
        .bearer_auth(key.expose())
        .header("Idempotency-Key", order_id)
        .json(&body(app, order_id, reference, wish))
        .send()
        .await
        .map_err(|_| BackendError::Unreachable)?;
    read(answer).await
}

/// `GET /v1/sessions/{id}`: what the shop delivers on.
pub(crate) async fn session_state(app: &App, id: &str) -> Result<SessionState, BackendError> {
    session_at(app, &format!("/v1/sessions/{id}")).await
}

/// The same with the element as HTML, for a page in French whose policy lets no style in that
/// stands in the page.
pub(crate) async fn session_markup(app: &App, id: &str) -> Result<SessionState, BackendError> {
    session_at(app, &format!("/v1/sessions/{id}?markup=fr&style=link")).await
}

async fn session_at(app: &App, path: &str) -> Result<SessionState, BackendError> {
    let key = app
        .settings
        .shop_secret_key
        .as_ref()
        .ok_or(BackendError::NoKey)?;
    let answer = app
        .http
        .get(address(app, path))
        .bearer_auth(key.expose())
        .send()
        .await
        .map_err(|_| BackendError::Unreachable)?;
    read(answer).await
}

async fn read<T: serde::de::DeserializeOwned>(
    answer: reqwest::Response,
) -> Result<T, BackendError> {
    let status = answer.status();
    if status.is_success() {
        return answer.json().await.map_err(|_| BackendError::Unreadable);
    }
    let problem: Value = answer.json().await.unwrap_or(Value::Null);
    let text = |name: &str| {
        problem
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let parts = [text("code"), text("field"), text("detail")];
    let detail: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Err(BackendError::Refused {
        status: status.as_u16(),
        detail: detail.join(", "),
    })
}
