//! The fault switches.

use serde::{Deserialize, Serialize};

use crate::web::control::switches;

/// What goes wrong on purpose. All off at the start and after a reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Notifications leave this many milliseconds later, after the browser's return.
    pub(crate) late_ms: u64,
    /// Notifications are never sent.
    pub(crate) lost: bool,
    /// Notifications are kept until `POST /sandbox/api/release`.
    pub(crate) hold: bool,
    /// Each notification is sent twice.
    pub(crate) twice: bool,
    /// The two parts of a mixed payment are notified in the other order.
    pub(crate) swapped: bool,
    /// The parts of a mixed payment are notified at the same time.
    pub(crate) parallel: bool,
    /// Signed with another key than the platform's.
    pub(crate) forged: bool,
    /// The amount is changed after signing.
    pub(crate) altered: bool,
    /// The transaction is booked with, and notified for, another merchant.
    pub(crate) other_merchant: bool,
    /// With `other_merchant`: the pairs have that merchant's names.
    pub(crate) other_merchant_renamed: bool,
    /// The main page host answers 503, and its `load.html` is not OK.
    pub(crate) page_main_down: bool,
    /// The same for the backup page host.
    pub(crate) page_backup_down: bool,
    /// Milliseconds before every answer of the platform.
    pub(crate) slow_ms: u64,
    /// PPPS answers 503.
    pub(crate) ppps_down: bool,
    /// PPPS closes the connection without an act and without an answer.
    pub(crate) ppps_request_lost: bool,
    /// Milliseconds between the act and the answer of PPPS.
    pub(crate) ppps_answer_late_ms: u64,
    /// PPPS does the act, then closes the connection without an answer.
    pub(crate) ppps_answer_lost: bool,
    /// PPPS pads NUMTRANS and NUMAPPEL to ten digits.
    pub(crate) ppps_padded: bool,
    /// No ticket page, whatever the merchant's setting.
    pub(crate) no_ticket: bool,
}

impl Faults {
    /// These switches with the named ones changed.
    pub(crate) fn changed(&self, change: serde_json::Value) -> Result<Self, String> {
        switches(self, change)
    }
}
