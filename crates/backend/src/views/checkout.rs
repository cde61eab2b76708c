//! What the shopper's browser is told of a session.

use guichet_domain::language::Language;
use guichet_domain::session::{Attempt, Capture, Session};
use guichet_domain::{MethodKind, law};
use guichet_store::Payment;
use guichet_wire::{
    CheckoutSession, CheckoutStatus, MethodOffer, PartView, PaymentView, SavedCard, SavedCards,
    StartedPayment, Status, TerminalView,
};

use crate::accounts::Accounts;
use crate::config::Shop;
use crate::ledger::fec;
use crate::payments::cards::OwnCard;
use crate::payments::started::Started;
use crate::sessions::folded::Folded;
use crate::sessions::offers::{Offer, offers};

/// Where a session stands.
pub(crate) fn checkout_status(accounts: &Accounts, folded: &Folded<'_>) -> CheckoutStatus {
    let session = &folded.book.session;
    let mut payment = None;
    let mut others = Vec::new();
    for (index, (made, attempt)) in folded.attempts().enumerate() {
        if folded.overview.speaks_of == Some(index) {
            let mut view = payment_view(session, made, &attempt);
            view.terminal = terminal_view(accounts, folded, made, view.status);
            payment = Some(view);
        } else if attempt.state.accepted > 0 {
            others.push(payment_view(session, made, &attempt));
        }
    }
    CheckoutStatus {
        status: folded.overview.status,
        can_pay: folded.overview.can_pay,
        open_elsewhere: folded.overview.open_elsewhere,
        paid_elsewhere: session.paid_in.is_some(),
        payment,
        others,
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
        voucher_may_be_held: payment.kind != MethodKind::Terminal
            && state.holds_a_part()
            && status != Status::Pending,
        terminal: None,
    }
}

/// The terminal that a payment goes on at, until its deadline.
fn terminal_view(
    accounts: &Accounts,
    folded: &Folded<'_>,
    payment: &Payment,
    status: Status,
) -> Option<TerminalView> {
    let left = payment.deadline_at - folded.now;
    let waits = payment.kind == MethodKind::Terminal && status == Status::Pending && left > 0;
    let named = folded.book.session.terminal.as_ref().filter(|_| waits)?;
    let account = accounts.of(payment).ok()?;
    let all = account.terminals()?.terminals();
    let own = all.into_iter().find(|own| own.name == *named)?;
    Some(TerminalView {
        name: own.till,
        until: payment.deadline_at,
        minutes: u64::try_from(left).unwrap_or_default().div_ceil(60),
        says: None,
    })
}

fn tag(language: &Language) -> String {
    language.as_str().to_owned()
}

/// A session as the widget shows it.
pub(crate) fn checkout_session(
    accounts: &Accounts,
    shop: &Shop,
    folded: &Folded<'_>,
) -> CheckoutSession {
    let session = &folded.book.session;
    let offers = offers(accounts, shop, session).into_iter();
    let methods: Vec<_> = offers.map(method_offer).collect();
    let mut kinds = methods.iter().map(|offer| offer.kind);
    let meal = kinds.any(|kind| kind == MethodKind::MealVoucher);
    // Without a day, nothing is said of what the law says on it.
    let today = fec::day(folded.now).ok().filter(|_| meal);
    let today = today.map(|day| day.to_string());
    let daily = today
        .as_deref()
        .and_then(|day| law::on(law::MEAL_VOUCHER_DAILY, day));
    let rest = today
        .as_deref()
        .and_then(|day| law::on(law::MEAL_VOUCHER_REST_DAYS, day));
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
        voucher_daily_limit: daily,
        voucher_rest_days: rest.unwrap_or_default(),
        expires_at: session.expires_at,
        texts: shop.texts.clone(),
        methods,
        status: checkout_status(accounts, folded),
    }
}

fn method_offer(offer: Offer<'_>) -> MethodOffer {
    let saved_only = offer.saved_only();
    let description = offer.description;
    MethodOffer {
        method: description.method.to_string(),
        label: offer.label,
        kind: description.kind,
        unavailable: offer.unavailable,
        embedded: description.embedded,
        saved_cards: offer.saved_cards,
        saved_only,
        can_save: offer.can_save,
        eligible_amount: offer.eligible_amount,
    }
}

/// A payment that was started, or has gone on.
pub(crate) fn started(started: Started) -> StartedPayment {
    StartedPayment {
        payment: started.payment.to_string(),
        next_action: started.next_action,
    }
}

/// The cards that can pay a session.
pub(crate) fn saved_cards(cards: Vec<OwnCard>) -> SavedCards {
    let month = |(year, month)| format!("{year:04}-{month:02}");
    let told = |OwnCard { method, card }| SavedCard {
        method: method.to_string(),
        card: card.id,
        brand: card.brand,
        last_digits: card.last_digits,
        expires: card.expires.map(month),
    };
    SavedCards {
        cards: cards.into_iter().map(told).collect(),
    }
}
