//! The shop's pages.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use super::account::{self, Customer};
use super::backend::{BackendError, OrderWish, Shopper, make_session, session_markup};
use super::basket::Basket;
use super::catalogue::{self, Product, price};
use super::orders::{Order, Secret};
use super::state::{PaymentState, words};
use super::template::{Values, fill};
use super::told;
use crate::app::{App, Shared};
use crate::ids::random_id;
use crate::pairs::{Pairs, parse_form, value};
use crate::web::views::money;

/// A page of `www/`, filled.
fn page(app: &App, file: &str, status: StatusCode, values: &Values) -> Response {
    match std::fs::read_to_string(app.settings.www.join(file)) {
        Ok(template) => (status, Html(fill(&template, values))).into_response(),
        Err(error) => {
            tracing::error!("{file}: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "page absente de --www").into_response()
        }
    }
}

/// What every page shows.
fn common(headers: &HeaderMap) -> Values {
    let items = Basket::of(headers).items();
    customer_values(account::customer(headers)).text("basket_items", items.to_string())
}

/// Who is logged in, or that nobody is.
fn customer_values(customer: Option<Customer>) -> Values {
    let values = Values::default()
        .flag("logged_in", customer.is_some())
        .flag("logged_out", customer.is_none());
    match customer {
        Some(customer) => values
            .text("customer", customer.name)
            .text("customer_number", customer.number),
        None => values,
    }
}

fn product_values(product: Product) -> Values {
    Values::default()
        .text("slug", product.slug)
        .text("name", product.name)
        .text("line", product.line)
        .text("text", product.text)
        .text("price", price(product.price))
        .text("vouchers", product.vouchers())
}

/// `GET /`.
pub(crate) async fn home(State(app): State<Shared>, headers: HeaderMap) -> Response {
    let shelf = |name: &str| {
        let of_shelf = catalogue::products()
            .iter()
            .filter(|product| product.shelf == name);
        of_shelf.map(|product| product_values(*product)).collect()
    };
    let values = common(&headers)
        .list("epicerie", shelf("epicerie"))
        .list("sejours", shelf("sejour"));
    page(&app, "index.html", StatusCode::OK, &values)
}

/// `GET /produit/{slug}`.
pub(crate) async fn product(
    State(app): State<Shared>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(product) = catalogue::find(&slug) else {
        return missing(&app, &headers);
    };
    let values =
        product_values(product).text("basket_items", Basket::of(&headers).items().to_string());
    page(&app, "produit.html", StatusCode::OK, &values)
}

fn basket_rows(basket: &Basket) -> Vec<Values> {
    let row = |(product, count): &(Product, u32)| {
        product_values(*product)
            .text("count", count.to_string())
            .text("sum", price(product.price * u64::from(*count)))
    };
    basket.lines().iter().map(row).collect()
}

/// `GET /panier`.
pub(crate) async fn basket(State(app): State<Shared>, headers: HeaderMap) -> Response {
    let basket = Basket::of(&headers);
    let values = common(&headers)
        .list("lines", basket_rows(&basket))
        .flag("filled", basket.items() > 0)
        .flag("empty", basket.items() == 0)
        .text("total", price(basket.total()));
    page(&app, "panier.html", StatusCode::OK, &values)
}

fn see_other(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, to.to_owned())]).into_response()
}

/// `POST /panier`: `ajouter=SLUG`, or `produit=SLUG&quantite=N`.
pub(crate) async fn change_basket(headers: HeaderMap, body: Bytes) -> Response {
    let form = parse_form(&body).unwrap_or_default();
    let mut basket = Basket::of(&headers);
    if let Some(slug) = value(&form, "ajouter") {
        basket.set(slug, basket.count_of(slug) + 1);
    }
    if let (Some(slug), Some(count)) = (value(&form, "produit"), value(&form, "quantite")) {
        basket.set(slug, count.parse().unwrap_or(0));
    }
    let mut answer = see_other("/panier");
    if let Ok(cookie) = basket.cookie().parse() {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// `POST /connexion`: logs the demo's customer in, without a password.
pub(crate) async fn log_in(body: Bytes) -> Response {
    change_login(true, &body)
}

/// `POST /deconnexion`.
pub(crate) async fn log_out(body: Bytes) -> Response {
    change_login(false, &body)
}

fn change_login(logged_in: bool, body: &[u8]) -> Response {
    let form = parse_form(body).unwrap_or_default();
    let mut answer = see_other(account::way_back(value(&form, "retour")));
    if let Ok(cookie) = account::cookie(logged_in).parse() {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

/// `GET /commande`: the shopper's address, and the demo's scenario.
pub(crate) async fn checkout(State(app): State<Shared>, headers: HeaderMap) -> Response {
    let basket = Basket::of(&headers);
    if basket.items() == 0 {
        return see_other("/panier");
    }
    let shopper = Shopper::default();
    let values = common(&headers)
        .list("lines", basket_rows(&basket))
        .text("total", price(basket.total()))
        .text("first", shopper.first)
        .text("last", shopper.last)
        .text("email", shopper.email)
        .text("phone", shopper.phone)
        .text("line1", shopper.line1)
        .text("postal_code", shopper.postal_code)
        .text("city", shopper.city);
    page(&app, "commande.html", StatusCode::OK, &values)
}

/// What the shop offers for an ordinary order: what its own country pays with, and the usual way
/// of the shopper's. None asks for every method that the backend has.
fn ordinary_methods(app: &App, country: &str) -> Option<Vec<String>> {
    let mut methods = app.settings.shop_methods.clone();
    if methods.is_empty() {
        return None;
    }
    match country {
        "BE" => methods.push("sogenactif_bancontact".to_owned()),
        "NL" => methods.push("sogenactif_ideal".to_owned()),
        _ => {}
    }
    Some(methods)
}

/// What a demo scenario changes; the browser only names it.
fn scenario(name: &str, wish: &mut OrderWish) {
    match name {
        "capture" => wish.capture = "manual".to_owned(),
        "eligible" => wish.voucher_eligible_amount = Some(wish.amount / 2),
        "court" => wish.expires_in = 5,
        "anglais" => wish.locale = "en".to_owned(),
        "tous" => wish.methods = None,
        "balisage" => wish.markup = true,
        "comptoir" | "terrasse" => {
            let terminal = if name == "terrasse" {
                "terrace"
            } else {
                "counter"
            };
            wish.currency = "CAD".to_owned();
            wish.locale = "fr-CA".to_owned();
            wish.terminal = Some(terminal.to_owned());
            wish.methods = Some(vec!["moneris_terminal".to_owned()]);
        }
        "carte" => wish.methods = Some(vec!["card".to_owned()]),
        _ => {}
    }
}

fn shopper_of(form: &Pairs) -> Shopper {
    let text = |name| value(form, name).unwrap_or_default().trim().to_owned();
    Shopper {
        first: text("prenom"),
        last: text("nom"),
        email: text("email"),
        phone: text("telephone"),
        line1: text("adresse"),
        line2: text("complement"),
        postal_code: text("code_postal"),
        city: text("ville"),
        country: text("pays"),
    }
}

/// `POST /commande`: the order is fixed here, and its checkout session made.
pub(crate) async fn order(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let basket = Basket::of(&headers);
    if basket.items() == 0 {
        return see_other("/panier");
    }
    let form = parse_form(&body).unwrap_or_default();
    let shopper = shopper_of(&form);
    let mut wish = OrderWish {
        amount: basket.total(),
        items: basket.items(),
        methods: ordinary_methods(&app, &shopper.country),
        shopper_id: account::customer(&headers).map(|customer| customer.number.to_owned()),
        shopper: Some(shopper),
        ..OrderWish::default()
    };
    scenario(value(&form, "scenario").unwrap_or_default(), &mut wish);
    let line = |(product, count): &(Product, u32)| {
        (
            product.name.to_owned(),
            *count,
            product.price * u64::from(*count),
        )
    };
    let lines = basket.lines().iter().map(line).collect();
    match place(&app, &wish, lines).await {
        Ok((id, _)) => see_other(&format!("/commande/{id}/paiement")),
        Err(error) => failed(&app, &headers, &error),
    }
}

/// Makes the session and keeps the order.
async fn place(
    app: &App,
    wish: &OrderWish,
    lines: Vec<(String, u32, u64)>,
) -> Result<(String, Order), BackendError> {
    let id = random_id();
    let reference = wish
        .reference
        .clone()
        .unwrap_or_else(|| app.orders().draw_reference());
    let session = make_session(app, &id, &reference, wish).await?;
    let order = Order {
        reference,
        amount: wish.amount,
        currency: wish.currency.clone(),
        lines,
        customer: wish.shopper_id.clone(),
        markup: wish.markup,
        session_id: session.id,
        session_secret: Secret(session.secret),
        told: None,
    };
    app.orders().keep(id.clone(), order.clone());
    Ok((id, order))
}

/// `POST /demo/orders`: an order without clicking, for tests and demonstrations.
pub(crate) async fn demo_order(State(app): State<Shared>, body: Bytes) -> Response {
    let problem = |status: StatusCode, error: String| {
        (status, Json(json!({ "error": error }))).into_response()
    };
    let wish: OrderWish = match serde_json::from_slice(&body) {
        Ok(wish) => wish,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let lines = vec![("Commande de démonstration".to_owned(), 1, wish.amount)];
    match place(&app, &wish, lines).await {
        Ok((id, order)) => {
            let answer: Value = json!({
                "order_id": id,
                "reference": order.reference,
                "payment_path": format!("/commande/{id}/paiement"),
                "order_path": format!("/commande/{id}"),
                "session_id": order.session_id,
                "secret": order.session_secret.0,
            });
            (StatusCode::CREATED, Json(answer)).into_response()
        }
        Err(error) => problem(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

fn order_values(headers: &HeaderMap, id: &str, order: &Order) -> Values {
    let row = |(name, count, sum): &(String, u32, u64)| {
        Values::default()
            .text("name", name.clone())
            .text("count", count.to_string())
            .text("sum", money(*sum, &order.currency))
    };
    common(headers)
        .text("id", id)
        .text("reference", order.reference.clone())
        .text("total", money(order.amount, &order.currency))
        .list("lines", order.lines.iter().map(row).collect())
}

/// `GET /commande/{id}/paiement`: where the shopper pays, and where the browser comes back.
pub(crate) async fn payment(
    State(app): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(order) = app.orders().find(&id) else {
        return missing(&app, &headers);
    };
    let backend = app
        .settings
        .backend
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    // Asked for each time the page is shown: it is the face as it stands now.
    let markup = if order.markup {
        match session_markup(&app, &order.session_id).await {
            Ok(state) => state.markup,
            Err(error) => return failed(&app, &headers, &error),
        }
    } else {
        None
    };
    let values = order_values(&headers, &id, &order)
        .flag("plain", markup.is_none())
        .html("markup", markup.unwrap_or_default())
        .text("backend", backend)
        .text("secret", order.session_secret.0.clone())
        .flag("for_customer", order.customer.is_some())
        .text("order_customer", order.customer.unwrap_or_default());
    page(&app, "paiement.html", StatusCode::OK, &values)
}

/// `GET /commande/{id}`: what the backend has told, or says when it is asked, whatever the address
/// bar says.
pub(crate) async fn order_page(
    State(app): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(order) = app.orders().find(&id) else {
        return missing(&app, &headers);
    };
    let state = told::state_of(&app, &order).await;
    let (title, text) = words(&state.status);
    let unsettled = matches!(
        state.status.as_str(),
        "open" | "pending" | "refused" | "cancelled" | "incomplete"
    );
    let rows = |payment| payment_rows(payment, &order.currency);
    let payments: Vec<Values> = state.payments.iter().flat_map(rows).collect();
    let values = order_values(&headers, &id, &order)
        .text("status", state.status.clone())
        .text("status_title", title)
        .text("status_text", text)
        .flag("unsettled", unsettled)
        .flag(
            "surplus",
            state.payments.iter().any(|payment| payment.surplus),
        )
        .flag("paid_with", !payments.is_empty())
        .list("parts", payments);
    page(&app, "suivi.html", StatusCode::OK, &values)
}

fn payment_rows(payment: &PaymentState, currency: &str) -> Vec<Values> {
    let row = |kind: &str, amount: String, state: &str| {
        Values::default()
            .text("method", method_label(&payment.method))
            .text("kind", kind)
            .text("amount", amount)
            .text("state", state_label(state))
            .text("state_code", state)
            .flag("surplus_part", payment.surplus)
    };
    if payment.parts.is_empty() {
        return vec![row("", String::new(), &payment.state)];
    }
    payment
        .parts
        .iter()
        .map(|part| {
            let brand = part.brand.as_deref().unwrap_or_default();
            row(
                part_label(&part.kind, brand),
                money(part.amount, currency),
                &part.state,
            )
        })
        .collect()
}

fn part_label<'a>(kind: &'a str, brand: &'a str) -> &'a str {
    match (kind, brand) {
        (_, "LIMOCB") | ("complement" | "card_complement", _) => "complément par carte",
        ("voucher", _) => "titre",
        ("card", "PAYPAL" | "PAYLIB" | "BCMC") => "portefeuille",
        ("card", _) => "carte",
        ("account", _) => "compte",
        (kind, "") => kind,
        (_, brand) => brand,
    }
}

fn method_label(method: &str) -> &str {
    match method {
        "card" => "Carte bancaire",
        "apetiz" => "Apetiz",
        "sodexo" => "Pass Restaurant",
        "upchequdej" => "Up Chèque Déjeuner",
        "cvconnect" => "Chèque-Vacances Connect",
        "up2pay_choice" => "Page de la plateforme",
        "sogenactif_card" => "Carte bancaire",
        "sogenactif_paypal" => "PayPal",
        "sogenactif_paylib" => "Paylib",
        "sogenactif_bancontact" => "Bancontact",
        "sogenactif_ideal" => "iDEAL",
        "sogenactif_sepa" => "Prélèvement SEPA",
        other => other,
    }
}

fn state_label(state: &str) -> &str {
    match state {
        "paid" | "accepted" | "captured" => "accepté",
        "authorised" => "autorisé",
        "refused" => "refusé",
        "pending" => "en attente",
        "cancelled" => "annulé",
        "incomplete" => "incomplet",
        "expired" => "expiré",
        "created" | "open" => "commencé",
        other => other,
    }
}

fn failed(app: &App, headers: &HeaderMap, error: &BackendError) -> Response {
    tracing::warn!("session: {error}");
    let values = common(headers)
        .text("title", "Le paiement n'a pas pu s'ouvrir")
        .text("text", error.to_string());
    page(app, "erreur.html", StatusCode::BAD_GATEWAY, &values)
}

fn missing(app: &App, headers: &HeaderMap) -> Response {
    let values = common(headers).text("title", "Page introuvable").text(
        "text",
        "Cette page n'existe pas, ou la boutique de démonstration a redémarré.",
    );
    page(app, "erreur.html", StatusCode::NOT_FOUND, &values)
}

/// Every other address.
pub(crate) async fn not_found(State(app): State<Shared>, headers: HeaderMap) -> Response {
    missing(&app, &headers)
}
