//! Reads the backend's JSON into the types of `guichet-wire`.
//!
//! The browser parses; this picks the members out of the result. Written by hand because a
//! general deserialiser would be a third of the module. The tests write every type with serde and
//! read it back, so that neither side can move alone.

use guichet_wire::{
    Bank, CheckoutSession, CheckoutStatus, FormField, MethodKind, MethodOffer, NextAction,
    PartKind, PartStatus, PartView, PaymentView, Question, Refusal, SavedCard, SavedCards,
    StartedPayment, Status, Unavailable,
};

/// A parsed JSON value.
pub trait Json: Sized {
    /// A member of an object; `None` when it is absent or null.
    fn get(&self, name: &str) -> Option<Self>;
    /// The value, if it is a string.
    fn text(&self) -> Option<String>;
    /// The value, if it is a number.
    fn number(&self) -> Option<f64>;
    /// The value, if it is a boolean.
    fn flag(&self) -> Option<bool>;
    /// The elements, if it is an array.
    fn items(&self) -> Option<Vec<Self>>;
}

/// The largest whole number that JSON carries without loss.
const LARGEST: f64 = 9_007_199_254_740_991.0;

fn text(json: &impl Json, name: &str) -> Option<String> {
    json.get(name)?.text()
}

fn flag(json: &impl Json, name: &str) -> Option<bool> {
    json.get(name)?.flag()
}

/// A whole number, not negative, that lost nothing on its way.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked first"
)]
fn whole(json: &impl Json, name: &str) -> Option<u64> {
    let number = json.get(name)?.number()?;
    ((0.0..=LARGEST).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

fn list<J: Json, T>(json: &J, name: &str, read: fn(&J) -> Option<T>) -> Option<Vec<T>> {
    let mut out = Vec::new();
    each(json, name, &mut |item| {
        out.push(read(item)?);
        Some(())
    })?;
    Some(out)
}

/// Walks through a list, which may be absent. Stands in the module once, and not for every list.
#[inline(never)]
fn each<J: Json>(json: &J, name: &str, take: &mut dyn FnMut(&J) -> Option<()>) -> Option<()> {
    let Some(found) = json.get(name) else {
        return Some(());
    };
    for item in found.items()? {
        take(&item)?;
    }
    Some(())
}

/// Reads an object that may be absent, but must be right when it is there.
#[allow(clippy::option_option, reason = "absent and wrong are two answers")]
fn maybe<J: Json, T>(json: &J, name: &str, read: fn(&J) -> Option<T>) -> Option<Option<T>> {
    match json.get(name) {
        None => Some(None),
        Some(found) => read(&found).map(Some),
    }
}

/// What `GET /checkout/v1/session` answers.
pub fn session(json: &impl Json) -> Option<CheckoutSession> {
    Some(CheckoutSession {
        id: text(json, "id")?,
        shop: text(json, "shop")?,
        reference: text(json, "reference")?,
        amount: whole(json, "amount")?,
        currency: text(json, "currency")?,
        currency_exponent: u8::try_from(whole(json, "currency_exponent")?).ok()?,
        locale: text(json, "locale"),
        language: text(json, "language"),
        manual_capture: flag(json, "manual_capture")?,
        voucher_eligible_amount: whole(json, "voucher_eligible_amount"),
        expires_at: i64::try_from(whole(json, "expires_at")?).ok()?,
        methods: list(json, "methods", offer)?,
        status: status(&json.get("status")?)?,
    })
}

fn offer(json: &impl Json) -> Option<MethodOffer> {
    Some(MethodOffer {
        method: text(json, "method")?,
        label: text(json, "label"),
        kind: match text(json, "kind")?.as_str() {
            "card" => MethodKind::Card,
            "meal_voucher" => MethodKind::MealVoucher,
            "holiday_voucher" => MethodKind::HolidayVoucher,
            "choice" => MethodKind::Choice,
            "wallet" => MethodKind::Wallet,
            "credit_transfer" => MethodKind::CreditTransfer,
            "direct_debit" => MethodKind::DirectDebit,
            _ => return None,
        },
        unavailable: maybe(json, "unavailable", unavailable)?,
        embedded: flag(json, "embedded").unwrap_or_default(),
        saved_cards: flag(json, "saved_cards").unwrap_or_default(),
        can_save: flag(json, "can_save").unwrap_or_default(),
        eligible_amount: whole(json, "eligible_amount"),
    })
}

fn unavailable(json: &impl Json) -> Option<Unavailable> {
    Some(match text(json, "reason")?.as_str() {
        "below_minimum" => Unavailable::BelowMinimum {
            minimum: whole(json, "minimum")?,
        },
        "above_maximum" => Unavailable::AboveMaximum {
            maximum: whole(json, "maximum")?,
        },
        _ => return None,
    })
}

/// What `GET /checkout/v1/status` answers.
pub fn status(json: &impl Json) -> Option<CheckoutStatus> {
    Some(CheckoutStatus {
        status: status_name(json)?,
        can_pay: flag(json, "can_pay")?,
        open_elsewhere: flag(json, "open_elsewhere")?,
        paid_elsewhere: flag(json, "paid_elsewhere").unwrap_or_default(),
        payment: maybe(json, "payment", payment)?,
        others: list(json, "others", payment)?,
    })
}

fn status_name(json: &impl Json) -> Option<Status> {
    Some(match text(json, "status")?.as_str() {
        "open" => Status::Open,
        "pending" => Status::Pending,
        "authorised" => Status::Authorised,
        "paid" => Status::Paid,
        "refused" => Status::Refused,
        "cancelled" => Status::Cancelled,
        "incomplete" => Status::Incomplete,
        "expired" => Status::Expired,
        _ => return None,
    })
}

fn payment(json: &impl Json) -> Option<PaymentView> {
    Some(PaymentView {
        id: text(json, "id")?,
        method: text(json, "method")?,
        status: status_name(json)?,
        surplus: flag(json, "surplus")?,
        accepted: whole(json, "accepted")?,
        parts: list(json, "parts", part)?,
        refusal: maybe(json, "refusal", refusal)?,
        voucher_may_be_held: flag(json, "voucher_may_be_held")?,
    })
}

fn part(json: &impl Json) -> Option<PartView> {
    Some(PartView {
        kind: match text(json, "kind")?.as_str() {
            "voucher" => PartKind::Voucher,
            "complement" => PartKind::Complement,
            "card" => PartKind::Card,
            "account" => PartKind::Account,
            _ => return None,
        },
        brand: text(json, "brand")?,
        amount: whole(json, "amount")?,
        status: match text(json, "status")?.as_str() {
            "pending" => PartStatus::Pending,
            "refused" => PartStatus::Refused,
            "accepted" => PartStatus::Accepted,
            _ => return None,
        },
    })
}

/// A reason that this widget has no words for is one without a reason.
fn refusal(json: &impl Json) -> Option<Refusal> {
    Some(match json.text()?.as_str() {
        "funds" => Refusal::Funds,
        "card_data" => Refusal::CardData,
        "authentication" => Refusal::Authentication,
        "not_accepted" => Refusal::NotAccepted,
        "timed_out" => Refusal::TimedOut,
        "technical" => Refusal::Technical,
        _ => Refusal::Issuer,
    })
}

/// What `POST /checkout/v1/payments`, and `continue` after it, answer.
pub fn started(json: &impl Json) -> Option<StartedPayment> {
    let action = json.get("next_action")?;
    Some(StartedPayment {
        payment: text(json, "payment")?,
        next_action: match text(&action, "type")?.as_str() {
            "form_post" => NextAction::FormPost {
                url: text(&action, "url")?,
                fields: list(&action, "fields", field)?,
            },
            "hosted_fields" => NextAction::HostedFields {
                sdk_url: text(&action, "sdk_url")?,
                integrity: text(&action, "integrity"),
                session_token: text(&action, "session_token")?,
                brands: list(&action, "brands", Json::text)?,
            },
            "ask" => NextAction::Ask {
                question: question(&action.get("question")?)?,
            },
            "wait" => NextAction::Wait,
            _ => return None,
        },
    })
}

/// A choice among no banks is none.
fn question(json: &impl Json) -> Option<Question> {
    Some(match text(json, "type")?.as_str() {
        "bank" => Question::Bank {
            banks: list(json, "banks", bank).filter(|banks| !banks.is_empty())?,
        },
        "iban" => Question::Iban,
        _ => return None,
    })
}

fn bank(json: &impl Json) -> Option<Bank> {
    Some(Bank {
        code: text(json, "code")?,
        name: text(json, "name")?,
    })
}

/// What `GET /checkout/v1/cards` answers.
pub fn cards(json: &impl Json) -> Option<SavedCards> {
    // Without its list, this is some other answer.
    json.get("cards")?;
    Some(SavedCards {
        cards: list(json, "cards", card)?,
    })
}

fn card(json: &impl Json) -> Option<SavedCard> {
    Some(SavedCard {
        method: text(json, "method")?,
        card: text(json, "card")?,
        brand: text(json, "brand")?,
        last_digits: text(json, "last_digits")?,
        expires: text(json, "expires"),
    })
}

fn field(json: &impl Json) -> Option<FormField> {
    Some(FormField {
        name: text(json, "name")?,
        value: text(json, "value")?,
    })
}

/// The stable code of a problem, and the field that is at fault, where one is.
pub fn problem(json: &impl Json) -> Option<(String, Option<String>)> {
    Some((text(json, "code")?, text(json, "field")))
}

#[cfg(test)]
mod tests;
