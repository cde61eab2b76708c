//! Signing on at the shop's own provider: OpenID Connect Core 1.0, the authorisation code flow with
//! PKCE (RFC 7636). What the provider says of a person is checked here; what they may do then is
//! the configuration's word.
//!
//! Its description and keys are asked for each time: a key that it has changed is known at once,
//! and there is no copy that could be out of date.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use guichet_domain::desk::Role;
use guichet_domain::id::Slug;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use reqwest::redirect;
use serde_json::Value;
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::clock;
use crate::config::{Sso, Unknown};
use crate::digest::sha256;
use crate::egress::{Guard, Guarded};

/// Time for one answer of the provider's.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Most bytes of one.
const ANSWER_MAX: usize = 256 * 1024;

/// How many talk with the provider at once: whoever presses many times holds up nobody else.
const AT_ONCE: usize = 8;

/// Seconds by which the provider's clock may be behind ours.
const SKEW: i64 = 60;

/// What stands in the place of a password begins with this, and no password's hash does.
const VOUCHED: &str = "sso:";

/// How an identity may be signed: with a key of the provider's that everybody can check. Neither
/// `none` nor what is signed with the secret that we share.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why nobody was signed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// The provider gave no answer that can be used.
    #[error("the provider can't be asked: {0}")]
    Unreachable(String),
    /// So many ask it that there is no turn.
    #[error("too many sign on at once")]
    Busy,
    /// What it said of the person does not hold.
    #[error("what the provider said does not hold: {0}")]
    Untrue(String),
    /// No role is named for them.
    #[error("no role is named for {0}")]
    Unknown(String),
}

/// What is kept in the browser while its person is at the provider.
pub(crate) struct Begun {
    /// Where they are sent.
    pub(crate) address: Url,
    pub(crate) state: String,
    pub(crate) secrets: Secrets,
}

/// What ties the provider's answer to the request, and is in no address.
pub(crate) struct Secrets {
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

/// Somebody of whom the provider told.
#[derive(Debug)]
pub(crate) struct Known {
    /// Their name at the desk.
    pub(crate) name: String,
    /// What stands in the place of their password: who they are at that provider.
    pub(crate) password: String,
    pub(crate) role: Role,
    /// Unix second in which they proved themselves, if it was told.
    pub(crate) proved_at: Option<i64>,
    /// A second factor was asked for, by a word that the configuration trusts.
    pub(crate) coded: bool,
}

/// Somebody signs on by the provider, and has no password here.
pub(crate) fn is_vouched(password: &str) -> bool {
    password.starts_with(VOUCHED)
}

/// The way to the provider.
pub(crate) struct SignOn {
    line: Line,
    turns: Semaphore,
}

/// What requests to the provider are sent by.
#[derive(Clone)]
struct Line {
    client: reqwest::Client,
    guard: Arc<Guard>,
    encrypted: bool,
}

impl SignOn {
    pub(crate) fn new(sso: &Sso) -> anyhow::Result<Self> {
        let guard = Arc::new(Guard::new(&sso.checked.networks, false));
        let client = reqwest::Client::builder()
            // An answer that leads elsewhere is not the provider's.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guarded(Arc::clone(&guard))))
            .https_only(sso.checked.encrypted)
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self {
            line: Line {
                client,
                guard,
                encrypted: sso.checked.encrypted,
            },
            turns: Semaphore::new(AT_ONCE),
        })
    }

    /// Begins to sign somebody on, who then comes back to `back`. `again` asks them to prove
    /// themselves anew though the provider knows them.
    pub(crate) async fn begin(&self, sso: &Sso, back: &str, again: bool) -> Result<Begun, Failed> {
        let client = self.provider(sso, back).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let asked = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let scopes = sso.scopes.iter().cloned().map(Scope::new);
        let mut asked = asked.add_scopes(scopes).set_pkce_challenge(challenge);
        if again {
            let prompt = asked.add_prompt(CoreAuthPrompt::Login);
            asked = prompt.set_max_age(Duration::ZERO);
        }
        let (address, state, nonce) = asked.url();
        Ok(Begun {
            address,
            state: state.secret().clone(),
            secrets: Secrets {
                nonce: nonce.secret().clone(),
                verifier: verifier.secret().clone(),
            },
        })
    }

    /// Trades the code for what the provider says of the person, and checks that. With `since`,
    /// they must have proved themselves after that Unix second.
    pub(crate) async fn finish(
        &self,
        sso: &Sso,
        back: &str,
        (code, secrets): (String, Secrets),
        since: Option<i64>,
    ) -> Result<Known, Failed> {
        let client = self.provider(sso, back).await?;
        let untrue = |what: String| Failed::Untrue(what);
        let trade = client.exchange_code(AuthorizationCode::new(code));
        let trade = trade.map_err(|error| Failed::Unreachable(error.to_string()))?;
        let trade = trade.set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier));
        let traded = trade.request_async(&self.line).await;
        let traded = traded.map_err(|error| untrue(told(&error)))?;
        let token = traded.id_token();
        let token = token.ok_or_else(|| untrue("it has no id_token".into()))?;
        let verifier = client.id_token_verifier().set_allowed_algs(SIGNED_BY);
        let claims = token.claims(&verifier, &Nonce::new(secrets.nonce));
        let claims = claims.map_err(|error| untrue(told(&error)))?;
        let proved_at = claims.auth_time().map(|at| at.timestamp());
        // A time that is yet to come would prove somebody for longer than they are.
        let now = clock::unix_now();
        let proved_at = proved_at
            .filter(|at| *at <= now + SKEW)
            .map(|at| at.min(now));
        if let Some(since) = since {
            let fresh = proved_at.is_some_and(|at| at >= since - SKEW);
            fresh
                .then_some(())
                .ok_or_else(|| untrue("auth_time: the person was not asked anew".into()))?;
        }
        let subject = claims.subject().as_str();
        let said = said(&token.to_string()).ok_or_else(|| untrue("it is no JSON".into()))?;
        known(sso, subject, &said, proved_at)
    }

    async fn provider(&self, sso: &Sso, back: &str) -> Result<Client, Failed> {
        let _turn = self.turns.try_acquire().map_err(|_| Failed::Busy)?;
        let unreachable = |what: String| Failed::Unreachable(what);
        let issuer = IssuerUrl::new(sso.issuer.clone());
        let issuer = issuer.map_err(|error| unreachable(error.to_string()))?;
        let provider = CoreProviderMetadata::discover_async(issuer, &self.line).await;
        let provider = provider.map_err(|error| unreachable(told(&error)))?;
        let back = RedirectUrl::new(back.to_owned());
        let back = back.map_err(|error| unreachable(error.to_string()))?;
        let id = ClientId::new(sso.client_id.clone());
        let secret = ClientSecret::new(sso.client_secret.text().to_owned());
        let client = CoreClient::from_provider_metadata(provider, id, Some(secret));
        Ok(client.set_redirect_uri(back))
    }
}

impl Line {
    /// Sends one request, where one may go.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let (head, body) = request.into_parts();
        let address = Url::parse(&head.uri.to_string()).map_err(|_| CallError::Closed)?;
        let may = match address.host() {
            Some(Host::Ipv4(ip)) => self.guard.lets_to(ip.into()),
            Some(Host::Ipv6(ip)) => self.guard.lets_to(ip.into()),
            // The resolver looks at what a name means.
            Some(Host::Domain(_)) => true,
            None => false,
        };
        let plain = address.scheme() != "https";
        if !may || (plain && self.encrypted) {
            return Err(CallError::Closed);
        }
        let call = self.client.request(head.method, address);
        let mut answer = call.headers(head.headers).body(body).send().await?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await? {
            let body = response.body_mut();
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(CallError::Long);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Why a request to the provider came to nothing.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error("no connection may go to that address; `networks` under [desk.sso] names more")]
    Closed,
    #[error("the answer has more than {ANSWER_MAX} bytes")]
    Long,
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// An error with its causes. None of them has a code or a secret in it.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// The claims of an identity that was checked.
fn said(token: &str) -> Option<Value> {
    use base64::Engine as _;
    let middle = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle);
    serde_json::from_slice(&bytes.ok()?).ok()
}

/// Who that is at the desk, and what they may do.
fn known(sso: &Sso, subject: &str, said: &Value, proved_at: Option<i64>) -> Result<Known, Failed> {
    let told = said.get(&sso.name_claim).and_then(Value::as_str);
    let told = told.unwrap_or(subject);
    let name = name(told);
    let name = name.ok_or_else(|| Failed::Untrue(format!("{}: no name", sso.name_claim)))?;
    let has = |claim: &str, value: &str| texts(said, claim).contains(&value);
    let mut roles = sso.checked.roles.iter();
    let role = roles.find(|(value, _)| has(&sso.role_claim, value));
    let role = match (role, sso.unknown) {
        (Some((_, role)), _) => role.clone(),
        (None, Unknown::Look) => Role::Look,
        (None, Unknown::Refuse) => return Err(Failed::Unknown(name)),
    };
    let mut factors = sso.second_factor.iter();
    let coded = factors.any(|word| has("amr", word) || has("acr", word));
    let identity = [sso.issuer.as_bytes(), b"\0", subject.as_bytes()].concat();
    Ok(Known {
        name,
        password: format!("{VOUCHED}{}", hex::encode(sha256(&identity))),
        role,
        proved_at,
        coded,
    })
}

/// The texts of a claim that is one, or a list of them.
fn texts<'a>(said: &'a Value, claim: &str) -> Vec<&'a str> {
    match said.get(claim) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A name as the desk has them. Whom it stands for is told apart by who they are at the provider:
/// two of whom the same is made are not let in as one another.
fn name(told: &str) -> Option<String> {
    let told = told.split('@').next().unwrap_or_default();
    let plain = told.chars().map(|c| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9' | '_' | '-') => c,
        _ => '-',
    });
    let plain: String = plain.collect();
    let plain = plain.trim_matches('-').to_owned();
    Slug::try_from(plain.clone()).ok().map(|_| plain)
}
