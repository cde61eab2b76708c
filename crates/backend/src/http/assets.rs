//! The widget's files: those that its build lists, and no other file of that folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tower_http::cors::Any;
use tower_http::services::ServeDir;

use super::checkout;
use crate::app::App;

/// The list that the widget's build writes beside its files.
const MANIFEST: &str = "manifest.json";

#[derive(Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
}

/// Names with a hash in them never change; `guichet.js` is asked for each time.
pub(super) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let files = ServeDir::new(&app.config.assets)
        .precompressed_br()
        .append_index_html_on_directories(false);
    Router::new()
        .fallback_service(files)
        .layer(from_fn_with_state(Arc::clone(app), listed_only))
        .layer(checkout::preflights().allow_origin(Any))
        .layer(from_fn(cache))
}

/// Refuses a folder that is not the widget's: any other may hold keys, or the books.
pub(crate) fn check(folder: &Path) -> anyhow::Result<()> {
    let wrong = || {
        format!(
            "assets: {} is not the folder of the built widget: name target/assets, which \
             `cargo xtask build` makes",
            folder.display()
        )
    };
    let list = std::fs::read(folder.join(MANIFEST)).with_context(wrong)?;
    let names = names(&list).with_context(wrong)?;
    for name in names {
        ensure!(
            folder.join(&name).is_file(),
            "assets: {} lacks {name}, which its {MANIFEST} lists: build the widget again",
            folder.display()
        );
    }
    Ok(())
}

fn names(manifest: &[u8]) -> serde_json::Result<BTreeSet<String>> {
    let manifest: Manifest = serde_json::from_slice(manifest)?;
    Ok(manifest.files.into_iter().map(|file| file.name).collect())
}

/// The list is read for each request, so that a build may put new files in place of the old ones
/// while the backend runs.
async fn listed_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let list = tokio::fs::read(app.config.assets.join(MANIFEST)).await;
    let names = list.ok().and_then(|list| names(&list).ok());
    let path = request.uri().path().trim_start_matches('/');
    if names.is_some_and(|names| names.contains(path)) {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

async fn cache(request: Request, next: Next) -> Response {
    let stable = !request.uri().path().contains('-');
    let mut response = next.run(request).await;
    let value = match (response.status(), stable) {
        (StatusCode::OK | StatusCode::NOT_MODIFIED, true) => "public, no-cache",
        (StatusCode::OK | StatusCode::NOT_MODIFIED, false) => "public, max-age=31536000, immutable",
        _ => "no-store",
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, check};

    #[test]
    fn a_folder_that_is_not_the_widgets_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |folder: &std::path::Path| format!("{:#}", check(folder).unwrap_err());
        assert!(refusal(&folder.path().join("gone")).contains("cargo xtask build"));
        std::fs::write(folder.path().join("guichet.toml"), "a secret").unwrap();
        assert!(refusal(folder.path()).contains("not the folder of the built widget"));
        let list = r#"{"files": [{"name": "guichet.js"}]}"#;
        std::fs::write(folder.path().join(MANIFEST), list).unwrap();
        assert!(refusal(folder.path()).contains("lacks guichet.js"));
        std::fs::write(folder.path().join("guichet.js"), "").unwrap();
        assert!(check(folder.path()).is_ok());
    }
}
