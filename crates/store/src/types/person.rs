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
}

impl std::fmt::Debug for DeskPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the hash: what is shown ends in logs.
        let mut shown = f.debug_struct("DeskPerson");
        shown.field("name", &self.name).finish_non_exhaustive()
    }
}

/// A person as they stand in the books: name, password, role, its limits, made, disabled.
pub(crate) type PersonRow = (String, String, String, String, i64, Option<i64>);

impl TryFrom<PersonRow> for DeskPerson {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, StoreError> {
        let (name, password, role, limits, created_at, disabled_at) = row;
        Ok(Self {
            role: role_of(&name, &role, &limits)?,
            name,
            password,
            created_at,
            disabled_at,
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
}

/// A login as it stands in the books: whose, their role, its limits, began, last used.
pub(crate) type LoginRow = (String, String, String, i64, i64);

impl TryFrom<LoginRow> for DeskLogin {
    type Error = StoreError;

    fn try_from(row: LoginRow) -> Result<Self, StoreError> {
        let (person, role, limits, began_at, seen_at) = row;
        Ok(Self {
            role: role_of(&person, &role, &limits)?,
            person,
            began_at,
            seen_at,
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

/// An act as it stands in the books: when, who, what, from where.
pub(crate) type ActRow = (i64, String, String, String);

impl TryFrom<ActRow> for DeskAct {
    type Error = StoreError;

    fn try_from((happened_at, person, act, origin): ActRow) -> Result<Self, StoreError> {
        let mut all = DeskDeed::ALL.into_iter();
        let known = all.find(|deed| deed.as_str() == act);
        let act = known.ok_or_else(|| StoreError::Corrupt(format!("unknown act {act}")))?;
        Ok(Self {
            happened_at,
            person,
            act,
            origin,
        })
    }
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
    /// They logged in.
    LoggedIn,
    /// Name and password did not fit each other.
    Refused,
    /// They logged out.
    LoggedOut,
}

impl DeskDeed {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Added,
        Self::RoleChanged,
        Self::Disabled,
        Self::LoggedIn,
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
            Self::LoggedIn => "logged_in",
            Self::Refused => "refused",
            Self::LoggedOut => "logged_out",
        }
    }
}
