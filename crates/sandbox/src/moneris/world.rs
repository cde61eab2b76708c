//! What the platform remembers.

use jiff::Timestamp;
use serde::Serialize;

use super::faults::Faults;
use super::gateway::world::Gateway;
use crate::clock;

/// The one store: its id, the token and the code of the integration.
pub(super) const STORE: &str = "mogo-guichet-sandbox";
pub(super) const TOKEN: &str = "S4ndb0xmoneris";
pub(super) const INTEGRATION: &str = "guichet-sandbox-ist";

/// The terminal that is reached on the shop's own network.
pub(super) const DIRECT: &str = "D0501234";

/// Most commands that a terminal remembers (*idempotent-request*).
pub(super) const REMEMBERED: usize = 100;

/// How a command ended, as the terminal tells it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct End {
    pub(super) code: &'static str,
    pub(super) response_code: Option<&'static str>,
    pub(super) iso: Option<&'static str>,
    pub(super) approved: u64,
    pub(super) tip: u64,
    pub(super) cash_back: u64,
    pub(super) offline: bool,
    pub(super) tender: &'static str,
    pub(super) form_factor: &'static str,
    pub(super) transaction: Option<String>,
    pub(super) sequence: u32,
    pub(super) at: Timestamp,
}

impl End {
    pub(super) fn is_approved(&self) -> bool {
        matches!(self.code, "5207" | "5210" | "5211")
    }
}

/// One command for a terminal.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Command {
    pub(super) key: String,
    pub(super) action: String,
    pub(super) order: String,
    pub(super) terminal: String,
    /// Minor units.
    pub(super) total: u64,
    /// The cloud's name of it; the last part of its receipt's address.
    pub(super) ticket: String,
    /// The transaction that it follows.
    pub(super) follows: Option<String>,
    pub(super) post_back: Option<String>,
    pub(super) end: Option<End>,
    /// How often the same was sent.
    pub(super) sent: u32,
    /// When its receipt was read, in Unix milliseconds.
    pub(super) reads: Vec<i64>,
}

/// A terminal.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Terminal {
    pub(super) id: &'static str,
    /// What stands on the picture of it.
    pub(super) label: &'static str,
    pub(super) online: bool,
    /// Reached on the shop's own network, and not through the cloud.
    pub(super) direct: bool,
    /// What it printed last.
    pub(super) printed: Option<String>,
}

/// One call of the cloud.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Logged {
    pub(super) action: String,
    pub(super) key: String,
    pub(super) code: String,
    pub(super) fault: Option<&'static str>,
}

/// One post-back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sent {
    pub(super) order: String,
    pub(super) probe: bool,
    pub(super) status: Option<u16>,
}

/// All of it.
pub(crate) struct World {
    pub(super) terminals: Vec<Terminal>,
    pub(super) commands: Vec<Command>,
    pub(super) faults: Faults,
    pub(super) log: Vec<Logged>,
    pub(super) sent: Vec<Sent>,
    pub(super) transactions: u32,
    /// The gateway's.
    pub(super) gateway: Gateway,
}

impl Default for World {
    fn default() -> Self {
        let terminal = |id, label| Terminal {
            id,
            label,
            online: true,
            direct: id == DIRECT,
            printed: None,
        };
        Self {
            terminals: vec![
                terminal("A1234567", "Caisse 1"),
                terminal("P0401234", "Caisse 2"),
                terminal(DIRECT, "Caisse 3"),
            ],
            commands: Vec::new(),
            faults: Faults::default(),
            log: Vec::new(),
            sent: Vec::new(),
            transactions: 0,
            gateway: Gateway::default(),
        }
    }
}

impl World {
    pub(super) fn now(&self) -> Timestamp {
        clock::now()
    }

    pub(super) fn terminal(&mut self, id: &str) -> Option<&mut Terminal> {
        self.terminals.iter_mut().find(|own| own.id == id)
    }

    /// What a terminal works on.
    pub(super) fn running(&self, terminal: &str) -> Option<&Command> {
        let mut own = self.commands.iter();
        own.find(|own| own.terminal == terminal && own.end.is_none())
    }

    /// What a terminal remembers of that key: it knows its last commands only.
    pub(super) fn remembered(&mut self, terminal: &str, key: &str) -> Option<&mut Command> {
        let own = self.commands.iter_mut().rev();
        let mut own = own.filter(|own| own.terminal == terminal).take(REMEMBERED);
        own.find(|own| own.key == key)
    }

    pub(super) fn by_ticket(&mut self, ticket: &str) -> Option<&mut Command> {
        self.commands.iter_mut().find(|own| own.ticket == ticket)
    }

    /// A transaction's number, and its place in the batch.
    pub(super) fn new_transaction(&mut self) -> (String, u32) {
        self.transactions += 1;
        let number = self.transactions;
        (format!("{number}-0_{}", 1200 + number), number)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
