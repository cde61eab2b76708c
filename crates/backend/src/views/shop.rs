//! What the shop's server is told of a session and its payments.

use std::collections::BTreeMap;

use guichet_domain::event::AtTerminal;
use guichet_domain::id::PaymentId;
use guichet_domain::operation::Balance;
use guichet_domain::payment::{Attention, Money};
use guichet_domain::session::{Attempt, Capture, Session};
use guichet_domain::{PartKind, PartStatus, Status};
use guichet_store::Payment;
use serde::Serialize;
use utoipa::ToSchema;

use crate::sessions::folded::Folded;

/// A session with its payments.
pub(crate) fn session(folded: &Folded<'_>) -> ShopSession {
    let session = &folded.book.session;
    ShopSession {
        id: session.id.to_string(),
        reference: session.reference.clone(),
        amount: session.amount.minor(),
        currency: session.currency.code().into(),
        capture: session.capture.into(),
        terminal: session.terminal.as_ref().map(ToString::to_string),
        status: folded.overview.status,
        settled_by: session.settled_by.as_ref().map(ToString::to_string),
        paid_in: session.paid_in.as_ref().map(ToString::to_string),
        replaces: session.replaces.as_ref().map(ToString::to_string),
        return_url: session.return_url.clone(),
        expires_at: session.expires_at,
        created_at: session.created_at,
        metadata: session.metadata.clone(),
        payments: folded
            .attempts()
            .map(|(p, a)| shop_payment(session, p, &a))
            .collect(),
    }
}

/// One payment, as it stands in a list.
pub(crate) fn listed(folded: &Folded<'_>, payment: &PaymentId) -> Option<ListedPayment> {
    let session = &folded.book.session;
    let (made, attempt) = folded.attempts().find(|(made, _)| made.id == *payment)?;
    Some(ListedPayment {
        session: session.id.to_string(),
        reference: session.reference.clone(),
        amount: session.amount.minor(),
        currency: session.currency.code().into(),
        currency_decimals: session.currency.exponent(),
        account: made.account.to_string(),
        payment: shop_payment(session, made, &attempt),
    })
}

/// A session as the shop's server sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopSession {
    /// Public id, `cs_…`.
    pub(crate) id: String,
    /// The shop's order reference.
    pub(crate) reference: String,
    /// Total in minor units.
    pub(crate) amount: u64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// When the money is taken.
    pub(crate) capture: CaptureMode,
    /// The terminal that takes it, as it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal: Option<String>,
    /// Deliver on `paid` (or on `authorised`, if the shop captures later), and on nothing else.
    pub(crate) status: Status,
    /// The payment that settled the session.
    pub(crate) settled_by: Option<String>,
    /// The other session with this reference in which the order was paid first. Nothing can be
    /// started here any more, and what was paid here all the same is `surplus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paid_in: Option<String>,
    /// The session in whose place this one was made: the same request had made it, and it had
    /// expired unpaid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<String>,
    /// Where the browser goes back to.
    pub(crate) return_url: String,
    /// Unix second from which no payment may be started.
    pub(crate) expires_at: i64,
    /// Unix second of its making.
    pub(crate) created_at: i64,
    /// As it was sent.
    pub(crate) metadata: BTreeMap<String, String>,
    /// Every payment, in the order of their making.
    pub(crate) payments: Vec<ShopPayment>,
}

/// When the money is taken.
#[derive(Clone, Copy, Debug, Default, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureMode {
    /// With the payment.
    #[default]
    Automatic,
    /// Later, by the shop.
    Manual,
}

impl From<Capture> for CaptureMode {
    fn from(capture: Capture) -> Self {
        match capture {
            Capture::Automatic => Self::Automatic,
            Capture::Manual => Self::Manual,
        }
    }
}

impl From<CaptureMode> for Capture {
    fn from(mode: CaptureMode) -> Self {
        match mode {
            CaptureMode::Automatic => Self::Automatic,
            CaptureMode::Manual => Self::Manual,
        }
    }
}

/// A payment as the shop's server sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopPayment {
    /// Public id, `pay_…`.
    pub(crate) id: String,
    /// The method chosen.
    pub(crate) method: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// Our reference at the platform: what its back office shows (PBX_CMD at Up2pay).
    pub(crate) platform_reference: String,
    /// Where it stands, as the shopper is told.
    pub(crate) status: Status,
    /// Where the money stands; no hint of a browser moves it.
    #[schema(value_type = String, example = "paid")]
    pub(crate) money: Money,
    /// Paid although another payment had settled the session, or another session its order.
    pub(crate) surplus: bool,
    /// Sum of the parts that count, in minor units.
    pub(crate) accepted: u64,
    /// What became of the money of all parts.
    #[serde(flatten)]
    pub(crate) balance: BalanceView,
    /// Each transaction at the platform.
    pub(crate) parts: Vec<ShopPart>,
    /// What a person should look at.
    #[schema(value_type = Vec<String>)]
    pub(crate) attention: Vec<Attention>,
    /// What it charges anew, if it is a rebilling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rebilling: Option<RebillingView>,
    /// Unix second of its making.
    pub(crate) created_at: i64,
}

/// That a payment charges anew what another one was made with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RebillingView {
    /// The payment that is charged anew.
    pub(crate) of: String,
    /// The day on which the platform is to run it; absent if it was to run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_date: Option<String>,
    /// It was called off: the platform is told, and its word is what counts.
    pub(crate) called_off: bool,
}

/// A payment as it stands in a list, with what of its session tells what it pays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedPayment {
    /// The session that it pays, `cs_…`.
    pub(crate) session: String,
    /// The shop's order reference.
    pub(crate) reference: String,
    /// What it was to pay: the session's total in minor units.
    pub(crate) amount: u64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// Decimal digits of the currency's minor unit: 2 for EUR.
    pub(crate) currency_decimals: u8,
    /// The account at the platform, by its name in the configuration.
    pub(crate) account: String,
    #[serde(flatten)]
    pub(crate) payment: ShopPayment,
}

/// One transaction at the platform.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopPart {
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// Minor units.
    pub(crate) amount: u64,
    /// What became of it.
    pub(crate) status: PartStatus,
    /// Whether it counts toward the total.
    pub(crate) counts: bool,
    /// The platform's number of the transaction.
    pub(crate) transaction: String,
    /// The platform's number of the call.
    pub(crate) call: String,
    /// The platform's code.
    pub(crate) code: String,
    /// What a terminal told of it beside that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at_terminal: Option<AtTerminalView>,
    /// What became of its money.
    #[serde(flatten)]
    pub(crate) balance: BalanceView,
}

/// What a terminal told of a transaction beside what every platform does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AtTerminalView {
    /// The terminal, by the configuration's name.
    pub(crate) terminal: String,
    /// Of the part's amount, what the shopper added for the staff, in minor units.
    pub(crate) tip: u64,
    /// Of the part's amount, what the shopper was given in cash, in minor units.
    pub(crate) cash_back: u64,
    /// The terminal approved it without asking the bank, which may refuse it yet.
    pub(crate) offline: bool,
    /// The kind of card in the platform's words, such as `Credit`.
    pub(crate) tender: String,
    /// The receipt's text, to be printed and kept: the platform gives it once.
    pub(crate) receipt: String,
}

impl From<AtTerminal> for AtTerminalView {
    fn from(told: AtTerminal) -> Self {
        let AtTerminal {
            terminal,
            tip,
            cash_back,
            offline,
            tender,
            receipt,
        } = told;
        Self {
            terminal,
            tip,
            cash_back,
            offline,
            tender,
            receipt,
        }
    }
}

/// What became of money that was paid, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BalanceView {
    /// Reserved, and neither taken nor let go.
    pub(crate) reserved: u64,
    /// Taken, whatever of it was given back.
    pub(crate) taken: u64,
    /// Of what was taken, given back.
    pub(crate) given_back: u64,
    /// Let go: cancelled, or the rest of a capture in part.
    pub(crate) cancelled: u64,
}

impl From<Balance> for BalanceView {
    fn from(balance: Balance) -> Self {
        let Balance {
            reserved,
            taken,
            given_back,
            cancelled,
        } = balance;
        Self {
            reserved,
            taken,
            given_back,
            cancelled,
        }
    }
}

fn shop_payment(session: &Session, payment: &Payment, attempt: &Attempt<'_>) -> ShopPayment {
    let state = attempt.state;
    let parts = state.parts.iter().map(|p| ShopPart {
        kind: p.part.kind,
        brand: p.part.brand.clone(),
        amount: p.part.amount.minor(),
        status: p.part.status,
        counts: p.counts,
        transaction: p.part.transaction.clone(),
        call: p.part.call.clone(),
        code: p.part.code.clone(),
        at_terminal: p.part.at_terminal.as_deref().cloned().map(Into::into),
        balance: p.balance.into(),
    });
    ShopPayment {
        id: payment.id.to_string(),
        method: payment.method.to_string(),
        provider: payment.provider.clone(),
        platform_reference: payment.reference.clone(),
        status: attempt.status(session),
        money: state.money,
        surplus: attempt.is_surplus(session),
        accepted: state.accepted,
        balance: state.balance().into(),
        parts: parts.collect(),
        attention: attempt.attention(session).into_iter().collect(),
        rebilling: state.rebilling.as_ref().map(|rebilling| RebillingView {
            of: rebilling.of.to_string(),
            due_date: rebilling.due.map(|due| due.to_string()),
            called_off: rebilling.called_off,
        }),
        created_at: payment.created_at,
    }
}
