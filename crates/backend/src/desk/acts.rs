//! Who did what.

use guichet_desk::pages::audit::{Done, Model, OfPayment, What};
use guichet_desk::words::Deed;
use guichet_domain::attention::Matter;
use guichet_domain::desk::Act;
use guichet_store::{DeskDeed, People, Store, StoreError, WrittenDeed};
use url::form_urlencoded;

use super::{in_paris, one_page};

/// Acts of one page.
const PAGE: usize = 100;

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Asked {
    /// What was refused, and not what was done.
    pub(crate) refused: bool,
    /// What was done with payments, and not at the login.
    pub(crate) payments: bool,
    /// Before the act of that number.
    pub(crate) before: Option<i64>,
}

impl Asked {
    /// What a query asks for.
    pub(crate) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "payments" => asked.payments = value == "1",
                "refused" => asked.refused = value == "1",
                "before" => asked.before = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }
}

/// A page of acts. `base` is where the desk begins.
pub(crate) async fn page(store: &dyn Store, base: &str, asked: Asked) -> Result<Model, StoreError> {
    let here = format!("{base}/audit?refused={}", u8::from(asked.refused));
    let mut model = Model {
        done: Vec::new(),
        refused: asked.refused,
        other: format!("{base}/audit?refused={}", u8::from(!asked.refused)),
        payments: (!asked.payments).then(|| format!("{base}/audit?payments=1")),
        newest: asked.before.map(|_| here.clone()),
        older: None,
    };
    let Some(people) = store.desk_people() else {
        return Ok(model);
    };
    if asked.payments {
        model.other = format!("{base}/audit");
        return with_payments(people, base, asked.before, model).await;
    }
    // One more tells whether there is another page.
    let most = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut acts = people.acts(asked.refused, asked.before, most).await?;
    let more = one_page(&mut acts, PAGE);
    let last = acts.last().filter(|_| more);
    model.older = last.map(|(seq, _)| format!("{here}&before={seq}"));
    let shown = acts.into_iter().map(|(_, act)| Done {
        at: in_paris(act.happened_at),
        person: act.person,
        what: What::Login(match act.act {
            DeskDeed::Added => Deed::Added,
            DeskDeed::RoleChanged => Deed::RoleChanged,
            DeskDeed::Disabled => Deed::Disabled,
            DeskDeed::CodeReset => Deed::CodeReset,
            DeskDeed::PasswordGiven => Deed::PasswordGiven,
            DeskDeed::CodeSet => Deed::CodeSet,
            DeskDeed::CodeRefused => Deed::CodeRefused,
            DeskDeed::ProvedAgain => Deed::ProvedAgain,
            DeskDeed::LoggedIn => Deed::LoggedIn,
            DeskDeed::Refused => Deed::Refused,
            DeskDeed::LoggedOut => Deed::LoggedOut,
        }),
        origin: act.origin,
    });
    model.done = shown.collect();
    Ok(model)
}

/// The same of what was done with payments.
async fn with_payments(
    people: &dyn People,
    base: &str,
    before: Option<i64>,
    model: Model,
) -> Result<Model, StoreError> {
    let here = format!("{base}/audit?payments=1");
    let most = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut deeds = people.deeds(before, most).await?;
    let more = one_page(&mut deeds, PAGE);
    let last = deeds.last().filter(|_| more);
    let older = last.map(|last| format!("{here}&before={}", last.seq));
    let shown = deeds.into_iter();
    Ok(Model {
        done: shown.map(|written| of_payment(written, base)).collect(),
        newest: before.map(|_| here),
        older,
        ..model
    })
}

/// What needed a person.
fn about(subject: &str) -> Option<Matter> {
    let (subject, cause) = subject.split_once('/')?;
    Matter::parse(subject, cause)
}

fn of_payment(written: WrittenDeed, base: &str) -> Done {
    let WrittenDeed {
        deed,
        undone,
        second,
        ..
    } = written;
    let address = match deed.act {
        Act::Replay => format!("{base}/webhooks"),
        Act::Check if !deed.subject.contains('/') => format!("{base}/settings"),
        Act::Check => format!("{base}/terminals"),
        Act::Approve | Act::Decline => format!("{base}/approvals/{}", deed.subject),
        Act::TakeAttention | Act::EndAttention => match about(&deed.subject) {
            Some(Matter::Payment(payment, _)) => format!("{base}/payments/{payment}"),
            _ => format!("{base}/attention"),
        },
        _ => format!("{base}/payments/{}", deed.subject),
    };
    Done {
        at: in_paris(deed.happened_at),
        person: deed.person,
        what: What::Payment(OfPayment {
            act: deed.act,
            address,
            subject: deed.subject,
            amount: deed.amount,
            reason: deed.reason,
            undone,
            second: second.map(|second| (second.person, in_paris(second.at), second.approved)),
        }),
        origin: deed.origin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_read_of_a_query_asks_for_nothing() {
        let asked = |refused, before| Asked {
            refused,
            payments: false,
            before,
        };
        for (query, wanted) in [
            ("", asked(false, None)),
            ("refused=1&before=42", asked(true, Some(42))),
            ("refused=yes&before=x&lang=fr", asked(false, None)),
        ] {
            assert_eq!(Asked::of(query), wanted, "{query}");
        }
    }
}
