//! A notification, and what became of it.

use jiff::Timestamp;
use serde::Serialize;

/// A notification that is ready to leave.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) numtrans: Option<u64>,
    pub(crate) reference: String,
    /// `genuine`, `forged`, `altered` or `other_merchant`.
    pub(crate) kind: &'static str,
    pub(crate) post: bool,
    pub(crate) to: String,
    /// The signed pairs and the signature.
    pub(crate) query: String,
}

/// One line of the delivery log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    pub(crate) id: usize,
    pub(crate) at: Timestamp,
    pub(crate) numtrans: Option<u64>,
    pub(crate) reference: String,
    pub(crate) kind: &'static str,
    pub(crate) method: &'static str,
    /// The address without its query.
    pub(crate) to: String,
    pub(crate) query: String,
    /// `delivered`, `failed`, `lost`, `held` or `refused` (an address that the
    /// configuration does not name).
    pub(crate) outcome: &'static str,
    /// HTTP status of the answer.
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    #[serde(skip)]
    message: Message,
}

impl Delivery {
    /// What became of a message, now.
    pub(crate) fn new(
        id: usize,
        message: Message,
        outcome: &'static str,
        status: Option<u16>,
        error: Option<String>,
    ) -> Self {
        let to = message.to.split(['?', '#']).next();
        Self {
            id,
            at: crate::clock::now(),
            numtrans: message.numtrans,
            reference: message.reference.clone(),
            kind: message.kind,
            method: if message.post { "POST" } else { "GET" },
            to: to.unwrap_or_default().to_owned(),
            query: message.query.clone(),
            outcome,
            status,
            error,
            message,
        }
    }

    pub(crate) fn message(&self) -> Message {
        self.message.clone()
    }
}
