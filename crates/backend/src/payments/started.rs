//! What a request comes to that starts a payment or goes on with it. The books keep it with what
//! the request did, so that the same request comes to the same again.

use guichet_domain::id::PaymentId;
use guichet_store::{Idempotency, Kept, StoreError};
use guichet_wire::NextAction;
use serde::{Deserialize, Serialize};

use crate::app::App;

/// A payment that was started, or has gone on, and what its browser does next. Its form in the
/// books is the JSON of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Started {
    pub(crate) payment: PaymentId,
    pub(crate) next_action: NextAction,
}

impl Started {
    /// Its form in the books.
    pub(super) fn to_keep(&self) -> Result<String, StoreError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads that form.
    pub(super) fn kept(text: &str) -> Result<Self, StoreError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// What is known of a request before it is worked on.
pub(crate) enum Earlier {
    /// It is the first of its kind.
    None,
    /// The same request came to this before.
    Same(Started),
    /// A request with this key and another body came before.
    OtherBody,
}

impl Earlier {
    /// Looks a request up by its mark.
    pub(crate) async fn of(app: &App, mark: &Idempotency) -> Result<Self, StoreError> {
        Ok(match app.store.recall(mark).await? {
            Some(Kept::Replayed(text)) => Self::Same(Started::kept(&text)?),
            Some(Kept::OtherBody) => Self::OtherBody,
            Some(Kept::New) | None => Self::None,
        })
    }

    /// What the same request came to.
    pub(crate) fn same(self) -> Option<Started> {
        match self {
            Self::Same(started) => Some(started),
            Self::None | Self::OtherBody => None,
        }
    }
}
