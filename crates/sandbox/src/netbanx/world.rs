//! What the platform remembers.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::faults::Faults;
use crate::clock;

/// The one shop: user and password of its API key, and the currencies that it has accounts for.
pub(super) const KEY: (&str, &str) = ("guichet-sandbox", "S4ndb0x-netbanx");
pub(super) const CURRENCIES: [&str; 3] = ["EUR", "GBP", "CAD"];

/// A card that waits for 3-D Secure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) digits: &'static str,
}

/// Money that moved after the payment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Moved {
    pub(super) id: String,
    pub(super) amount: u64,
    pub(super) reference: Option<String>,
    pub(super) at: Timestamp,
    pub(super) cancelled: bool,
}

/// A payment of an order, the last one tried.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transaction {
    pub(super) status: &'static str,
    pub(super) auth_type: &'static str,
    pub(super) amount: u64,
    pub(super) confirmation: String,
    pub(super) error: Option<u16>,
    pub(super) last_digits: String,
    pub(super) reversed: bool,
    pub(super) at: Timestamp,
}

/// A card of a profile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Kept {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) digits: &'static str,
}

/// A shopper's profile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Profile {
    pub(super) id: String,
    /// The shop's own name of it.
    pub(super) customer: String,
    pub(super) cards: Vec<Kept>,
}

/// What an order has to do with a profile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfProfile {
    pub(super) id: String,
    /// The card that pays; none where the one that is typed is added.
    pub(super) card: Option<Kept>,
}

/// An order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(super) id: String,
    /// The last part of its page's address.
    pub(super) token: String,
    pub(super) reference: String,
    pub(super) currency: String,
    pub(super) total: u64,
    /// As it was asked for.
    pub(super) request: Map<String, Value>,
    pub(super) profile: Option<OfProfile>,
    /// The card that pays it by itself: that of a token, or of the order that it charges anew.
    #[serde(skip)]
    pub(super) on_file: Option<&'static str>,
    pub(super) transaction: Option<Transaction>,
    pub(super) settlements: Vec<Moved>,
    pub(super) refunds: Vec<Moved>,
    /// The card of its last try.
    #[serde(skip)]
    pub(super) paid_with: Option<&'static str>,
    #[serde(skip)]
    pub(super) waiting: Option<Waiting>,
    pub(super) at: Timestamp,
}

impl Order {
    pub(super) fn authorises(&self) -> bool {
        self.has_option("authType", &json!("auth"))
    }

    /// Whether its link takes a form of the shop's, and shows no page.
    pub(super) fn is_silent(&self) -> bool {
        self.has_option("silentPost", &json!(true))
    }

    fn has_option(&self, key: &str, value: &Value) -> bool {
        let options = self.request.get("extendedOptions");
        let mut options = options.and_then(Value::as_array).into_iter().flatten();
        options.any(|option| option["key"] == key && option["value"] == *value)
    }

    /// Taken of the money that was reserved.
    pub(super) fn settled(&self) -> u64 {
        let live = self.settlements.iter().filter(|moved| !moved.cancelled);
        live.map(|moved| moved.amount).sum()
    }

    pub(super) fn refunded(&self) -> u64 {
        self.refunds.iter().map(|moved| moved.amount).sum()
    }

    /// The entry of a list of the request with this rel.
    pub(super) fn listed(&self, list: &str, rel: &str) -> Option<&Value> {
        let entries = self.request.get(list)?.as_array()?;
        entries.iter().find(|entry| entry["rel"] == rel)
    }

    fn transaction_json(&self, transaction: &Transaction) -> Value {
        let moved = |kind: &str, moved: &Moved| {
            json!({
                "authType": kind,
                "amount": moved.amount.to_string(),
                "confirmationNumber": moved.id,
                "merchantRefNum": moved.reference,
                "status": if moved.cancelled { "cancelled" } else { "success" },
                "reference": moved.id,
            })
        };
        let settlements = self.settlements.iter().map(|one| moved("settlement", one));
        let refunds = self.refunds.iter().map(|one| moved("refund", one));
        let accepted = transaction.status == "success";
        let settled = transaction.auth_type == "purchase" || self.settled() > 0;
        let mut told = json!({
            "status": transaction.status,
            "authType": transaction.auth_type,
            "amount": transaction.amount.to_string(),
            "currencyCode": self.currency,
            "confirmationNumber": transaction.confirmation,
            "merchantRefNum": self.reference,
            "paymentType": "card",
            "lastUpdate": transaction.at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "settled": accepted && settled && !transaction.reversed,
            "refunded": self.refunded() > 0,
            "reversed": transaction.reversed,
            "riskReasonCode": null,
            "associatedTransactions": settlements.chain(refunds).collect::<Vec<_>>(),
            "card": {
                "brand": "visa",
                "type": "credit",
                "country": "gb",
                "lastDigits": transaction.last_digits,
                "expiry": "12/2030",
                "threeDEnrolment": "N",
            },
        });
        if let Some(code) = transaction.error {
            told["errorCode"] = json!(code.to_string());
            told["errorMessage"] = json!("refused");
        }
        told
    }

    /// As the API tells it. The key stands in two of its links.
    pub(super) fn json(&self, origin: &str, faults: &Faults) -> Value {
        let (user, password) = KEY;
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let own = format!(
            "http://{user}:{password}@{host}/hosted/v1/orders/{}",
            self.id
        );
        let mut links = vec![
            json!({"rel": "self", "uri": own}),
            json!({"rel": "resend_callback", "uri": format!("{own}/resend_callback")}),
        ];
        if self.takes_payment() && self.has_page() {
            let uri = format!("{origin}/hosted/v1/payment/{}", self.token);
            links.insert(0, json!({"rel": "hosted_payment", "uri": uri}));
        }
        let total = self.total + u64::from(faults.altered_amount);
        let reference = match faults.altered_reference {
            true => format!("{}X", self.reference),
            false => self.reference.clone(),
        };
        // As recorded: a number from one source, a text from the other.
        let total = match self.currency.as_str() {
            "CAD" => json!(total.to_string()),
            _ => json!(total),
        };
        let mut told = json!({
            "id": self.id,
            "merchantRefNum": reference,
            "currencyCode": self.currency,
            "totalAmount": total,
            "mode": "live",
            "type": "order",
            "link": links,
        });
        if let Some(due) = self.due() {
            told["dueDate"] = json!(due);
        }
        if let Some(transaction) = &self.transaction {
            told["transaction"] = self.transaction_json(transaction);
        }
        if let Some(profile) = &self.profile {
            told["profile"] = json!({"id": profile.id});
            if let Some(card) = &profile.card {
                told["profile"]["paymentToken"] = json!(card.token);
            }
        }
        told
    }

    /// The saved card that pays it.
    pub(super) fn saved(&self) -> Option<&Kept> {
        self.profile.as_ref()?.card.as_ref()
    }

    /// The day on which it is to run, if it names one.
    pub(super) fn due(&self) -> Option<Date> {
        self.request.get("dueDate")?.as_str()?.parse().ok()
    }

    /// Whether it charges a card by itself, and has not done so yet.
    pub(super) fn is_to_run(&self) -> bool {
        self.transaction.is_none() && self.on_file.is_some() && !self.has_page()
    }

    /// Whether somebody is led to its page: what a card on file pays names no way back from it.
    pub(super) fn has_page(&self) -> bool {
        self.on_file.is_none()
            || self.request.contains_key("redirect")
            || self.request.contains_key("link")
    }

    /// Whether the shopper can pay it on its page.
    pub(super) fn takes_payment(&self) -> bool {
        let status = self
            .transaction
            .as_ref()
            .map(|transaction| transaction.status);
        matches!(status, None | Some("declined" | "errored"))
    }
}

/// One callback that was sent, or was not.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sent {
    pub(super) order: String,
    pub(super) rel: String,
    pub(super) attempt: u32,
    pub(super) outcome: &'static str,
    pub(super) status: Option<u16>,
}

/// One call of the API.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Logged {
    pub(super) operation: &'static str,
    pub(super) order: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) fault: Option<&'static str>,
}

/// All of it.
#[derive(Default)]
pub(crate) struct World {
    pub(super) orders: Vec<Order>,
    pub(super) profiles: Vec<Profile>,
    pub(super) faults: Faults,
    pub(super) log: Vec<Logged>,
    pub(super) sent: Vec<Sent>,
    /// How far the platform's clock is ahead.
    pub(super) ahead: SignedDuration,
}

impl World {
    pub(super) fn now(&self) -> Timestamp {
        clock::now()
            .saturating_add(self.ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// Whether what happened then was batched since: each midnight (UTC).
    pub(super) fn is_batched(&self, at: Timestamp) -> bool {
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        day(at) < day(self.now())
    }

    pub(super) fn go_forward(&mut self, days: u16, minutes: u32) {
        let days = SignedDuration::from_hours(i64::from(days) * 24);
        let minutes = SignedDuration::from_mins(i64::from(minutes));
        self.ahead = self.ahead.saturating_add(days).saturating_add(minutes);
    }

    /// The platform's day.
    pub(super) fn today(&self) -> Date {
        self.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    pub(super) fn by_token(&mut self, token: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.token == token)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// An order's, or a settlement's, id: 18 letters and digits, led by digits.
pub(super) fn new_id() -> String {
    let random = crate::ids::random_id().to_uppercase();
    format!("27{}", random.get(..16).unwrap_or_default())
}
