//! The words of the login, and of who did what.

use guichet_domain::desk::{Role, Why};

/// What was done at the desk, or about its people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deed {
    /// The person was added, or given a new password.
    Added,
    /// The person was given another role.
    RoleChanged,
    /// The person may log in no more.
    Disabled,
    /// Their one-time codes were taken away.
    CodeReset,
    /// Name and password fitted each other, and a code was asked for.
    PasswordGiven,
    /// The first code of a phone that was set up fitted.
    CodeSet,
    /// A code did not fit.
    CodeRefused,
    /// They gave the password again.
    ProvedAgain,
    /// They logged in.
    LoggedIn,
    /// Name and password did not fit each other.
    Refused,
    /// They logged out.
    LoggedOut,
}

/// Why signing on at the provider came to nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SsoFault {
    /// The provider gave no answer that can be used.
    Unreachable,
    /// The provider did not sign the person on, or they gave up there.
    Refused,
    /// This browser began no such sign-on, or too long ago, or came back from it before.
    Stale,
    /// They may not log in here.
    Unknown,
    /// Somebody else has their name here.
    Taken,
    /// What the provider said does not hold.
    Untrue,
}

/// The login.
#[derive(Debug)]
pub struct LoginWords {
    /// The heading.
    pub title: &'static str,
    /// The field of the name.
    pub name: &'static str,
    /// The field of the password.
    pub password: &'static str,
    /// The button.
    pub log_in: &'static str,
    /// Name and password do not fit each other.
    pub wrong: &'static str,
    /// What to do then.
    pub wrong_advice: &'static str,
    /// Too many tries.
    pub wait: &'static str,
    /// What to do then, with `{age}`.
    pub wait_advice: &'static str,
    /// The heading of the page of the code.
    pub code_title: &'static str,
    /// The field of the code.
    pub code: &'static str,
    /// Where the code stands.
    pub code_hint: &'static str,
    /// The button of what goes on with the login.
    pub go_on: &'static str,
    /// The heading over how a phone is set up.
    pub set_up: &'static str,
    /// How it is done, step by step.
    pub set_up_steps: [&'static str; 3],
    /// What the picture is.
    pub picture: &'static str,
    /// What stands before the key that is typed where no picture is read.
    pub set_up_key: &'static str,
    /// The code does not fit, or was used before.
    pub code_wrong: &'static str,
    /// What to do then.
    pub code_wrong_advice: &'static str,
    /// There is no key for codes.
    pub no_codes: &'static str,
    /// What to do then.
    pub no_codes_advice: &'static str,
    /// The heading of the page that asks for the password again.
    pub again_title: &'static str,
    /// Why it does.
    pub again_why: &'static str,
    /// So many log in that there is no turn.
    pub busy: &'static str,
    /// What to do then.
    pub busy_advice: &'static str,
    /// The form came from another page than ours.
    pub foreign: &'static str,
    /// What to do then.
    pub foreign_advice: &'static str,
    /// The link to the provider at which people sign on.
    pub sso: &'static str,
    /// Why it is asked for again.
    pub sso_again: &'static str,
    /// Why signing on came to nothing, and what to do then.
    pub sso_fault: fn(SsoFault) -> (&'static str, &'static str),
    /// What a person may do.
    pub role: fn(&Role) -> &'static str,
    /// Why a person may not do something.
    pub refused: fn(Why) -> &'static str,
    /// What to do then.
    pub refused_advice: &'static str,
}

/// Who did what.
#[derive(Debug)]
pub struct AuditWords {
    /// What the page is.
    pub meaning: &'static str,
    /// What the page of what was refused is.
    pub refused_meaning: &'static str,
    /// The link to what was refused.
    pub to_refused: &'static str,
    /// The link to what was done.
    pub to_done: &'static str,
    /// What the page of payments is.
    pub payments_meaning: &'static str,
    /// The way to it.
    pub to_payments: &'static str,
    /// The column of the time.
    pub when: &'static str,
    /// The column of the person.
    pub who: &'static str,
    /// The column of the act.
    pub what: &'static str,
    /// The column of the address.
    pub origin: &'static str,
    /// It was a command on the machine, or the address is unknown.
    pub no_origin: &'static str,
    /// What was done.
    pub deed: fn(Deed) -> &'static str,
}
