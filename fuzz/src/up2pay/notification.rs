//! Notifications and returns: as they come, and signed by the target.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guichet_domain::PartStatus;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust};
use guichet_providers::contract::{
    Environment, Headers, HttpMethod, Incoming, MessageError, Notifications, Provider, Return,
};
use num_bigint_dig::{BigUint, ModInverse as _, RandPrime as _};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use sha1::Sha1;

use super::{bare, pairs, table, value};
use crate::fixture::open;

/// What was signed by keys of these accounts, anywhere: the golden vectors `k1` and `k3`.
const GENUINE: [&str; 2] = [
    "Mt=1000&Ref=CMD1349338388&Auto=XXXXXX&Erreur=00000",
    "Mt=1500&Ref=CMD9542124-01A5G&Appel=2310165&Abo=0&ChoixPaiement=LIMONETIK&ChoixCarte=APETIZ\
     &Erreur=00000&Transaction=722487980",
];

/// The public half of the key that signed `k3`; everybody has its private half.
const TEST_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCvDYKaLH2xz4goZYXZWoHo6wyMb24A1iF7s70tB/g3XthEVS+/Wov+
ZGqNTMLc0L+HZAJjcEc9h8Br5jPLR4VhaoKi+rezDxTQweaC24ydJWFKRhyXBhm2Wfnhppgzv9EqZKOrFaTlLQHu0F+K
WEd7LngP4xcW9qjt19MfEmk0swIDAQAB
-----END PUBLIC KEY-----";

/// The secret part of an account's address. It stands in no seed.
const SECRET: &str = "k9cX2-vQ7_wLr4TzN8pY3bHs";

/// Accounts that differ in how notifications come.
struct Accounts {
    get: Box<dyn Provider>,
    post: Box<dyn Provider>,
    secret: Box<dyn Provider>,
}

impl Accounts {
    fn new(keys: &str) -> Self {
        let account = |more: &str| {
            let table = table(&format!("public_keys = [{keys}]\n{more}"));
            open("up2pay", &table, Environment::Sandbox)
        };
        let secret = format!("confirm = \"secret_address\"\nnotify_secret = \"{SECRET}\"");
        Self {
            get: account(""),
            post: account("notify_method = \"post\""),
            secret: account(&secret),
        }
    }

    /// Verifies in every way that a message can come, and gives what the plain one came to.
    fn verify(&self, raw: &[u8]) -> Result<PlatformFact, MessageError> {
        let (by_get, by_post) = (by_get(raw), by_post(raw));
        let told = fact(self.get.as_ref(), &by_get);
        assert_eq!(fact(self.post.as_ref(), &by_post), told);
        assert_eq!(
            fact(self.get.as_ref(), &by_post),
            Err(MessageError::WrongMethod)
        );
        assert_eq!(
            fact(self.post.as_ref(), &by_get),
            Err(MessageError::WrongMethod)
        );
        let to = |secret| Incoming {
            secret: Some(secret),
            ..by_get
        };
        assert_eq!(
            fact(self.get.as_ref(), &to(SECRET)),
            Err(MessageError::WrongSecret)
        );
        assert_eq!(
            fact(self.secret.as_ref(), &to("guess")),
            Err(MessageError::WrongSecret)
        );
        let at_secret = fact(self.secret.as_ref(), &to(SECRET));
        match (&told, at_secret) {
            (Ok(told), Ok(at_secret)) => {
                let (mut told, at_secret) = (part(told).clone(), part(&at_secret).clone());
                assert_eq!((told.trust, at_secret.trust), (Trust::Signed, Trust::Ours));
                told.trust = Trust::Ours;
                assert_eq!(told, at_secret);
            }
            (told, at_secret) => assert_eq!(*told, at_secret),
        }
        told
    }

    fn read_return(&self, raw: &[u8]) -> Result<Return, MessageError> {
        signed(self.get.as_ref()).read_return(&by_get(raw))
    }
}

fn by_get(query: &[u8]) -> Incoming<'_> {
    Incoming {
        method: HttpMethod::Get,
        query,
        headers: Headers::default(),
        body: b"",
        secret: None,
    }
}

fn by_post(body: &[u8]) -> Incoming<'_> {
    Incoming {
        method: HttpMethod::Post,
        query: b"",
        headers: Headers::default(),
        body,
        secret: None,
    }
}

fn signed(provider: &dyn Provider) -> &dyn Notifications {
    provider.notifications().expect("its messages are signed")
}

fn fact(provider: &dyn Provider, incoming: &Incoming<'_>) -> Result<PlatformFact, MessageError> {
    Ok(signed(provider).verify(incoming)?.fact.into_inner())
}

fn part(fact: &PlatformFact) -> &Part {
    let part = match &fact.event {
        PaymentEvent::Part(part) => Some(part),
        _ => None,
    };
    part.expect("a notification tells of a transaction")
}

const MARK: &[u8] = b"&Signature=";

/// A message as it comes. What is believed was signed: it says what one of the texts says that are
/// known to be, however it is spelt and whatever stands beside it.
pub fn up2pay_notification(data: &[u8]) {
    static ACCOUNTS: LazyLock<Accounts> =
        LazyLock::new(|| Accounts::new(&format!("\"published\", '''{TEST_KEY}'''")));
    let told = ACCOUNTS.verify(data);
    let voucher = pairs(GENUINE[1].as_bytes(), false);
    match &told {
        Ok(fact) => check_part(part(fact), &fact.reference, &voucher),
        Err(MessageError::Unreadable { signed, .. }) => {
            let mut genuine = GENUINE.iter().map(|text| [text.as_bytes(), MARK].concat());
            let known = genuine.any(|genuine| signed.as_slice().starts_with(&genuine));
            assert!(known, "believed, and signed by nobody: {told:?}");
        }
        Err(_) => {}
    }
    if let Ok(read) = ACCOUNTS.read_return(data) {
        check_return(&read, &voucher);
    }
}

/// The platform, as these accounts know it.
struct Platform {
    key: SigningKey<Sha1>,
    accounts: Accounts,
}

static PLATFORM: LazyLock<Platform> = LazyLock::new(|| {
    let key = key();
    let pem = key.to_public_key().to_public_key_pem(LineEnding::LF);
    let pem = pem.expect("a key has a text");
    Platform {
        key: SigningKey::new(key),
        accounts: Accounts::new(&format!("'''{pem}'''")),
    }
});

/// A key of 1024 bits, the same each time, and nobody's. It is of eight primes instead of two,
/// which protects nothing and signs many times faster.
fn key() -> RsaPrivateKey {
    // The first seed whose primes make a modulus of exactly 1024 bits.
    let mut random = StdRng::seed_from_u64(31);
    let (one, exponent) = (BigUint::from(1_u8), BigUint::from(65_537_u32));
    let primes: Vec<BigUint> = (0..8).map(|_| random.gen_prime(128)).collect();
    let modulus: BigUint = primes.iter().product();
    let totient: BigUint = primes.iter().map(|prime| prime - &one).product();
    let private = (&exponent).mod_inverse(&totient);
    let private = private.and_then(|private| private.to_biguint());
    let private = private.expect("no prime is one more than a multiple of the exponent");
    RsaPrivateKey::from_components(modulus, exponent, private, primes).expect("a key")
}

impl Platform {
    /// A text's signature, as it is written.
    fn signature(&self, text: &[u8]) -> Vec<u8> {
        let base64 = STANDARD.encode(self.key.sign(text).to_bytes());
        let escaped = base64.replace('+', "%2B").replace('/', "%2F");
        escaped.replace('=', "%3D").into_bytes()
    }
}

/// A text that the platform signs. It is never taken for forged, what is believed is what it says,
/// and changed in any place it is refused.
pub fn up2pay_signed(text: &[u8]) {
    // More than a notification may have: the signature would only cost time.
    if text.len() > 15_000 {
        return;
    }
    // What is malformed before any signature is looked at needs none: to sign takes a millisecond.
    let unsigned = [text, MARK, b"AAAA"].concat();
    match signed(PLATFORM.accounts.get.as_ref()).verify(&by_get(&unsigned)) {
        Err(MessageError::BadSignature) => {}
        other => {
            assert!(
                matches!(other, Err(MessageError::Malformed(_))),
                "{other:?}"
            );
            return;
        }
    }
    let signature = PLATFORM.signature(text);
    let message = |text: &[u8]| [text, MARK, &signature].concat();
    let raw = message(text);
    let told = PLATFORM.accounts.verify(&raw);
    assert!(
        told != Err(MessageError::BadSignature),
        "genuine, and refused"
    );
    let read = PLATFORM.accounts.read_return(&raw);
    assert!(
        !matches!(read, Err(MessageError::BadSignature)),
        "genuine, and refused"
    );
    let said = pairs(text, false);
    if let Ok(fact) = &told {
        check_part(part(fact), &fact.reference, &said);
    }
    if let Ok(read) = &read {
        check_return(read, &said);
    }
    if let Some(altered) = altered(text) {
        let raw = message(&altered);
        // Another spelling of the same may be found out; another meaning is never believed.
        if let Ok(fact) = fact(PLATFORM.accounts.get.as_ref(), &by_get(&raw)) {
            assert_eq!(Ok(fact), told, "altered, and believed");
        }
        if let Ok(read) = PLATFORM.accounts.read_return(&raw) {
            check_return(&read, &said);
        }
    }
    // A stranger's pair: dropped from a notification, never taken in a return.
    let longer = message(&[text, b"&strange=1"].concat());
    if let Ok(fact) = fact(PLATFORM.accounts.get.as_ref(), &by_get(&longer)) {
        assert_eq!(Ok(fact), told);
    }
    assert!(
        PLATFORM.accounts.read_return(&longer).is_err(),
        "more than was signed"
    );
}

fn check_part(part: &Part, reference: &str, said: &[(Vec<u8>, Vec<u8>)]) {
    assert_eq!(Some(reference.as_bytes()), value(said, "Ref"));
    let amount = part.amount.minor().to_string();
    assert_eq!(value(said, "Mt").map(bare), Some(amount.as_bytes()));
    let number = |name| value(said, name).map(bare).unwrap_or_default();
    assert_eq!(bare(part.transaction.as_bytes()), number("Transaction"));
    assert_eq!(bare(part.call.as_bytes()), number("Appel"));
    let success = value(said, "Erreur") == Some(b"00000") && !number("Transaction").is_empty();
    assert_eq!(part.status == PartStatus::Accepted, success, "{part:?}");
    assert!(part.refusal.is_none() || part.status == PartStatus::Refused);
}

fn check_return(read: &Return, said: &[(Vec<u8>, Vec<u8>)]) {
    assert_eq!(Some(read.reference.as_bytes()), value(said, "Ref"));
    if read.outcome == ReturnOutcome::Accepted {
        assert_eq!(value(said, "Erreur"), Some(&b"00000"[..]));
    }
    if let Some(fact) = &read.part {
        check_part(part(fact), &fact.reference, said);
    }
}

/// The text with one bit changed, which depends on all of it.
fn altered(text: &[u8]) -> Option<Vec<u8>> {
    let sum: usize = text.iter().map(|byte| usize::from(*byte)).sum();
    let mut text = text.to_vec();
    let place = sum.checked_rem(text.len())?;
    *text.get_mut(place)? ^= 1 << (sum % 7);
    Some(text)
}
