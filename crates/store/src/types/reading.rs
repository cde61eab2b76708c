//! What the desk reads.

use guichet_domain::ledger::Transit;
use guichet_domain::money::Currency;

/// Something that was sent for a payment, as it arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arrived {
    /// Unix second of its arrival.
    pub at: i64,
    /// How it came: `notification`, `return` or `query`.
    pub source: String,
    /// Word by word.
    pub raw: Vec<u8>,
}

/// What moved in an hour, of what waits for the bank at one place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Taking {
    /// Unix second of the hour's beginning.
    pub hour: i64,
    /// Where the money waits.
    pub transit: Transit,
    /// Its currency.
    pub currency: Currency,
    /// What was taken, in minor units.
    pub money_in: u64,
    /// What was given back, in minor units.
    pub money_back: u64,
    /// How many entries.
    pub entries: u64,
}
