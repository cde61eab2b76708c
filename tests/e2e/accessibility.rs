//! What axe-core finds on a page, the widget's open shadow root included.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use guichet::gallery;
use serde_json::Value;

use crate::browser::Browser;
use crate::platform::{CARD_REFUSED, VOUCHER_SHORT};
use crate::site::play_on_site;
use crate::world::{World, play};

fn script() -> String {
    let usual = || {
        let home = std::env::var_os("HOME")
            .map(PathBuf::from)
            .unwrap_or_default();
        home.join(".cache/guichet/tools/npm/node_modules/axe-core/axe.min.js")
    };
    let file = std::env::var_os("GUICHET_AXE").map_or_else(usual, PathBuf::from);
    std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}: GUICHET_AXE names the script of axe-core",
            file.display()
        )
    })
}

impl Browser {
    /// Fails if the page, as it is now, breaks a rule of WCAG 2 A or AA that axe-core knows.
    pub(crate) async fn assert_accessible(&self, what: &str) -> Result<()> {
        let loaded: bool = self.eval("return typeof axe === 'object'").await?;
        if !loaded {
            self.eval::<Value>(&script()).await?;
        }
        let found = self
            .eval_later(
                "const done = arguments[arguments.length - 1];
                 const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
                 axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(
                   (result) => done({
                     passes: result.passes.length,
                     found: result.violations.map((rule) =>
                       [rule.id, rule.help, ...rule.nodes.map((node) =>
                         node.target.join(' ') + ' ' + node.failureSummary)].join('\\n  ')),
                   }),
                   (error) => done({ passes: 0, found: [String(error)] }),
                 );",
            )
            .await
            .with_context(|| format!("axe-core on {what}"))?;
        let list = found["found"].as_array().cloned().unwrap_or_default();
        let lines: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        ensure!(
            lines.is_empty(),
            "{what} is not accessible:\n{}",
            lines.join("\n")
        );
        ensure!(
            found["passes"].as_u64().unwrap_or(0) > 5,
            "axe-core looked at nothing: {found}"
        );
        Ok(())
    }

    /// The same in light and in dark.
    pub(crate) async fn assert_accessible_in_both(&self, what: &str) -> Result<()> {
        for dark in [true, false] {
            self.set_dark(dark).await?;
            self.assert_accessible(&format!("{what}{}", if dark { ", dark" } else { "" }))
                .await?;
        }
        Ok(())
    }
}

#[test]
fn the_shops_pages_are_accessible() {
    play(async |w: &mut World| {
        let shop = w.stack.shop();
        for path in ["/", "/produit/miel-tilleul", "/panier", "/nulle-part"] {
            w.browser.open(&format!("{shop}{path}")).await?;
            w.browser.assert_accessible_in_both(path).await?;
        }
        w.browser
            .open(&format!("{shop}/produit/miel-tilleul"))
            .await?;
        w.browser.click("add-to-basket").await?;
        w.browser.named("basket-lines").await?;
        w.browser.assert_accessible_in_both("the basket").await?;
        w.browser.click("to-checkout").await?;
        w.browser.named("place-order").await?;
        w.browser.assert_accessible_in_both("the checkout").await?;
        let order = w.usual_checkout().await?;
        w.open_order(&order, "").await?;
        w.browser.assert_accessible_in_both("the order").await
    });
}

/// As the module draws them, faces are looked at where a test brings them about.
#[test]
fn every_face_is_accessible_as_the_server_draws_it() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        for theme in ["light", "dark"] {
            let url = format!("{}/gallery#lang=fr&theme={theme}", site.origin());
            w.browser.open(&url).await?;
            let shown = "return document.querySelectorAll('section').length";
            let shown: usize = w.browser.eval(shown).await?;
            ensure!(shown == gallery::states().len(), "{shown} faces in {theme}");
            w.browser.assert_accessible(theme).await?;
        }
        Ok(())
    });
}

#[test]
fn the_sandboxs_pages_are_accessible() {
    play(async |w: &mut World| {
        w.browser
            .open(&format!("{}/sandbox", w.stack.platform()))
            .await?;
        w.browser
            .assert_accessible_in_both("the control page")
            .await?;
        w.usual_checkout().await?;
        w.leave_with("up2pay_choice", "choice").await?;
        w.browser.assert_accessible_in_both("the choice").await?;
        w.browser.click("method-sodexo").await?;
        w.wait_for_page("voucher").await?;
        w.browser
            .assert_accessible_in_both("the voucher's page")
            .await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.browser
            .assert_accessible_in_both("the complement")
            .await?;
        w.type_card(CARD_REFUSED).await?;
        w.wait_for_page("threeds").await?;
        w.browser.assert_accessible_in_both("3-D Secure").await?;
        w.confirm_at_the_bank().await?;
        w.wait_for_complaint("complement").await?;
        w.browser.assert_accessible_in_both("a refusal").await?;

        w.usual_checkout().await?;
        w.choose("cvconnect").await?;
        w.press_pay().await?;
        w.wait_for_page("cv-login").await?;
        w.browser.assert_accessible_in_both("the connection").await
    });
}
