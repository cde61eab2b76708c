//! The fault switches of Sogenactif.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::web::control::switches;

/// What goes wrong on purpose. All off at the start and after a reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Every Office call answers 503, before anything is done.
    pub(crate) office_down: bool,
    /// Milliseconds before every Office answer, after the act.
    pub(crate) office_slow_ms: u64,
    /// For each method, how many of the next calls answer 503, before anything is done.
    pub(crate) office_unavailable: BTreeMap<String, u32>,
    /// For each method, how many of the next calls are cut off before anything is done.
    pub(crate) office_call_lost: BTreeMap<String, u32>,
    /// For each method, how many of the next calls are carried out and never answered.
    pub(crate) office_answer_lost: BTreeMap<String, u32>,
    /// For each method, the code that it answers without doing anything.
    pub(crate) office_code: BTreeMap<String, String>,
    /// Answers are sealed with another key.
    pub(crate) office_wrong_seal: bool,
    /// For each method, how many of the next answers are sealed with another key.
    pub(crate) office_wrong_seal_for: BTreeMap<String, u32>,
    /// Answers have no seal.
    pub(crate) office_missing_seal: bool,
    /// Amounts in an answer are changed, then the answer is sealed.
    pub(crate) office_altered_amount: bool,
    /// Amounts in an answer are changed after sealing.
    pub(crate) office_tampered_amount: bool,
    /// An answer names another transaction than the one asked for, and is sealed.
    pub(crate) office_other_transaction: bool,
    /// Answers leave out the members that version 2.27 of the interface does not know.
    pub(crate) office_interface_2_27: bool,
    /// `creditTransferInquire` lists no bank.
    pub(crate) office_no_banks: bool,
    /// The library of the hosted fields answers 404.
    pub(crate) sdk_missing: bool,
    /// The library is another one than its integrity value tells.
    pub(crate) sdk_altered: bool,
    /// Milliseconds before the library is answered.
    pub(crate) sdk_slow_ms: u64,
    /// The frames of the hosted fields answer 503.
    pub(crate) frames_failing: bool,
    /// Every session of hosted fields counts as expired.
    pub(crate) session_expired: bool,
    /// The frames can't make a token: 503.
    pub(crate) tokens_failing: bool,
}

impl Faults {
    /// These switches with the named ones changed; a switch may name methods that are known.
    pub(crate) fn changed(
        &self,
        change: serde_json::Value,
        known: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let changed = switches(self, change)?;
        let counted = [
            &changed.office_unavailable,
            &changed.office_call_lost,
            &changed.office_answer_lost,
            &changed.office_wrong_seal_for,
        ];
        let named = counted.into_iter().flat_map(BTreeMap::keys);
        for name in named.chain(changed.office_code.keys()) {
            if !known(name) {
                return Err(format!("{name} is no method"));
            }
        }
        Ok(changed)
    }

    /// Switches that name methods, alone: what the control page's form can't show.
    pub(crate) fn by_method(&self) -> Self {
        Self {
            office_unavailable: self.office_unavailable.clone(),
            office_call_lost: self.office_call_lost.clone(),
            office_answer_lost: self.office_answer_lost.clone(),
            office_wrong_seal_for: self.office_wrong_seal_for.clone(),
            office_code: self.office_code.clone(),
            ..Self::default()
        }
    }
}
