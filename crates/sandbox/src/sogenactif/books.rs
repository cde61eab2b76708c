//! The platform's books: one transaction for each payment or credit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::cards::{Behaviour, Card};

/// What identifies a transaction in a shop: one of two ways, never both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum TxId {
    Reference(String),
    S10 { id: String, date: String },
}

impl std::fmt::Display for TxId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reference(reference) => f.write_str(reference),
            Self::S10 { id, date } => write!(f, "{date}-{id}"),
        }
    }
}

/// `transactionStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Opened, waits for the shopper or for the platform.
    ToAuthorize,
    ToConfirm,
    ToChallenge,
    ToValidate,
    ToCapture,
    Captured,
    ToCredit,
    Credited,
    Refused,
    Cancelled,
    Expired,
    Aborted,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ToAuthorize => "TO_AUTHORIZE",
            Self::ToConfirm => "TO_CONFIRM_AUTHOR",
            Self::ToChallenge => "TO_CHALLENGE",
            Self::ToValidate => "TO_VALIDATE",
            Self::ToCapture => "TO_CAPTURE",
            Self::Captured => "CAPTURED",
            Self::ToCredit => "TO_CREDIT",
            Self::Credited => "CREDITED",
            Self::Refused => "REFUSED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
            Self::Aborted => "ABORTED",
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// `captureMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaptureMode {
    AuthorCapture,
    Immediate,
    Validation,
}

impl CaptureMode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AuthorCapture => "AUTHOR_CAPTURE",
            Self::Immediate => "IMMEDIATE",
            Self::Validation => "VALIDATION",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::AuthorCapture, Self::Immediate, Self::Validation]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}

impl Serialize for CaptureMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What pays.
#[derive(Clone, Debug)]
pub(crate) enum Mean {
    Card(Card),
    /// A mandate's identity.
    Mandate(String),
    /// A credit transfer from a bank account.
    Transfer,
    /// An account elsewhere: external wallet, OEM.
    External,
}

/// What the authentication of the holder gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authent {
    Success,
    Attempt,
    Failure,
    Error,
    Cancel,
    NotEnrolled,
    Bypass,
}

impl Authent {
    /// `holderAuthentStatus`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Attempt => "ATTEMPT",
            Self::Failure => "FAILURE",
            Self::Error => "ERROR",
            Self::Cancel => "CANCEL",
            Self::NotEnrolled => "NOT_ENROLLED",
            Self::Bypass => "BYPASS",
        }
    }

    /// Whether the liability moves to the issuer.
    pub(crate) const fn guaranteed(self) -> bool {
        matches!(self, Self::Success | Self::Attempt)
    }
}

impl Serialize for Authent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One line of the books.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) merchant_id: String,
    #[serde(rename = "transactionId")]
    pub(crate) id: TxId,
    /// The method that made it.
    pub(crate) origin: &'static str,
    #[serde(rename = "transactionStatus")]
    pub(crate) status: Status,
    #[serde(rename = "responseCode")]
    pub(crate) code: String,
    #[serde(rename = "acquirerResponseCode")]
    pub(crate) acquirer: Option<String>,
    #[serde(rename = "originAmount")]
    pub(crate) amount: u64,
    #[serde(rename = "currentAmount")]
    pub(crate) current: u64,
    #[serde(rename = "refundedAmount")]
    pub(crate) refunded: u64,
    #[serde(rename = "currencyCode")]
    pub(crate) currency: String,
    pub(crate) capture_mode: CaptureMode,
    pub(crate) capture_day: u32,
    #[serde(rename = "paymentMeanBrand")]
    pub(crate) brand: String,
    #[serde(rename = "paymentMeanBrandSelectionStatus")]
    pub(crate) selection: &'static str,
    #[serde(rename = "holderAuthentStatus")]
    pub(crate) authent: Option<Authent>,
    #[serde(rename = "authorisationId")]
    pub(crate) authorisation: Option<String>,
    #[serde(rename = "fromTransactionReference")]
    pub(crate) from: Option<String>,
    pub(crate) order_id: Option<String>,
    pub(crate) customer_id: Option<String>,
    pub(crate) customer_ip_address: Option<String>,
    #[serde(skip)]
    pub(crate) return_context: Option<String>,
    pub(crate) order_channel: Option<String>,
    pub(crate) payment_pattern: Option<String>,
    pub(crate) score_color: &'static str,
    pub(crate) last_operation_name: &'static str,
    pub(crate) last_operation_date_time: Timestamp,
    #[serde(rename = "transactionDateTime")]
    pub(crate) made: Timestamp,
    #[serde(skip)]
    pub(crate) mean: Mean,
    /// Whether the card comes from a wallet.
    #[serde(skip)]
    pub(crate) wallet: bool,
    /// The `paymentToken` that it was opened with.
    #[serde(skip)]
    pub(crate) token: Option<String>,
    /// When the remittance takes it, or when it expires: Paris day, YYYYMMDD.
    #[serde(rename = "captureLimitDate")]
    pub(crate) due: String,
    /// Every well-sealed call that named it, by method.
    pub(crate) calls: BTreeMap<&'static str, u32>,
    /// Those that changed something, by method.
    pub(crate) acts: BTreeMap<&'static str, u32>,
}

/// `responseCode`s that the acquirer may have given: its own list holds them too.
const ACQUIRER_CODES: [&str; 14] = [
    "00", "02", "03", "05", "14", "34", "51", "54", "60", "62", "63", "75", "90", "99",
];

impl Transaction {
    pub(crate) fn card(&self) -> Option<&Card> {
        match &self.mean {
            Mean::Card(card) => Some(card),
            _ => None,
        }
    }

    /// The state that an accepted authorisation leads to.
    pub(crate) fn accepted_status(&self) -> Status {
        match self.capture_mode {
            CaptureMode::AuthorCapture => Status::ToCapture,
            CaptureMode::Immediate => Status::Captured,
            CaptureMode::Validation => Status::ToValidate,
        }
    }

    /// Gives a transaction the outcome of its authorisation.
    pub(crate) fn decide(&mut self, code: &str) {
        code.clone_into(&mut self.code);
        self.acquirer = ACQUIRER_CODES.contains(&code).then(|| code.to_owned());
        self.status = match code {
            "00" if self.is_orange() => Status::ToChallenge,
            "00" => self.accepted_status(),
            "60" => Status::ToAuthorize,
            "62" => Status::ToConfirm,
            _ => Status::Refused,
        };
        self.authorisation =
            (code == "00").then(|| format!("{:06}", rand::random::<u32>() % 1_000_000));
    }

    fn is_orange(&self) -> bool {
        let orange = |card: &Card| card.behaviour() == Behaviour::Orange;
        self.score_color == "ORANGE" || self.card().is_some_and(orange)
    }

    /// Waits for an answer that comes later, through the API.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.status, Status::ToAuthorize | Status::ToConfirm)
    }

    /// What can still be refunded or captured.
    pub(crate) fn remaining(&self) -> u64 {
        self.current.saturating_sub(self.refunded)
    }

    /// What the night's remittance does, `today` being past the day it is due.
    pub(crate) fn settle(&mut self, today: &str) {
        if self.due.as_str() >= today {
            return;
        }
        self.status = match self.status {
            Status::ToCapture => Status::Captured,
            Status::ToCredit => Status::Credited,
            Status::ToValidate | Status::ToChallenge => Status::Expired,
            other => other,
        };
    }
}
