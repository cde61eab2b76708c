//! The fault switches of NETBANX.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::web::control::switches;

/// Names of the API's operations, as the switches have them.
pub(super) const OPERATIONS: [&str; 12] = [
    "create",
    "report",
    "status",
    "cancel",
    "update",
    "rebill",
    "refund",
    "settlement",
    "resend_callback",
    "cancel_settlement",
    "profile",
    "remove_card",
];

/// What goes wrong on purpose. All off at the start and after a reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Every call answers 503, before anything is done.
    pub(crate) api_down: bool,
    /// Milliseconds before every answer, after the act.
    pub(crate) api_slow_ms: u64,
    /// For each operation, how many of the next calls answer 503, before anything is done.
    pub(crate) unavailable: BTreeMap<String, u32>,
    /// For each operation, how many of the next calls are cut off before anything is done.
    pub(crate) call_lost: BTreeMap<String, u32>,
    /// For each operation, how many of the next calls are carried out and never answered.
    pub(crate) answer_lost: BTreeMap<String, u32>,
    /// For each operation, the code that it answers, with HTTP 400, without doing anything.
    pub(crate) code: BTreeMap<String, String>,
    /// Orders tell another amount than they have.
    pub(crate) altered_amount: bool,
    /// Orders tell another reference than they have.
    pub(crate) altered_reference: bool,
    /// A refusal of a payment without the shopper comes as HTTP 402, otherwise within a 200.
    pub(crate) decline_as_402: bool,
    /// An order with a token is paid at once, although it has a page.
    pub(crate) token_at_once: bool,
    /// Callbacks are never sent.
    pub(crate) callback_lost: bool,
    /// Callbacks leave this many milliseconds later, after the browser's return.
    pub(crate) callback_late_ms: u64,
    /// Each callback is sent twice.
    pub(crate) callback_twice: bool,
    /// Callbacks name this order instead.
    pub(crate) callback_names: String,
    /// How many of the next callbacks are counted as failed whatever they are answered, so that
    /// they are sent again.
    pub(crate) callback_unheard: u32,
}

impl Faults {
    /// These switches with the named ones changed.
    pub(super) fn changed(&self, change: Value) -> Result<Self, String> {
        let changed = switches(self, change)?;
        let counted = [
            &changed.unavailable,
            &changed.call_lost,
            &changed.answer_lost,
        ];
        let named = counted.into_iter().flat_map(BTreeMap::keys);
        for name in named.chain(changed.code.keys()) {
            if !OPERATIONS.contains(&name.as_str()) {
                return Err(format!("{name} is none of {}", OPERATIONS.join(", ")));
            }
        }
        Ok(changed)
    }
}
