//! Who reads a page.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use guichet_desk::words::Act;
use guichet_desk::{Lang, Person, Place};
use guichet_domain::desk::{May, Role, may};

/// A person of the shop who has logged in, and what they may do.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    /// Who it is, as the page tells it.
    pub(crate) person: Person,
    /// What they may do.
    pub(crate) role: Role,
    /// The language of the pages.
    pub(crate) lang: Lang,
    /// The pages that they may see, in their order.
    pub(crate) places: Vec<Place>,
    /// What they may do with a payment.
    pub(crate) acts: Vec<Act>,
    /// They may have a webhook sent again.
    pub(crate) replays: bool,
}

impl Reader {
    /// Whether they may do something.
    pub(crate) fn may(&self, act: Act) -> May<'_> {
        may(&self.role, act)
    }

    /// Whether they may look after what needs a person, and have it done.
    pub(super) fn looks_after(&self) -> bool {
        [Act::TakeAttention, Act::EndAttention]
            .into_iter()
            .all(|act| self.may(act) == May::Allowed)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = StatusCode;

    /// Whoever did not log in is told of no page.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let reader = parts.extensions.get::<Self>();
        reader.cloned().ok_or(StatusCode::NOT_FOUND)
    }
}

/// The address of this page in another language, as seen from it, up to the language's tag.
pub(super) struct InLanguage(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for InLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let kept = query.split('&').filter(|pair| !pair.starts_with("lang="));
        let kept: Vec<_> = kept.filter(|pair| !pair.is_empty()).collect();
        let mut address = format!("?{}", kept.join("&"));
        if !kept.is_empty() {
            address.push('&');
        }
        address.push_str("lang=");
        Ok(Self(address))
    }
}
