//! *Report*: the platform's own list of what it did, to compare the books with.

use guichet_domain::event::PlatformFact;

use super::call::{Exchange, Step};
use crate::Verified;

/// A list of what our account did at the platform, page by page, the newest first.
pub trait Report: Send + Sync {
    /// A page; 0 is the first.
    fn page(&self, page: usize, exchanges: &[Exchange]) -> Step<ReportPage>;
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct ReportPage {
    /// Its lines.
    pub lines: Vec<ReportLine>,
    /// Whether there are no more pages.
    pub last: bool,
}

/// One line: what the platform says of one payment, whoever asked for it.
#[derive(Clone, Debug)]
pub struct ReportLine {
    /// The reference that it was made with: one of ours, if it is ours.
    pub reference: String,
    /// The transaction's number, as parts bear it.
    pub transaction: String,
    /// ISO 4217 code.
    pub currency: String,
    /// In minor units.
    pub amount: u64,
    /// Where its money stands.
    pub standing: Standing,
    /// What was given back of it, in minor units.
    pub given_back: u64,
    /// What it tells of a payment that paid, for one that fits no payment of ours.
    pub fact: Option<Verified<PlatformFact>>,
}

/// Where the money of a line stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nothing was taken or reserved.
    Nothing,
    /// It waits for somebody's word.
    Waits,
    /// Taken or reserved.
    Paid,
}
