//! The login.

use crate::el::{El, el};
use crate::kit::{self, Field, Tone, Weight};
use crate::show;
use crate::words::{Lang, SsoFault, fill};

/// Why the form is shown again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Name and password do not fit each other.
    Wrong,
    /// There were too many tries: so many seconds have to pass.
    Wait(i64),
    /// The code does not fit, or was used before.
    Code,
    /// The person's role needs codes, and the configuration has no key for them.
    NoCodes,
    /// So many log in that there is no turn.
    Busy,
    /// It came from another page than ours.
    Foreign,
    /// Signing on at the provider came to nothing.
    Sso(SsoFault),
}

/// Tells of a fault, and what to do then.
pub(super) fn told(lang: Lang, fault: Fault) -> El {
    let words = &lang.words().login;
    let (title, advice) = match fault {
        Fault::Wrong => (words.wrong, words.wrong_advice.to_owned()),
        Fault::Wait(seconds) => {
            let age = show::age(lang, seconds);
            (words.wait, fill(words.wait_advice, &[("age", &age)]))
        }
        Fault::Code => (words.code_wrong, words.code_wrong_advice.to_owned()),
        Fault::NoCodes => (words.no_codes, words.no_codes_advice.to_owned()),
        Fault::Busy => (words.busy, words.busy_advice.to_owned()),
        Fault::Foreign => (words.foreign, words.foreign_advice.to_owned()),
        Fault::Sso(fault) => {
            let (title, advice) = (words.sso_fault)(fault);
            (title, advice.to_owned())
        }
    };
    kit::notice(Tone::Bad, title, &advice)
}

/// Draws the page. The form leads to `action`; `next` is the address of the page that was asked
/// for; `sso` is where people sign on at their own provider, if they may.
#[must_use]
pub fn view(
    lang: Lang,
    action: &str,
    sso: Option<&str>,
    (next, name): (&str, &str),
    fault: Option<Fault>,
) -> El {
    let words = &lang.words().login;
    let name = Field {
        name: "name",
        label: words.name,
        value: name,
        autocomplete: "username",
        required: true,
        ..Field::default()
    };
    let password = Field {
        name: "password",
        label: words.password,
        kind: "password",
        autocomplete: "current-password",
        required: true,
        ..Field::default()
    };
    let form = kit::form(action, &[("next", next)])
        .with(kit::field(&name))
        .with(kit::field(&password))
        .with(kit::button(words.log_in, Weight::Main));
    let told = fault.map(|fault| told(lang, fault));
    let sign_on = sso.map(|sso| {
        let link = kit::button_link(sso, words.sso, Weight::Quiet);
        el("p").with(link)
    });
    el("div")
        .class("stack")
        .maybe(told)
        .with(form)
        .maybe(sign_on)
}
