//! What needs a person, and who looks after it.

use guichet_domain::attention::Matter;

use crate::error::StoreError;

/// Somebody did something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ByWhom {
    /// Who.
    pub person: String,
    /// Unix second.
    pub at: i64,
}

/// What somebody did about something that needs a person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LookedAfter {
    /// Who looks after it.
    pub taken: Option<ByWhom>,
    /// Who has, if it is done.
    pub done: Option<ByWhom>,
    /// What they wrote then; may be empty.
    pub note: String,
    /// How much had been told of its cause when it was done.
    pub told: u32,
}

impl LookedAfter {
    /// Whether it is done, where so much was told of its cause.
    #[must_use]
    pub fn is_done(&self, told: u32) -> bool {
        self.done.is_some() && told <= self.told
    }

    /// The same; nothing, if it was done and comes anew.
    #[must_use]
    pub fn anew(self, told: u32) -> Self {
        match &self.done {
            Some(_) if told > self.told => Self::default(),
            _ => self,
        }
    }
}

/// Something that needs a person, with what somebody did about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptMatter {
    /// What it is.
    pub matter: Matter,
    /// What was done about it.
    pub looked_after: LookedAfter,
}

/// What became of what a person did about something that needs one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Handled {
    /// It is done so.
    Yes,
    /// It needs nobody any more.
    Gone,
    /// Somebody else looks after it, or nobody does any more.
    By(Option<String>),
    /// More was told of it than the person has seen.
    Anew,
    /// The same form was sent before, and this is why nothing was done.
    Undone(String),
    /// The form was used for something else.
    Stale,
}

impl Handled {
    /// Why nothing was done, as the books keep it; none if something was, or if nothing was tried.
    pub(crate) fn why_not(&self) -> Option<String> {
        match self {
            Self::Yes | Self::Undone(_) | Self::Stale => None,
            Self::Gone => Some("it needed nobody any more".into()),
            Self::By(Some(person)) => Some(format!("{person} looked after it meanwhile")),
            Self::By(None) => Some("nobody looked after it any more".into()),
            Self::Anew => Some("more was told of it meanwhile".into()),
        }
    }
}

/// Something that needs a person, as it stands in the books: subject, cause, taken by and at, done
/// by and at, note, told.
pub(crate) type MatterRow = (
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    String,
    i64,
);

impl TryFrom<MatterRow> for KeptMatter {
    type Error = StoreError;

    fn try_from(row: MatterRow) -> Result<Self, StoreError> {
        let (subject, cause, taken_by, taken_at, done_by, done_at, note, told) = row;
        let matter = Matter::parse(&subject, &cause);
        let unknown = || StoreError::Corrupt(format!("unknown matter {subject}/{cause}"));
        let by = |(person, at)| ByWhom { person, at };
        Ok(Self {
            matter: matter.ok_or_else(unknown)?,
            looked_after: LookedAfter {
                taken: taken_by.zip(taken_at).map(by),
                done: done_by.zip(done_at).map(by),
                note,
                told: u32::try_from(told).unwrap_or(u32::MAX),
            },
        })
    }
}
