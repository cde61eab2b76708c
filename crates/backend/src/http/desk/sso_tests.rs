//! Signing on, beside a provider that says whatever a test has it say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guichet_domain::desk::Role;
use guichet_store::{DeskDeed, People as _};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::login_tests::{Answer, CODE_KEY, Desk, PASSWORD, act};
use crate::clock;
use crate::digest::{keyed, sha256};

const SECRET: &str = "5d0c4f3e9b7a42168f1e0d3c2b5a6978";

/// What the provider says next.
struct Plan {
    key: EcdsaKeyPair,
    /// The key that it publishes; its own, if absent.
    published: Option<Value>,
    alg: &'static str,
    claims: Value,
    /// Codes that were given out, each with its challenge.
    codes: HashMap<String, String>,
}

#[derive(Clone)]
struct Provider {
    address: String,
    plan: Arc<Mutex<Plan>>,
}

fn key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A public key as a JWK (RFC 7518, section 6.2.1).
fn jwk(key: &EcdsaKeyPair) -> Value {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = (encoded(&point[..32]), encoded(&point[32..]));
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "1", "x": x, "y": y})
}

async fn described(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.address);
    Json(json!({
        "issuer": provider.address,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let plan = provider.plan.lock().unwrap();
    let key = plan.published.clone().unwrap_or_else(|| jwk(&plan.key));
    Json(json!({"keys": [key]}))
}

async fn token(State(provider): State<Provider>, form: String) -> (StatusCode, Json<Value>) {
    let form: HashMap<_, _> = form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    let mut plan = provider.plan.lock().unwrap();
    let challenge = plan.codes.remove(&form["code"]);
    if challenge != Some(encoded(sha256(form["code_verifier"].as_bytes()))) {
        let refused = Json(json!({"error": "invalid_grant"}));
        return (StatusCode::BAD_REQUEST, refused);
    }
    let head = encoded(json!({"alg": plan.alg, "kid": "1"}).to_string());
    let signed = format!("{head}.{}", encoded(plan.claims.to_string()));
    let signature = match plan.alg {
        "ES256" => {
            let signature = plan.key.sign(&SystemRandom::new(), signed.as_bytes());
            signature.unwrap().as_ref().to_vec()
        }
        "HS256" => keyed(SECRET.as_bytes(), signed.as_bytes()),
        _ => Vec::new(),
    };
    let token = format!("{signed}.{}", encoded(signature));
    let told = json!({"access_token": "a", "token_type": "Bearer", "id_token": token});
    (StatusCode::OK, Json(told))
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plan = Plan {
            key: key(),
            published: None,
            alg: "ES256",
            claims: Value::Null,
            codes: HashMap::new(),
        };
        let provider = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            plan: Arc::new(Mutex::new(plan)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(described))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    async fn desk(&self, more: &str) -> Desk {
        let address = &self.address;
        Desk::open(&format!(
            "[desk]\ncode_key = \"{CODE_KEY}\"\n[desk.sso]\nissuer = \"{address}\"\n\
             client_id = \"guichet\"\nclient_secret = \"{SECRET}\"\n\
             networks = [\"127.0.0.0/8\"]\n{more}\n\
             [[desk.sso.roles]]\nvalue = \"chiefs\"\nrole = \"all\"\n\
             [[desk.sso.roles]]\nvalue = \"shop\"\nrole = \"look\"\n"
        ))
        .await
    }

    /// Somebody of the shop, of whom these claims tell besides.
    async fn come(&self, desk: &Desk, path: &str, cookie: &str, claims: Value) -> Answer {
        let gone = Gone::to(desk, path, cookie).await;
        self.says(&gone, claims);
        gone.back(desk, &gone.state, &gone.cookie).await
    }

    fn says(&self, gone: &Gone, claims: Value) {
        let now = clock::unix_now();
        let mut all = json!({
            "iss": self.address, "aud": "guichet", "sub": "42", "nonce": gone.nonce,
            "iat": now, "exp": now + 60, "auth_time": now,
            "preferred_username": "Amelie", "groups": ["shop", "choir"],
        });
        for (claim, value) in claims.as_object().unwrap() {
            all[claim] = value.clone();
        }
        let mut plan = self.plan.lock().unwrap();
        plan.claims = all;
        plan.codes.insert("c".into(), gone.challenge.clone());
    }
}

/// A browser that was sent to the provider.
struct Gone {
    asked: HashMap<String, String>,
    state: String,
    nonce: String,
    challenge: String,
    /// All that it has.
    cookie: String,
}

impl Gone {
    async fn to(desk: &Desk, path: &str, cookie: &str) -> Self {
        let answer = desk.get(path, cookie).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let address = Url::parse(answer.header(header::LOCATION)).unwrap();
        let asked: HashMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["redirect_uri"], "http://127.0.0.1:8601/desk/sso/back");
        Self {
            state: asked["state"].clone(),
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            cookie: format!("{}; {cookie}", answer.cookie_of("guichet-desk-sso")),
            asked,
        }
    }

    async fn back(&self, desk: &Desk, state: &str, cookie: &str) -> Answer {
        let path = format!("/desk/sso/back?code=c&state={state}");
        desk.get(&path, cookie).await
    }
}

const ON: &str = "/desk/sso?next=%2Fdesk%2Fpayments";

fn is_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.header(header::LOCATION) == "/desk/payments"
}

#[tokio::test]
async fn who_signs_on_is_let_in_with_the_role_of_their_group_until_they_are_shut_out() {
    let provider = Provider::start().await;
    let desk = provider.desk("").await;
    let login = desk.get("/desk/login?next=%2Fdesk%2Fpayments", "").await;
    assert!(login.body.contains(ON), "{}", login.body);
    let inside = provider.come(&desk, ON, "", json!({})).await;
    assert!(is_in(&inside), "{}", inside.body);
    let cookie = inside.cookie_of("guichet-desk=");
    let page = desk.get("/desk/today", &cookie).await;
    assert!(page.body.contains("amelie"), "{}", page.body);
    let person = desk.store.person("amelie").await.unwrap().unwrap();
    assert_eq!(person.role, Role::Look);
    assert_eq!(desk.deeds().await, [DeskDeed::LoggedIn, DeskDeed::Added]);
    // No password leads in.
    let form = format!("name=amelie&password={}", person.password);
    assert_eq!(desk.log_in(&form).await.status, StatusCode::FORBIDDEN);
    // The key that the provider has changed is known at once.
    provider.plan.lock().unwrap().key = key();
    assert!(is_in(&provider.come(&desk, ON, "", json!({})).await));
    // Who is in no group of the shop's any more, and who was shut out here.
    let left = json!({"groups": ["choir"]});
    let left = provider.come(&desk, ON, "", left).await;
    assert_eq!(left.status, StatusCode::FORBIDDEN);
    let disabled = act("amelie", DeskDeed::Disabled);
    assert!(desk.store.disable_person(&disabled).await.unwrap());
    let out = provider.come(&desk, ON, "", json!({})).await;
    assert_eq!(out.status, StatusCode::FORBIDDEN);
    let looks = provider.desk("unknown = \"look\"").await;
    let guest = json!({"groups": "choir"});
    assert!(is_in(&provider.come(&looks, ON, "", guest).await));
}

#[tokio::test]
async fn what_the_provider_says_lets_nobody_in_unless_all_of_it_holds() {
    let provider = Provider::start().await;
    let desk = provider.desk("").await;
    let now = clock::unix_now();
    for wrong in [
        json!({"nonce": "other"}),
        json!({"nonce": null}),
        json!({"aud": "another"}),
        json!({"aud": ["guichet", "another"]}),
        json!({"iss": "http://127.0.0.1:1"}),
        json!({"exp": now - 1}),
        json!({"preferred_username": "?!"}),
    ] {
        let answer = provider.come(&desk, ON, "", wrong.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    for alg in ["none", "HS256"] {
        provider.plan.lock().unwrap().alg = alg;
        let answer = provider.come(&desk, ON, "", json!({})).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{alg}");
    }
    provider.plan.lock().unwrap().alg = "ES256";
    provider.plan.lock().unwrap().published = Some(jwk(&key()));
    let answer = provider.come(&desk, ON, "", json!({})).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "another key");
    assert_eq!(desk.store.people().await.unwrap(), []);
    provider.plan.lock().unwrap().published = None;
    assert!(is_in(&provider.come(&desk, ON, "", json!({})).await));
}

#[tokio::test]
async fn an_answer_is_taken_once_and_from_the_browser_that_asked() {
    let provider = Provider::start().await;
    let mut desk = provider.desk("").await;
    let gone = Gone::to(&desk, ON, "").await;
    provider.says(&gone, json!({}));
    let (name, rest) = gone.cookie.split_once('=').unwrap();
    let other = Gone::to(&desk, ON, "").await;
    let turned = format!(
        "{name}={}{rest}",
        if rest.starts_with('f') { 'e' } else { 'f' }
    );
    for (state, cookie) in [
        (&gone.state, ""),
        (&gone.state, other.cookie.as_str()),
        (&other.state, gone.cookie.as_str()),
        (&gone.state, turned.as_str()),
        (&String::new(), gone.cookie.as_str()),
    ] {
        let answer = gone.back(&desk, state, cookie).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{cookie}");
    }
    let inside = gone.back(&desk, &gone.state, &gone.cookie).await;
    assert!(is_in(&inside), "{}", inside.body);
    let used = inside.cookie_of("guichet-desk-sso");
    assert_eq!(used, "guichet-desk-sso=", "it is taken away");
    // The same again, though the provider would take the code twice.
    provider.says(&gone, json!({}));
    let again = gone.back(&desk, &gone.state, &gone.cookie).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
    provider.says(&gone, json!({}));
    desk.at_another_backend();
    let again = gone.back(&desk, &gone.state, &gone.cookie).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "at another backend");
    // Another browser's code has another challenge.
    provider.says(&gone, json!({"nonce": other.nonce}));
    let stolen = other.back(&desk, &other.state, &other.cookie).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_moves_money_gives_a_second_factor_here_unless_the_provider_is_trusted_with_it() {
    let provider = Provider::start().await;
    let chief = || json!({"groups": ["chiefs"], "amr": ["pwd", "otp"]});
    let desk = provider.desk("").await;
    let half = provider.come(&desk, ON, "", chief()).await;
    let to = half.header(header::LOCATION);
    assert_eq!(to, "/desk/code?next=%2Fdesk%2Fpayments");
    let page = desk
        .get("/desk/today", &half.cookie_of("guichet-desk="))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "no page before it");
    let trusting = provider.desk("second_factor = [\"otp\"]").await;
    let inside = provider.come(&trusting, ON, "", chief()).await;
    assert!(is_in(&inside), "{to}");
    let page = trusting
        .get("/desk/today", &inside.cookie_of("guichet-desk="))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let without = json!({"groups": ["chiefs"], "amr": ["pwd"]});
    let half = provider.come(&trusting, ON, "", without).await;
    assert!(half.header(header::LOCATION).starts_with("/desk/code"));
}

#[tokio::test]
async fn before_money_moves_the_same_person_signs_on_anew() {
    let provider = Provider::start().await;
    let desk = provider.desk("").await;
    let now = clock::unix_now();
    let long_ago = json!({"auth_time": now - 3600});
    let inside = provider.come(&desk, ON, "", long_ago.clone()).await;
    let cookie = inside.cookie_of("guichet-desk=");
    let proved = async || {
        let token = cookie.split_once('=').unwrap().1;
        let login = desk.store.login(&sha256(token.as_bytes())).await.unwrap();
        login.unwrap().proved_at
    };
    assert_eq!(proved().await, now - 3600, "what the provider said");
    let page = desk
        .get("/desk/again?next=%2Fdesk%2Fpayments", &cookie)
        .await;
    let again = "/desk/sso?again=1&next=%2Fdesk%2Fpayments";
    assert!(
        page.body.contains(&again.replace('&', "&amp;")),
        "{}",
        page.body
    );
    let gone = Gone::to(&desk, again, &cookie).await;
    assert_eq!(gone.asked["prompt"], "login");
    assert_eq!(gone.asked["max_age"], "0");
    for wrong in [
        long_ago,
        json!({"auth_time": null}),
        json!({"auth_time": now + 3600}),
        json!({"sub": "43"}),
        json!({"preferred_username": "benoit"}),
    ] {
        let answer = provider.come(&desk, again, &cookie, wrong.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{wrong}");
        assert_eq!(proved().await, now - 3600, "{wrong}");
    }
    let nobody = provider.come(&desk, again, "", json!({})).await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN);
    assert!(is_in(
        &provider.come(&desk, again, &cookie, json!({})).await
    ));
    assert!(proved().await >= now);
    assert_eq!(desk.deeds().await[0], DeskDeed::ProvedAgain);
}

#[tokio::test]
async fn nobody_gets_another_ones_name_by_signing_on() {
    let provider = Provider::start().await;
    let desk = provider.desk("").await;
    desk.add(Role::Look).await;
    let taken = provider.come(&desk, ON, "", json!({})).await;
    assert_eq!(taken.status, StatusCode::FORBIDDEN);
    let form = format!("name=amelie&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(desk.log_in(&form).await.status, StatusCode::SEE_OTHER);
    let benoit = || json!({"preferred_username": "benoit@shop.example", "sub": "1"});
    assert!(is_in(&provider.come(&desk, ON, "", benoit()).await));
    let mut other = benoit();
    other["sub"] = json!("2");
    let other = provider.come(&desk, ON, "", other).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_provider_that_refuses_or_is_away_is_told_on_a_page() {
    let provider = Provider::start().await;
    let desk = provider.desk("").await;
    let gone = Gone::to(&desk, ON, "").await;
    let path = format!("/desk/sso/back?error=access_denied&state={}", gone.state);
    let refused = desk.get(&path, &gone.cookie).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body.contains("did not let you in"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains(ON), "{}", refused.body);
    let away = Provider {
        address: "http://127.0.0.1:1".into(),
        plan: Arc::clone(&provider.plan),
    };
    let desk = away.desk("").await;
    let answer = desk.get(ON, "").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("gives no answer"), "{}", answer.body);
    // Without its network in the configuration no connection goes there.
    let (_folder, store, app) = super::tests::app(&format!(
        "[desk]\n[desk.sso]\nissuer = \"{}\"\nclient_id = \"g\"\nclient_secret = \"{SECRET}\"\n\
         unknown = \"look\"\n",
        provider.address
    ))
    .await;
    drop(store);
    let sso = app.config.desk.as_ref().unwrap().sso.as_ref().unwrap();
    let way = crate::desk::sso::SignOn::new(sso).unwrap();
    let begun = way
        .begin(sso, "http://127.0.0.1/desk/sso/back", false)
        .await;
    let why = begun.err().unwrap().to_string();
    assert!(
        why.contains("no connection may go to that address"),
        "{why}"
    );
}
