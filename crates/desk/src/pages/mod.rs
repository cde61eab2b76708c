//! The pages that are read: a model of plain values each, and its view.

pub mod accounting;
pub mod act;
pub mod again;
pub mod approval;
pub mod audit;
pub mod code;
pub mod hooks;
pub mod list;
pub mod login;
pub mod look;
pub mod payment;
pub mod picture;
pub mod rebillings;
pub mod settings;
pub mod terminals;
pub mod today;

use guichet_domain::Status;

use crate::el::{El, el};
use crate::kit::{Tone, badge};
use crate::words::Lang;

/// A payment as it stands in a list.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Where it stands.
    pub status: Status,
    /// Paid although another one had paid the order.
    pub surplus: bool,
    /// A person should look.
    pub look: bool,
    /// Something of it was given back.
    pub given_back: bool,
}

impl Standing {
    fn badges(&self, lang: Lang) -> El {
        let words = &lang.words().states;
        let mut badges = el("span").class("badges");
        badges = badges.with(badge(tone(self.status), (words.status)(self.status)));
        for (is, tone, text) in [
            (self.surplus, Tone::Warn, words.surplus),
            (
                self.given_back,
                Tone::Plain,
                lang.words().payment.given_back,
            ),
            (self.look && !self.surplus, Tone::Warn, words.look),
        ] {
            if is {
                badges = badges.with(badge(tone, text));
            }
        }
        badges
    }
}

fn tone(status: Status) -> Tone {
    match status {
        Status::Paid => Tone::Good,
        Status::Authorised | Status::Pending => Tone::Wait,
        Status::Refused => Tone::Bad,
        Status::Incomplete => Tone::Warn,
        Status::Open | Status::Cancelled | Status::Expired => Tone::Plain,
    }
}

/// A means by its name here, or by its code.
#[must_use]
pub fn means(lang: Lang, code: &str) -> String {
    let known = (lang.words().states.means)(code);
    known.map_or_else(|| code.to_owned(), str::to_owned)
}
