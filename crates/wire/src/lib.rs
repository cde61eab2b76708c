//! The JSON that the widget and the backend exchange under `/checkout/v1`, and nothing else.
//!
//! These types carry no secret and, by invariant, no name, address or e-mail of the shopper: what a
//! platform needs of those travels only inside [`NextAction::FormPost`]. Amounts are integers of
//! minor units (cents for EUR). Times are Unix seconds. Nothing here is validated beyond its shape:
//! the backend parses requests into the types of `guichet-domain`.

#[cfg(not(target_arch = "wasm32"))]
use std::collections::BTreeMap;

use serde::de::IntoDeserializer as _;
use serde::de::value::{self, StringDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

mod problem;
mod read;

pub use problem::{FieldProblem, Problem, ProblemCode};

/// Where the paths begin under which the widget asks the backend.
pub const PATH: &str = "/checkout/v1";

/// Where a session, or a payment of it, stands, as shop and shopper are told.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing was started yet: the shopper may choose a method.
    Open,
    /// A payment is under way; its outcome is not known yet.
    Pending,
    /// The full amount is reserved and waits for the shop's capture. Not `paid`.
    Authorised,
    /// The full amount is taken.
    Paid,
    /// The platform refused; another method may be chosen.
    Refused,
    /// The shopper came back from the platform's page without paying. A hint of the browser.
    Cancelled,
    /// A part (usually the voucher) was taken and the rest was not.
    Incomplete,
    /// Too late: the session, or the payment's page, has run out of time.
    Expired,
}

/// What `/checkout/v1/session` answers: all that the widget needs to draw its first face.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckoutSession {
    /// Public id, `cs_…`. Opens nothing.
    pub id: String,
    /// The shop's name as the shopper knows it.
    pub shop: String,
    /// The shop's own order reference.
    pub reference: String,
    /// Total to pay, in minor units of `currency`.
    pub amount: u64,
    /// ISO 4217 code, such as `EUR`.
    pub currency: String,
    /// Decimal digits of the currency's minor unit: 2 for EUR.
    pub currency_exponent: u8,
    /// BCP 47 tag of the language that the shop asked for with this session, such as `fr` or
    /// `pt-BR`. Absent when it named none: then the page's own language decides, then `language`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub locale: Option<String>,
    /// BCP 47 tag of the language that the shop speaks to whoever its pages say nothing of. Absent
    /// when it is not configured: then English. A language that the widget does not speak is passed
    /// over, here as in `locale` and in the page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// `true` when a paid face must say "authorised", because the shop captures later.
    pub manual_capture: bool,
    /// Part of the amount that meal vouchers may pay, when the shop declared one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub voucher_eligible_amount: Option<u64>,
    /// The most that the law lets a person pay with meal vouchers in a day, in cents of a euro.
    /// Absent where no meal voucher is on offer, or no such rule holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub voucher_daily_limit: Option<u64>,
    /// `true` where meal vouchers are on offer and the law lets them be refused on Sundays and
    /// public holidays.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub voucher_rest_days: bool,
    /// New payments are refused from this Unix second on.
    pub expires_at: i64,
    /// The methods on offer, in the shop's order.
    pub methods: Vec<MethodOffer>,
    /// The shop's own texts in place of the widget's: by language, then by the text's number in the
    /// widget of this version. The element puts them in before the module sees them, which has no
    /// use for this.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = BTreeMap<String, BTreeMap<String, String>>)
    )]
    pub texts: BTreeMap<String, BTreeMap<u16, String>>,
    /// Where the session stands, as `GET /checkout/v1/status` would answer.
    pub status: CheckoutStatus,
}

/// One way to pay that this session may use.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MethodOffer {
    /// The method's code: `card`, `apetiz`, `sodexo`, `upchequdej`, `cvconnect`, `up2pay_choice`.
    pub method: String,
    /// The shop's own label instead of the widget's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
    /// What kind of instrument it is: it decides the icon and what is said beforehand.
    pub kind: MethodKind,
    /// Set when the method is shown but can't be chosen, with the reason.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unavailable: Option<Unavailable>,
    /// `true` when the platform's fields are shown in the shop's page; otherwise the browser
    /// leaves.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub embedded: bool,
    /// `true` when cards that were saved before are listed by `GET /checkout/v1/cards`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub saved_cards: bool,
    /// `true` when they alone pay by it: the method itself can't be chosen.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub saved_only: bool,
    /// `true` when the shopper may be asked whether to save the card that pays: with the fields
    /// where the method is `embedded`, otherwise before the browser leaves.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub can_save: bool,
    /// Most that the voucher may pay of this session, in minor units; absent when it may pay all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eligible_amount: Option<u64>,
}

/// Kind of instrument behind a method.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// A bank card, typed on the platform's page.
    Card,
    /// A meal voucher card (titre-restaurant); a bank card pays what it can't.
    MealVoucher,
    /// A holiday voucher (Chèque-Vacances Connect); a bank card pays what it can't.
    HolidayVoucher,
    /// The platform's own page of choice.
    Choice,
    /// A wallet on a page of its own: PayPal, Bancontact.
    Wallet,
    /// A credit transfer, which the shopper confirms at the bank: iDEAL.
    CreditTransfer,
    /// A SEPA direct debit: the shopper signs a mandate for an IBAN.
    DirectDebit,
    /// A payment terminal on the counter, which the shop's server has named.
    Terminal,
}

/// Why a method that the shop offers can't be chosen for this session.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", try_from = "read::AnyUnavailable")]
#[serde(tag = "reason")]
pub enum Unavailable {
    /// The amount is below the method's minimum.
    BelowMinimum {
        /// The minimum in minor units.
        minimum: u64,
    },
    /// The amount is above what the method takes.
    AboveMaximum {
        /// The maximum in minor units.
        maximum: u64,
    },
}

/// What `GET /checkout/v1/status` answers, and every other answer of the checkout carries.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckoutStatus {
    /// The session's status: that of the payment which settled it, or of its latest payment.
    pub status: Status,
    /// `true` while a new payment may be started.
    pub can_pay: bool,
    /// Whether a payment may still be open on a platform's page: starting another warns first.
    pub open_elsewhere: bool,
    /// `true` when the order was paid first in another session. Nothing can be started here; what
    /// was paid here all the same is told as a `surplus`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub paid_elsewhere: bool,
    /// The payment that `status` speaks of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payment: Option<PaymentView>,
    /// Earlier or later payments that hold money beside it: a held voucher part, a surplus payment.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub others: Vec<PaymentView>,
}

/// One payment as the shopper may see it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentView {
    /// Public id, `pay_…`.
    pub id: String,
    /// The method's code as it was chosen.
    pub method: String,
    /// Where this payment stands.
    pub status: Status,
    /// `true` for a payment that was paid though another one had paid the order.
    pub surplus: bool,
    /// Sum of the accepted parts, in minor units.
    pub accepted: u64,
    /// The platform transactions known so far, in a stable order.
    pub parts: Vec<PartView>,
    /// Why it was refused, in a few classes that the widget has words for.
    #[serde(
        skip_serializing_if = "Option::is_none",
        default,
        deserialize_with = "any_refusal"
    )]
    pub refusal: Option<Refusal>,
    /// A voucher part was taken and the rest is not paid: the platform may hold that part.
    pub voucher_may_be_held: bool,
    /// The terminal that it goes on at, as long as it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub terminal: Option<TerminalView>,
}

/// A payment that goes on at a terminal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TerminalView {
    /// What the people at the counter call it.
    pub name: String,
    /// Unix second until which the terminal is waited for.
    pub until: i64,
    /// Minutes until then, rounded up: nobody's clock need be right.
    pub minutes: u64,
    /// What the terminal shows, in its own words; it is told of one on the shop's own network.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says: Option<String>,
}

/// Reads a reason that is not known here as one that says nothing: a page that is open may be older
/// than the backend, and its answer must not be lost for that.
fn any_refusal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Refusal>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    let known = |name: String| {
        let name: StringDeserializer<value::Error> = name.into_deserializer();
        Refusal::deserialize(name).unwrap_or(Refusal::Issuer)
    };
    Ok(name.map(known))
}

/// One platform transaction of a payment.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartView {
    /// What paid it.
    pub kind: PartKind,
    /// The brand as the platform names it, such as `APETIZ`, `LIMOCB` or `CB`.
    pub brand: String,
    /// Amount in minor units.
    pub amount: u64,
    /// What became of it.
    pub status: PartStatus,
}

/// What a part was paid with.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A meal or holiday voucher.
    Voucher,
    /// The bank card that completes a voucher.
    Complement,
    /// A bank card, or a wallet, that pays alone.
    Card,
    /// A bank account: a credit transfer or a direct debit.
    Account,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartStatus {
    /// The platform says that it will tell later.
    Pending,
    /// The platform refused it.
    Refused,
    /// Taken, or reserved where the shop captures later.
    Accepted,
}

/// Why a payment was refused, as far as the shopper can act on it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The issuer said no and gave no reason a shopper could act on.
    Issuer,
    /// Not enough money, or a ceiling was reached.
    Funds,
    /// The number, the date or the security code was wrong, or the card has expired.
    CardData,
    /// The strong authentication (3-D Secure) failed or is needed.
    Authentication,
    /// This card or this country is not taken.
    NotAccepted,
    /// The shopper took too long on the platform's page.
    TimedOut,
    /// Refused, and the bank may hold the amount for days all the same.
    Held,
    /// The platform or the issuer could not be reached; trying again makes sense.
    Technical,
    /// It was cancelled on the terminal.
    Cancelled,
    /// The terminal was busy with something else: nothing was started.
    Busy,
}

/// What `POST /checkout/v1/payments` takes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartPayment {
    /// The method's code, one of those on offer.
    pub method: String,
    /// Pays with this card of `GET /checkout/v1/cards` instead of a new one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub card: Option<String>,
    /// The shopper wants the card to be saved that is going to be typed on the platform's page.
    /// Only where the offer says `can_save`, and not `embedded`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub save: bool,
}

/// What `POST /checkout/v1/payments` answers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartedPayment {
    /// The new payment's id, `pay_…`.
    pub payment: String,
    /// What the browser must do next.
    pub next_action: NextAction,
}

/// What the browser must do next.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "type")]
#[serde(try_from = "read::AnyAction")]
pub enum NextAction {
    /// Submit these fields, in this order and unchanged, as a top-level form POST.
    FormPost {
        /// The platform's page.
        url: String,
        /// Names and values; they are signed, so neither order nor value may change.
        fields: Vec<FormField>,
    },
    /// Go to the platform's page, by a top-level navigation.
    Redirect {
        /// The page's address, as the platform gave it.
        url: String,
    },
    /// Show the platform's own fields in the page, and send what they give to `continue`.
    HostedFields {
        /// The platform's script. The backend has checked that its host is one of the platform's.
        sdk_url: String,
        /// The script's integrity value, by which the browser checks it, where the platform tells
        /// one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        integrity: Option<String>,
        /// What the script is opened with: opaque, for this payment only, short-lived.
        session_token: String,
        /// Card brands that the shop takes, in the platform's words.
        brands: Vec<String>,
    },
    /// Ask the shopper, and send the answer to `continue`.
    Ask {
        /// What is asked.
        question: ShopperQuestion,
    },
    /// Ask for the status again in a while.
    Wait,
}

/// What the shopper is asked before a payment can go on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "type")]
#[serde(try_from = "read::AnyQuestion")]
pub enum ShopperQuestion {
    /// At which bank. The answer is the bank's code, as `bank`; or `other`, to choose on the
    /// platform's page.
    Bank {
        /// The banks, in the platform's order. At least one.
        banks: Vec<Bank>,
    },
    /// Which bank account is debited. The answer is its IBAN, as `iban`.
    Iban,
}

/// The answer of a shopper whose bank is not among those that are listed.
pub const OTHER_BANK: &str = "other";

/// A bank that the shopper can choose.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bank {
    /// The platform's code of the bank.
    pub code: String,
    /// Its name, as the shopper knows it.
    pub name: String,
}

/// What `POST /checkout/v1/payments/{id}/continue` takes: one of `token`, `bank` and `iban`, as the
/// payment's next action asked for it.
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ContinuePayment {
    /// Stands for the card at the platform, as the platform's fields gave it. Opaque, used once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// With `token`: the brand that the shopper chose on a card that bears two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// With `token`: the shopper wants the card to be saved. Only where the offer says `can_save`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub save: bool,
    /// Code of the bank that the shopper chose, or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// IBAN of the account to debit, as people write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
}

/// An IBAN and a token are for the platform, not for a log.
impl std::fmt::Debug for ContinuePayment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContinuePayment(…)")
    }
}

/// What `GET /checkout/v1/cards` answers.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedCards {
    /// The shopper's cards, in the platform's order; those that have expired are left out.
    pub cards: Vec<SavedCard>,
}

/// A card that the platform keeps for the shopper.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedCard {
    /// The method that it pays with.
    pub method: String,
    /// Its name among this shopper's cards. Opens nothing for anybody else.
    pub card: String,
    /// Its brand in the platform's words, such as `VISA`.
    pub brand: String,
    /// Its last digits, four at most: enough to tell two cards apart.
    pub last_digits: String,
    /// The last month in which it pays, as `YYYY-MM`, where the platform tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<String>,
}

/// One field of a form that the platform must receive.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormField {
    /// Name, such as `PBX_SITE`.
    pub name: String,
    /// Value, raw: neither URL-encoded nor HTML-escaped.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_action_names_its_type() {
        let action = NextAction::FormPost {
            url: "https://platform.example/php/".into(),
            fields: vec![FormField {
                name: "PBX_SITE".into(),
                value: "1999888".into(),
            }],
        };
        assert_eq!(
            serde_json::to_string(&action).unwrap(),
            concat!(
                r#"{"type":"form_post","url":"https://platform.example/php/","#,
                r#""fields":[{"name":"PBX_SITE","value":"1999888"}]}"#
            )
        );
    }

    #[test]
    fn a_refusal_of_tomorrow_is_one_without_a_reason() {
        let read = |refusal: &str| {
            let payment = format!(
                r#"{{"id":"pay_1","method":"card","status":"refused","surplus":false,"accepted":0,
                    "parts":[],"voucher_may_be_held":false{refusal}}}"#
            );
            serde_json::from_str::<PaymentView>(&payment).map(|payment| payment.refusal)
        };
        let cases = [
            ("", None),
            (r#","refusal":null"#, None),
            (r#","refusal":"funds""#, Some(Refusal::Funds)),
            (r#","refusal":"of_tomorrow""#, Some(Refusal::Issuer)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        assert!(read(r#","refusal":7"#).is_err());
    }

    #[test]
    fn a_start_of_payment_can_carry_no_amount() {
        let with_amount = r#"{"method":"card","amount":1}"#;
        assert!(serde_json::from_str::<StartPayment>(with_amount).is_err());
        assert!(serde_json::from_str::<StartPayment>(r#"{"method":"card"}"#).is_ok());
    }
}
