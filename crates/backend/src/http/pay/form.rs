//! What the forms of these pages send, and the marks by which a repeated one is known.

use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::Idempotency;
use url::form_urlencoded;

use crate::digest::keyed;

/// A form that was sent. What is missing is empty.
#[derive(Default)]
pub(super) struct Pressed {
    /// The session's secret.
    pub(super) session: String,
    /// The button.
    pub(super) button: String,
    /// The method that stands chosen.
    pub(super) method: String,
    /// How many payments the session had when the page was drawn: what is pressed twice on one page
    /// is one wish.
    pub(super) turn: String,
    /// The payment that goes on.
    pub(super) payment: String,
    /// The mark of what is answered with.
    pub(super) key: String,
    /// The mark of the question: the page to go back to.
    pub(super) go: String,
    pub(super) fingerprint: String,
    /// `shop` where the browser runs scripts, and the shop's page shows what comes of it.
    pub(super) back: String,
    /// The answers to a question.
    pub(super) bank: Option<String>,
    pub(super) iban: Option<String>,
}

impl Pressed {
    /// Reads a form. Names that none of ours has are passed over; of two of one name the last
    /// counts.
    pub(super) fn parse(body: &[u8]) -> Self {
        let mut pressed = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.into_owned();
            match &*name {
                "session" => pressed.session = value,
                "do" => pressed.button = value,
                "method" => pressed.method = value,
                "turn" => pressed.turn = value,
                "payment" => pressed.payment = value,
                "key" => pressed.key = value,
                "go" => pressed.go = value,
                "as" => pressed.fingerprint = value,
                "back" => pressed.back = value,
                "bank" => pressed.bank = Some(value),
                "iban" => pressed.iban = Some(value),
                _ => {}
            }
        }
        pressed
    }
}

/// The mark of a start. The body is hidden: it stands in an address.
pub(super) fn start_mark(
    session: &SessionId,
    secret: &str,
    turn: usize,
    body: &[u8],
) -> Idempotency {
    Idempotency {
        scope: format!("session/{session}/payments"),
        key: format!("page-{turn}"),
        fingerprint: keyed(secret.as_bytes(), body),
    }
}

/// The mark of an answer. The body may hold an IBAN: whoever reads the address, or the books, can't
/// find one by trying.
pub(super) fn answer_mark(
    payment: &PaymentId,
    secret: &str,
    key: &str,
    body: &[u8],
) -> Option<Idempotency> {
    let fits = (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| Idempotency {
        scope: format!("payment/{payment}/continue"),
        key: format!("page-{key}"),
        fingerprint: keyed(secret.as_bytes(), body),
    })
}
