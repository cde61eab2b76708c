//! The element as the shop's server prints it: there without a script, taken over, corrected.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::browser::eventually;
use crate::integrity::{altered, listed};
use crate::painted::{HELD_BACK, NOTE, ROOT};
use crate::platform::{CARD_AT_ONCE, VOUCHER};
use crate::shop::Order;
use crate::site::play_on_site;
use crate::support::DEMO_SHOP_KEY;
use crate::world::{World, assets, play};

/// An order whose payment page prints the element.
fn printed() -> Value {
    json!({ "amount": 4200, "markup": true })
}

impl World {
    /// Opens a payment page that prints the element, whose module does not come.
    async fn open_printed(&self) -> Result<Order> {
        self.browser.before_pages(HELD_BACK).await?;
        let order = self.order(printed()).await?;
        self.open_payment(&order).await?;
        self.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        Ok(order)
    }

    /// The element of an order, as it stands now.
    async fn markup(&self, order: &Order) -> Result<String> {
        self.markup_with(order, "").await
    }

    /// The same, with more said of how it is wanted.
    async fn markup_with(&self, order: &Order, more: &str) -> Result<String> {
        let (backend, id) = (self.stack.backend(), &order.session_id);
        let url = format!("{backend}/v1/sessions/{id}?markup=en{more}");
        let request = self.stack.http.client().get(url).bearer_auth(DEMO_SHOP_KEY);
        let session: Value = request.send().await?.error_for_status()?.json().await?;
        let markup = session["markup"].as_str().context("markup")?;
        Ok(markup.to_owned())
    }

    /// The element with its script, for a page of the test's own.
    pub(crate) async fn printed_snippet(&self, order: &Order) -> Result<String> {
        Ok(self.with_script(&self.markup(order).await?))
    }

    /// The same with its style sheet by a link.
    pub(crate) async fn linked_snippet(&self, order: &Order) -> Result<String> {
        Ok(self.with_script(&self.markup_with(order, "&style=link").await?))
    }

    fn with_script(&self, markup: &str) -> String {
        let backend = self.stack.backend();
        format!("<script type=\"module\" src=\"{backend}/guichet.js\"></script>{markup}")
    }
}

/// Whether the style sheet has been used: a row has its border.
const STYLED: &str = "return getComputedStyle(
    document.querySelector('guichet-checkout').shadowRoot.querySelector('.method')
).borderTopWidth";

#[test]
fn a_printed_list_is_there_and_in_shape_without_any_script_of_ours() {
    play(async |w: &mut World| {
        w.browser.block(&["http://*:*/guichet.js"]).await?;
        let order = w.order(printed()).await?;
        w.open_payment(&order).await?;
        let defined = "return !!customElements.get('guichet-checkout')";
        w.browser.inside("input[name=method][value=sodexo]").await?;
        ensure!(!w.browser.eval::<bool>(defined).await?);
        ensure!(w.browser.eval::<String>(STYLED).await? == "1px");
        let seen = "return getComputedStyle(document.querySelector('guichet-checkout')
            .shadowRoot.querySelector('.methods')).visibility";
        ensure!(w.browser.eval::<String>(seen).await? == "visible");
        Ok(())
    });
}

#[test]
fn a_printed_list_takes_no_style_sheet_of_other_bytes() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let (name, _) = listed(&assets(), "style", "")?;
        let content = std::fs::read(assets().join(&name))?;
        let markup = w.markup_with(&order, "&style=link").await?;
        site.page("/", "", &markup.replace(&w.stack.backend(), ""));
        for (content, border) in [(content.clone(), "1px"), (altered(&name, &content), "0px")] {
            site.bytes(&format!("/{name}"), &content);
            w.browser.open(&format!("{}/", site.origin())).await?;
            w.browser.inside("input[name=method][value=sodexo]").await?;
            let seen: String = w.browser.eval(STYLED).await?;
            ensure!(seen == border, "{seen}, not {border}");
        }
        Ok(())
    });
}

#[test]
fn a_printed_list_with_its_sheet_inside_is_in_shape_with_the_pages_own_bytes() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let inline = w.markup(&order).await?;
        let nonce = w.markup_with(&order, "&nonce=TheNonce").await?;
        let css = inline.split_once("<style>").context("a sheet")?.1;
        let css = css.split_once("</style>").context("its end")?.0.to_owned();
        let (name, digest) = listed(&assets(), "style", "")?;
        ensure!(std::fs::read_to_string(assets().join(name))? == css);
        // Neither file nor script of ours; a policy lets it in by a nonce, or by its digest.
        for (markup, source, border) in [
            (&inline, "'unsafe-inline'", "1px"),
            (&nonce, "'nonce-TheNonce'", "1px"),
            (&inline, &*format!("'{digest}'"), "1px"),
            (&inline, "'self'", "0px"),
        ] {
            let policy =
                format!("Content-Security-Policy: default-src 'none'; style-src {source}\r\n");
            site.page("/", &policy, markup);
            w.browser.open(&format!("{}/", site.origin())).await?;
            w.browser.inside("input[name=method][value=sodexo]").await?;
            let seen: String = w.browser.eval(STYLED).await?;
            ensure!(seen == border, "{source}: {seen}, not {border}");
        }
        // Once the script is there, there is one sheet, which is its own.
        let script = format!(
            "<script type=\"module\" src=\"{}/guichet.js\"></script>",
            w.stack.backend()
        );
        // Where the policy does not let the printed one in, too: the script brings the looks.
        let backend = w.stack.backend();
        let strict = format!(
            "Content-Security-Policy: default-src 'none'; connect-src {backend}; \
             script-src {backend} 'wasm-unsafe-eval'; style-src {backend}\r\n"
        );
        for policy in [&*strict, ""] {
            site.page("/", policy, &format!("{inline}{script}"));
            w.browser.open(&format!("{}/", site.origin())).await?;
            w.wait_for_own_sheet().await?;
        }
        w.browser.violations().await.map(drop)
    });
}

impl World {
    /// Waits until the list has its looks from the script alone.
    async fn wait_for_own_sheet(&self) -> Result<()> {
        eventually("the script", async || {
            let adopted = format!(
                "{ROOT} return !root.querySelector('link, style')
                && root.adoptedStyleSheets.length === 1"
            );
            Ok(self.browser.eval::<bool>(&adopted).await?.then_some(()))
        })
        .await?;
        let seen: String = self.browser.eval(STYLED).await?;
        ensure!(seen == "1px", "{seen}");
        Ok(())
    }
}

#[test]
fn a_printed_list_fits_and_is_accessible_without_any_script_of_ours() {
    // On a page without a policy: axe-core reads a style sheet of another origin by making another.
    play_on_site(async |w: &mut World, site| {
        let order = w
            .order(json!({ "amount": 4200, "voucher_eligible_amount": 3000 }))
            .await?;
        site.page("/", "", &w.markup(&order).await?);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.inside("input[name=method][value=sodexo]").await?;
        w.look("printed").await
    });
}

#[test]
fn the_script_adopts_a_printed_list_and_a_press_on_it_is_done_once() {
    play(async |w: &mut World| {
        let order = w.open_printed().await?;
        w.choose("apetiz").await?;
        for _ in 0..3 {
            w.press_pay().await?;
        }
        w.browser.eval::<()>("window.letGo()").await?;
        w.wait_for_page("voucher").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        let all = payments.as_array().context("payments")?;
        ensure!(all.len() == 1 && all[0]["method"] == "apetiz", "{payments}");
        Ok(())
    });
}

#[test]
fn nothing_of_a_printed_list_moves_or_is_said_twice_until_the_module_has_it() {
    play(async |w: &mut World| {
        w.open_printed().await?;
        // What was printed is the same node still: it was not drawn a second time.
        w.browser.eval::<()>(&format!("{ROOT} {NOTE}")).await?;
        let face = format!("{ROOT} window.face = root.querySelector('[data-painted]')");
        w.browser.eval::<()>(&face).await?;
        w.choose("sodexo").await?;
        // The choice is kept by the session's id, which the answer to the first question tells.
        eventually("the answer", async || {
            let kept = "return /^cs_.+ sodexo$/.test(sessionStorage.getItem('guichet-choice'))";
            Ok(w.browser.eval::<bool>(kept).await?.then_some(()))
        })
        .await?;
        let same = format!("{ROOT} return window.face === root.querySelector('[data-painted]')");
        ensure!(w.browser.eval::<bool>(&same).await?, "it was drawn anew");
        w.let_go().await?;
        w.browser
            .inside("[data-face] input[value=sodexo]:checked")
            .await?;
        let kept = format!(
            "{ROOT}
             return [
               root.activeElement?.value ?? null,
               String(window.region === root.querySelector('[role=status]')),
               String(root.querySelectorAll('[role=status]').length),
               String(root.querySelectorAll('[data-face]').length),
               String(root.querySelectorAll('link').length),
               window.said.join('|'),
               String(root.querySelector('.methods').getBoundingClientRect().top - window.was),
               window.shifts.join(' '),
             ]"
        );
        let kept: Vec<Option<String>> = w.browser.eval(&kept).await?;
        let expected = ["sodexo", "true", "1", "1", "0", "", "0", ""];
        ensure!(
            kept == expected.map(|text| Some(text.to_owned())),
            "{kept:?}"
        );
        w.browser
            .assert_accessible("a printed list, taken over")
            .await
    });
}

#[test]
fn a_page_that_was_printed_before_the_order_was_paid_is_corrected_without_the_module() {
    play_on_site(async |w: &mut World, site| {
        w.browser.before_pages(HELD_BACK).await?;
        let order = w.order(json!({ "amount": 4200 })).await?;
        site.page("/", "", &w.printed_snippet(&order).await?);
        w.open_payment(&order).await?;
        w.browser.eval::<()>("window.letGo()").await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER).await?;
        w.wait_for_status(&order.session_id, "paid").await?;

        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.inside("[data-painted][data-face=paid]").await?;
        let radios = w.browser.count_inside("input[name=method]").await?;
        ensure!(radios == 0, "a list of a paid order");
        w.browser.eval::<()>("window.letGo()").await?;
        w.browser.wait_for_face("paid").await
    });
}

#[test]
fn a_press_on_a_list_that_was_too_old_starts_nothing() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        site.page("/", "", &w.printed_snippet(&order).await?);
        w.open_payment(&order).await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.wait_for_status(&order.session_id, "paid").await?;
        // The answer does not come before the press.
        w.browser.before_pages(HELD_BACK).await?;
        w.browser.before_pages(ASKED_LATE).await?;
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        w.browser.click_inside("[data-method=sodexo] label").await?;
        w.press_pay().await?;
        w.browser.eval::<()>("window.ask()").await?;
        w.browser.inside("[data-painted][data-face=paid]").await?;
        w.browser.eval::<()>("window.letGo()").await?;
        w.browser.wait_for_face("paid").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        ensure!(
            payments.as_array().is_some_and(|all| all.len() == 1),
            "{payments}"
        );
        Ok(())
    });
}

/// Keeps the script's first question back until `window.ask()`.
const ASKED_LATE: &str = "if (!window.ask) {
    const send = XMLHttpRequest.prototype.send;
    const asked = new Promise((go) => (window.ask = go));
    XMLHttpRequest.prototype.send = function (...all) {
      asked.then(() => send.apply(this, all));
    };
}";

#[test]
fn what_was_chosen_before_the_answer_outlives_a_correction() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200, "locale": "en" })).await?;
        // As if the shop had changed its words meanwhile: another face, with the same list.
        let old = w.printed_snippet(&order).await?;
        let old = old.replace("How would you like to pay", "How did you like to pay");
        site.page("/", "", &old);
        w.browser.before_pages(HELD_BACK).await?;
        w.browser.before_pages(ASKED_LATE).await?;
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.choose("sodexo").await?;
        ensure!(w.browser.widget_text().await?.contains("did you like"));
        w.browser.eval::<()>("window.ask()").await?;
        eventually("the new list", async || {
            let said = w.browser.widget_text().await?;
            Ok(said.contains("would you like").then_some(()))
        })
        .await?;
        let focus = format!("{ROOT} return root.activeElement?.value ?? null");
        let focus: Option<String> = w.browser.eval(&focus).await?;
        ensure!(focus.as_deref() == Some("sodexo"), "{focus:?}");
        w.browser
            .inside("[data-painted] input[value=sodexo]:checked")
            .await?;
        w.browser.eval::<()>("window.letGo()").await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser
            .inside("input[value=sodexo]:checked")
            .await
            .map(drop)
    });
}

#[test]
fn a_browser_that_knows_no_declared_roots_works_as_with_the_plain_tag() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200 })).await?;
        let markup = w.printed_snippet(&order).await?;
        site.page("/", "", &markup.replace("shadowrootmode=", "data-not="));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("card", "card").await
    });
}

#[test]
fn a_style_sheet_that_does_not_come_is_made_up_for_by_the_script() {
    play(async |w: &mut World| {
        w.browser
            .block(&["http://*:*/guichet_widget-*.css"])
            .await?;
        let order = w.open_printed().await?;
        eventually("the looks", async || {
            Ok((w.browser.eval::<String>(STYLED).await? == "1px").then_some(()))
        })
        .await?;
        w.let_go().await?;
        w.leave_with("card", "card").await?;
        w.assert_unpaid(&order.session_id).await
    });
}
