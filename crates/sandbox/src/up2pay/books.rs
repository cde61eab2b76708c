//! The platform's books: one transaction for each attempt and each part.

use jiff::Timestamp;
use serde::Serialize;

use super::method::LIMONETIK;

/// Which part of a payment a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Card,
    Voucher,
    Complement,
}

/// What is kept of a (test) card.
#[derive(Clone, Debug)]
pub(crate) struct CardFacts {
    /// AAMM.
    pub(crate) expiry: String,
    pub(crate) first6: String,
    pub(crate) last2: String,
    pub(crate) imprint: String,
    /// The shopper confirmed 3-D Secure.
    pub(crate) authenticated: bool,
}

/// One act on a transaction, as the books have it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Done {
    /// TYPE.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Its own number.
    pub(crate) numtrans: u64,
    pub(crate) amount: u64,
    pub(crate) at: Timestamp,
}

/// One line of the books (manuel CONECS / CV-CONNECT, 01/03/2021, §3.1.10, §3.2.3, §5).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transaction {
    /// Letter S, NUMTRANS: its own for each attempt and part.
    #[serde(rename = "numtrans")]
    pub(crate) number: u64,
    /// Letter T, NUMAPPEL: shared by a whole page session.
    #[serde(rename = "numappel")]
    pub(crate) call_number: u64,
    pub(crate) site: String,
    pub(crate) rang: String,
    /// Letter R, `PBX_CMD`.
    pub(crate) reference: String,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) part: Part,
    /// Letter P.
    pub(crate) payment: String,
    /// Letter C.
    pub(crate) card: String,
    /// Letter E.
    pub(crate) code: String,
    /// Letter A: none on a refusal and on a voucher part (§3.1.11).
    pub(crate) authorisation: Option<&'static str>,
    /// In French, as a consultation answers it.
    pub(crate) status: &'static str,
    /// Letter Z: which part of a mixed payment.
    pub(crate) mixed: Option<&'static str>,
    pub(crate) at: Timestamp,
    /// What the merchant has done with it.
    pub(crate) acts: Vec<Done>,
    /// The page session it came from; none for a transaction made by the control page.
    #[serde(skip)]
    pub(crate) session: Option<String>,
    #[serde(skip)]
    pub(crate) facts: Option<CardFacts>,
    #[serde(skip)]
    pub(crate) authorise_only: bool,
}

impl Transaction {
    /// Gives a transaction its outcome.
    pub(crate) fn decide(&mut self, code: &str) {
        let accepted = code == "00000";
        code.clone_into(&mut self.code);
        self.authorisation = (accepted && self.part != Part::Voucher).then_some("XXXXXX");
        self.status = match code {
            "00000" if self.authorise_only => "Autorisé",
            "00000" => "Capturé",
            "99999" => "En attente",
            _ => "Refusé",
        };
    }

    /// What `ACQUEREUR` must say: letter C of a LIMONETIK transaction (§4.2).
    pub(crate) fn acquirer(&self) -> Option<&str> {
        (self.payment == LIMONETIK).then_some(self.card.as_str())
    }

    /// How much of it was taken, and when; none while it is reserved only, or once it was let go.
    pub(crate) fn taken(&self) -> Option<(u64, Timestamp)> {
        let capture = self.acts.iter().find(|done| done.kind == "00002");
        match (self.status, capture) {
            ("Autorisé" | "Annulé", _) => None,
            (_, Some(capture)) => Some((capture.amount, capture.at)),
            (_, None) => Some((self.amount, self.at)),
        }
    }

    pub(crate) fn refunded(&self) -> u64 {
        let refunds = self.acts.iter().filter(|done| done.kind == "00014");
        refunds.map(|done| done.amount).sum()
    }

    /// Whether it is what a question names: by its own number, or by that of its capture.
    pub(crate) fn has_number(&self, number: u64) -> bool {
        let captures = self.acts.iter().filter(|done| done.kind == "00002");
        self.number == number || captures.into_iter().any(|done| done.numtrans == number)
    }

    /// Whether so much is what it is of: what it took, or what of it was captured.
    pub(crate) fn is_of(&self, amount: u64) -> bool {
        let captured = self.taken().map(|(taken, _)| taken);
        amount == self.amount || Some(amount) == captured
    }
}

/// All transactions, and the counters.
pub(crate) struct Books {
    pub(crate) transactions: Vec<Transaction>,
    next_transaction: u64,
    next_call: u64,
}

impl Books {
    /// Counters start at the clock, so that a restarted sandbox never gives a number twice.
    pub(crate) fn new() -> Self {
        let seconds = crate::clock::seconds();
        Self {
            transactions: Vec::new(),
            next_transaction: 100_000_000 + seconds % 800_000_000,
            next_call: 10_000_000 + seconds % 80_000_000,
        }
    }

    pub(crate) fn draw_transaction_number(&mut self) -> u64 {
        self.next_transaction += 1;
        self.next_transaction
    }

    pub(crate) fn draw_call_number(&mut self) -> u64 {
        self.next_call += 1;
        self.next_call
    }

    pub(crate) fn find(&self, number: u64) -> Option<&Transaction> {
        self.transactions
            .iter()
            .find(|transaction| transaction.number == number)
    }

    pub(crate) fn find_mut(&mut self, number: u64) -> Option<&mut Transaction> {
        self.transactions
            .iter_mut()
            .find(|transaction| transaction.number == number)
    }

    /// Whether a merchant's reference has been fully paid.
    pub(crate) fn is_paid(&self, site: &str, reference: &str, total: u64) -> bool {
        let paid: u64 = self
            .transactions
            .iter()
            .filter(|line| line.site == site && line.reference == reference)
            .filter(|line| line.code == "00000")
            .map(|line| line.amount)
            .sum();
        paid >= total
    }
}
