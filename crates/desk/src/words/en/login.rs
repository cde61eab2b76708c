//! The login, and who did what.

use guichet_domain::desk::{Role, Why};

use crate::words::{AuditWords, Deed, LoginWords, SsoFault};

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
    sso: "Sign on with your shop's account",
    sso_again: "Before money moves, you sign on again when you did so last more than a quarter \
                of an hour ago.",
    sso_fault,
    role,
    refused,
    refused_advice: "Nothing was done. Whoever runs Guichet can give you another role.",
};

fn sso_fault(fault: SsoFault) -> (&'static str, &'static str) {
    match fault {
        SsoFault::Unreachable => (
            "The sign-on of your shop gives no answer",
            "Try again in a minute. Whoever runs Guichet finds the reason in its log.",
        ),
        SsoFault::Refused => (
            "The sign-on of your shop did not let you in",
            "You gave up there, or it refused. Try again, or ask whoever runs it.",
        ),
        SsoFault::Stale => (
            "This sign-on is over",
            "It took too long, was used before, or began in another browser. Begin anew.",
        ),
        SsoFault::Unknown => (
            "You may not use the desk",
            "Your shop's sign-on knows you. Whoever runs Guichet has to give you a role here.",
        ),
        SsoFault::Taken => (
            "Somebody else has your name here",
            "Whoever signed on is not the person of that name. Whoever runs Guichet can give one \
             of you another name.",
        ),
        SsoFault::Untrue => (
            "What the sign-on of your shop said does not hold",
            "Nobody was logged in. Begin anew; if it stays so, whoever runs Guichet finds the \
             reason in its log.",
        ),
    }
}

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
