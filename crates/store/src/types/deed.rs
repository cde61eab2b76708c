//! What the people of the desk do with payments.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;

use crate::error::StoreError;

/// Something that a person does at the desk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deed {
    /// Made with the form: the same form does nothing twice.
    pub key: String,
    /// Unix second.
    pub happened_at: i64,
    /// Who.
    pub person: String,
    /// The address it came from; empty if unknown.
    pub origin: String,
    /// What.
    pub act: Act,
    /// The payment's id, or that of a message to a shop's server.
    pub subject: String,
    /// Minor units; none of what moves no money.
    pub amount: Option<(u64, Currency)>,
    /// Why, in the person's words; may be empty.
    pub reason: String,
}

/// What a person may do at most of an act since a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeedLimit {
    /// Minor units of the deed's currency.
    pub most: u64,
    /// Unix second.
    pub since: i64,
}

/// What became of a deed that was to be written down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Written {
    /// It is, and may be done.
    New,
    /// It was before; and nothing was done, if that is so.
    Before(Option<String>),
    /// The form was used for something else.
    Other,
    /// It is more than may be done: so much is left, in minor units. It was not written down.
    TooMuch(u64),
}

/// What a second person decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Second {
    /// Who.
    pub person: String,
    /// Unix second.
    pub at: i64,
    /// Approved, not declined.
    pub approved: bool,
}

/// A deed that was written down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrittenDeed {
    /// Its number: a later one has a greater one.
    pub seq: i64,
    /// The deed.
    pub deed: Deed,
    /// Why nothing was done, if that is so.
    pub undone: Option<String>,
    /// What a second person decided about it.
    pub second: Option<Second>,
}

/// A deed as it stands in the books.
pub(crate) type DeedRow = (
    i64,
    String,
    i64,
    String,
    String,
    String,
    String,
    Option<i64>,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<bool>,
);

pub(crate) fn deed_of(row: DeedRow) -> Result<WrittenDeed, StoreError> {
    let (.., undone, decided_by, decided_at, approved) = row.clone();
    let second = decided_by.zip(decided_at).zip(approved);
    let second = second.map(|((person, at), approved)| Second {
        person,
        at,
        approved,
    });
    let (seq, key, happened_at, person, origin, act, subject, amount, currency, reason, ..) = row;
    let mut all = Act::ALL.into_iter();
    let known = all.find(|known| known.path() == act);
    let act = known.ok_or_else(|| StoreError::Corrupt(format!("unknown act {act}")))?;
    let amount = amount.zip(currency).map(|(minor, code)| {
        let minor = u64::try_from(minor).ok();
        minor.zip(Currency::try_from(code).ok())
    });
    let amount = match amount {
        Some(None) => return Err(StoreError::Corrupt(format!("the amount of the act {key}"))),
        Some(amount) => amount,
        None => None,
    };
    let deed = Deed {
        key,
        happened_at,
        person,
        origin,
        act,
        subject,
        amount,
        reason,
    };
    Ok(WrittenDeed {
        seq,
        deed,
        undone,
        second,
    })
}

/// What became of a deed whose key is in the books already, by what stands there.
pub(crate) fn written_before(deed: &Deed, row: DeedRow) -> Result<Written, StoreError> {
    let WrittenDeed {
        deed: before,
        undone,
        ..
    } = deed_of(row)?;
    let same = before.person == deed.person
        && before.act == deed.act
        && before.subject == deed.subject
        && before.amount == deed.amount;
    Ok(if same {
        Written::Before(undone)
    } else {
        Written::Other
    })
}
