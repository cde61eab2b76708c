//! What happens without a request.

use std::time::Duration;

pub(crate) mod conversations;
pub(crate) mod deadlines;
pub(crate) mod queries;

/// How often the books are looked through for what is due.
const TICK: Duration = Duration::from_secs(1);
