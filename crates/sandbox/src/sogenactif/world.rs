//! What the platform remembers.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;

use super::books::{Authent, Status, Transaction, TxId};
use super::cards::Card;
use super::faults::Faults;
use crate::clock;

/// Minutes that a session of hosted fields, a `paymentToken` or a redirected shopper has: the
/// platform's payment pages give 15.
pub(crate) const MINUTES: i64 = 15;

/// A session of hosted fields.
#[derive(Clone, Debug)]
pub(crate) struct HostedSession {
    pub(crate) merchant: &'static str,
    /// The brands that the shop asked for; none means all.
    pub(crate) brands: Vec<String>,
    pub(crate) opened: Timestamp,
}

/// What a `paymentToken` stands for.
#[derive(Clone, Debug)]
pub(crate) struct PaymentToken {
    pub(crate) merchant: String,
    /// None when it was made without a card.
    pub(crate) card: Option<Card>,
    /// The brand that the shopper chose.
    pub(crate) brand: Option<String>,
    pub(crate) made: Timestamp,
    /// An accepted order used it.
    pub(crate) spent: bool,
}

/// Where a shopper was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Acs,
    Provider,
    IssuerWallet,
    Transfer,
    Mandate,
}

/// What the shopper did there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Success,
    Failure,
    Abandon,
    TimeOut,
    Pending,
}

impl Choice {
    /// The last segment of a button's address.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        match path {
            "success" => Some(Self::Success),
            "failure" => Some(Self::Failure),
            "abandon" => Some(Self::Abandon),
            "timeout" => Some(Self::TimeOut),
            "pending" => Some(Self::Pending),
            _ => None,
        }
    }
}

/// One shopper sent to a page of the platform, or an authentication that needed none.
#[derive(Clone, Debug)]
pub(crate) struct Journey {
    pub(crate) kind: Kind,
    pub(crate) merchant: &'static str,
    /// None for a mandate.
    pub(crate) transaction: Option<TxId>,
    /// `redirectionData`.
    pub(crate) data: String,
    pub(crate) return_url: String,
    pub(crate) opened: Timestamp,
    pub(crate) choice: Option<Choice>,
    /// What the authentication gave when it is not simply the choice's.
    pub(crate) authent: Option<Authent>,
    /// For a mandate: its identity once signed.
    pub(crate) mandate: Option<String>,
    /// For a credit transfer: the name of the bank that was chosen in the shop.
    pub(crate) bank: Option<&'static str>,
    pub(crate) finished: bool,
}

/// A wallet's content.
#[derive(Clone, Debug)]
pub(crate) struct Wallet {
    pub(crate) made: Timestamp,
    pub(crate) changed: Timestamp,
    pub(crate) means: Vec<WalletMean>,
    pub(crate) next: u32,
}

/// One way to pay, in a wallet.
#[derive(Clone, Debug)]
pub(crate) struct WalletMean {
    pub(crate) id: String,
    pub(crate) alias: Option<String>,
    pub(crate) brand: String,
    pub(crate) card: Option<Card>,
    pub(crate) mandate: Option<String>,
}

/// A SEPA mandate.
#[derive(Clone, Debug)]
pub(crate) struct Mandate {
    pub(crate) merchant: &'static str,
    pub(crate) id: String,
    pub(crate) iban: String,
    pub(crate) customer: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) made: Timestamp,
}

/// One entry of a fraud list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    pub(crate) merchant: String,
    pub(crate) list: String,
    /// A `tokenPan`, or a transaction.
    pub(crate) element: String,
}

/// One call of Office, as it came: what tests may ask about, and no card, token or IBAN.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logged {
    pub(crate) method: &'static str,
    /// The transaction that it made or named.
    pub(crate) transaction: Option<String>,
    pub(crate) merchant_wallet_id: Option<String>,
    pub(crate) payment_mean_id: Option<String>,
    pub(crate) mandate_id: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) customer_ip_address: Option<String>,
    pub(crate) order_channel: Option<String>,
    pub(crate) payment_pattern: Option<String>,
    /// The code of the answer; none when nothing was done.
    pub(crate) code: Option<String>,
    /// The switch that kept the answer from arriving whole.
    pub(crate) fault: Option<&'static str>,
}

/// All of it.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) transactions: Vec<Transaction>,
    /// By the identity in the page's address.
    pub(crate) journeys: HashMap<String, Journey>,
    pub(crate) sessions: HashMap<String, HostedSession>,
    pub(crate) tokens: HashMap<String, PaymentToken>,
    /// Cards by shop and `tokenPan`.
    pub(crate) pans: HashMap<(String, String), Card>,
    pub(crate) wallets: BTreeMap<(String, String), Wallet>,
    pub(crate) mandates: Vec<Mandate>,
    pub(crate) fraud_lists: Vec<Listed>,
    pub(crate) faults: Faults,
    /// Every well-sealed call, by method.
    pub(crate) calls: BTreeMap<&'static str, u32>,
    /// Every call whose seal is right, or that a switch kept from being read, in order.
    pub(crate) log: Vec<Logged>,
    /// How far the platform's clock was moved.
    pub(crate) moved: SignedDuration,
}

impl World {
    /// The platform's clock, which the API can move forward.
    pub(crate) fn now(&self) -> Timestamp {
        clock::now()
            .checked_add(self.moved)
            .unwrap_or(Timestamp::MAX)
    }

    /// The Paris day that is `days` after today: YYYYMMDD.
    pub(crate) fn day(&self, days: u32) -> String {
        let today = clock::in_paris(self.now()).date();
        let day = today.checked_add(i64::from(days).days()).unwrap_or(today);
        day.strftime("%Y%m%d").to_string()
    }

    /// Whether something of that time has been left alone for too long.
    pub(crate) fn too_late(&self, since: Timestamp) -> bool {
        self.now().duration_since(since) >= SignedDuration::from_mins(MINUTES)
    }

    /// Does what the nights and the minutes since the last call did.
    pub(crate) fn settle(&mut self) {
        let today = self.day(0);
        let now = self.now();
        for transaction in &mut self.transactions {
            transaction.settle(&today);
        }
        let late: Vec<Journey> = self
            .journeys
            .values()
            .filter(|journey| !journey.finished && self.too_late(journey.opened))
            .cloned()
            .collect();
        for journey in late {
            let Some(id) = journey.transaction else {
                self.expire_mandate(&journey);
                continue;
            };
            let Some(transaction) = self.find_mut(journey.merchant, &id) else {
                continue;
            };
            if transaction.status == Status::ToAuthorize && transaction.acquirer.is_none() {
                transaction.status = Status::Expired;
                "97".clone_into(&mut transaction.code);
                transaction.last_operation_date_time = now;
            }
        }
    }

    /// A mandate that nobody has signed in time. What the shopper chose before stays.
    fn expire_mandate(&mut self, journey: &Journey) {
        let mut mandates = self.mandates.iter_mut();
        let unsigned = mandates.find(|known| {
            journey.choice.is_none()
                && known.status == "PENDING"
                && Some(&known.id) == journey.mandate.as_ref()
        });
        if let Some(mandate) = unsigned {
            mandate.status = "EXPIRED";
        }
    }

    pub(crate) fn find(&self, merchant: &str, id: &TxId) -> Option<&Transaction> {
        self.transactions
            .iter()
            .find(|line| line.merchant_id == merchant && line.id == *id)
    }

    pub(crate) fn find_mut(&mut self, merchant: &str, id: &TxId) -> Option<&mut Transaction> {
        self.transactions
            .iter_mut()
            .find(|line| line.merchant_id == merchant && line.id == *id)
    }

    /// Whether a card is on a shop's black list.
    pub(crate) fn is_listed(&self, merchant: &str, card: &Card) -> bool {
        let element = card.token_pan(merchant);
        self.fraud_lists.iter().any(|line| {
            line.merchant == merchant && line.list == "BLACK" && line.element == element
        })
    }

    /// Forgets everything but the switches.
    pub(crate) fn clear_books(&mut self) {
        let faults = std::mem::take(&mut self.faults);
        *self = Self {
            faults,
            ..Self::default()
        };
    }
}

/// 192 random bits: an opaque text that is good in a form and in a URL.
pub(crate) fn opaque() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}
