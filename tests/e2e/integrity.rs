//! A page that asks for integrity gets it for all that the widget loads, and for its style with it.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::site::{Site, play_on_site};
use crate::starts::{forget_events, last_error};
use crate::world::{World, assets, play, play_in};

/// What the build lists, by kind: name and `integrity`.
pub(crate) fn listed(folder: &Path, kind: &str, part: &str) -> Result<(String, String)> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json"))?)?;
    let files = manifest["files"].as_array().context("files")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let file = files
        .iter()
        .find(|file| file["kind"] == kind && text(&file["name"]).contains(part));
    let file = file.with_context(|| format!("{kind} {part}"))?;
    Ok((text(&file["name"]), text(&file["integrity"])))
}

/// A change of one of the files that changes nothing of what it does.
pub(crate) fn altered(name: &str, content: &[u8]) -> Vec<u8> {
    // In a module, a section of its own, which nobody reads.
    let more: &[u8] = if name.ends_with(".wasm") {
        &[0, 2, 1, b'x']
    } else {
        b"\n"
    };
    [content, more].concat()
}

impl World {
    /// Opens a page whose script tag has this `integrity`.
    async fn open_with(&self, site: &Site, integrity: &str, path: &str) -> Result<()> {
        let made = self
            .stack
            .session_with(4200, json!({ "locale": "en" }))
            .await;
        let backend = self.stack.backend();
        let page = format!(
            "<script type=\"module\" src=\"/w/guichet.js\" {integrity}></script>\
             <guichet-checkout session=\"{}\" backend=\"{backend}\"></guichet-checkout>",
            made.secret
        );
        site.page(path, "", &page);
        let url = format!("{}{path}", site.origin());
        self.browser.open(&url).await
    }
}

#[test]
fn where_the_script_tag_has_an_integrity_no_other_bytes_are_run_or_read() {
    play_on_site(async |w: &mut World, site| {
        let folder = assets();
        let (script, digest) = listed(&folder, "element", "")?;
        let asks = format!("integrity=\"{digest}\"");
        site.folder("/w/", &folder)?;
        w.open_with(site, &asks, "/whole").await?;
        w.browser.wait_for_face("choosing").await?;
        for (kind, part) in [("glue", ""), ("wasm", ""), ("words", "_en-")] {
            let (name, _) = listed(&folder, kind, part)?;
            let content = std::fs::read(folder.join(&name))?;
            site.bytes(&format!("/w/{name}"), &altered(&name, &content));
            // Who does not ask is not held up.
            w.open_with(site, "", &format!("/{kind}-trusted")).await?;
            w.browser.wait_for_face("choosing").await.context(kind)?;
            forget_events(w).await?;
            w.open_with(site, &asks, &format!("/{kind}-checked"))
                .await?;
            eventually("the error", async || {
                let error = last_error(w).await?;
                Ok((error.as_deref() == Some("load_failed")).then_some(()))
            })
            .await
            .context(kind)?;
            ensure!(w.browser.face().await?.is_none(), "{kind} was used");
            site.bytes(&format!("/w/{name}"), &content);
        }
        // The script itself, and the style sheet in it.
        let content = std::fs::read(folder.join(&script))?;
        site.bytes("/w/guichet.js", &altered(&script, &content));
        w.open_with(site, &asks, "/script-checked").await?;
        eventually("the browser's word", async || {
            let console = w.browser.console().await?.join("\n");
            Ok(console.contains("valid digest").then_some(()))
        })
        .await?;
        ensure!(w.browser.face().await?.is_none());
        Ok(())
    });
}

#[test]
fn the_script_for_cards_is_checked_too() {
    let mut stack = crate::world::usual();
    stack.sogenactif = true;
    crate::site::play_on_site_in(stack, async |w: &mut World, site| {
        let folder = assets();
        let (_, digest) = listed(&folder, "element", "")?;
        let asks = format!("integrity=\"{digest}\"");
        site.folder("/w/", &folder)?;
        w.open_with(site, &asks, "/whole").await?;
        w.browser.wait_for_face("choosing").await?;
        w.open_fields().await?;
        let (name, _) = listed(&folder, "card", "")?;
        let content = std::fs::read(folder.join(&name))?;
        site.bytes(&format!("/w/{name}"), &altered(&name, &content));
        w.open_with(site, &asks, "/checked").await?;
        w.browser.wait_for_face("choosing").await?;
        w.choose("sogenactif_card").await?;
        w.press_pay().await?;
        // The fields don't open, and everything else is on offer.
        w.browser.inside(".form [role=alert]").await?;
        w.browser.wait_for_face("choosing").await
    });
}

#[test]
fn the_inventory_tells_what_each_script_is_for_and_its_digest() {
    let mut stack = crate::world::usual();
    stack.sogenactif = true;
    play_in(stack, async |w: &mut World| {
        let (status, told, errors) = w.stack.guichet(&["inventory"]).await;
        ensure!(status == 0, "{errors}");
        let rows: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("| http"))
            .collect();
        let kinds = ["element", "glue", "wasm", "card", "refusals"];
        ensure!(rows.len() == kinds.len(), "{told}");
        for kind in kinds {
            let (name, digest) = listed(&assets(), kind, "")?;
            let row = rows.iter().find(|row| row.contains(&format!("/{name} |")));
            let row = row.with_context(|| format!("{name} in {told}"))?;
            ensure!(row.contains(&digest), "{row}");
        }
        // Fields are framed by the platform's own script. Of what is no script, nothing is told.
        ensure!(
            told.contains("sdk_hosts") && !told.contains("guichet_words"),
            "{told}"
        );
        Ok(())
    });
    play(async |w: &mut World| {
        let (_, told, _) = w.stack.guichet(&["inventory"]).await;
        ensure!(
            told.contains("guichet.js") && !told.contains("sdk_hosts"),
            "{told}"
        );
        Ok(())
    });
}
