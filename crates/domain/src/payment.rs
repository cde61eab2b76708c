//! The payment's state machine: [`fold`] makes the state out of the set of recorded events.
//!
//! The rules, each guarded by a test below:
//! - a part counts only if it was accepted, fits the method that was asked for, and is known to be
//!   ours ([`Trust`]); a card that pays alone counts only with the full amount;
//! - a payment is paid when its counted parts reach the total, and then stays so whatever follows;
//! - below the total it is pending, and incomplete once its deadline has passed; a late part still
//!   makes it paid;
//! - a refusal is not terminal: on the platform's page the shopper may try again;
//! - at a terminal an approval may be of a part, which is then its last word, and of more than the
//!   order: what is beside the order pays nothing of it; what was approved without asking the bank
//!   is reserved, and a person looks at it;
//! - what the shop reserved alone is paid once the total was captured; what is cancelled or given
//!   back afterwards unpays nothing, and stands in the [`Balance`];
//! - a browser's return moves nothing but what is shown.
//!
//! Longer than others: the state is one function of all that is told, to be read at one place.

use std::collections::{BTreeMap, BTreeSet};

use guichet_wire::{MethodKind, PartKind, PartStatus, Refusal, Status};
use serde::{Deserialize, Serialize};

pub use self::rebilling::{Rebilling, Run};
pub use crate::attention::Attention;
use crate::event::{Confirmed, Part, PaymentEvent, ReturnOutcome, Trust};
use crate::id::PaymentId;
use crate::method::Method;
use crate::money::Amount;
use crate::operation::{self, Balance, OperationKind, OperationState};

/// What of a payment is fixed when it is made, as far as its state depends on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Terms {
    /// The method that was asked for.
    pub method: Method,
    /// Its kind.
    pub kind: MethodKind,
    /// The total to reach.
    pub total: Amount,
    /// Whether the shop captures later: then the full amount makes it authorised, not paid.
    pub manual_capture: bool,
    /// Most that meal vouchers should pay of it, in minor units, if the shop said so. The platform
    /// holds nobody to that: more of it still counts, and a person is told.
    pub voucher_eligible: Option<u64>,
}

/// Where the money of a payment stands. Only verified facts and time move it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Money {
    /// The outcome is not known, or part of the total is still missing.
    Pending,
    /// Time is over and nothing was ever heard of it.
    Expired,
    /// Refused, as far as is known. A later part may still pay it.
    Refused,
    /// Time is over and only a part was taken.
    Incomplete,
    /// The total is reserved; the shop captures later.
    Authorised,
    /// The total is taken.
    Paid,
}

impl Money {
    /// Whether the total was reached: such a payment settles its session.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Authorised | Self::Paid)
    }
}

/// One transaction, after all that is known of it was put together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartState {
    /// The platform's account of it.
    pub part: Part,
    /// Whether its amount counts toward the total.
    pub counts: bool,
    /// Whether our own account at the platform knows it.
    pub ours: bool,
    /// Whether our own account says otherwise of it than what was told.
    pub disputed: bool,
    /// What became of the money that it took or reserved.
    pub balance: Balance,
}

impl PartState {
    /// The platform took or reserved its amount, for our own account.
    pub(crate) fn has_paid(&self) -> bool {
        self.ours && accepted_by_platform(self)
    }

    /// It may have taken money that does not count: it is not confirmed yet, does not fit, or is
    /// disputed. Whoever pays again may pay twice.
    fn is_in_doubt(&self) -> bool {
        self.disputed || (accepted_by_platform(self) && !self.counts)
    }
}

/// A payment's state.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PaymentState {
    /// Where the money stands.
    pub money: Money,
    /// Sum of the parts that count, in minor units.
    pub accepted: u64,
    /// The transactions, by number.
    pub parts: Vec<PartState>,
    /// What the shop has done with them, by id.
    pub operations: Vec<OperationState>,
    /// Why the latest refused transaction was refused.
    pub refusal: Option<Refusal>,
    /// What the browser told when it came back; the most hopeful, if it came several times.
    pub returned: Option<ReturnOutcome>,
    /// Whether a transaction waits until a person decides about it: the platform holds it, or a
    /// terminal approved it offline and nobody has said yet what the bank did.
    pub held: bool,
    /// What a person has decided about what the platform holds: accepted, or not.
    pub decided: Option<bool>,
    /// What it charges anew, if it is a rebilling.
    pub rebilling: Option<Rebilling>,
    /// The payments that charge anew what this one was made with.
    pub rebilled_by: BTreeSet<PaymentId>,
    /// What the platform's report has otherwise than the books.
    pub differs: Option<String>,
    /// Whether the deadline has passed.
    pub deadline_passed: bool,
    /// What an operator should look at.
    pub attention: BTreeSet<Attention>,
}

impl PaymentState {
    /// A part was taken and the total is not reached.
    #[must_use]
    pub fn holds_a_part(&self) -> bool {
        self.accepted > 0 && !self.money.is_settled()
    }

    /// Whether the payment may still be going on at the platform: starting another warns first.
    #[must_use]
    pub fn may_be_open(&self) -> bool {
        let left = matches!(
            self.returned,
            Some(ReturnOutcome::Cancelled | ReturnOutcome::Refused)
        );
        let in_doubt = self.parts.iter().any(PartState::is_in_doubt);
        !self.money.is_settled() && (in_doubt || !(left || self.deadline_passed))
    }

    /// What shopper and shop are told. Hints shape it as long as no money has settled.
    #[must_use]
    pub fn shown(&self) -> Status {
        match self.money {
            Money::Paid => Status::Paid,
            Money::Authorised => Status::Authorised,
            // The shopper came back from a later try of the same page: its word is on its way.
            Money::Refused if self.awaits_word() => Status::Pending,
            Money::Refused => Status::Refused,
            Money::Incomplete => Status::Incomplete,
            Money::Expired => match self.returned {
                Some(ReturnOutcome::Cancelled) => Status::Cancelled,
                Some(ReturnOutcome::Refused) => Status::Refused,
                _ => Status::Expired,
            },
            Money::Pending => self.shown_while_pending(),
        }
    }

    fn awaits_word(&self) -> bool {
        let hopeful = matches!(
            self.returned,
            Some(ReturnOutcome::Accepted | ReturnOutcome::Waiting)
        );
        hopeful && !self.deadline_passed
    }

    fn shown_while_pending(&self) -> Status {
        let waits = self
            .parts
            .iter()
            .any(|p| p.part.status == PartStatus::Pending || p.is_in_doubt());
        let given_up = match self.returned {
            Some(ReturnOutcome::Cancelled) => Some(Status::Cancelled),
            Some(ReturnOutcome::Refused) => Some(Status::Refused),
            _ => None,
        };
        match given_up {
            Some(_) if self.accepted > 0 => Status::Incomplete,
            Some(status) if !waits => status,
            _ => Status::Pending,
        }
    }
}

/// Makes the state out of the set of events. Order and repetition of `events` change nothing.
pub fn fold<'a>(terms: &Terms, events: impl IntoIterator<Item = &'a PaymentEvent>) -> PaymentState {
    let mut told = Told::default();
    for event in events {
        told.add(event);
    }
    let mut attention = BTreeSet::new();
    let operations = told.operations.states();
    let parts = told.parts(terms, &operations, &mut attention);
    let counted = || parts.iter().filter(|p| p.counts);
    let accepted: u64 = counted().map(|p| p.part.for_order()).sum();
    let held: u64 = counted().map(held_for_order).sum();
    let money = match money(terms, &parts, accepted, told.deadline_passed) {
        Money::Authorised if captured(&parts, &operations) >= terms.total.minor() => Money::Paid,
        money => money,
    };
    let offline = counted().any(|p| p.part.is_offline() && p.balance.held() > 0);
    if offline {
        attention.insert(Attention::Offline);
    }
    if held > terms.total.minor() {
        attention.insert(Attention::Overpaid);
    }
    let by_meal_voucher = parts
        .iter()
        .filter(|p| p.counts && is_meal_voucher(terms, &p.part));
    let by_meal_voucher: u64 = by_meal_voucher.map(|p| p.part.amount.minor()).sum();
    if terms
        .voucher_eligible
        .is_some_and(|eligible| by_meal_voucher > eligible)
    {
        attention.insert(Attention::Ineligible);
    }
    if money == Money::Incomplete && held > 0 {
        attention.extend(of_a_held_part(terms, &parts));
    }
    if told.deadline_passed && money == Money::Pending {
        attention.insert(Attention::StillPending);
    }
    if told.deadline_passed && parts.iter().any(|p| accepted_by_platform(p) && !p.ours) {
        attention.insert(Attention::Unconfirmed);
    }
    let by_platform = parts.iter().any(|p| {
        let part = &p.part;
        part.status == PartStatus::Pending && told.held.contains(part.transaction.as_str())
    });
    let decided = told.decided.map(|(_, accept)| accept);
    let differs = told.reported.and_then(|(_, differs)| differs.clone());
    if differs.is_some() {
        attention.insert(Attention::Differs);
    }
    if by_platform && decided.is_none() {
        attention.insert(Attention::Review);
    }
    attention.extend(of_a_change(&told, &parts));
    PaymentState {
        money,
        accepted,
        refusal: latest_refusal(&parts),
        returned: told.returned,
        held: by_platform || offline,
        decided,
        rebilling: told.rebilling.state(),
        rebilled_by: told.rebilled_by.into_iter().cloned().collect(),
        differs,
        deadline_passed: told.deadline_passed,
        attention,
        parts,
        operations,
    }
}

/// Why the latest refused transaction was refused.
fn latest_refusal(parts: &[PartState]) -> Option<Refusal> {
    let refused = |p: &&PartState| p.ours && p.part.status == PartStatus::Refused;
    parts
        .iter()
        .rev()
        .filter(refused)
        .find_map(|p| p.part.refusal)
}

/// What is held of what pays the order.
fn held_for_order(part: &PartState) -> u64 {
    part.balance.held().saturating_sub(part.part.beside_order())
}

/// What was captured of the parts that count, whatever became of it later.
fn captured(parts: &[PartState], operations: &[OperationState]) -> u64 {
    let captures = operations.iter().map(|operation| &operation.event);
    let captures = captures.filter(|event| {
        event.kind == OperationKind::Capture
            && event.progress.is_done()
            && parts
                .iter()
                .any(|p| p.counts && p.part.transaction == event.part)
    });
    captures.map(|event| event.amount.minor()).sum()
}

fn is_meal_voucher(terms: &Terms, part: &Part) -> bool {
    let holiday = |method: &Option<Method>| method.as_ref().is_some_and(Method::is_holiday_voucher);
    let in_question = match terms.kind {
        MethodKind::MealVoucher => true,
        MethodKind::Choice => !holiday(&part.method),
        _ => false,
    };
    in_question && part.kind == PartKind::Voucher
}

/// What a held part calls for. A voucher's page asks for a card only once the voucher has paid its
/// part: a card alone means that nothing was told of the voucher.
fn of_a_held_part(terms: &Terms, parts: &[PartState]) -> impl Iterator<Item = Attention> {
    let of_voucher = matches!(
        terms.kind,
        MethodKind::MealVoucher | MethodKind::HolidayVoucher
    );
    let untold = of_voucher && parts.iter().all(|p| p.part.kind != PartKind::Voucher);
    let untold = untold.then_some(Attention::VoucherUntold);
    std::iter::once(Attention::PartHeld).chain(untold)
}

/// What a change of a rebilling calls for.
fn of_a_change(told: &Told<'_>, parts: &[PartState]) -> Option<Attention> {
    let took = parts.iter().any(PartState::has_paid);
    let holds = parts.iter().any(|part| part.balance.held() > 0);
    told.rebilling.attention(took, holds)
}

fn is_undecided(operation: &OperationState) -> bool {
    matches!(
        operation.event.progress,
        operation::Progress::Undecided { .. }
    )
}

fn accepted_by_platform(part: &PartState) -> bool {
    part.part.status == PartStatus::Accepted
}

fn money(terms: &Terms, parts: &[PartState], accepted: u64, deadline_passed: bool) -> Money {
    let counted = parts.iter().filter(|p| p.counts);
    // The least of what the counted parts expect: one more part can then never unpay a payment.
    let expected = counted
        .clone()
        .map(|p| p.part.parts_expected.unwrap_or(1))
        .min()
        .unwrap_or(1);
    let complete = counted.count() >= usize::from(expected);
    if complete && accepted >= terms.total.minor() {
        let offline = parts.iter().any(|p| p.counts && p.part.is_offline());
        return if terms.manual_capture || offline {
            Money::Authorised
        } else {
            Money::Paid
        };
    }
    let ours_is = |status| parts.iter().any(|p| p.ours && p.part.status == status);
    match (accepted, deadline_passed) {
        (1.., true) => Money::Incomplete,
        // Nothing more of it comes by itself.
        (1.., false) if terms.kind == MethodKind::Terminal => Money::Incomplete,
        (1.., false) => Money::Pending,
        (0, _) if parts.iter().any(PartState::is_in_doubt) => Money::Pending,
        (0, _) if ours_is(PartStatus::Pending) => Money::Pending,
        (0, _) if ours_is(PartStatus::Refused) => Money::Refused,
        (0, true) => Money::Expired,
        (0, false) => Money::Pending,
    }
}

/// Whether a part may pay a payment that asked for this method.
fn fits(terms: &Terms, part: &Part) -> bool {
    let full = part.amount == terms.total;
    match (terms.kind, part.kind) {
        (MethodKind::Card | MethodKind::Choice | MethodKind::Wallet, PartKind::Card) => full,
        (MethodKind::CreditTransfer | MethodKind::DirectDebit, PartKind::Account) => full,
        (MethodKind::Terminal, PartKind::Card) => true,
        (
            MethodKind::Card
            | MethodKind::Wallet
            | MethodKind::CreditTransfer
            | MethodKind::DirectDebit
            | MethodKind::Terminal,
            _,
        )
        | (_, PartKind::Account) => false,
        (MethodKind::Choice, PartKind::Complement) => true,
        // The method is learnt from the platform; what names none of ours counts for nothing.
        (MethodKind::Choice, PartKind::Voucher) => part.method.is_some(),
        (MethodKind::MealVoucher | MethodKind::HolidayVoucher, PartKind::Card) => false,
        (MethodKind::MealVoucher | MethodKind::HolidayVoucher, PartKind::Complement) => true,
        (MethodKind::MealVoucher | MethodKind::HolidayVoucher, PartKind::Voucher) => {
            part.method.as_ref() == Some(&terms.method)
        }
    }
}

/// What the events tell, put together by what they tell of.
#[derive(Default)]
struct Told<'a> {
    /// By the number of the transaction: the contents with which it was told of.
    transactions: BTreeMap<&'a str, BTreeSet<&'a Part>>,
    /// What our own account said.
    confirmations: BTreeSet<&'a Confirmed>,
    operations: operation::Told<'a>,
    /// The transactions that a person has to decide about.
    held: BTreeSet<&'a str>,
    /// The first decision: when, and whether it accepts.
    decided: Option<(i64, bool)>,
    /// The last comparison with the platform's report: when, and what differs.
    reported: Option<(i64, &'a Option<String>)>,
    rebilling: rebilling::Told<'a>,
    rebilled_by: BTreeSet<&'a PaymentId>,
    returned: Option<ReturnOutcome>,
    deadline_passed: bool,
}

impl<'a> Told<'a> {
    fn add(&mut self, event: &'a PaymentEvent) {
        match event {
            PaymentEvent::Part(part) => {
                let contents = self.transactions.entry(&part.transaction);
                contents.or_default().insert(part);
            }
            PaymentEvent::Confirmed(confirmation) => {
                self.confirmations.insert(confirmation);
            }
            PaymentEvent::Operation(operation) => self.operations.add(operation),
            PaymentEvent::Held { transaction } => {
                self.held.insert(transaction);
            }
            PaymentEvent::Decided { accept, at } => {
                let all = self.decided.into_iter().chain([(*at, *accept)]);
                self.decided = all.min();
            }
            PaymentEvent::Reported { at, differs } => {
                let all = self.reported.into_iter().chain([(*at, differs)]);
                self.reported = all.max();
            }
            PaymentEvent::Rebilling { .. }
            | PaymentEvent::RebillingUntold { .. }
            | PaymentEvent::CalledOff => self.rebilling.add(event),
            PaymentEvent::RebilledBy { payment } => {
                self.rebilled_by.insert(payment);
            }
            PaymentEvent::Returned { outcome } => {
                let first = self.returned.into_iter().chain([*outcome]);
                self.returned = first.min_by_key(|o| hope(*o));
            }
            PaymentEvent::DeadlinePassed => self.deadline_passed = true,
        }
    }

    /// The state of each transaction.
    fn parts(
        &self,
        terms: &Terms,
        operations: &[OperationState],
        attention: &mut BTreeSet<Attention>,
    ) -> Vec<PartState> {
        let mut parts = Vec::with_capacity(self.transactions.len());
        if operations.iter().any(|operation| operation.disputed) {
            attention.insert(Attention::Conflict);
        }
        if operations.iter().any(is_undecided) {
            attention.insert(Attention::OperationUndecided);
        }
        for contents in self.transactions.values() {
            if is_conflict(contents) {
                attention.insert(Attention::Conflict);
            }
            let judged = contents.iter().map(|part| self.judge(terms, part));
            let judged: Vec<_> = judged.collect();
            if judged.iter().any(|state| state.disputed) {
                attention.insert(Attention::Conflict);
            }
            let Some(mut state) = believed(judged) else {
                continue;
            };
            if let (true, Some((_, settled))) = (state.part.is_offline(), self.decided) {
                state.decide(settled);
            }
            if state.has_paid() {
                let done = operations
                    .iter()
                    .filter(|o| o.event.part == state.part.transaction);
                let amount = state.part.amount.minor();
                let reserved_first = terms.manual_capture || state.part.is_offline();
                state.balance = operation::balance(amount, reserved_first, done);
            }
            if state.balance.given_back > state.balance.taken {
                attention.insert(Attention::Conflict);
            }
            if state.balance.held() > 0 && !state.counts {
                attention.insert(Attention::Mismatch);
            }
            parts.push(state);
        }
        parts
    }

    /// One content of a transaction, beside what our own account says of it. That ends what the
    /// platform had called pending; what was final must agree.
    fn judge(&self, terms: &Terms, part: &Part) -> PartState {
        let confirmations = self.confirmations.iter().filter(|confirmation| {
            confirmation.transaction == part.transaction
                && confirmation.call == part.call
                && confirmation.amount == part.amount
        });
        let confirmed = confirmations.map(|confirmation| confirmation.status).max();
        let mut part = part.clone();
        if part.status == PartStatus::Pending
            && let Some(status) = confirmed
        {
            part.status = status;
        }
        let ours = part.trust == Trust::Ours || confirmed == Some(part.status);
        let disputed =
            confirmed.is_some_and(|status| status != PartStatus::Pending && status != part.status);
        let counts = ours && part.status == PartStatus::Accepted && fits(terms, &part);
        PartState {
            part,
            counts,
            ours,
            disputed,
            balance: Balance::default(),
        }
    }
}

/// Which content of one transaction is believed: one that counts wins, then one that is ours, then
/// the most final. So the choice depends on no order, and another content can never unpay what was
/// paid.
fn believed(judged: Vec<PartState>) -> Option<PartState> {
    // The least that any of them which counts expects: a later one can't ask for more.
    let counting = judged.iter().filter(|state| state.counts);
    let expected = counting
        .map(|state| state.part.parts_expected.unwrap_or(1))
        .min();
    let mut best = judged
        .into_iter()
        .max_by(|one, other| one.rank().cmp(&other.rank()))?;
    if expected.is_some() {
        best.part.parts_expected = expected;
    }
    Some(best)
}

impl PartState {
    /// What a terminal approved offline was settled by the bank, or refused: a person says which.
    fn decide(&mut self, settled: bool) {
        if let Some(told) = &mut self.part.at_terminal {
            told.offline = false;
        }
        if !settled {
            self.part.status = PartStatus::Refused;
            self.part.refusal = Some(Refusal::Issuer);
            self.counts = false;
        }
    }

    /// Of several contents of one transaction the greatest is believed.
    fn rank(&self) -> impl Ord + '_ {
        let fewest = std::cmp::Reverse(self.part.parts_expected.unwrap_or(1));
        (
            self.counts,
            self.ours,
            self.part.status,
            // What has settled since was approved offline before.
            !self.part.is_offline(),
            self.part.amount,
            fewest,
            &self.part,
        )
    }
}

/// How good the news is: a shopper who paid, went back and then cancelled has still paid.
fn hope(outcome: ReturnOutcome) -> u8 {
    match outcome {
        ReturnOutcome::Accepted => 0,
        ReturnOutcome::Waiting => 1,
        ReturnOutcome::Refused => 2,
        ReturnOutcome::Cancelled => 3,
    }
}

/// Different contents for one transaction, other than a pending one that became final.
fn is_conflict(contents: &BTreeSet<&Part>) -> bool {
    let finals = contents
        .iter()
        .filter(|part| part.status != PartStatus::Pending);
    let finals = finals.map(|part| {
        (
            &part.call,
            part.kind,
            &part.brand,
            part.amount,
            part.status,
            &part.code,
            &part.fingerprint,
        )
    });
    let amounts: BTreeSet<_> = contents.iter().map(|part| part.amount).collect();
    finals.collect::<BTreeSet<_>>().len() > 1 || amounts.len() > 1
}

mod rebilling;
#[cfg(test)]
mod tests;
