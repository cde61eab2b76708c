//! What the platform remembers: books, page sessions, faults, deliveries.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::books::{Books, CardFacts, Part, Transaction};
use super::call::Call;
use super::faults::Faults;
use super::message::{Delivery, Message};
use super::method::{LIMOCB, LIMONETIK, Method};
use super::numbers::Effect;
use crate::accounts::Account;

/// The pages of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Choice,
    Card,
    ThreeDs,
    Voucher,
    CvLogin,
    CvChallenge,
    CvAmount,
    Complement,
    Ticket,
}

impl Step {
    const ALL: [Self; 9] = [
        Self::Choice,
        Self::Card,
        Self::ThreeDs,
        Self::Voucher,
        Self::CvLogin,
        Self::CvChallenge,
        Self::CvAmount,
        Self::Complement,
        Self::Ticket,
    ];

    /// The last segment of the page's address.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Choice => "choix",
            Self::Card => "carte",
            Self::ThreeDs => "3ds",
            Self::Voucher => "titre",
            Self::CvLogin => "connexion",
            Self::CvChallenge => "verification",
            Self::CvAmount => "montant",
            Self::Complement => "complement",
            Self::Ticket => "ticket",
        }
    }

    pub(crate) fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.path() == path)
    }

    /// The first page of a method.
    pub(crate) const fn first_of(method: Method) -> Self {
        match method {
            Method::Card => Self::Card,
            Method::CvConnect => Self::CvLogin,
            _ => Self::Voucher,
        }
    }
}

/// A card that waits for 3-D Secure.
#[derive(Clone, Debug)]
pub(crate) struct PendingCard {
    pub(crate) effect: Effect,
    pub(crate) facts: CardFacts,
}

/// A CV-Connect account that was signed in to.
#[derive(Clone, Debug)]
pub(crate) struct CvSignIn {
    pub(crate) effect: Effect,
    pub(crate) challenged: bool,
}

/// The voucher part that was taken.
#[derive(Clone, Debug)]
pub(crate) struct VoucherTaken {
    pub(crate) amount: u64,
    /// Any card of the complement is refused.
    pub(crate) complement_refused: bool,
}

/// One shopper on the payment pages, from the call to the way back.
#[derive(Debug)]
pub(crate) struct PageSession {
    pub(crate) account: usize,
    pub(crate) call: Call,
    pub(crate) call_number: u64,
    pub(crate) opened: Instant,
    pub(crate) method: Option<Method>,
    pub(crate) step: Step,
    pub(crate) error: Option<String>,
    pub(crate) refusals: u32,
    pub(crate) pending_card: Option<PendingCard>,
    pub(crate) sign_in: Option<CvSignIn>,
    pub(crate) voucher: Option<VoucherTaken>,
    /// The last attempt: what the browser's return tells about.
    pub(crate) last: Option<u64>,
    /// Notifications of a first part, kept for the second when a fault wants it.
    pub(crate) queued: Vec<Message>,
    /// Where the browser goes at the end; the session is over once it is set and shown.
    pub(crate) exit: Option<String>,
    pub(crate) over: bool,
}

impl PageSession {
    /// What is still to be paid.
    pub(crate) fn remaining(&self) -> u64 {
        let taken = self.voucher.as_ref().map_or(0, |voucher| voucher.amount);
        self.call.total.saturating_sub(taken)
    }

    pub(crate) fn timed_out(&self) -> bool {
        self.opened.elapsed().as_secs() >= self.call.display
    }

    /// Whether a page can be used: in any order that the shopper's Back button can make.
    pub(crate) fn may_use(&self, step: Step) -> bool {
        if self.over {
            return false;
        }
        if self.exit.is_some() {
            return step == Step::Ticket;
        }
        if self.voucher.is_some() {
            let card = self.pending_card.is_some();
            return step == Step::Complement || (step == Step::ThreeDs && card);
        }
        let method = self.method;
        match step {
            Step::Choice => self.call.preset.is_none(),
            Step::Card => method == Some(Method::Card),
            Step::ThreeDs => method == Some(Method::Card) && self.pending_card.is_some(),
            Step::Voucher => method.is_some_and(|m| m.is_voucher() && m != Method::CvConnect),
            Step::CvLogin => method == Some(Method::CvConnect),
            Step::CvChallenge => self.sign_in.is_some(),
            Step::CvAmount => self.sign_in.as_ref().is_some_and(|cv| cv.challenged),
            Step::Complement | Step::Ticket => false,
        }
    }
}

/// One attempt, before it is in the books.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) part: Part,
    pub(crate) amount: u64,
    pub(crate) code: &'static str,
    pub(crate) facts: Option<CardFacts>,
}

/// All of it.
pub(crate) struct World {
    pub(crate) books: Books,
    pub(crate) sessions: HashMap<String, PageSession>,
    pub(crate) faults: Faults,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) held: Vec<Message>,
    /// NUMQUESTION used: site, day, number.
    pub(crate) questions: HashSet<(String, String, u64)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            books: Books::new(),
            sessions: HashMap::new(),
            faults: Faults::default(),
            deliveries: Vec::new(),
            held: Vec::new(),
            questions: HashSet::new(),
        }
    }

    /// Opens a page session; gives its name.
    pub(crate) fn open(&mut self, account: usize, call: Call) -> String {
        let id = crate::ids::random_id();
        let method = call.preset.as_ref().map(|preset| preset.method);
        let session = PageSession {
            account,
            call_number: self.books.draw_call_number(),
            opened: Instant::now(),
            step: method.map_or(Step::Choice, Step::first_of),
            method,
            error: None,
            refusals: 0,
            pending_card: None,
            sign_in: None,
            voucher: None,
            last: None,
            queued: Vec::new(),
            exit: None,
            over: false,
            call,
        };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// Writes an attempt into the books; gives its transaction number.
    pub(crate) fn book(&mut self, id: &str, attempt: Attempt, accounts: &[Account]) -> Option<u64> {
        let number = self.books.draw_transaction_number();
        let session = self.sessions.get_mut(id)?;
        let own = accounts.get(session.account)?;
        let other = accounts.iter().find(|account| account.site != own.site);
        let account = if self.faults.other_merchant {
            other.unwrap_or(own)
        } else {
            own
        };
        let (payment, card) = codes(session, attempt.part);
        let mixed = match attempt.part {
            Part::Voucher if attempt.amount < session.call.total => Some("1-2"),
            Part::Complement => Some("2-2"),
            _ => None,
        };
        let mut transaction = Transaction {
            number,
            call_number: session.call_number,
            site: account.site.clone(),
            rang: account.rang.clone(),
            reference: session.call.reference.clone(),
            amount: attempt.amount,
            currency: session.call.currency.clone(),
            part: attempt.part,
            payment,
            card,
            code: String::new(),
            authorisation: None,
            status: "",
            mixed,
            at: crate::clock::now(),
            acts: Vec::new(),
            session: Some(id.to_owned()),
            facts: attempt.facts,
            authorise_only: session.call.authorise_only,
        };
        let code = session.call.forced_code.clone();
        transaction.decide(code.as_deref().unwrap_or(attempt.code));
        session.last = Some(number);
        self.books.transactions.push(transaction);
        Some(number)
    }
}

/// Letters P and C of a part (§3.1.11, §3.2.4, §3.3.4).
fn codes(session: &PageSession, part: Part) -> (String, String) {
    let method = session.method.unwrap_or(Method::Card);
    let preset = session
        .call
        .preset
        .as_ref()
        .map(|preset| preset.card_type.clone());
    let (payment, card) = match part {
        Part::Complement => (LIMONETIK, LIMOCB.to_owned()),
        Part::Voucher => (LIMONETIK, method.card_type().to_owned()),
        Part::Card => (
            "CARTE",
            preset.unwrap_or_else(|| method.card_type().to_owned()),
        ),
    };
    (payment.to_owned(), card)
}
