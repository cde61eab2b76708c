//! What needs a person.

use std::collections::BTreeMap;
use std::time::Duration;

use guichet_desk::Lang;
use guichet_desk::pages::approval::Waiting;
use guichet_desk::pages::look::{Expiring, Hands, Model, Row, Unmatched, Unreadable};
use guichet_domain::attention::Matter;
use guichet_domain::payment::Attention;
use guichet_providers::contract::Exchange;
use guichet_store::{Attended, ByWhom, LookedAfter, People, Store, StoreError};

use super::in_paris;
use crate::app::App;

/// Most entries of each kind.
const MOST: u32 = 200;

/// Who reads, and who looks after what.
pub(crate) struct Looking<'a> {
    /// Where the desk begins.
    pub(crate) base: &'a str,
    /// Whether the reader may take something, or have it done.
    pub(crate) may: bool,
    /// Unix second.
    pub(crate) now: i64,
}

impl Looking<'_> {
    /// Who looks after something, and where the reader does.
    pub(super) fn hands(&self, matter: &Matter, taken: Option<&ByWhom>) -> Hands {
        let page = |what| format!("{}/attention/{matter}/{what}", self.base);
        Hands {
            taken: taken.map(|by| (by.person.clone(), self.now - by.at)),
            take: self.may.then(|| page("take")),
            end: self.may.then(|| page("done")),
        }
    }
}

/// Who has taken what.
struct Taken(BTreeMap<Matter, LookedAfter>);

impl Taken {
    async fn read(people: Option<&dyn People>) -> Result<Self, StoreError> {
        let Some(people) = people else {
            return Ok(Self(BTreeMap::new()));
        };
        // There are as many at most as stand on the page, of each kind.
        let kept = people.taken_matters(MOST * 3).await?.into_iter();
        Ok(Self(
            kept.map(|kept| (kept.matter, kept.looked_after)).collect(),
        ))
    }

    fn by(&self, matter: &Matter) -> Option<&ByWhom> {
        self.0.get(matter)?.taken.as_ref()
    }
}

/// The page.
pub(crate) async fn page(store: &dyn Store, who: &Looking<'_>) -> Result<Model, StoreError> {
    let attended = store.attention(MOST).await?;
    let counts = store.attention_counts().await?;
    let taken = Taken::read(store.desk_people()).await?;
    let listed = u64::try_from(attended.len()).unwrap_or(u64::MAX);
    let unmatched = store.unmatched(MOST).await?.into_iter();
    let unmatched = unmatched.map(|message| {
        let matter = Matter::Unmatched(message.seq);
        Unmatched {
            account: message.account,
            reference: message.reference,
            age: who.now - message.received_at,
            hands: who.hands(&matter, taken.by(&matter)),
        }
    });
    let unreadable = store.messages(MOST).await?.into_iter();
    let unreadable = unreadable.filter(|message| message.genuine);
    let unreadable = unreadable.map(|message| {
        let matter = Matter::Unreadable(message.seq);
        Unreadable {
            account: message.account,
            why: message.why,
            times: message.times,
            age: who.now - message.first_at,
            hands: who.hands(&matter, taken.by(&matter)),
        }
    });
    Ok(Model {
        approvals: approvals(store, who).await?,
        payments: by_kind(&attended, who, &taken),
        more: counts.payments.saturating_sub(listed),
        unmatched: unmatched.collect(),
        unreadable: unreadable.collect(),
        expiring: Vec::new(),
        expiring_untold: Vec::new(),
    })
}

/// How long the page waits for a platform to tell which saved cards end soon.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// The saved cards that end soon, of the shoppers whom the books know, and the accounts whose
/// platform did not tell.
pub(crate) async fn expiring(app: &App) -> Result<(Vec<Expiring>, Vec<String>), StoreError> {
    let (mut cards, mut untold) = (Vec::new(), Vec::new());
    for account in app.accounts.iter() {
        let Some(vault) = account.vault() else {
            continue;
        };
        let step = |exchanges: &[Exchange]| vault.expiring(exchanges);
        let told = tokio::time::timeout(TOLD_WITHIN, app.platform.exchange(step)).await;
        let Ok(Ok(told)) = told else {
            untold.push(account.account().to_string());
            continue;
        };
        if told.is_empty() {
            continue;
        }
        let kept = app.store.first_payments(account.account(), None).await?;
        cards.extend(told.iter().filter_map(|card| {
            let own = kept.iter().find(|own| own.card == card.id)?;
            let (year, month) = card.expires?;
            Some(Expiring {
                shop: own.shop.clone(),
                shopper: own.shopper.clone(),
                last_digits: card.last_digits.clone(),
                until: format!("{year:04}-{month:02}"),
            })
        }));
    }
    cards.sort_by(|one, other| one.until.cmp(&other.until));
    Ok((cards, untold))
}

/// What waits for a second person.
async fn approvals(store: &dyn Store, who: &Looking<'_>) -> Result<Vec<Waiting>, StoreError> {
    let Some(people) = store.desk_people() else {
        return Ok(Vec::new());
    };
    let waiting = people.approvals(who.now, MOST).await?.into_iter();
    let waiting = waiting.filter_map(|approval| {
        let deed = approval.asked.deed;
        let (amount, currency) = deed.amount?;
        Some(Waiting {
            address: format!("{}/approvals/{}", who.base, deed.key),
            act: deed.act,
            amount,
            currency,
            asked_by: deed.person,
            age: who.now - deed.happened_at,
            until: in_paris(approval.asking.expires_at),
        })
    });
    Ok(waiting.collect())
}

/// Payments by why a person should look: the oldest of each first, since it has waited longest.
fn by_kind(attended: &[Attended], who: &Looking<'_>, taken: &Taken) -> Vec<(Attention, Vec<Row>)> {
    let mut kinds: Vec<(Attention, Vec<Row>)> = Vec::new();
    for entry in attended.iter().rev() {
        for why in &entry.attention {
            let matter = Matter::Payment(entry.payment.id.clone(), *why);
            let row = Row {
                address: format!("{}/payments/{}", who.base, entry.payment.id),
                reference: entry.session.reference.clone(),
                means: entry.payment.method.to_string(),
                amount: entry.session.amount.minor(),
                currency: entry.session.currency,
                age: who.now - entry.payment.created_at,
                hands: who.hands(&matter, taken.by(&matter)),
            };
            match kinds.iter_mut().find(|(known, _)| known == why) {
                Some((_, rows)) => rows.push(row),
                None => kinds.push((*why, vec![row])),
            }
        }
    }
    kinds.sort_by_key(|(why, _)| *why);
    kinds
}

/// Something that needs a person, as it stands now.
pub(crate) struct Standing {
    /// What a person knows it by.
    pub(crate) about: String,
    /// How much was told of its cause.
    pub(crate) told: u32,
    /// Who looks after it.
    pub(crate) taken: Option<ByWhom>,
}

/// How something stands; none if it needs nobody.
pub(crate) async fn standing(
    store: &dyn Store,
    people: &dyn People,
    matter: &Matter,
    lang: Lang,
) -> Result<Option<Standing>, StoreError> {
    let words = lang.words();
    let found = match matter {
        Matter::Payment(payment, why) => {
            let found = store.payment(payment).await?;
            let found = found.and_then(|(_, book)| {
                let states = book.states();
                let mut attempts = book.attempts(&states);
                let (_, attempt) = attempts.find(|(made, _)| made.id == *payment)?;
                let needs = attempt.attention(&book.session).contains(why);
                let entry = book.entry(payment).filter(|_| needs)?;
                Some((book.session.reference.clone(), entry.told(*why)))
            });
            found.map(|(reference, told)| {
                let why = (words.states.attention)(*why).title;
                (format!("{reference}: {why}"), told)
            })
        }
        Matter::Unmatched(seq) => {
            let mut all = store.unmatched(MOST).await?.into_iter();
            let found = all.find(|message| message.seq == *seq);
            found.map(|message| {
                (
                    format!("{}: {}", words.look.unmatched, message.reference),
                    1,
                )
            })
        }
        Matter::Unreadable(seq) => {
            let mut all = store.messages(MOST).await?.into_iter();
            let found = all.find(|message| message.genuine && message.seq == *seq);
            found.map(|message| {
                let about = format!("{}: {}", words.look.unreadable, message.account);
                (about, message.times)
            })
        }
    };
    let Some((about, told)) = found else {
        return Ok(None);
    };
    let kept = people.matters_of(&matter.subject()).await?.into_iter();
    let mut kept = kept.filter(|kept| kept.matter == *matter);
    let kept = kept.next().map(|kept| kept.looked_after.anew(told));
    let kept = kept.unwrap_or_default();
    Ok((!kept.is_done(told)).then_some(Standing {
        about,
        told,
        taken: kept.taken,
    }))
}
