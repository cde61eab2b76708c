//! The shop's orders, in memory.

use std::collections::HashMap;

use super::state::SessionState;
use crate::clock;

/// What the shop keeps of an order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) reference: String,
    /// In minor units of its currency.
    pub(crate) amount: u64,
    /// Alphabetic code, such as `CAD`.
    pub(crate) currency: String,
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
    /// What the backend told of it last.
    pub(crate) told: Option<Told>,
}

/// What the backend told of an order.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The message's place among those of its session.
    pub(crate) sequence: u32,
    /// What became of the session.
    pub(crate) state: SessionState,
}

impl Order {
    /// What became of it, once that is final: then nobody needs to ask the backend.
    pub(crate) fn settled(&self) -> Option<&SessionState> {
        let told = self.told.as_ref()?;
        let last = matches!(told.state.status.as_str(), "paid" | "authorised");
        last.then_some(&told.state)
    }
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

    /// Keeps what the backend told of the order with this session. A message that comes late, or
    /// again, takes nothing back.
    pub(crate) fn tell(&mut self, session: &str, told: Told) {
        let mut orders = self.all.values_mut();
        let Some(order) = orders.find(|order| order.session_id == session) else {
            return;
        };
        let before = order.told.as_ref().map(|before| before.sequence);
        if before.is_none_or(|before| before <= told.sequence) {
            order.told = Some(told);
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<Order> {
        self.all.get(id).cloned()
    }
}
