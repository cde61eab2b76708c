//! What every POST of the JSON interfaces has in common: bearer, idempotency mark, JSON body.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use guichet_domain::FieldError;
use guichet_domain::field::Faults;
use guichet_domain::language::Language;
use guichet_domain::session::Session;
use guichet_store::{Idempotency, StoreError};
use ipnet::IpNet;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;

use guichet_wire::ProblemCode;

use super::problem::ApiError;
use crate::app::{App, InFlight};
use crate::config::Shop;

/// Most bytes that a JSON request may have.
pub(crate) const JSON_MAX: usize = 64 * 1024;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A body of at most as many bytes as the route allows, whatever its type. It is not read before
/// somebody asks for it: who may send one is known by then.
pub(crate) struct RawBody(Request);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unread {
    TooLarge,
    TooSlow,
    Broken,
}

impl Unread {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

impl RawBody {
    /// The body of a request that came another way than to its route.
    pub(crate) fn of(request: Request) -> Self {
        Self(request)
    }

    /// Reads it to its end, for as long as a body may take.
    pub(crate) async fn read(self, app: &App) -> Result<Bytes, Unread> {
        let read = Bytes::from_request(self.0, &());
        match tokio::time::timeout(app.config.limits.body(), read).await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Unread::TooLarge)
            }
            Ok(Err(_)) => Err(Unread::Broken),
            Err(_) => Err(Unread::TooSlow),
        }
    }
}

impl From<Unread> for ApiError {
    fn from(unread: Unread) -> Self {
        let (code, detail) = match unread {
            Unread::TooLarge => {
                let detail = format!("the body may have at most {JSON_MAX} bytes");
                (ProblemCode::BodyTooLarge, detail)
            }
            Unread::TooSlow => {
                let detail = "the body did not come in time; send the request again";
                (ProblemCode::BodyTimeout, detail.to_owned())
            }
            Unread::Broken => {
                let detail = "the body could not be read to its end; send the request again";
                (ProblemCode::BodyUnreadable, detail.to_owned())
            }
        };
        ApiError::new(unread.status(), code, detail)
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request))
    }
}

/// Whoever asks, as far as that is known before anything is proven.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) headers: HeaderMap,
    /// The address. A proxy's word on it counts only where the proxy is trusted.
    pub(crate) client: Option<IpAddr>,
    /// Whose bucket what it can't prove is counted against: the address, or the proxy that does not
    /// tell it.
    pub(crate) bucket: Option<IpAddr>,
    /// What became of the bucket of the address.
    pub(crate) counted: Counted,
}

/// Whether a request needs to be counted against its caller's address no more: it was, or it has
/// proven whose it is. Shared by all who hold a request.
#[derive(Clone, Default)]
pub(crate) struct Counted(Arc<AtomicBool>);

impl Counted {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Caller {
    /// Looks up what only those can name whom it concerns. A caller whose address has named too
    /// many that are not there waits for his turn with all others like him, and is refused if this
    /// one is not there either: whoever shares an address with a flood is served all the same.
    pub(crate) async fn look_up<T>(
        &self,
        app: &App,
        name: &[u8],
        look: impl Future<Output = Result<Option<T>, StoreError>>,
    ) -> Result<Option<T>, ApiError> {
        self.counted.set();
        let refused = app.limiter.named(name, self.bucket).err();
        let _turn = match refused {
            Some(_) => app.limiter.turn().await,
            None => None,
        };
        let found = look.await?;
        match (&found, refused) {
            (Some(_), _) => app.limiter.prove(name),
            (None, Some(refused)) => return Err(refused.into()),
            (None, None) => {}
        }
        Ok(found)
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let counted = parts.extensions.get_or_insert_default::<Counted>().clone();
        Ok(Self {
            headers: parts.headers.clone(),
            client: client_of(app, &parts.extensions, &parts.headers),
            bucket: bucket_of(app, &parts.extensions, &parts.headers),
            counted,
        })
    }
}

/// The address of whoever sent a request, where it is known.
fn client_of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
    client(peer.ip(), headers, &app.config.trusted_proxies)
}

/// Whose bucket a request is counted against.
pub(crate) fn bucket_of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
    client_of(app, extensions, headers).or(Some(peer.ip().to_canonical()))
}

/// The last address on the way here that is none of our own proxies. Unknown if what a trusted
/// proxy says of it can't be read.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_ours = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut last = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let lines: Vec<_> = forwarded.map(|value| value.to_str().ok()).collect();
    let hops = lines.into_iter().rev().flat_map(|line| {
        let hops = line.unwrap_or("?").rsplit(',');
        hops.map(|hop| hop.trim().parse::<IpAddr>())
    });
    for hop in hops {
        if !is_ours(last) {
            break;
        }
        last = hop.ok()?.to_canonical();
    }
    // A proxy of ours is no shopper.
    Some(last).filter(|last| !is_ours(*last))
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// What the platform's page is asked to speak where the shop's server named no language: the first
/// that the browser asks for (the widget asks for its own), else the shop's.
pub(crate) fn speak(session: &mut Session, shop: &Shop, headers: &HeaderMap) {
    if session.locale.is_none() {
        session.locale = asked_for(headers).or_else(|| shop.language.clone());
    }
}

/// The first language of `Accept-Language` that is one; browsers put the dearest first.
fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let ranges = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut tags = ranges
        .split(',')
        .filter_map(|range| range.split(';').next());
    tags.find_map(|tag| Language::parse("Accept-Language", tag).ok())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// The request's idempotency mark. `scope` tells callers and paths apart.
pub(crate) fn idempotency(
    headers: &HeaderMap,
    scope: String,
    body: &[u8],
) -> Result<Idempotency, ApiError> {
    let refuse = |detail: &str| {
        Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            ProblemCode::IdempotencyKeyInvalid,
            detail,
        ))
    };
    let mut values = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return refuse("send an Idempotency-Key header: one per intent, kept when you retry");
    };
    if values.next().is_some() {
        return refuse("there are two Idempotency-Key headers; send one");
    }
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Idempotency {
                scope,
                key: key.to_owned(),
                fingerprint: sha256(body),
            })
        }
        _ => refuse("an Idempotency-Key is 1 to 255 visible ASCII characters"),
    }
}

/// A digest of a body that may hold an IBAN. It is keyed with the caller's bearer, of which the
/// books have only a digest: whoever reads the books can't find an IBAN by trying.
pub(crate) fn hidden_fingerprint(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        bearer(headers).unwrap_or_default().as_bytes(),
    );
    hmac::sign(&key, body).as_ref().to_vec()
}

/// Works on a request to its end, even if whoever asked hangs up: what was begun at a platform is
/// neither left half-way nor forgotten.
pub(crate) async fn to_the_end(
    app: &App,
    work: impl Future<Output = Result<Response, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    let done = app.tasks.spawn(work).await;
    done.map_err(|error| ApiError::internal(&error))?
}

/// Marks what a request works on; refused while another works on the same.
pub(crate) fn enter(app: &Arc<App>, work: String) -> Result<InFlight, ApiError> {
    app.enter(work).ok_or_else(|| {
        ApiError::new(
            StatusCode::CONFLICT,
            ProblemCode::IdempotencyInFlight,
            "such a request is being worked on; send the same again in a moment",
        )
    })
}

/// What a repeated key with another body is answered.
pub(crate) fn key_reused() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        ProblemCode::IdempotencyKeyReused,
        "this Idempotency-Key came before with another body; use a new key for a new intent",
    )
}

/// Reads a JSON object; the error names every field that is not of its type.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let (read, faults) = json_with_faults(body)?;
    Ok(faults.finish(read)?)
}

/// Reads a JSON object and goes on behind a field that is not of its type. Where there are faults,
/// what was read holds stand-ins for them: good for finding more faults, and for nothing else.
pub(crate) fn json_with_faults<T: DeserializeOwned>(
    body: &[u8],
) -> Result<(Option<T>, Faults), ApiError> {
    let not_json =
        |detail: &str| ApiError::new(StatusCode::BAD_REQUEST, ProblemCode::JsonInvalid, detail);
    // A list would do for serde: it takes the fields by their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(not_json("the body must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = match serde_path_to_error::deserialize(&mut reader) {
        Ok(read) if reader.end().is_ok() => return Ok((Some(read), Faults::default())),
        Ok(_) => return Err(not_json("there is something after the JSON value")),
        Err(error) => error,
    };
    if !error.inner().is_data() {
        let (line, column) = (error.inner().line(), error.inner().column());
        let detail = format!("the body is not JSON (line {line}, column {column})");
        return Err(not_json(&detail));
    }
    let whole: Value = serde_json::from_slice(body)
        .map_err(|error| not_json(&format!("the body is not JSON: {error}")))?;
    Ok(all_faults(whole, &error))
}

/// Most fields that one answer names.
const FAULTS_MAX: usize = 50;

/// Every field that is not of its type, `first` among them.
fn all_faults<T: DeserializeOwned>(
    mut whole: Value,
    first: &serde_path_to_error::Error<serde_json::Error>,
) -> (Option<T>, Faults) {
    let mut faults = Faults::default();
    let mut fault = unfit(first.path(), first.inner());
    for _ in 0..FAULTS_MAX {
        faults.add(fault.error.clone());
        // One of these is of the field's type, or the field can be left out.
        let stand_ins = [json!("x"), json!(1), json!({}), json!([]), json!(false)];
        let mut next = None;
        for stand_in in stand_ins.map(Some).into_iter().chain([None]) {
            fault.replace(&mut whole, stand_in);
            match serde_path_to_error::deserialize::<_, T>(&whole) {
                Ok(read) => return (Some(read), faults),
                Err(error) => next = Some(unfit(error.path(), error.inner())),
            }
            if next.as_ref().is_some_and(|next| !next.is_within(&fault)) {
                break;
            }
        }
        match next {
            Some(next) if !next.is_within(&fault) => fault = next,
            _ => break,
        }
    }
    (None, faults)
}

/// A field that is not of its type, and where it stands.
struct Unfit {
    error: FieldError,
    /// A JSON pointer to the object or list that it is in.
    parent: String,
    /// Its name there, or its number.
    name: String,
}

impl Unfit {
    fn is_within(&self, other: &Self) -> bool {
        let rest = self.error.field.strip_prefix(other.error.field.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    fn replace(&self, whole: &mut Value, stand_in: Option<Value>) {
        match whole.pointer_mut(&self.parent) {
            Some(Value::Object(object)) => {
                // In its place: where maps keep their order, another fault would come first.
                match (object.get_mut(&self.name), stand_in) {
                    (Some(value), Some(stand_in)) => *value = stand_in,
                    (None, Some(stand_in)) => drop(object.insert(self.name.clone(), stand_in)),
                    (_, None) => drop(object.remove(&self.name)),
                }
            }
            Some(Value::Array(list)) => {
                let at = self
                    .name
                    .parse()
                    .ok()
                    .and_then(|at: usize| list.get_mut(at));
                if let Some(value) = at {
                    *value = stand_in.unwrap_or_default();
                }
            }
            _ => {}
        }
    }
}

/// Turns serde's words into a field and a detail. They quote the value: it came from the caller.
fn unfit(path: &serde_path_to_error::Path, error: &serde_json::Error) -> Unfit {
    let mut names: Vec<String> = path.iter().filter_map(segment).collect();
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    let named = |start: &str| message.strip_prefix(start)?.split('`').next();
    let missing = named("missing field `").map(|name| (name, "must be given"));
    let detail = match missing.or(named("duplicate field `").map(|name| (name, "is there twice"))) {
        Some((name, detail)) => {
            names.push(name.to_owned());
            detail.to_owned()
        }
        None => {
            let is_amount = |name: &String| name.rsplit('_').next() == Some("amount");
            let amount = names.last().filter(|name| is_amount(name));
            let minor = amount.and_then(|_| in_minor_units(message));
            minor.unwrap_or_else(|| in_words_of_json(message))
        }
    };
    let mut field = String::new();
    for name in &names {
        match name.parse::<usize>() {
            Ok(at) => field.push_str(&format!("[{at}]")),
            Err(_) if field.is_empty() => field.push_str(name),
            Err(_) => field.push_str(&format!(".{name}")),
        }
    }
    let name = names.pop().unwrap_or_default();
    let escaped = |name: String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    Unfit {
        error: FieldError::new(field, detail),
        parent: names.into_iter().map(escaped).collect(),
        name,
    }
}

/// serde's words without the names of our own types.
fn in_words_of_json(message: &str) -> String {
    let numbers = message
        .replace("expected u64", "expected a whole number")
        .replace("expected u32", "expected a whole number");
    match numbers.split_once("expected struct ") {
        Some((found, _)) => format!("{found}expected an object"),
        None => numbers,
    }
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// What to say of an amount that is no whole number, such as `19.99`: what it is in minor units, if
/// it is money at all.
fn in_minor_units(message: &str) -> Option<String> {
    let quoted = ["invalid type: floating point `", "invalid type: string \""];
    let rest = quoted
        .iter()
        .find_map(|start| message.strip_prefix(start))?;
    let text = rest.split(['`', '"']).next()?;
    let (whole, cents) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let money = (1..=8).contains(&whole.len()) && cents.len() <= 2;
    if !(money && digits(whole) && digits(cents)) {
        return None;
    }
    if !text.contains(['.', ',']) {
        return Some(format!(
            "is the text {text:?}; send a number, in minor units (cents)"
        ));
    }
    let minor: u64 = format!("{whole}{cents:0<2}").parse().ok()?;
    Some(format!("is {text}; send minor units (cents): {minor}"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        amount: u64,
    }

    fn field_of(body: &str) -> String {
        format!("{:?}", json::<Outer>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert!(field_of(r#"{"inner":{}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1.5}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":-1}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1,"x":2}}"#).contains("inner.x"));
        assert!(field_of(r#"{"inner":"#).contains("json_invalid"));
        assert!(field_of(r#"{"inner":{"amount":1}} x"#).contains("json_invalid"));
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Several {
        name: String,
        amount: u64,
        inner: Inner,
        list: Vec<String>,
        choice: Option<Choice>,
        when: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        One,
    }

    #[test]
    fn every_field_that_is_not_of_its_type_is_named_at_once() {
        let body = r#"{"name":7,"inner":{"amount":"1","x":2},"list":["a",1,"b",null],
            "choice":"two","when":"now","more":{}}"#;
        let (read, faults) = json_with_faults::<Several>(body.as_bytes()).unwrap();
        assert!(read.is_some(), "the rest can be looked at");
        let errors = faults.finish(Some(())).unwrap_err();
        let mut fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        let all = [
            "amount",
            "choice",
            "inner.amount",
            "inner.x",
            "list[1]",
            "list[3]",
            "more",
            "name",
            "when",
        ];
        assert_eq!(fields, all);
    }

    #[test]
    fn an_amount_with_a_fraction_is_told_in_minor_units() {
        let said = |amount: &str| field_of(&format!(r#"{{"inner":{{"amount":{amount}}}}}"#));
        for (sent, minor) in [
            ("19.99", "minor units (cents): 1999"),
            ("42.0", "minor units (cents): 4200"),
            ("0.5", "minor units (cents): 50"),
            (r#""19,99""#, "minor units (cents): 1999"),
            (r#""4200""#, "send a number"),
            ("-19.99", "expected a whole number"),
            ("19.999", "expected a whole number"),
            (r#""42 EUR""#, "expected a whole number"),
        ] {
            assert!(said(sent).contains(minor), "{sent}: {}", said(sent));
        }
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_on_the_clients_address() {
        let nets = ["10.0.0.0/8", "::1/128"].map(|net| net.parse().unwrap());
        let seen = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            client(peer.parse().unwrap(), &headers, &nets).map(|address| address.to_string())
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), known("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), known("198.51.100.1"));
        assert_eq!(
            seen("::ffff:10.0.0.1", &["::ffff:198.51.100.1"]),
            known("198.51.100.1")
        );
        // What the client itself wrote stands on the left.
        let forged = ["203.0.113.7, 198.51.100.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &forged), known("198.51.100.1"));
        assert_eq!(
            seen("::1", &["198.51.100.1, 10.9.9.9"]),
            known("198.51.100.1")
        );
        assert_eq!(seen("10.0.0.1", &["unknown"]), None);
        assert_eq!(seen("10.0.0.1", &[]), None);
    }

    #[test]
    fn the_language_that_the_browser_asks_for_first_is_spoken() {
        let asked = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static(line));
            asked_for(&headers).map(String::from)
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(asked("en"), known("en"));
        assert_eq!(asked("pt-BR,pt;q=0.9,en;q=0.8"), known("pt-BR"));
        assert_eq!(asked("*, de;q=0.5"), known("de"));
        assert_eq!(asked("*"), None);
        assert_eq!(asked_for(&HeaderMap::new()), None);
    }

    #[test]
    fn a_doubled_header_is_refused() {
        let mut headers = HeaderMap::new();
        headers.append(&IDEMPOTENCY_KEY, "a".parse().unwrap());
        assert!(idempotency(&headers, String::new(), b"").is_ok());
        headers.append(&IDEMPOTENCY_KEY, "b".parse().unwrap());
        assert!(idempotency(&headers, String::new(), b"").is_err());
    }
}
