//! What shops' servers are told.

use guichet_desk::pages::hooks::{Endpoint, Model, Told};
use guichet_store::{KeptNotice, Store, StoreError};

use super::in_paris;

/// Most messages of the page.
const MOST: u32 = 100;

/// Where shops' servers are told, and how those are.
pub(super) async fn endpoints(store: &dyn Store) -> Result<Vec<Endpoint>, StoreError> {
    let endpoints = store.endpoints().await?.into_iter();
    let endpoints = endpoints.map(|endpoint| Endpoint {
        shop: endpoint.shop,
        address: endpoint.url,
        failing: endpoint.failing_since.map(in_paris),
        disabled: endpoint.disabled_at.map(|at| {
            let why = endpoint.disabled_because.unwrap_or_default();
            (in_paris(at), why)
        }),
        waiting: endpoint.waiting,
        given_up: endpoint.given_up,
    });
    Ok(endpoints.collect())
}

/// The page. `replays`: the reader may have a message sent again.
pub(crate) async fn page(
    store: &dyn Store,
    base: &str,
    replays: bool,
) -> Result<Model, StoreError> {
    let notices = store.notices(None, MOST).await?.into_iter();
    let notices = notices.map(|notice| {
        let about = format!("{base}/payments?q={}", notice.session);
        let about = Some((about, notice.session.clone()));
        Told {
            about,
            ..told(notice, base, replays)
        }
    });
    Ok(Model {
        endpoints: endpoints(store).await?,
        told: notices.collect(),
    })
}

/// A message, as a table tells it.
pub(super) fn told(notice: KeptNotice, base: &str, replays: bool) -> Told {
    let replay = format!("{base}/webhooks/{}/replay", notice.id);
    Told {
        kind: notice.kind,
        created: in_paris(notice.created_at),
        delivered: notice.delivered_at.map(in_paris),
        waits: notice.next_try_at.is_some(),
        tries: notice.tries,
        answer: notice.last_answer.unwrap_or_default(),
        about: None,
        replay: replays.then_some(replay),
    }
}
