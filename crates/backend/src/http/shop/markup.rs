//! A session as HTML, for a shop's server to print.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use guichet_domain::language::Language;
use guichet_widget::render::{Post, Style};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::config::Shop;
use crate::http::assets::Assets;
use crate::http::pay::addresses::form_action;
use crate::http::problem::ApiError;
use crate::sessions::folded::Folded;
use crate::views::checkout::checkout_session;

/// Whether the session is wanted as HTML too.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Asks for `markup`: the element with its face inside. The value is the BCP 47 tag of the
    /// language of the page that prints it; it may be empty.
    markup: Option<String>,
}

/// The wish for a session as HTML, with what it takes.
pub(super) struct Markup {
    /// The language of the page.
    page: Option<String>,
    assets: Assets,
}

impl<S: Send + Sync> FromRequestParts<S> for Markup {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let wish = Query::<Wish>::from_request_parts(parts, state).await;
        let Query(Wish { markup }) = wish.map_err(|_: QueryRejection| {
            ApiError::field("markup", "must be there once, as text in UTF-8")
        })?;
        if let Some(tag) = markup.as_deref().filter(|tag| !tag.is_empty()) {
            Language::parse("markup", tag)?;
        }
        let assets = Extension::<Assets>::from_request_parts(parts, state).await;
        let Extension(assets) = assets.map_err(|error| ApiError::internal(&error))?;
        let page = markup;
        Ok(Self { page, assets })
    }
}

impl Markup {
    /// Whether it is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.page.is_some()
    }

    /// The element of a session, if it is wanted.
    pub(super) async fn of(
        self,
        app: &App,
        shop: &Shop,
        folded: &Folded<'_>,
        secret: &str,
    ) -> Option<String> {
        let page = self.page?;
        let sheet = self.assets.style().await.unwrap_or_default();
        let style = Style {
            url: &format!("{}/{}", app.config.public_url, sheet.name),
            integrity: &sheet.integrity,
        };
        let session = checkout_session(&app.accounts, shop, folded);
        let post = Post {
            action: &form_action(app),
            secret,
            turn: folded.book.payments.len(),
        };
        let markup = guichet_widget::render::markup(&session, &page, &style, &post);
        Some(markup)
    }
}
