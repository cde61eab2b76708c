//! Notifications (IPN) and the browser's return: signature first, values after.
//!
//! The platform signs the pairs as it writes them, up to `&Signature=` (Verifone "Paybox System"
//! V8.0; Crédit Agricole's PHP kit, `testsign.php`). On a notification to PBX_REPONDRE_A the
//! merchant's own parameters are not signed, on a browser's return they are, and on LIMONETIK
//! notifications names that were not asked for may be left out of what is signed (Crédit Agricole's
//! WooCommerce module 0.9). `signed.rs` finds what was signed; nothing else is read.
//!
//! # What counts
//!
//! A part is accepted only with the code 00000, a transaction number, an amount, and
//! letters P and C that name an instrument of ours. Anything genuine that is not understood is kept
//! and never counts: an unknown code is pending, and an unknown instrument is a voucher of no
//! method, which the state machine fits to nothing and shows to the operator when it was accepted.

use guichet_domain::PartStatus;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust};
use guichet_domain::money::Amount;

use super::codes::{Code, Outcome};
use super::config::{Config, Confirm};
use super::letters::Letter;
use super::method::Instrument;
use super::numbers::{NumAppel, NumTrans};
use super::signed::{NotFound, Pair, Search, Signed};
use crate::Verified;
use crate::contract::{
    Environment, HttpMethod, Incoming, MessageError, Notified, Return, SignedBytes,
};

/// The authorisation number of every test account.
const TEST_AUTHORISATION: &str = "XXXXXX";

/// Verifies a notification.
pub(super) fn verify(config: &Config, incoming: &Incoming<'_>) -> Result<Notified, MessageError> {
    let trust = trust(config, incoming.secret)?;
    if (incoming.method == HttpMethod::Post) != config.notify_by_post {
        return Err(MessageError::WrongMethod);
    }
    let signed = signed(config, incoming.message(), false)?;
    match Told::of(config, &signed).and_then(|told| told.fact(config, trust)) {
        Ok(fact) => Ok(Notified {
            fact: Verified::new(fact),
            signed: SignedBytes::new(signed.message()),
            changes: signed.changes.iter().map(|c| c.describe()).collect(),
        }),
        // What is wrong with a message whose signature was checked is the platform's doing.
        Err(MessageError::Malformed(why)) => Err(MessageError::Unreadable {
            why,
            signed: SignedBytes::new(signed.message()),
        }),
        Err(other) => Err(other),
    }
}

/// Whether it holds what every message of the platform holds, whatever became of the rest.
pub(super) fn looks_like_one(raw: &[u8]) -> bool {
    let holds = |letter: Letter| {
        let mark = format!("{}=", letter.name());
        raw.split(|b| *b == b'&')
            .any(|pair| pair.starts_with(mark.as_bytes()))
    };
    [Letter::Signature, Letter::Reference, Letter::Code]
        .into_iter()
        .all(holds)
}

/// Reads the browser's return.
pub(super) fn read_return(
    config: &Config,
    incoming: &Incoming<'_>,
) -> Result<Return, MessageError> {
    let told = Told::of(config, &signed(config, incoming.message(), true)?)?;
    let part = if told.transaction.is_none() {
        None
    } else {
        Some(Verified::new(told.fact(config, Trust::Signed)?))
    };
    Ok(Return {
        reference: told.reference.clone(),
        outcome: told.return_outcome(),
        part,
    })
}

/// What the address that it came to is worth.
fn trust(config: &Config, secret: Option<&str>) -> Result<Trust, MessageError> {
    match (&config.confirm, secret) {
        (_, None) => Ok(Trust::Signed),
        (Confirm::SecretAddress(ours), Some(given)) if ours.is(given) => Ok(Trust::Ours),
        (_, Some(_)) => Err(MessageError::WrongSecret),
    }
}

fn malformed(why: &str) -> MessageError {
    MessageError::Malformed(why.to_owned())
}

/// What a key of the account signed. `whole`: nothing before the signature may be unsigned.
fn signed(config: &Config, raw: &[u8], whole: bool) -> Result<Signed, MessageError> {
    let search = Search {
        keys: &config.public_keys,
        signature_name: Some(Letter::Signature.name()),
        whole,
    };
    search.find(raw).map_err(|not_found| match not_found {
        NotFound::Mismatch => MessageError::BadSignature,
        other => MessageError::Malformed(other.describe()),
    })
}

/// What a genuine message says of one transaction.
struct Told {
    reference: String,
    amount: Amount,
    code: Code,
    call: NumAppel,
    transaction: NumTrans,
    authorisation: Option<String>,
    payment: String,
    card: String,
    parts: Option<u8>,
    fingerprint: String,
}

/// A digest of all signed pairs, decoded and in the order of their names, so that a notification
/// and the browser's return that say the same are the same. Date and time are left out: they may be
/// those of the message.
fn fingerprint(pairs: &[Pair<'_>]) -> String {
    let decode = |bytes| percent_encoding::percent_decode(bytes).collect::<Vec<u8>>();
    let passing = [
        Letter::Date.name().as_bytes(),
        Letter::Time.name().as_bytes(),
    ];
    let lasting = pairs.iter().filter(|(name, _)| !passing.contains(name));
    let mut pairs: Vec<_> = lasting
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    pairs.sort_unstable();
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for (name, value) in &pairs {
        context.update(name);
        context.update(b"=");
        context.update(value);
        context.update(b"\n");
    }
    hex::encode(context.finish())
}

impl Told {
    fn of(config: &Config, signed: &Signed) -> Result<Self, MessageError> {
        let pairs = signed.pairs();
        let pairs = pairs.map_err(|wrong| MessageError::Malformed(wrong.describe()))?;
        Self::read(config, &pairs)
    }

    fn read(config: &Config, pairs: &[Pair<'_>]) -> Result<Self, MessageError> {
        let letters = Letters { pairs };
        let amount = letters.required(Letter::Amount)?;
        let digits = amount.bytes().all(|b| b.is_ascii_digit());
        let amount = amount.parse::<u64>().ok().filter(|_| digits);
        let reference = letters.required(Letter::Reference)?;
        let transaction = NumTrans::parse(&letters.required(Letter::Transaction)?)
            .ok_or_else(|| malformed("the transaction number is none"))?;
        // A page that was left before a transaction was made has neither P nor C.
        let instrument = |letter| {
            if transaction.is_none() {
                letters.optional(letter)
            } else {
                letters.present(letter)
            }
        };
        let told = Self {
            amount: amount
                .and_then(|minor| Amount::try_from(minor).ok())
                .ok_or_else(|| malformed("the amount is none"))?,
            code: Code::parse(&letters.required(Letter::Code)?)
                .ok_or_else(|| malformed("the code is not five letters or digits"))?,
            call: NumAppel::parse(&letters.required(Letter::Call)?)
                .ok_or_else(|| malformed("the call number is none"))?,
            authorisation: letters
                .value(Letter::Authorisation)?
                .filter(|text| !text.is_empty()),
            payment: instrument(Letter::Payment)?,
            card: instrument(Letter::Card)?,
            parts: letters
                .value(Letter::Index)?
                .as_deref()
                .and_then(parts_of_index),
            transaction,
            reference,
            fingerprint: fingerprint(pairs),
        };
        let production = config.environment == Environment::Production;
        if production && told.authorisation.as_deref() == Some(TEST_AUTHORISATION) {
            return Err(malformed("a test authorisation, in production"));
        }
        Ok(told)
    }

    fn fact(&self, config: &Config, trust: Trust) -> Result<PlatformFact, MessageError> {
        let instrument = Instrument::read(&self.payment, &self.card, &config.card_types);
        let (status, refusal) = self.status();
        let accepted = status == PartStatus::Accepted;
        if accepted && instrument.has_authorisation() && self.authorisation.is_none() {
            return Err(malformed(
                "an accepted card without an authorisation number",
            ));
        }
        let (kind, method) = match instrument {
            // A refused card may have no type: it is a card all the same.
            Instrument::Unknown if !accepted && Instrument::is_card_payment(&self.payment) => {
                Instrument::Card.kind()
            }
            instrument => instrument.kind(),
        };
        let brand = match (kind, &method) {
            (guichet_domain::PartKind::Voucher, None) => format!("{}/{}", self.payment, self.card),
            _ => self.card.clone(),
        };
        let part = Part {
            transaction: self.transaction.as_str().to_owned(),
            call: self.call.as_str().to_owned(),
            kind,
            method,
            brand,
            amount: self.amount,
            status,
            code: self.code.as_str().to_owned(),
            refusal,
            parts_expected: self.parts,
            trust,
            fingerprint: self.fingerprint.clone(),
            at_terminal: None,
        };
        let identity = format!(
            "{}|{}|{}|{}",
            self.reference, part.call, part.transaction, self.card
        );
        Ok(PlatformFact {
            account: config.account.clone(),
            reference: self.reference.clone(),
            identity,
            event: PaymentEvent::Part(part),
        })
    }

    /// What became of it. Where no transaction was made nothing was accepted, whatever the code;
    /// and leaving the page is no reason that a shopper must be told.
    fn status(&self) -> (PartStatus, Option<guichet_domain::Refusal>) {
        let none = self.transaction.is_none();
        match self.code.outcome() {
            Outcome::Accepted if none => (PartStatus::Pending, None),
            Outcome::Accepted => (PartStatus::Accepted, None),
            Outcome::Refused(_) if none && self.is_cancelled() => (PartStatus::Refused, None),
            Outcome::Refused(class) => (PartStatus::Refused, Some(class)),
            Outcome::Pending | Outcome::Unknown => (PartStatus::Pending, None),
        }
    }

    /// The shopper's cancelling: 00001 without a transaction (seen in production logs, as
    /// ViniumLuxuryWebdesign/SyliusPayumUp2PayPlugin tells).
    fn is_cancelled(&self) -> bool {
        self.transaction.is_none() && self.code.as_str() == "00001"
    }

    fn return_outcome(&self) -> ReturnOutcome {
        match self.status().0 {
            PartStatus::Accepted => ReturnOutcome::Accepted,
            PartStatus::Pending => ReturnOutcome::Waiting,
            PartStatus::Refused if self.is_cancelled() => ReturnOutcome::Cancelled,
            PartStatus::Refused => ReturnOutcome::Refused,
        }
    }
}

/// Letter Z, `i-n`: the number of parts. `None` for anything that is not two numbers from 1 to 9,
/// the first not above the second.
fn parts_of_index(text: &str) -> Option<u8> {
    let (index, count) = text.split_once('-')?;
    let digit = |text: &str| match text.as_bytes() {
        [digit @ b'1'..=b'9'] => Some(digit - b'0'),
        _ => None,
    };
    let (index, count) = (digit(index)?, digit(count)?);
    (index <= count).then_some(count)
}

/// The values of a verified message, by letter.
struct Letters<'a> {
    pairs: &'a [Pair<'a>],
}

impl Letters<'_> {
    /// The value, percent-decoded. A browser's or proxy's `+` in P and C is a space; elsewhere it
    /// stays.
    fn value(&self, letter: Letter) -> Result<Option<String>, MessageError> {
        let name = letter.name().as_bytes();
        let Some((_, raw)) = self.pairs.iter().find(|(pair, _)| *pair == name) else {
            return Ok(None);
        };
        let decoded = percent_encoding::percent_decode(raw).decode_utf8();
        let text = decoded.map_err(|_| malformed("a value is not UTF-8"))?;
        if text.chars().any(|c| c.is_control() || c == '|') || text.chars().count() > 250 {
            return Err(malformed(
                "a value holds what no value of this platform holds",
            ));
        }
        let spaced = matches!(letter, Letter::Payment | Letter::Card);
        Ok(Some(if spaced {
            text.replace('+', " ")
        } else {
            text.into_owned()
        }))
    }

    fn present(&self, letter: Letter) -> Result<String, MessageError> {
        let missing = || MessageError::Malformed(format!("{} is missing", letter.name()));
        self.value(letter)?.ok_or_else(missing)
    }

    fn optional(&self, letter: Letter) -> Result<String, MessageError> {
        Ok(self.value(letter)?.unwrap_or_default())
    }

    fn required(&self, letter: Letter) -> Result<String, MessageError> {
        let value = self.present(letter)?;
        if value.is_empty() {
            return Err(MessageError::Malformed(format!(
                "{} is empty",
                letter.name()
            )));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
