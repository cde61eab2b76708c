//! The widget's files: those that its build lists, and no other file of that folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tower_http::services::ServeDir;

use super::cors;

/// The list that the widget's build writes beside its files.
const MANIFEST: &str = "manifest.json";

#[derive(Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    integrity: String,
}

/// The widget's style sheet.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Sheet {
    /// The file's name.
    pub(crate) name: String,
    /// Its digest, as a page takes it.
    pub(crate) integrity: String,
}

/// The widget's folder, and what its list said when it was read last.
#[derive(Clone)]
pub(crate) struct Assets(Arc<Folder>);

struct Folder {
    path: PathBuf,
    names: RwLock<BTreeSet<String>>,
}

impl Assets {
    /// Refuses a folder that is not the widget's: any other may hold keys, or the books.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let wrong = || {
            format!(
                "assets: {} is not the folder of the built widget: name target/assets, which \
                 `cargo xtask build` makes",
                path.display()
            )
        };
        let list = std::fs::read(path.join(MANIFEST)).with_context(wrong)?;
        let names = names(&list).with_context(wrong)?;
        for name in &names {
            ensure!(
                path.join(name).is_file(),
                "assets: {} lacks {name}, which its {MANIFEST} lists: build the widget again",
                path.display()
            );
        }
        Ok(Self(Arc::new(Folder {
            path: path.to_owned(),
            names: RwLock::new(names),
        })))
    }

    /// Names with a hash in them never change; `guichet.js` is asked for each time.
    pub(super) fn routes<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let files = ServeDir::new(&self.0.path)
            .precompressed_br()
            .append_index_html_on_directories(false);
        Router::new()
            .fallback_service(files)
            .layer(from_fn_with_state(self, listed_only))
            .layer(cors::assets())
            .layer(from_fn(cache))
    }

    /// The style sheet, as the list has it now; nothing where it has none.
    pub(crate) async fn style(&self) -> Option<Sheet> {
        let list = tokio::fs::read(self.0.path.join(MANIFEST)).await.ok()?;
        let manifest: Manifest = serde_json::from_slice(&list).ok()?;
        let mut files = manifest.files.into_iter();
        let style = files.find(|file| file.kind == "style")?;
        Some(Sheet {
            name: style.name,
            integrity: style.integrity,
        })
    }

    /// What stands in the style sheet; nothing where it can't be read, or would end a `style`.
    pub(crate) async fn text(&self, sheet: &Sheet) -> Option<String> {
        let text = tokio::fs::read_to_string(self.0.path.join(&sheet.name)).await;
        text.ok().filter(|text| !text.contains("</"))
    }

    /// Whether the list has this name. It is read again only for a name that it did not have: a
    /// build may put new files beside the old ones while the backend runs.
    async fn lists(&self, name: &str) -> bool {
        let Folder { path, names: known } = &*self.0;
        if known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(name)
        {
            return true;
        }
        let list = tokio::fs::read(path.join(MANIFEST)).await;
        let Some(names) = list.ok().and_then(|list| names(&list).ok()) else {
            return false;
        };
        let found = names.contains(name);
        if found {
            *known.write().unwrap_or_else(PoisonError::into_inner) = names;
        }
        found
    }
}

fn names(manifest: &[u8]) -> serde_json::Result<BTreeSet<String>> {
    let manifest: Manifest = serde_json::from_slice(manifest)?;
    Ok(manifest.files.into_iter().map(|file| file.name).collect())
}

async fn listed_only(State(assets): State<Assets>, request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if assets.lists(path).await {
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
    use super::{Assets, MANIFEST, Sheet};

    #[test]
    fn a_folder_that_is_not_the_widgets_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal =
            |folder: &std::path::Path| format!("{:#}", Assets::open(folder).err().unwrap());
        assert!(refusal(&folder.path().join("gone")).contains("cargo xtask build"));
        std::fs::write(folder.path().join("guichet.toml"), "a secret").unwrap();
        assert!(refusal(folder.path()).contains("not the folder of the built widget"));
        let list = r#"{"files": [{"name": "guichet.js"}]}"#;
        std::fs::write(folder.path().join(MANIFEST), list).unwrap();
        assert!(refusal(folder.path()).contains("lacks guichet.js"));
        std::fs::write(folder.path().join("guichet.js"), "").unwrap();
        assert!(Assets::open(folder.path()).is_ok());
    }

    #[tokio::test]
    async fn the_style_sheet_is_the_one_of_the_latest_build() {
        let folder = tempfile::tempdir().unwrap();
        let list = |names: &str| std::fs::write(folder.path().join(MANIFEST), names).unwrap();
        list(r#"{"files": []}"#);
        let assets = Assets::open(folder.path()).unwrap();
        assert_eq!(assets.style().await, None);
        list(
            r#"{"files": [{"name": "a.js"},
                {"name": "a-1.css", "kind": "style", "integrity": "sha384-a"}]}"#,
        );
        let sheet = Sheet {
            name: "a-1.css".into(),
            integrity: "sha384-a".into(),
        };
        assert_eq!(assets.style().await, Some(sheet));
    }

    #[tokio::test]
    async fn a_name_that_a_new_build_lists_is_found_and_a_known_one_needs_no_list() {
        let folder = tempfile::tempdir().unwrap();
        let list = |names: &str| std::fs::write(folder.path().join(MANIFEST), names).unwrap();
        std::fs::write(folder.path().join("guichet.js"), "").unwrap();
        list(r#"{"files": [{"name": "guichet.js"}]}"#);
        let assets = Assets::open(folder.path()).unwrap();
        assert!(!assets.lists("guichet-2.wasm").await);
        list(r#"{"files": [{"name": "guichet.js"}, {"name": "guichet-2.wasm"}]}"#);
        assert!(assets.lists("guichet-2.wasm").await);
        std::fs::remove_file(folder.path().join(MANIFEST)).unwrap();
        assert!(assets.lists("guichet.js").await && assets.lists("guichet-2.wasm").await);
        assert!(!assets.lists("guichet.toml").await);
    }
}
