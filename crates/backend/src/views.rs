//! What shop and shopper are told of a session: the books, put into the words of the interfaces.

use std::collections::{BTreeMap, BTreeSet};

use guichet_domain::id::PaymentId;
use guichet_domain::language::Language;
use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::payment::{Attention, Money, PaymentState};
use guichet_domain::session::{Attempt, Capture, Overview, Session};
use guichet_domain::shopper::Shopper;
use guichet_domain::{FieldError, MethodKind};
use guichet_providers::contract::{Demand, Provider};
use guichet_store::{Book, Payment};
use guichet_wire::{
    CheckoutSession, CheckoutStatus, MethodOffer, PartKind, PartStatus, PartView, PaymentView,
    Status, Unavailable,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::{Config, Shop, ShopMethods, VoucherRest};

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
    /// Each transaction at the platform.
    pub(crate) parts: Vec<ShopPart>,
    /// What a person should look at.
    #[schema(value_type = Vec<String>)]
    pub(crate) attention: Vec<Attention>,
    /// Unix second of its making.
    pub(crate) created_at: i64,
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
        parts: parts.collect(),
        attention: attempt.attention(session).into_iter().collect(),
        created_at: payment.created_at,
    }
}

/// A method on offer, with the account that would take it.
pub(crate) struct Offer<'a> {
    pub(crate) entry: &'a ShopMethods,
    pub(crate) description: MethodDescription,
    pub(crate) offer: MethodOffer,
}

/// A method that a session may use if nothing is lacking.
pub(crate) struct Candidate<'a> {
    pub(crate) offer: Offer<'a>,
    /// What its account demands to know of the shopper and the shop did not give.
    pub(crate) lacking: Vec<FieldError>,
}

/// The methods that a session may use, in the shop's order or in the session's own.
pub(crate) fn offers<'a>(config: &Config, shop: &'a Shop, session: &Session) -> Vec<Offer<'a>> {
    let all = candidates(config, shop, session).into_iter();
    let complete = all.filter(|candidate| candidate.lacking.is_empty());
    complete.map(|candidate| candidate.offer).collect()
}

/// The same, with those for which something is lacking.
pub(crate) fn candidates<'a>(
    config: &Config,
    shop: &'a Shop,
    session: &Session,
) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for entry in &shop.methods {
        let Some(account) = config.account(&entry.provider, entry.account.as_str()) else {
            continue;
        };
        let descriptions = account.methods();
        for method in &entry.methods {
            let description = descriptions.iter().find(|d| d.method == *method);
            let wanted = session
                .methods
                .as_ref()
                .is_none_or(|wanted| wanted.contains(method));
            if let Some(description) = description.filter(|_| wanted)
                && let Some(mut offer) = offer(shop, session, description)
            {
                let owned = shop.one_click && session.shopper.id.is_some();
                if let Some(vault) = account.vault().filter(|_| owned && description.saved_cards) {
                    (offer.saved_cards, offer.can_save) = (true, vault.adds());
                }
                let description = description.clone();
                candidates.push(Candidate {
                    lacking: lacking(account, method, &session.shopper),
                    offer: Offer {
                        entry,
                        description,
                        offer,
                    },
                });
            }
        }
    }
    if let Some(wanted) = &session.methods {
        let place = |candidate: &Candidate<'_>| {
            let method = &candidate.offer.description.method;
            wanted.iter().position(|wanted| wanted == method)
        };
        candidates.sort_by_key(place);
    }
    candidates
}

/// What a payment by this method lacks. Nothing where it can begin.
fn lacking(account: &dyn Provider, method: &Method, shopper: &Shopper) -> Vec<FieldError> {
    let lacks = |demand: &Demand| {
        let error = |field| missing(account, demand, field);
        shopper
            .lacks(demand.datum)
            .into_iter()
            .map(error)
            .collect::<Vec<_>>()
    };
    account.demands(method).iter().flat_map(lacks).collect()
}

fn missing(account: &dyn Provider, demand: &Demand, field: &str) -> FieldError {
    let name = account.account();
    let problem = format!(
        "is missing, or holds no letter or digit: account {name} demands it; {}",
        demand.because
    );
    let remedy = match demand.unless {
        Some(setting) => format!("send it, or write {setting} into the account's table"),
        None => "send it".to_owned(),
    };
    FieldError::with_remedy(field, problem, remedy)
}

/// Refuses a session that none of its methods could ever pay: the shop's server is told, not the
/// shopper.
pub(crate) fn refuse_untakeable(
    config: &Config,
    shop: &Shop,
    session: &Session,
) -> Result<(), FieldError> {
    let wanted = |method: &Method| {
        session
            .methods
            .as_ref()
            .is_none_or(|all| all.contains(method))
    };
    let mut methods = Vec::new();
    for entry in &shop.methods {
        let account = config.account(&entry.provider, entry.account.as_str());
        let descriptions = account.map(|account| account.methods()).unwrap_or_default();
        let offered = |method: &Method| entry.methods.contains(method) && wanted(method);
        methods.extend(
            descriptions
                .into_iter()
                .filter(|known| offered(&known.method)),
        );
    }
    // A shop without a method is not the session's fault.
    if methods.is_empty() {
        return Ok(());
    }
    let currency = session.currency;
    let takes: BTreeSet<_> = methods
        .iter()
        .flat_map(|m| &m.currencies)
        .map(|c| c.code())
        .collect();
    methods.retain(|method| method.currencies.contains(&currency));
    if methods.is_empty() {
        let takes = Vec::from_iter(takes).join(", ");
        let detail = format!(
            "is {}; the methods of this session take {takes}",
            currency.code()
        );
        return Err(FieldError::new("currency", detail));
    }
    if session.capture == Capture::Manual && !methods.iter().any(|method| method.manual_capture) {
        let detail = "is manual; the methods of this session take the money with the payment";
        return Err(FieldError::new("capture", detail));
    }
    Ok(())
}

fn offer(shop: &Shop, session: &Session, method: &MethodDescription) -> Option<MethodOffer> {
    let takes_currency = method.currencies.contains(&session.currency);
    let takes_capture = session.capture == Capture::Automatic || method.manual_capture;
    let takes_goods = method.kind != MethodKind::HolidayVoucher || shop.tourism;
    if !(takes_currency && takes_capture && takes_goods) {
        return None;
    }
    let total = session.amount.minor();
    let eligible = session
        .voucher_eligible_amount
        .filter(|eligible| *eligible < total);
    let by_meal_voucher = matches!(method.kind, MethodKind::MealVoucher | MethodKind::Choice);
    let eligible = eligible.filter(|_| by_meal_voucher);
    if eligible.is_some() && shop.voucher_rest == VoucherRest::Hide {
        return None;
    }
    if eligible == Some(0) && method.kind == MethodKind::MealVoucher {
        return None;
    }
    let payable = match method.kind {
        MethodKind::MealVoucher => eligible.unwrap_or(total),
        _ => total,
    };
    let below = method.minimum.filter(|minimum| payable < minimum.minor());
    let above = method.maximum.filter(|maximum| payable > maximum.minor());
    let unavailable = below
        .map(|minimum| Unavailable::BelowMinimum {
            minimum: minimum.minor(),
        })
        .or(above.map(|maximum| Unavailable::AboveMaximum {
            maximum: maximum.minor(),
        }));
    Some(MethodOffer {
        method: method.method.to_string(),
        label: shop.labels.get(&method.method).cloned(),
        kind: method.kind,
        unavailable,
        embedded: method.embedded,
        saved_cards: false,
        can_save: false,
        eligible_amount: eligible,
    })
}

fn tag(language: &Language) -> String {
    language.as_str().to_owned()
}

/// What `GET /checkout/v1/session` answers.
pub(crate) fn checkout_session(
    config: &Config,
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
        methods: offers(config, shop, session)
            .into_iter()
            .map(|o| o.offer)
            .collect(),
        status: folded.checkout_status(),
    }
}
