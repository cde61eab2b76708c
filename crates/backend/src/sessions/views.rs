//! What shop and shopper are told of a session: the books, put into the words of the interfaces.

use std::collections::BTreeMap;

use guichet_domain::id::PaymentId;
use guichet_domain::language::Language;
use guichet_domain::operation::Balance;
use guichet_domain::payment::{Attention, Money, PaymentState};
use guichet_domain::session::{Attempt, Capture, Overview, Session};
use guichet_store::{Book, Payment};
use guichet_wire::{
    CheckoutSession, CheckoutStatus, PartKind, PartStatus, PartView, PaymentView, Status,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::offers::offers;
use crate::accounts::Accounts;
use crate::config::Shop;

/// A book with the states of its payments.
pub(crate) struct Folded<'a> {
    pub(crate) book: &'a Book,
    states: Vec<PaymentState>,
    pub(crate) overview: Overview,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(book: &'a Book, now: i64) -> Self {
        let states = book.states();
        let overview = book.overview(&states, now);
        Self {
            book,
            states,
            overview,
        }
    }

    fn attempts(&self) -> impl Iterator<Item = (&Payment, Attempt<'_>)> {
        self.book.attempts(&self.states)
    }

    /// Where one payment stands.
    pub(crate) fn status_of(&self, payment: &PaymentId) -> Option<Status> {
        let (_, attempt) = self.attempts().find(|(made, _)| made.id == *payment)?;
        Some(attempt.status(&self.book.session))
    }

    /// Whether the platform has told of one payment that its final word comes later.
    pub(crate) fn waits(&self, payment: &PaymentId) -> bool {
        let mut attempts = self.attempts();
        let found = attempts.find(|(made, _)| made.id == *payment);
        found.is_some_and(|(_, attempt)| {
            let mut parts = attempt.state.parts.iter();
            parts.any(|part| part.ours && part.part.status == PartStatus::Pending)
        })
    }

    /// What the widget is told.
    pub(crate) fn checkout_status(&self) -> CheckoutStatus {
        let session = &self.book.session;
        let mut payment = None;
        let mut others = Vec::new();
        for (index, (made, attempt)) in self.attempts().enumerate() {
            if self.overview.speaks_of == Some(index) {
                payment = Some(payment_view(session, made, &attempt));
            } else if attempt.state.accepted > 0 {
                others.push(payment_view(session, made, &attempt));
            }
        }
        CheckoutStatus {
            status: self.overview.status,
            can_pay: self.overview.can_pay,
            open_elsewhere: self.overview.open_elsewhere,
            paid_elsewhere: session.paid_in.is_some(),
            payment,
            others,
        }
    }

    /// What the shop's server is told.
    pub(crate) fn shop_session(&self) -> ShopSession {
        let session = &self.book.session;
        ShopSession {
            id: session.id.to_string(),
            reference: session.reference.clone(),
            amount: session.amount.minor(),
            currency: session.currency.code().into(),
            capture: session.capture.into(),
            status: self.overview.status,
            settled_by: session.settled_by.as_ref().map(ToString::to_string),
            paid_in: session.paid_in.as_ref().map(ToString::to_string),
            replaces: session.replaces.as_ref().map(ToString::to_string),
            return_url: session.return_url.clone(),
            expires_at: session.expires_at,
            created_at: session.created_at,
            metadata: session.metadata.clone(),
            payments: self
                .attempts()
                .map(|(p, a)| shop_payment(session, p, &a))
                .collect(),
        }
    }

    /// One payment, as it stands in a list.
    pub(crate) fn listed(&self, payment: &PaymentId) -> Option<ListedPayment> {
        let session = &self.book.session;
        let (made, attempt) = self.attempts().find(|(made, _)| made.id == *payment)?;
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
}

fn payment_view(session: &Session, payment: &Payment, attempt: &Attempt<'_>) -> PaymentView {
    let state = attempt.state;
    let status = attempt.status(session);
    let parts = state.parts.iter().filter(|p| p.ours).map(|p| PartView {
        kind: p.part.kind,
        brand: p.part.brand.clone(),
        amount: p.part.amount.minor(),
        status: p.part.status,
    });
    PaymentView {
        id: payment.id.to_string(),
        method: payment.method.to_string(),
        status,
        surplus: attempt.is_surplus(session),
        accepted: state.accepted,
        parts: parts.collect(),
        refusal: state.refusal,
        // While the rest may still be paid on the platform's page, nothing is held back.
        voucher_may_be_held: state.holds_a_part() && status != Status::Pending,
    }
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
    /// Unix second of its making.
    pub(crate) created_at: i64,
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
    /// What became of its money.
    #[serde(flatten)]
    pub(crate) balance: BalanceView,
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
        created_at: payment.created_at,
    }
}

fn tag(language: &Language) -> String {
    language.as_str().to_owned()
}

/// What `GET /checkout/v1/session` answers.
pub(crate) fn checkout_session(
    accounts: &Accounts,
    shop: &Shop,
    folded: &Folded<'_>,
) -> CheckoutSession {
    let session = &folded.book.session;
    CheckoutSession {
        id: session.id.to_string(),
        shop: shop.name.clone(),
        reference: session.reference.clone(),
        amount: session.amount.minor(),
        currency: session.currency.code().into(),
        currency_exponent: session.currency.exponent(),
        locale: session.locale.as_ref().map(tag),
        language: shop.language.as_ref().map(tag),
        manual_capture: session.capture == Capture::Manual,
        voucher_eligible_amount: session.voucher_eligible_amount,
        expires_at: session.expires_at,
        texts: shop.texts.clone(),
        methods: offers(accounts, shop, session)
            .into_iter()
            .map(|o| o.offer)
            .collect(),
        status: folded.checkout_status(),
    }
}
