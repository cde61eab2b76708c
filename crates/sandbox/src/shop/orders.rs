//! The shop's orders, in memory.

use std::collections::HashMap;

use crate::clock;

/// What the shop keeps of an order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) reference: String,
    /// In cents.
    pub(crate) amount: u64,
    /// What was bought: name, quantity, cents.
    pub(crate) lines: Vec<(String, u32, u64)>,
    /// Whose order it is, for a customer who was logged in.
    pub(crate) customer: Option<String>,
    /// The payment page prints the element as the backend draws it.
    pub(crate) markup: bool,
    /// `cs_…`, public.
    pub(crate) session_id: String,
    /// What the payment page prints.
    pub(crate) session_secret: Secret,
}

/// A session's secret, kept out of `Debug` output.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// All orders, by an id that can't be guessed.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    all: HashMap<String, Order>,
    count: u64,
}

impl Orders {
    /// A reference like `CMD-2026-000123`, never given twice by one run.
    pub(crate) fn draw_reference(&mut self) -> String {
        self.count += 1;
        let run = clock::seconds() % 1_000_000;
        let year = clock::in_paris(clock::now()).year();
        format!("CMD-{year}-{run:06}{:02}", self.count)
    }

    pub(crate) fn keep(&mut self, id: String, order: Order) {
        self.all.insert(id, order);
    }

    pub(crate) fn find(&self, id: &str) -> Option<Order> {
        self.all.get(id).cloned()
    }
}
