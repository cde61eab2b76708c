//! The Unified Gateway: cards that were kept from a terminal's transaction, and payments with them.
//!
//! # Documents
//! - *Moneris Go – Guide d'intégration*, chapter 8: a token out of a terminal's transaction. GUIDE.
//! - Moneris/Moneris-Gateway-API-PHP, `mpgClasses.php`: elements and their order, time limits,
//!   `status_check`. SDK.
//! - activemerchant/active_merchant, `moneris.rb` and recorded answers in its tests. AM.
//! - developer.moneris.com/Documentation/NA/E-Commerce Solutions/API, *Response Fields*, *Vault*.
//!   DOC.
//!
//! # The flow
//! 1. A card that paid on the counter becomes a profile of the vault (`res_tokenize_cc`), where the
//!    shopper said so. The gateway can't be asked whose a profile is: the books keep its key.
//! 2. It pays by that key (`res_purchase_cc`), with the shopper there or not. Nobody is asked, and
//!    the answer tells all.
//! 3. An order whose answer never came is looked up (`status_check`), and never sent again.
//!
//! # Traps
//! - Approved is what is complete, with a code of the bank below 050; ISO says 01 or 00 beside both
//!   (AM). A decline is complete too.
//! - The answer is XML under `text/html`, and what is absent may say `null` (AM).
//! - The vault's own acts have `null` for every number; `ResSuccess` decides (DOC).
//! - A card's number never comes by: there is no type for it, and no `res_lookup_full`.

mod answer;
pub(super) mod charge;
pub(super) mod follow;
pub(super) mod request;
pub(super) mod staff;
pub(super) mod vault;

use std::slice::Iter;

use answer::Receipt;
use request::Transaction;

use super::config::Gateway;
use crate::contract::{CallError, Exchange, Failure};
use crate::halt::{Halt, unexpected};

/// Several calls in a row, as one function that is run anew with each answer. What moves money is
/// not called through it.
struct Calls<'a> {
    gateway: &'a Gateway,
    exchanges: Iter<'a, Exchange>,
}

impl<'a> Calls<'a> {
    fn new(gateway: &'a Gateway, exchanges: &'a [Exchange]) -> Self {
        Self {
            gateway,
            exchanges: exchanges.iter(),
        }
    }

    /// Asks. Nothing has to be looked up before another try.
    fn ask(&mut self, transaction: &Transaction<'_>) -> Result<Receipt, Halt> {
        match self.exchanges.next().map(|made| &made.answer) {
            None => {
                let call = request::call(self.gateway, transaction, None);
                Err(Halt::Call(Box::new(call)))
            }
            Some(Err(CallError::NotSent | CallError::NoAnswer)) => Err(Failure::Unreachable.into()),
            Some(Ok(answer)) => {
                let read = answer::read(&answer.body);
                read.ok_or_else(|| unexpected("an answer that can't be read").into())
            }
        }
    }
}

#[cfg(test)]
mod tests;
