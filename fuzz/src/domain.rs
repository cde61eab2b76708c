//! Values of the domain, and the state machine.

use std::fmt::Debug;

use guichet_domain::event::{Confirmed, Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust};
use guichet_domain::field::line;
use guichet_domain::gate;
use guichet_domain::iban::Iban;
use guichet_domain::id::{OperationId, PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{AMOUNT_MAX, Amount, Currency};
use guichet_domain::operation::{OperationEvent, OperationKind, Progress};
use guichet_domain::payment::{Terms, fold};
use guichet_domain::session::Session;
use guichet_domain::shopper::{Country, Email, Phone, Shopper, ShopperId, Typed};
use guichet_domain::{FieldError, MethodKind, PartKind, PartStatus};
use guichet_wire::{CheckoutSession, CheckoutStatus, ContinuePayment, NextAction, StartPayment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fixture::{amount, method};

/// One value. What is taken is taken again alike, as text and as JSON.
pub fn domain_values(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    as_text::<Email>(text);
    as_text::<Phone>(text);
    as_text::<Country>(text);
    as_text::<Currency>(text);
    as_text::<Method>(text);
    as_text::<Slug>(text);
    as_text::<ShopperId>(text);
    as_text::<SessionId>(text);
    as_text::<PaymentId>(text);
    as_line(text);
    as_typed(text);
    if let Ok(iban) = Iban::try_from(text) {
        assert!(
            (15..=34).contains(&iban.as_str().len()),
            "{} characters",
            iban.as_str().len()
        );
        assert!(
            iban.as_str()
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        );
        assert_eq!(Iban::try_from(iban.as_str()), Ok(iban));
    }
    if let Ok(minor) = text.parse::<u64>() {
        let taken = Amount::try_from(minor).map(Amount::minor).ok();
        assert_eq!(taken, (1..=AMOUNT_MAX).contains(&minor).then_some(minor));
    }
    if let Some(outcome) = ReturnOutcome::parse(text) {
        assert_eq!(outcome.as_str(), text);
    }
    as_json::<Amount>(text);
    as_json::<Shopper>(text);
    as_json::<Session>(text);
    as_json::<PlatformFact>(text);
    as_json::<PaymentEvent>(text);
    as_json::<NextAction>(text);
    as_json::<StartPayment>(text);
    as_json::<ContinuePayment>(text);
    as_json::<CheckoutSession>(text);
    as_json::<CheckoutStatus>(text);
}

fn as_text<T>(text: &str)
where
    T: TryFrom<String, Error = FieldError> + Into<String> + Clone + PartialEq + Debug,
    T: Serialize + DeserializeOwned,
{
    match T::try_from(text.to_owned()) {
        Ok(value) => {
            let written: String = value.clone().into();
            assert!(!written.chars().any(char::is_control), "{written:?}");
            assert_eq!(T::try_from(written), Ok(value.clone()));
            let json = serde_json::to_string(&value).expect("a text is JSON");
            as_json::<T>(&json);
        }
        Err(error) => assert!(!error.field.is_empty() && !error.detail.is_empty()),
    }
}

fn as_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let Ok(value) = serde_json::from_str::<T>(text) else {
        return;
    };
    let written = serde_json::to_string(&value).expect("it was JSON");
    let again = serde_json::from_str::<T>(&written).expect("it was just written");
    assert_eq!(again, value);
}

fn as_line(text: &str) {
    for max in [1, 16, 200] {
        if let Ok(taken) = line("f", text, max) {
            assert!((1..=max).contains(&taken.chars().count()));
            assert!(!taken.chars().any(char::is_control) && taken.trim() == taken);
            assert_eq!(line("f", &taken, max), Ok(taken));
        }
    }
}

/// What goes through the gate twice has gone through it once, and fits the platforms.
fn as_typed(text: &str) {
    for max in [1, 16, 40] {
        let taken = gate::text(text, max);
        assert_eq!(taken.as_deref().and_then(|t| gate::text(t, max)), taken);
        let sent = gate::plain(text, max);
        assert_eq!(sent.as_deref().and_then(|s| gate::plain(s, max)), sent);
        let fits = |b: u8| b.is_ascii_alphanumeric() || b" -'/".contains(&b);
        let sent = sent.unwrap_or_default();
        assert!(sent.len() <= max && sent.bytes().all(fits), "{sent}");
    }
    let typed = Typed {
        first_name: Some(text),
        email: Some(text),
        phone: Some(text),
        line1: Some(text),
        ..Typed::default()
    };
    let _ = Shopper::read(&typed);
    if let Ok(phone) = Phone::parse(text, None) {
        assert_eq!(Phone::parse(phone.as_str(), None), Ok(phone));
    }
}

/// Bytes that make one event.
const EVENT: usize = 8;
/// Most events of one input.
const EVENTS_MAX: usize = 12;

/// A payment's events. The state depends on their set alone, and what is settled stays so.
pub fn domain_events(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let terms = terms(*first);
    let events: Vec<PaymentEvent> = rest
        .chunks_exact(EVENT)
        .take(EVENTS_MAX)
        .map(event)
        .collect();
    let state = fold(&terms, &events);
    let mut other = events.clone();
    other.reverse();
    assert_eq!(fold(&terms, &other), state, "the order matters");
    other.extend_from_slice(&events);
    assert_eq!(fold(&terms, &other), state, "the number matters");
    let mut settled = false;
    for count in 0..=events.len() {
        let now = fold(&terms, &events[..count]);
        assert!(!settled || now.money.is_settled(), "paid, and unpaid");
        assert!(!now.money.is_settled() || now.accepted >= terms.total.minor());
        settled = now.money.is_settled();
        let _ = (now.shown(), now.may_be_open(), now.holds_a_part());
    }
    let hint = |event: &PaymentEvent| {
        matches!(
            event,
            PaymentEvent::Held { .. }
                | PaymentEvent::Decided { .. }
                | PaymentEvent::Reported { .. }
                | PaymentEvent::Rebilling { .. }
                | PaymentEvent::RebillingUntold { .. }
                | PaymentEvent::CalledOff
                | PaymentEvent::RebilledBy { .. }
                | PaymentEvent::Returned { .. }
                | PaymentEvent::DeadlinePassed
        )
    };
    assert!(
        !events.iter().all(hint) || state.accepted == 0,
        "a hint paid"
    );
}

fn terms(byte: u8) -> Terms {
    let kinds = [
        ("card", MethodKind::Card),
        ("apetiz", MethodKind::MealVoucher),
        ("cvconnect", MethodKind::HolidayVoucher),
        ("up2pay_choice", MethodKind::Choice),
    ];
    let (code, kind) = kinds[usize::from(byte % 4)];
    Terms {
        method: method(code),
        kind,
        total: amount(10),
        manual_capture: byte & 0x80 != 0,
        voucher_eligible: (byte & 0x40 != 0).then_some(5),
    }
}

fn operation(part: String, amount: Amount, id: u8, kind: u8, progress: u8) -> PaymentEvent {
    let (code, why, word) = (String::new(), String::new(), String::new());
    let progresses = [
        Progress::Asked,
        Progress::Unknown,
        Progress::Undecided { word },
        Progress::Refused { code, why },
        Progress::Done { numbers: None },
    ];
    PaymentEvent::Operation(OperationEvent {
        operation: OperationId::from_random([id % 4; 16]),
        kind: OperationKind::ALL[usize::from(kind % 3)],
        part,
        amount,
        currency: Currency::EUR,
        at: 0,
        progress: progresses[usize::from(progress % 5)].clone(),
    })
}

/// Small numbers, so that events speak of the same transactions.
fn event(bytes: &[u8]) -> PaymentEvent {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let transaction = format!("{}", byte(1) % 4);
    let minor = amount(u64::from(byte(2) % 12) + 1);
    let statuses = [
        PartStatus::Accepted,
        PartStatus::Refused,
        PartStatus::Pending,
    ];
    let status = statuses[usize::from(byte(3) % 3)];
    let outcomes = [
        ReturnOutcome::Accepted,
        ReturnOutcome::Refused,
        ReturnOutcome::Cancelled,
        ReturnOutcome::Waiting,
    ];
    match byte(0) % 5 {
        0 => PaymentEvent::DeadlinePassed,
        4 => operation(transaction, minor, byte(3), byte(4), byte(5)),
        1 => PaymentEvent::Returned {
            outcome: outcomes[usize::from(byte(1) % 4)],
        },
        2 => PaymentEvent::Confirmed(Confirmed {
            transaction,
            call: "1".to_owned(),
            amount: minor,
            status,
        }),
        _ => {
            let kinds = [PartKind::Card, PartKind::Voucher, PartKind::Complement];
            let methods = ["card", "apetiz", "cvconnect"];
            PaymentEvent::Part(Part {
                transaction,
                call: "1".to_owned(),
                kind: kinds[usize::from(byte(4) % 3)],
                method: methods
                    .get(usize::from(byte(5) % 4))
                    .map(|code| method(code)),
                brand: "CB".to_owned(),
                amount: minor,
                status,
                code: "00000".to_owned(),
                refusal: None,
                parts_expected: [None, Some(1), Some(2)][usize::from(byte(6) % 3)],
                trust: if byte(7) & 1 == 0 {
                    Trust::Ours
                } else {
                    Trust::Signed
                },
                fingerprint: String::new(),
                at_terminal: None,
            })
        }
    }
}
