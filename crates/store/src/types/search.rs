//! What a shop, or its operator, looks for in the books.

use std::sync::Arc;

use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::method::Method;
use guichet_domain::payment::Money;

use super::book::Book;

/// What is looked for among one shop's payments, or its sessions: all that is given must fit. A
/// session fits if it has a payment that fits what is said of payments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Search {
    /// Whose they are.
    pub shop: Slug,
    /// The order's reference, whole.
    pub reference: Option<String>,
    /// The order's amount, in minor units of whichever currency.
    pub amount: Option<u64>,
    /// The shopper's e-mail address, whole, in letters of either case.
    pub email: Option<String>,
    /// Our reference at the platform, whole.
    pub platform_reference: Option<String>,
    /// The platform's number of a call. With [`Self::transaction`]: one message has both.
    pub call: Option<String>,
    /// The platform's number of a transaction.
    pub transaction: Option<String>,
    /// The method chosen.
    pub method: Option<Method>,
    /// Where a payment's money stands.
    pub money: Option<Money>,
    /// Only what a person should look at.
    pub attention: bool,
    /// Unix second from which on it was made.
    pub from: Option<i64>,
    /// Unix second before which it was made.
    pub before: Option<i64>,
}

impl Search {
    /// All that the shop has.
    #[must_use]
    pub fn of(shop: Slug) -> Self {
        Self {
            shop,
            reference: None,
            amount: None,
            email: None,
            platform_reference: None,
            call: None,
            transaction: None,
            method: None,
            money: None,
            attention: false,
            from: None,
            before: None,
        }
    }
}

/// A payment that was found, in its session's book.
#[derive(Clone, Debug)]
pub struct FoundPayment {
    /// The payment.
    pub id: PaymentId,
    /// The book: the same one for each payment of its session.
    pub book: Arc<Book>,
}
