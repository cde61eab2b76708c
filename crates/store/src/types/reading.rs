//! What the desk reads.

use guichet_domain::ledger::Transit;
use guichet_domain::money::Currency;

use crate::error::StoreError;
use crate::words::from_word;

/// Something that was sent for a payment, as it arrived.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Arrived {
    /// Unix second of its arrival.
    #[sqlx(rename = "received_at")]
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

/// What moved, as the ledger is summed up: hour, currency, transit, money in and back, entries.
pub(crate) type TakingRow = (i64, String, String, i64, i64, i64);

impl TryFrom<TakingRow> for Taking {
    type Error = StoreError;

    fn try_from(row: TakingRow) -> Result<Self, StoreError> {
        let (hour, currency, transit, money_in, money_back, entries) = row;
        let sum = |name, minor: i64| {
            u64::try_from(minor).map_err(|_| StoreError::Corrupt(format!("{name} below zero")))
        };
        Ok(Self {
            hour,
            transit: from_word(&transit)?,
            currency: from_word(&currency)?,
            money_in: sum("money_in", money_in)?,
            money_back: sum("money_back", money_back)?,
            entries: sum("entries", entries)?,
        })
    }
}
