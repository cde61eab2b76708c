//! The login, and who did what.

use guichet_domain::desk::{Role, Why};

use crate::words::{AuditWords, Deed, LoginWords};

pub(super) const LOGIN: LoginWords = LoginWords {
    title: "Log in",
    name: "Name",
    password: "Password",
    log_in: "Log in",
    wrong: "This name and this password do not fit each other",
    wrong_advice: "Look at both and try again. Whoever runs Guichet can give you a new password.",
    wait: "There were too many tries",
    wait_advice: "Try again in {age}.",
    busy: "Too many people are logging in",
    busy_advice: "Try again in a minute.",
    foreign: "This form did not come from the desk's own page",
    foreign_advice: "Nothing was done. Open the desk by its address and try again.",
    role,
    refused,
    refused_advice: "Nothing was done. Whoever runs Guichet can give you another role.",
};

fn role(role: &Role) -> &'static str {
    match role {
        Role::Look => "looks",
        Role::Refund(_) => "gives money back",
        Role::All => "does everything",
    }
}

fn refused(why: Why) -> &'static str {
    match why {
        Why::Looks => "Your role looks, and changes nothing",
        Why::GivesBack => "Your role gives money back, and does not do this",
    }
}

pub(super) const AUDIT: AuditWords = AuditWords {
    meaning: "The latest come first. Nothing here can be changed or taken away.",
    when: "When",
    who: "Who",
    what: "What",
    origin: "From where",
    no_origin: "on the server",
    deed,
};

fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Added => "was added, or given a new password",
        Deed::RoleChanged => "was given another role",
        Deed::Disabled => "was shut out",
        Deed::LoggedIn => "logged in",
        Deed::Refused => "login refused",
        Deed::LoggedOut => "logged out",
    }
}
