//! How much there is, for whoever watches over the backend.

/// What is counted of the books at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// Payments that were started within the last day.
    pub payments: Vec<PaymentsOf>,
    /// What is due by now and nobody has taken yet, by the name of its queue.
    pub due: Vec<DueOf>,
    /// Seconds since the oldest claim was told that our own account has not answered for.
    pub oldest_question: i64,
    /// Seconds since the oldest notice became true that its shop has not taken and that is sent
    /// again.
    pub oldest_notice: i64,
}

/// How many payments of a shop, by one method, stand so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PaymentsOf {
    /// The shop.
    pub shop: String,
    /// The method.
    pub method: String,
    /// Where their money stands: `paid`, `refused`, …
    pub outcome: String,
    /// How many.
    pub count: i64,
}

/// How much of one kind is due.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DueOf {
    /// The kind: `questions`, `conversations`, `operations`, `notices`, `deadlines`.
    pub queue: &'static str,
    /// How much.
    pub count: i64,
    /// For how many seconds the longest has been due.
    pub oldest: i64,
}
