//! What of a payment nothing is done to, and why.

use guichet_domain::PartKind;
use serde::{Deserialize, Serialize};

/// What is not done to one part. The books keep it with the instruction, as JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct LeftOut {
    /// The part: the platform's number of its transaction.
    pub(crate) part: String,
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// How much of it is left out, in minor units.
    pub(crate) amount: u64,
    /// Why.
    pub(crate) why: String,
}
