//! The npm package on pages of a shop's own: the examples, as their bundlers built them, and what
//! a page is told that uses the package wrongly.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::platform::CARD_AT_ONCE;
use crate::site::{Site, play_on_site};
use crate::world::World;

/// A folder of the examples.
pub(crate) fn example(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).join(path)
}

/// The package, as npm unpacked it.
fn package() -> PathBuf {
    example("node_modules/guichet-checkout")
}

impl World {
    /// A session whose shopper comes back to that page, where its server tells of it.
    async fn session_for(&self, site: &Site, page: &str) -> Result<String> {
        let back = format!("{}{page}", site.origin());
        let made = self
            .stack
            .session_with(4200, json!({ "return_url": back }))
            .await;
        let told = json!({ "session": made.secret, "backend": self.stack.backend() });
        site.json(&format!("{page}session"), &told);
        self.browser.open(&back).await?;
        Ok(made.id)
    }

    async fn page_says(&self, text: &str) -> Result<()> {
        eventually(text, async || {
            Ok(self
                .browser
                .text("told")
                .await?
                .contains(text)
                .then_some(()))
        })
        .await
    }
}

/// A payment on the page of an example: refused by the shop's rule, then made.
fn pays_in(name: &'static str) {
    play_on_site(async |w: &mut World, site| {
        let page = format!("/{name}/");
        if name == "html" {
            site.folder(&page, &example(name))?;
            site.folder(&format!("{page}guichet-checkout/"), &package())?;
        } else {
            site.folder(&page, &example(&format!("{name}/dist")))?;
        }
        let id = w.session_for(site, &page).await?;
        w.browser.wait_for_face("choosing").await?;
        w.choose("card").await?;
        w.press_pay().await?;
        w.page_says("accept the terms").await?;
        ensure!(w.session(&id).await?["payments"] == json!([]));
        w.browser.click("terms").await?;
        w.press_pay().await?;
        w.wait_for_page("card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.page_says("Thank you").await?;
        w.wait_for_status(&id, "paid").await?;
        Ok(())
    });
}

#[test]
fn the_example_without_a_library_pays_by_an_import_map() {
    pays_in("html");
}

#[test]
fn the_example_in_react_pays_from_its_own_bundle() {
    pays_in("react");
}

#[test]
fn the_example_in_vue_pays_with_the_backends_script() {
    pays_in("vue");
}

#[test]
fn the_example_in_svelte_pays_from_its_own_bundle() {
    pays_in("svelte");
}

#[test]
fn a_card_is_typed_in_fields_from_the_shops_own_bundle() {
    let mut stack = crate::world::usual();
    stack.sogenactif = true;
    crate::site::play_on_site_in(stack, async |w: &mut World, site| {
        site.folder("/react/", &example("react/dist"))?;
        w.session_for(site, "/react/").await?;
        w.browser.click("terms").await?;
        w.open_fields().await?;
        w.pay_in_fields(crate::support::SMOOTH).await?;
        w.browser.wait_for_face("paid").await
    });
}

/// The code of the last `guichet:error`.
async fn last_error(w: &World) -> Result<String> {
    let events = w.browser.events().await?;
    let last = events.iter().rev().find(|event| event["name"] == "error");
    Ok(last.map_or_else(String::new, |event| event["detail"]["code"].to_string()))
}

#[test]
fn the_package_without_a_backend_says_what_is_missing() {
    play_on_site(async |w: &mut World, site| {
        site.folder("/p/", &package())?;
        let script = "<script type=\"module\" src=\"/p/guichet.js\"></script>\
            <guichet-checkout session=\"css_x\"></guichet-checkout>";
        site.page("/", "", script);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("broken").await?;
        ensure!(last_error(w).await? == "\"backend_missing\"");
        let console = w.browser.console().await?.join("\n");
        ensure!(
            console.contains("the attribute backend must name the backend"),
            "{console}"
        );
        Ok(())
    });
}

#[test]
fn a_policy_that_does_not_let_the_package_reach_the_backend_is_told_of() {
    play_on_site(async |w: &mut World, site| {
        site.folder("/p/", &package())?;
        let backend = w.stack.backend();
        let script = format!(
            "<script type=\"module\" src=\"/p/guichet.js\"></script>\
             <guichet-checkout session=\"css_x\" backend=\"{backend}\"></guichet-checkout>"
        );
        let policy = "Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'; \
            connect-src 'self'\r\n";
        site.page("/", policy, &script);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("broken").await?;
        ensure!(last_error(w).await? == "\"policy_refused\"");
        let console = w.browser.console().await?.join("\n");
        ensure!(
            console.contains(&format!("must name {backend}")),
            "{console}"
        );
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn a_package_of_another_version_than_the_backend_says_so_and_goes_on() {
    play_on_site(async |w: &mut World, site| {
        site.folder("/p/", &package())?;
        let script = std::fs::read_to_string(package().join("guichet.js"))?;
        let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
        ensure!(script.contains(&version));
        for (path, version, expected) in [
            ("/p/older.js", "\"0.0.9\"", "\"version_mismatch\""),
            ("/p/same.js", &*version, ""),
        ] {
            let altered = script.replace(env!("CARGO_PKG_VERSION"), version.trim_matches('"'));
            site.script(path, &altered);
            let made = w.stack.session_with(4200, json!({})).await;
            let backend = w.stack.backend();
            let page = format!(
                "<script type=\"module\" src=\"{path}\"></script>\
                 <guichet-checkout session=\"{}\" backend=\"{backend}\"></guichet-checkout>",
                made.secret
            );
            site.page("/", "", &page);
            w.browser.open("about:blank").await?;
            w.browser.open(&format!("{}/", site.origin())).await?;
            w.browser
                .eval::<()>("sessionStorage.removeItem('e2e-events')")
                .await?;
            w.browser.reload().await?;
            w.browser.wait_for_face("choosing").await?;
            ensure!(last_error(w).await? == expected, "{path}");
        }
        let console = w.browser.console().await?.join("\n");
        let told = ["guichet-checkout 0.0.9", env!("CARGO_PKG_VERSION")];
        ensure!(told.iter().all(|part| console.contains(part)), "{console}");
        Ok(())
    });
}
