//! One payment, with all that is known of it.

use guichet_desk::pages::look::Looked;
use guichet_desk::pages::payment::{Entry, Happened, Model, Other, Raw};
use guichet_desk::words::Act;
use guichet_domain::attention::{Attention, Matter};
use guichet_domain::id::PaymentId;
use guichet_domain::operation::OperationKind;
use guichet_domain::payment::{Money, PaymentState};
use guichet_domain::session::Session;
use guichet_store::{KeptMatter, StoreError};

use super::look::Looking;
use super::{hooks, in_paris, raw, rebillings, standing};
use crate::app::App;
use crate::sessions::folded::Folded;

/// Most messages of the platforms.
const RAW_MAX: u32 = 50;

/// Who reads.
pub(crate) struct Reader<'a> {
    /// Where the desk begins.
    pub(crate) base: &'a str,
    /// Whether they may do that.
    pub(crate) may: &'a (dyn Fn(Act) -> bool + Sync),
    /// Whether they may have a webhook sent again.
    pub(crate) replays: bool,
    /// Whether they may look after what needs a person.
    pub(crate) looks_after: bool,
}

/// The page of a payment; none where there is no such payment.
pub(crate) async fn page(
    app: &App,
    reader: &Reader<'_>,
    id: &PaymentId,
    now: i64,
) -> Result<Option<Model>, StoreError> {
    let Some((made, book)) = app.store.payment(id).await? else {
        return Ok(None);
    };
    let kept = kept(app, id).await?;
    let told = app.store.notices_of(&book.session.id).await?.into_iter();
    let told = told.map(|notice| hooks::told(notice, reader.base, reader.replays));
    let arrived = app.store.arrived_for(id, RAW_MAX).await?.into_iter();
    let arrived = arrived.map(|arrived| Raw {
        at: in_paris(arrived.at),
        source: arrived.source,
        fields: raw::fields(&arrived.raw),
    });
    let session = &book.session;
    let folded = Folded::new(&book, now);
    let own = folded.attempts().find(|(made, _)| made.id == *id);
    let (Some(entry), Some((_, attempt))) = (book.entry(id), own) else {
        return Ok(None);
    };
    let state = attempt.state;
    let happened = entry.events.iter().map(|dated| Happened {
        at: in_paris(dated.at),
        event: dated.event.clone(),
    });
    let entries = entry.movements(session).into_iter();
    let entries = entries.map(|movement| Entry {
        at: in_paris(movement.at),
        cause: movement.cause,
        account: movement.transit.account.to_string(),
        means: movement.transit.means.to_string(),
        minor: movement.minor,
    });
    let shop = app.config.shop(&session.shop);
    let open = session.expires_at > now && !book.expired;
    let attention = attempt.attention(session);
    Ok(Some(Model {
        reference: session.reference.clone(),
        id: id.to_string(),
        session: session.id.to_string(),
        shop: shop.map_or_else(|| session.shop.to_string(), |shop| shop.name.clone()),
        provider: made.provider.clone(),
        account: made.account.to_string(),
        platform_reference: made.reference.clone(),
        means: made.method.to_string(),
        made: in_paris(made.created_at),
        total: session.amount.minor(),
        currency: session.currency,
        accepted: state.accepted,
        balance: state.balance(),
        standing: standing(&book, &attempt),
        refusal: state.refusal.filter(|_| state.money == Money::Refused),
        attention: attention
            .into_iter()
            .map(|why| looked(reader, &kept, entry, why, now))
            .collect(),
        parts: state.parts.clone(),
        happened: happened.collect(),
        entries: entries.collect(),
        told: told.collect(),
        raw: arrived.collect(),
        others: others(reader, &folded, id),
        acts: acts(reader, id, session, state, open),
    }))
}

/// What somebody did about what needs a person with it.
async fn kept(app: &App, id: &PaymentId) -> Result<Vec<KeptMatter>, StoreError> {
    match app.store.desk_people() {
        Some(people) => people.matters_of(id.as_str()).await,
        None => Ok(Vec::new()),
    }
}

/// Why a person should look, and who does or has.
fn looked(
    reader: &Reader<'_>,
    kept: &[KeptMatter],
    entry: &guichet_store::Entry,
    why: Attention,
    now: i64,
) -> Looked {
    let matter = Matter::Payment(entry.payment.id.clone(), why);
    let told = entry.told(why);
    let kept = kept.iter().find(|kept| kept.matter == matter);
    let kept = kept.map(|kept| kept.looked_after.clone().anew(told));
    let kept = kept.unwrap_or_default();
    let looking = Looking {
        base: reader.base,
        may: reader.looks_after,
        now,
    };
    let done = kept.done.map(|by| (by.person, in_paris(by.at), kept.note));
    Looked {
        why,
        hands: looking.hands(&matter, kept.taken.as_ref()),
        done,
    }
}

/// The other payments of the session.
fn others(reader: &Reader<'_>, folded: &Folded<'_>, id: &PaymentId) -> Vec<Other> {
    let others = folded.attempts().filter(|(made, _)| made.id != *id);
    let others = others.map(|(made, attempt)| Other {
        address: format!("{}/payments/{}", reader.base, made.id),
        id: made.id.to_string(),
        means: made.method.to_string(),
        made: in_paris(made.created_at),
        standing: standing(folded.book, &attempt),
    });
    others.collect()
}

/// What can be done, of what the reader may do. What a held payment, or a rebilling,
/// alone can be asked is left out of every other.
fn acts(
    reader: &Reader<'_>,
    id: &PaymentId,
    session: &Session,
    state: &PaymentState,
    open: bool,
) -> Vec<(Act, Option<String>)> {
    let left = |kind| {
        state
            .parts
            .iter()
            .any(|part| part.balance.left_for(kind) > 0)
    };
    let held = state.held && state.decided.is_none();
    let can = |act| match act {
        Act::Capture => left(OperationKind::Capture),
        Act::Cancel => left(OperationKind::Cancel),
        Act::Refund => left(OperationKind::Refund),
        Act::Accept | Act::Refuse => held,
        Act::Expire => open && !session.is_settled(),
        Act::Ask => state.money == Money::Pending,
        Act::Amend | Act::CallOff => rebillings::waits(state).is_some(),
        Act::Approve
        | Act::Decline
        | Act::Replay
        | Act::Check
        | Act::TakeAttention
        | Act::EndAttention
        | Act::Export
        | Act::ExportJournal
        | Act::SeeAudit
        | Act::SeeSettings => false,
    };
    let told = |act: &Act| match act {
        Act::Accept | Act::Refuse => held,
        Act::Amend | Act::CallOff => state.rebilling.is_some(),
        _ => true,
    };
    let acts = Act::OF_PAYMENT
        .into_iter()
        .filter(|act| (reader.may)(*act))
        .filter(told);
    let address = |act: Act| format!("{}/payments/{id}/{}", reader.base, act.path());
    acts.map(|act| (act, can(act).then(|| address(act))))
        .collect()
}
