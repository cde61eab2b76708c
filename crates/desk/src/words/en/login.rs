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
    code_title: "Code from your phone",
    code: "Code",
    code_hint: "The six digits that your phone's app shows for Guichet.",
    go_on: "Go on",
    set_up: "Set up your phone",
    set_up_steps: [
        "Your role moves money, so that each login needs a code from your phone beside the \
         password. Install an app that makes one-time codes, or use the one that you have.",
        "Let the app read this picture.",
        "Type the six digits that it shows below.",
    ],
    picture: "QR code with the key of your codes, for an app that makes one-time codes",
    set_up_key: "Where no picture can be read, type this key into the app:",
    code_wrong: "This code does not fit",
    code_wrong_advice: "Each code is good once, and for less than a minute. Wait for the next one. \
                        If none fits, look whether your phone's clock is right.",
    no_codes: "You can't log in yet",
    no_codes_advice: "Your role needs codes from a phone, and there is no key for them. Whoever \
                      runs Guichet has to write code_key under [desk] into the configuration.",
    again_title: "Your password, once more",
    again_why: "Before money moves, you are asked for it when you gave it last more than a quarter \
                of an hour ago.",
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
    payments_meaning: "What people did with payments, the latest \
        first. Nothing here can be changed or taken away.",
    to_payments: "What was done with payments",
    meaning: "The latest come first. Nothing here can be changed or taken away.",
    refused_meaning: "Logins and codes that were refused, the latest first. Many of one name or \
                      from one address may be somebody who guesses.",
    to_refused: "What was refused",
    to_done: "What was done",
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
        Deed::CodeReset => "was given no codes any more: the next login sets up a phone",
        Deed::PasswordGiven => "gave the password, and was asked for a code",
        Deed::CodeSet => "set up a phone and logged in",
        Deed::CodeRefused => "code refused",
        Deed::ProvedAgain => "gave the password again",
        Deed::LoggedIn => "logged in",
        Deed::Refused => "login refused",
        Deed::LoggedOut => "logged out",
    }
}
