//! The people of the desk.

use guichet_domain::desk::{Limits, Role};

use crate::error::StoreError;

/// Seconds after which a login is forgotten: longer than any configuration lets one last.
pub(crate) const LOGIN_FORGOTTEN_AFTER: i64 = 2 * 24 * 3600;

/// A person of the shop who may log in at the desk.
#[derive(Clone, Eq, PartialEq)]
pub struct DeskPerson {
    /// The name that they log in with.
    pub name: String,
    /// Their password's argon2id hash, as a PHC string.
    pub password: String,
    /// What they may do.
    pub role: Role,
    /// Unix second.
    pub created_at: i64,
    /// Unix second from which they may log in no more.
    pub disabled_at: Option<i64>,
    /// Where their one-time codes stand; none until a phone is set up.
    pub code: Option<DeskCode>,
}

/// What begins a login of somebody whom a provider vouches for.
#[derive(Clone, Copy)]
pub struct Vouched<'a> {
    /// What stands in the place of their password: no password fits it.
    pub password: &'a str,
    /// Unix second in which they proved themselves; 0 if nobody knows.
    pub proved_at: i64,
    /// They gave a second factor there.
    pub coded: bool,
}

/// Where somebody's one-time codes stand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeskCode {
    /// What their secret is made of, with a key that is in no book.
    pub salt: Vec<u8>,
    /// The time step of the last code that was taken; none until the first one fitted.
    pub step: Option<i64>,
}

impl std::fmt::Debug for DeskPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the hash: what is shown ends in logs.
        let mut shown = f.debug_struct("DeskPerson");
        shown.field("name", &self.name).finish_non_exhaustive()
    }
}

/// A person as they stand in the books: name, password, role, its limits, made, disabled, the salt
/// of their codes, the last code's step.
pub(crate) type PersonRow = (
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<Vec<u8>>,
    Option<i64>,
);

impl TryFrom<PersonRow> for DeskPerson {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, StoreError> {
        let (name, password, role, limits, created_at, disabled_at, salt, step) = row;
        Ok(Self {
            role: role_of(&name, &role, &limits)?,
            name,
            password,
            created_at,
            disabled_at,
            code: salt.map(|salt| DeskCode { salt, step }),
        })
    }
}

/// A role as it stands in the books: its word, and its limits if it has some.
pub(crate) fn words_of(role: &Role) -> (&'static str, String) {
    let limits = role.limits().map(ToString::to_string);
    (role.word(), limits.unwrap_or_default())
}

fn role_of(person: &str, word: &str, limits: &str) -> Result<Role, StoreError> {
    let given = (!limits.is_empty()).then(|| limits.parse::<Limits>());
    let role = given
        .transpose()
        .and_then(|limits| Role::parse(word, limits));
    role.map_err(|error| StoreError::Corrupt(format!("the role of {person}: {error}")))
}

/// A login that has not ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeskLogin {
    /// Whose.
    pub person: String,
    /// What they may do now.
    pub role: Role,
    /// Unix second in which the password was given.
    pub began_at: i64,
    /// Unix second in which it was last used, to a minute.
    pub seen_at: i64,
    /// Unix second in which the password was given last.
    pub proved_at: i64,
    /// Unix second in which a one-time code was given.
    pub coded_at: Option<i64>,
}

/// A login as it stands in the books: whose, their role, its limits, began, last used, the password
/// given last, a code given.
pub(crate) type LoginRow = (String, String, String, i64, i64, i64, Option<i64>);

impl TryFrom<LoginRow> for DeskLogin {
    type Error = StoreError;

    fn try_from(row: LoginRow) -> Result<Self, StoreError> {
        let (person, role, limits, began_at, seen_at, proved_at, coded_at) = row;
        Ok(Self {
            role: role_of(&person, &role, &limits)?,
            person,
            began_at,
            seen_at,
            proved_at,
            coded_at,
        })
    }
}

/// What was done at the desk, or about its people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeskAct {
    /// Unix second.
    pub happened_at: i64,
    /// The name that was given; there may be nobody of that name.
    pub person: String,
    /// What was done.
    pub act: DeskDeed,
    /// The address it came from; empty if unknown, or if it was a command on the machine.
    pub origin: String,
}

/// An act as it stands in the books: its number, when, who, what, from where.
pub(crate) type ActRow = (i64, i64, String, String, String);

/// An act with its number.
pub(crate) fn numbered(row: ActRow) -> Result<(i64, DeskAct), StoreError> {
    let (seq, happened_at, person, act, origin) = row;
    let mut all = DeskDeed::ALL.into_iter();
    let known = all.find(|deed| deed.as_str() == act);
    let act = known.ok_or_else(|| StoreError::Corrupt(format!("unknown act {act}")))?;
    let act = DeskAct {
        happened_at,
        person,
        act,
        origin,
    };
    Ok((seq, act))
}

/// What can be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeskDeed {
    /// The person was added, or given a new password.
    Added,
    /// The person was given another role.
    RoleChanged,
    /// The person may log in no more.
    Disabled,
    /// Their one-time codes were taken away: the next login sets up a phone.
    CodeReset,
    /// Name and password fitted each other, and a one-time code was asked for.
    PasswordGiven,
    /// The first code of a phone that was set up fitted.
    CodeSet,
    /// A code did not fit, or was used before.
    CodeRefused,
    /// They logged in.
    LoggedIn,
    /// They gave the password again.
    ProvedAgain,
    /// Name and password did not fit each other.
    Refused,
    /// They logged out.
    LoggedOut,
}

impl DeskDeed {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Added,
        Self::RoleChanged,
        Self::Disabled,
        Self::CodeReset,
        Self::PasswordGiven,
        Self::CodeSet,
        Self::CodeRefused,
        Self::LoggedIn,
        Self::ProvedAgain,
        Self::Refused,
        Self::LoggedOut,
    ];

    /// Its name in the books.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::RoleChanged => "role_changed",
            Self::Disabled => "disabled",
            Self::CodeReset => "code_reset",
            Self::PasswordGiven => "password_given",
            Self::CodeSet => "code_set",
            Self::CodeRefused => "code_refused",
            Self::LoggedIn => "logged_in",
            Self::ProvedAgain => "proved_again",
            Self::Refused => "refused",
            Self::LoggedOut => "logged_out",
        }
    }
}

/// A key of the configuration that a backend has seen.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct KeySeen {
    /// Where it stands.
    pub place: String,
    /// By what its value is told from another one.
    pub mark: String,
    /// Unix second in which it was seen first.
    pub first_seen: i64,
}
