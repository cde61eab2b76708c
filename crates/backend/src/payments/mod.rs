//! Payments: started, gone on with, recorded.

pub(crate) mod back;
pub(crate) mod due;
pub(crate) mod go_on;
pub(crate) mod ingest;
pub(crate) mod start;
