//! What needs a person.

use guichet_desk::pages::look::{Model, Row, Unmatched, Unreadable};
use guichet_domain::payment::Attention;
use guichet_store::{Attended, Store, StoreError};

/// Most entries of each kind.
const MOST: u32 = 200;

/// The page.
pub(crate) async fn page(store: &dyn Store, base: &str, now: i64) -> Result<Model, StoreError> {
    let attended = store.attention(MOST).await?;
    let counts = store.attention_counts().await?;
    let listed = u64::try_from(attended.len()).unwrap_or(u64::MAX);
    let unmatched = store.unmatched(MOST).await?.into_iter();
    let unmatched = unmatched.map(|message| Unmatched {
        account: message.account,
        reference: message.reference,
        age: now - message.received_at,
    });
    let unreadable = store.messages(MOST).await?.into_iter();
    let unreadable = unreadable.filter(|message| message.genuine);
    let unreadable = unreadable.map(|message| Unreadable {
        account: message.account,
        why: message.why,
        times: message.times,
        age: now - message.first_at,
    });
    Ok(Model {
        payments: by_kind(&attended, base, now),
        more: counts.payments.saturating_sub(listed),
        unmatched: unmatched.collect(),
        unreadable: unreadable.collect(),
    })
}

/// Payments by why a person should look: the oldest of each first, since it has waited longest.
fn by_kind(attended: &[Attended], base: &str, now: i64) -> Vec<(Attention, Vec<Row>)> {
    let mut kinds: Vec<(Attention, Vec<Row>)> = Vec::new();
    for entry in attended.iter().rev() {
        for why in &entry.attention {
            let row = Row {
                address: format!("{base}/payments/{}", entry.payment.id),
                reference: entry.session.reference.clone(),
                means: entry.payment.method.to_string(),
                amount: entry.session.amount.minor(),
                currency: entry.session.currency,
                age: now - entry.payment.created_at,
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
