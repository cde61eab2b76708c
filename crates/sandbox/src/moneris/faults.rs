//! The fault switches of Moneris.

use serde::{Deserialize, Serialize};

/// What goes wrong on purpose. All off at the start and after a reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Every call answers 503 without a word, before anything is done.
    pub(crate) cloud_down: bool,
    /// How many of the next commands are cut off before anything is done.
    pub(crate) command_lost: u32,
    /// How many of the next commands are carried out and never answered.
    pub(crate) answer_lost: u32,
    /// How many of the next commands are answered with `code` at once, and `code_acts` tells
    /// whether they reach the terminal all the same.
    pub(crate) code_times: u32,
    /// See `code_times`.
    pub(crate) code: String,
    /// See `code_times`.
    pub(crate) code_acts: bool,
    /// How many of the next reads of a receipt are cut off.
    pub(crate) receipt_lost: u32,
    /// Receipts that are complete say this code in place of their own, until it is empty again.
    pub(crate) receipt_code: String,
    /// Acknowledgements name a receipt at another host.
    pub(crate) foreign_receipt: bool,
    /// Receipts tell another order than they are of.
    pub(crate) altered_order: bool,
    /// Receipts tell another total than was asked for.
    pub(crate) altered_amount: bool,
    /// How many of the next commands over a line find it cut before anything is done.
    pub(crate) line_lost: u32,
    /// How many of the next commands over a line are begun, and the line is cut then.
    pub(crate) line_cut: u32,
    /// How many of the next commands over a line are carried out to their end, and the line is cut
    /// before that is told.
    pub(crate) line_cut_at_end: u32,
    /// Every frame over a line comes a byte at a time.
    pub(crate) line_dribbles: bool,
    /// Every call of the gateway answers 503 without a word, before anything is done.
    pub(crate) gateway_down: bool,
    /// How many of the next calls of the gateway are cut off before anything is done.
    pub(crate) gateway_lost: u32,
    /// How many of the next acts at the gateway are done and never answered; questions are.
    pub(crate) gateway_answer_lost: u32,
    /// How many of the next acts at the gateway are done and answered as timed out.
    pub(crate) gateway_timed_out: u32,
    /// How long the bank takes for the amounts that are slow (cents .91 to .98), in milliseconds;
    /// 5,000 if it is 0.
    pub(crate) gateway_slow_ms: u64,
    /// The gateway tells another amount than was asked for.
    pub(crate) gateway_altered_amount: bool,
    /// The gateway tells another order than was asked for.
    pub(crate) gateway_altered_order: bool,
    /// Post-backs are never sent.
    pub(crate) post_back_lost: bool,
    /// Each post-back is sent twice.
    pub(crate) post_back_twice: bool,
}

/// Counts a switch down; whether it was on.
pub(super) fn strikes(left: &mut u32) -> bool {
    let on = *left > 0;
    *left = left.saturating_sub(1);
    on
}
