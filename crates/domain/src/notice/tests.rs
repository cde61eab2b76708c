use std::collections::BTreeSet;

use guichet_wire::{MethodKind, PartKind, PartStatus};
use proptest::prelude::*;

use super::*;
use crate::event::{Confirmed, Part, PaymentEvent, ReturnOutcome, Trust};
use crate::payment::{Terms, fold};
use crate::session::Capture;
use crate::stage::Stage;
use crate::testing::{self, amount, method};

const TOTAL: u64 = 1500;

fn session(capture: Capture) -> Session {
    Session {
        capture,
        ..testing::session()
    }
}

fn part(transaction: u8, kind: PartKind, minor: u64, status: PartStatus, trust: Trust) -> Part {
    Part {
        trust,
        ..testing::part(&transaction.to_string(), kind, minor, status)
    }
}

fn taken(transaction: u8, minor: u64) -> PaymentEvent {
    let (kind, status) = (PartKind::Voucher, PartStatus::Accepted);
    PaymentEvent::Part(part(transaction, kind, minor, status, Trust::Ours))
}

/// A book as the store keeps it: what is recorded, and which payment settled the session.
#[derive(Clone)]
struct Book {
    session: Session,
    payments: Vec<(PaymentId, Vec<PaymentEvent>)>,
    expired: bool,
}

/// What happens to a book.
#[derive(Clone, Debug)]
enum Change {
    Event(usize, PaymentEvent),
    Expired,
}

impl Book {
    fn new(capture: Capture, payments: u8) -> Self {
        let payments = (1..=payments).map(|n| (PaymentId::from_random([n; 16]), Vec::new()));
        Self {
            session: session(capture),
            payments: payments.collect(),
            expired: false,
        }
    }

    /// What the shop should be told by now, after the change.
    fn after(&mut self, change: &Change) -> Vec<Notice> {
        match change {
            Change::Event(payment, event) => {
                let (_, events) = &mut self.payments[*payment];
                events.push(event.clone());
            }
            Change::Expired => self.expired = true,
        }
        let terms = Terms {
            method: method("sodexo"),
            kind: MethodKind::MealVoucher,
            total: amount(TOTAL),
            manual_capture: self.session.capture == Capture::Manual,
            voucher_eligible: None,
        };
        let states: Vec<_> = self
            .payments
            .iter()
            .map(|(_, events)| fold(&terms, events))
            .collect();
        if let Change::Event(payment, _) = change
            && self.session.settled_by.is_none()
            && states[*payment].money.is_settled()
        {
            self.session.settled_by = Some(self.payments[*payment].0.clone());
        }
        let attempts: Vec<_> = self
            .payments
            .iter()
            .zip(&states)
            .map(|((id, _), state)| {
                let stage = None::<Stage>;
                (method("sodexo"), Attempt { id, state, stage })
            })
            .collect();
        due(&self.session, &attempts, self.expired)
    }
}

type Key = (
    NoticeKind,
    Option<PaymentId>,
    Option<Attention>,
    Option<OperationId>,
);
type Told = BTreeSet<Key>;

fn key(notice: &Notice) -> Key {
    let about = notice.subject();
    let (payment, operation) = (about.payment.cloned(), about.operation.cloned());
    (notice.kind, payment, about.attention, operation)
}

/// Makes the changes one by one; gives what was told, each when it was first due.
fn told(book: &mut Book, changes: &[Change]) -> Vec<Notice> {
    let (mut seen, mut told) = (Told::new(), Vec::new());
    for change in changes {
        for notice in book.after(change) {
            if seen.insert(key(&notice)) {
                told.push(notice);
            }
        }
    }
    told
}

fn kinds(notices: &[Notice]) -> Vec<&'static str> {
    notices.iter().map(|notice| notice.kind.as_str()).collect()
}

#[test]
fn a_paid_session_is_told_once_and_with_its_payment() {
    let mut book = Book::new(Capture::Automatic, 1);
    let paid = Change::Event(0, taken(1, TOTAL));
    let told = told(&mut book, &[paid.clone(), paid]);
    assert_eq!(kinds(&told), ["session.paid"]);
    let content = &told[0].content;
    let payment = content.payment.as_ref().unwrap();
    assert_eq!(
        (content.status, payment.status, payment.accepted),
        (Status::Paid, Status::Paid, TOTAL)
    );
}

#[test]
fn where_the_shop_captures_later_it_is_told_authorised_and_not_paid() {
    let mut book = Book::new(Capture::Manual, 1);
    let told = told(&mut book, &[Change::Event(0, taken(1, TOTAL))]);
    assert_eq!(kinds(&told), ["session.authorised"]);
    assert_eq!(told[0].content.status, Status::Authorised);
}

#[test]
fn a_part_alone_is_incomplete_once_time_is_over_and_a_late_part_still_pays() {
    let mut book = Book::new(Capture::Automatic, 1);
    let rest = part(
        2,
        PartKind::Complement,
        300,
        PartStatus::Accepted,
        Trust::Ours,
    );
    let changes = [
        Change::Event(0, taken(1, 1200)),
        Change::Event(0, PaymentEvent::DeadlinePassed),
        Change::Event(0, PaymentEvent::Part(rest)),
    ];
    let told = told(&mut book, &changes);
    assert_eq!(kinds(&told), ["session.incomplete", "session.paid"]);
}

#[test]
fn a_second_payment_that_is_paid_is_a_surplus() {
    let mut book = Book::new(Capture::Automatic, 2);
    let changes = [
        Change::Event(1, taken(1, TOTAL)),
        Change::Event(0, taken(2, TOTAL)),
    ];
    let told = told(&mut book, &changes);
    assert_eq!(kinds(&told), ["session.paid", "session.surplus"]);
    let about = |notice: &Notice| notice.content.payment.clone().unwrap().id;
    assert_eq!(about(&told[0]), PaymentId::from_random([2; 16]));
    assert_eq!(about(&told[1]), PaymentId::from_random([1; 16]));
}

#[test]
fn a_session_is_told_expired_only_when_nothing_of_it_may_take_money() {
    let mut book = Book::new(Capture::Automatic, 1);
    assert_eq!(kinds(&book.after(&Change::Expired)), Vec::<&str>::new());
    let over = Change::Event(0, PaymentEvent::DeadlinePassed);
    assert_eq!(kinds(&book.after(&over)), ["session.expired"]);

    // Nobody ever began to pay.
    let mut book = Book::new(Capture::Automatic, 0);
    assert_eq!(kinds(&book.after(&Change::Expired)), ["session.expired"]);

    let mut book = Book::new(Capture::Automatic, 0);
    book.session.paid_in = Some(SessionId::from_random([9; 16]));
    let told = book.after(&Change::Expired);
    assert_eq!(kinds(&told), Vec::<&str>::new(), "its order is paid");
}

fn operation(n: u8, kind: OperationKind, progress: Progress) -> PaymentEvent {
    PaymentEvent::Operation(OperationEvent {
        operation: OperationId::from_random([n; 16]),
        kind,
        part: "1".into(),
        amount: amount(500),
        currency: Currency::EUR,
        at: 1100,
        progress,
    })
}

fn refused() -> Progress {
    Progress::Refused {
        code: "00016".into(),
        why: "not found".into(),
    }
}

#[test]
fn what_the_shop_had_done_is_told_once_it_is_over() {
    let done = || Progress::Done { numbers: None };
    for (kind, progress, expected) in [
        (OperationKind::Capture, done(), Some("payment.captured")),
        (OperationKind::Cancel, done(), Some("payment.cancelled")),
        (OperationKind::Refund, done(), Some("payment.refunded")),
        (
            OperationKind::Capture,
            refused(),
            Some("payment.capture_failed"),
        ),
        (
            OperationKind::Cancel,
            refused(),
            Some("payment.cancel_failed"),
        ),
        (
            OperationKind::Refund,
            refused(),
            Some("payment.refund_failed"),
        ),
        (
            OperationKind::Duplicate,
            Progress::Done { numbers: None },
            Some("payment.duplicated"),
        ),
        (
            OperationKind::Duplicate,
            refused(),
            Some("payment.duplicate_failed"),
        ),
        (OperationKind::Refund, Progress::Asked, None),
        (OperationKind::Refund, Progress::Unknown, None),
    ] {
        let mut book = Book::new(Capture::Automatic, 1);
        let changes = [
            Change::Event(0, taken(1, TOTAL)),
            Change::Event(0, operation(9, kind, Progress::Asked)),
            Change::Event(0, operation(9, kind, progress.clone())),
            Change::Event(0, operation(9, kind, progress)),
        ];
        let told = told(&mut book, &changes);
        let operations = told.iter().filter(|n| n.content.operation.is_some());
        let operations: Vec<_> = operations.collect();
        let names: Vec<_> = operations.iter().map(|n| n.kind.as_str()).collect();
        assert_eq!(names, expected.into_iter().collect::<Vec<_>>());
        for notice in operations {
            let about = notice.content.operation.as_ref().unwrap();
            assert_eq!(about.amount, amount(500));
            assert_eq!(about.id, OperationId::from_random([9; 16]));
        }
    }
}

#[test]
fn each_kind_is_read_back_by_its_name() {
    for kind in NoticeKind::ALL {
        assert_eq!(NoticeKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(NoticeKind::parse("session.gone"), None);
}

fn an_event() -> impl Strategy<Value = PaymentEvent> {
    let kinds = prop_oneof![
        Just(PartKind::Voucher),
        Just(PartKind::Complement),
        Just(PartKind::Card)
    ];
    let statuses = prop_oneof![
        4 => Just(PartStatus::Accepted),
        1 => Just(PartStatus::Pending),
        1 => Just(PartStatus::Refused)
    ];
    let trusts = prop_oneof![1 => Just(Trust::Signed), 3 => Just(Trust::Ours)];
    let minors = prop_oneof![Just(300), Just(1200), Just(TOTAL)];
    let parts = (1_u8..4, kinds, minors.clone(), statuses.clone(), trusts)
        .prop_map(|(n, kind, minor, status, trust)| part(n, kind, minor, status, trust))
        .prop_map(PaymentEvent::Part);
    let answers = (1_u8..4, minors, statuses).prop_map(|(transaction, minor, status)| {
        PaymentEvent::Confirmed(Confirmed {
            transaction: transaction.to_string(),
            call: "2310165".into(),
            amount: amount(minor),
            status,
        })
    });
    let kinds = prop_oneof![Just(OperationKind::Capture), Just(OperationKind::Refund)];
    let progress = prop_oneof![
        Just(Progress::Asked),
        Just(refused()),
        Just(Progress::Done { numbers: None })
    ];
    let done = (1_u8..3, kinds, progress).prop_map(|(n, kind, how)| operation(n, kind, how));
    let back = Just(PaymentEvent::Returned {
        outcome: ReturnOutcome::Cancelled,
    });
    let late = Just(PaymentEvent::DeadlinePassed);
    prop_oneof![6 => parts, 3 => answers, 3 => done, 1 => back, 1 => late]
}

fn a_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        12 => (0_usize..3, an_event()).prop_map(|(payment, event)| Change::Event(payment, event)),
        1 => Just(Change::Expired),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// What has happened before tells nothing when it happens again, in whatever order.
    #[test]
    fn what_is_repeated_tells_nothing_again(
        changes in prop::collection::vec(a_change(), 0..14),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..14),
        manual in any::<bool>(),
    ) {
        let capture = if manual { Capture::Manual } else { Capture::Automatic };
        let mut book = Book::new(capture, 3);
        let first: Told = told(&mut book, &changes).iter().map(key).collect();
        for index in again {
            if changes.is_empty() {
                break;
            }
            let notices = book.after(index.get(&changes));
            let keys: Vec<_> = notices.iter().map(key).collect();
            let distinct: Told = keys.iter().cloned().collect();
            prop_assert_eq!(keys.len(), distinct.len(), "one of them stands there twice");
            prop_assert!(distinct.is_subset(&first), "{:?} beside {:?}", distinct, first);
        }
    }

    /// Whichever order things happen in: of one payment the shop is told in the end what the same
    /// things would tell it at once, and that the session is paid exactly when it is.
    #[test]
    fn the_order_of_events_changes_nothing_of_what_is_told_in_the_end(
        events in prop::collection::vec(an_event(), 0..8),
        seed in any::<u64>(),
    ) {
        let mut changes: Vec<_> = events.into_iter().map(|e| Change::Event(0, e)).collect();
        changes.push(Change::Expired);
        let mut other = changes.clone();
        // Any other order, and each of it twice.
        other.rotate_left(usize::try_from(seed % 97).unwrap() % changes.len());
        if seed % 2 == 0 {
            other.reverse();
        }
        other.extend(changes.clone());
        let in_the_end = |changes: &[Change]| {
            let mut book = Book::new(Capture::Automatic, 1);
            let told = told(&mut book, changes);
            let last: Told = book.after(&Change::Expired).iter().map(key).collect();
            (told, last, book)
        };
        let (one, last, book) = in_the_end(&changes);
        let (two, last_of_other, _) = in_the_end(&other);
        prop_assert_eq!(&last, &last_of_other);
        for told in [&one, &two] {
            let keys: Told = told.iter().map(key).collect();
            prop_assert!(last.is_subset(&keys), "what holds in the end was told");
            let paid = kinds(told).iter().filter(|kind| **kind == "session.paid").count();
            prop_assert_eq!(paid, usize::from(book.session.settled_by.is_some()));
        }
        if book.session.settled_by.is_some() {
            let expired = last.iter().any(|(kind, ..)| *kind == NoticeKind::SessionExpired);
            prop_assert!(!expired, "what is paid is never called expired in the end");
        }
    }
}
