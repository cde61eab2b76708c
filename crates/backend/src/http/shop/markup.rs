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
use crate::payments::cards::leave_out_without_cards;
use crate::sessions::folded::Folded;
use crate::views::checkout::checkout_session;

/// Whether the session is wanted as HTML too.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Asks for `markup`: the element with its face inside. The value is the BCP 47 tag of the
    /// language of the page that prints it; it may be empty.
    markup: Option<String>,
    /// With `markup`: where its style sheet is. `inline` is in the markup itself, there with the
    /// page's own bytes, and what is meant without this; `link` is a file of the backend's, for a
    /// page whose policy lets no style in that stands in it.
    #[param(pattern = "^(link|inline)$")]
    style: Option<String>,
    /// With a sheet in the markup: the nonce of the page's policy.
    nonce: Option<String>,
}

/// The wish for a session as HTML, with what it takes.
pub(super) struct Markup {
    /// The language of the page.
    page: Option<String>,
    /// The style sheet is in the markup, with this nonce, which may be empty.
    inline: Option<String>,
    assets: Assets,
}

/// Most characters of a nonce.
const NONCE_MAX: usize = 256;

/// Whether a policy may have this nonce (CSP Level 3, 2.3.1: base64-value).
fn is_nonce(text: &str) -> bool {
    let signs = text.trim_end_matches('=');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"+/-_".contains(&b);
    (1..=NONCE_MAX).contains(&text.len()) && !signs.is_empty() && signs.bytes().all(fits)
}

/// How the sheet is wanted: inline with a nonce, which may be empty, or by a link.
fn inline(style: Option<&str>, nonce: Option<String>) -> Result<Option<String>, ApiError> {
    match (style, nonce) {
        (None | Some("inline"), Some(nonce)) if !is_nonce(&nonce) => Err(ApiError::field(
            "nonce",
            "must be the nonce of the page's policy: 1 to 256 characters of base64",
        )),
        (None | Some("inline"), nonce) => Ok(Some(nonce.unwrap_or_default())),
        (Some("link"), None) => Ok(None),
        (Some("link"), Some(_)) => Err(ApiError::field(
            "nonce",
            "goes with style=inline: a link needs none",
        )),
        (Some(_), _) => Err(ApiError::field("style", "must be link or inline")),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Markup {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let wish = Query::<Wish>::from_request_parts(parts, state).await;
        let wish = wish.map_err(|_: QueryRejection| {
            let detail = "must be there once, as text in UTF-8; so must style and nonce";
            ApiError::field("markup", detail)
        })?;
        let Query(Wish {
            markup,
            style,
            nonce,
        }) = wish;
        if let Some(tag) = markup.as_deref().filter(|tag| !tag.is_empty()) {
            Language::parse("markup", tag)?;
        }
        let assets = Extension::<Assets>::from_request_parts(parts, state).await;
        let Extension(assets) = assets.map_err(|error| ApiError::internal(&error))?;
        let page = markup;
        let inline = inline(style.as_deref(), nonce)?;
        Ok(Self {
            page,
            inline,
            assets,
        })
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
        let url = format!("{}/{}", app.config.public_url, sheet.name);
        let css = match &self.inline {
            Some(_) => self.assets.text(&sheet).await,
            None => None,
        };
        // A sheet that can't be read is asked for by the browser.
        let style = match (&self.inline, &css) {
            (Some(nonce), Some(css)) => Style::Inline { css, nonce },
            _ => Style::Link {
                url: &url,
                integrity: &sheet.integrity,
            },
        };
        let mut session = checkout_session(&app.accounts, shop, folded);
        // Without the books' word the list may be empty, and the page still goes on.
        let left_out = leave_out_without_cards(app, shop, folded.book, &mut session).await;
        if let Err(error) = left_out {
            tracing::error!(error.cause = %error, "whether there are saved cards");
        }
        let post = Post {
            action: &form_action(app),
            secret,
            turn: folded.book.payments.len(),
        };
        let markup = guichet_widget::render::markup(&session, &page, &style, &post);
        Some(markup)
    }
}
