//! The face that is there before the module: what the shopper sees of it, does on it, and keeps.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::line::Line;
use crate::platform::{CARD_AT_ONCE, VOUCHER};
use crate::site::play_on_site;
use crate::world::{World, play, wish};

/// Keeps the module back until `window.letGo()`, and notes what moves and what is said.
pub(crate) const HELD_BACK: &str = "if (!window.letGo) {
    const real = window.fetch;
    const held = new Promise((go) => (window.letGo = go));
    window.fetch = async (input, init) => {
      if (/\\.wasm/.test(input.url || input)) await held;
      return real(input, init);
    };
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) {
        // What opens by a click is wanted there.
        if (!hadRecentInput) window.shifts.push(value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
}";

pub(crate) const ROOT: &str = "const root = document.querySelector('guichet-checkout').shadowRoot;";

/// Keeps where the list is by now, and from here on what the live region says.
pub(crate) const NOTE: &str = "
    window.region = root.querySelector('[role=status]');
    window.said = [];
    new MutationObserver(() => window.said.push(window.region.textContent))
      .observe(window.region, { childList: true, characterData: true, subtree: true });
    window.was = root.querySelector('.methods').getBoundingClientRect().top;";

impl World {
    /// Opens a payment page whose module does not come, and waits for what was painted.
    pub(crate) async fn open_painted(&self, wish: serde_json::Value) -> Result<crate::shop::Order> {
        self.browser.before_pages(HELD_BACK).await?;
        let order = self.order(wish).await?;
        self.open_payment(&order).await?;
        self.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        Ok(order)
    }

    pub(crate) async fn let_go(&self) -> Result<()> {
        self.browser.eval::<()>("window.letGo()").await?;
        eventually("the module", async || {
            let left = format!("{ROOT} return !root.querySelector('[data-painted]')");
            Ok(self.browser.eval::<bool>(&left).await?.then_some(()))
        })
        .await
    }
}

#[test]
fn the_list_is_there_before_the_module_and_a_press_on_it_is_done_once() {
    play(async |w: &mut World| {
        let order = w.open_painted(wish(4200)).await?;
        w.browser.click_inside("[data-method=apetiz] label").await?;
        for _ in 0..3 {
            w.press_pay().await?;
        }
        w.browser
            .inside("button[data-action=pay][aria-busy=true]")
            .await?;
        w.browser.eval::<()>("window.letGo()").await?;
        w.wait_for_page("voucher").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        ensure!(
            payments.as_array().is_some_and(|all| all.len() == 1),
            "{payments}"
        );
        ensure!(payments[0]["method"] == "apetiz", "{payments}");
        Ok(())
    });
}

#[test]
fn a_press_that_waits_for_the_module_too_long_is_sent_as_a_form_and_comes_back_to_the_shop() {
    play(async |w: &mut World| {
        let order = w.open_painted(wish(4200)).await?;
        w.browser.click_inside("[data-method=apetiz] label").await?;
        for _ in 0..3 {
            w.press_pay().await?;
        }
        w.wait_for_page("voucher").await?;
        w.type_voucher(VOUCHER).await?;
        // The shop's page shows it, and not one of the backend's own.
        w.browser.inside("[data-painted][data-face=paid]").await?;
        let url = w.browser.url().await?;
        ensure!(url.ends_with(&order.payment_path), "{url}");
        let asked = w.browser.events().await?;
        let asked = asked.iter().filter(|e| e["name"] == "before-pay").count();
        ensure!(asked == 1, "the page was asked {asked} times");
        w.let_go().await?;
        w.assert_paid(&order, &[("voucher", 4200)]).await?;
        let taken = w.money_taken(&order.session_id).await?;
        ensure!(taken == [4200], "{taken:?}");
        Ok(())
    });
}

#[test]
fn from_the_press_to_the_platforms_page_the_backend_is_asked_once() {
    play_on_site(async |w: &mut World, site| {
        // With the module: with headers of ours the browser would ask first whether it may.
        let line = Line::to(w.stack.backend_port());
        let order = w.order(wish(4200)).await?;
        w.open_over(&line, site, &order).await?;
        w.choose("card").await?;
        line.asked();
        w.press_pay().await?;
        w.wait_for_page("card").await?;
        let asked = line.asked();
        ensure!(asked == ["POST /checkout/v1/payments"], "{asked:?}");
        // Without it: neither a redirect, nor a script, nor a style sheet is waited for.
        w.open_painted(wish(4200)).await?;
        w.choose("card").await?;
        let before = w.browser.requests().await?.len();
        w.press_pay().await?;
        w.wait_for_page("card").await?;
        let (backend, requests) = (w.stack.backend(), w.browser.requests().await?);
        let since = requests.iter().skip(before);
        let asked: Vec<_> = since
            .filter(|it| it.url.starts_with(&backend) && it.kind != "Stylesheet")
            .map(|it| format!("{} {}", it.method, &it.url[backend.len()..]))
            .collect();
        ensure!(asked == ["POST /pay"], "{asked:?}");
        // Back is the shop's page, as it is with the module.
        w.browser.back().await?;
        let (shop, url) = (w.stack.shop(), w.browser.url().await?);
        ensure!(url.starts_with(&shop), "{url}");
        Ok(())
    });
}

#[test]
fn a_page_that_says_no_meanwhile_or_takes_no_forms_leaves_the_press_to_the_module() {
    play_on_site(async |w: &mut World, site| {
        w.browser.before_pages(HELD_BACK).await?;
        let no = "addEventListener('guichet:before-pay', (event) => {
            window.asked = (window.asked || 0) + 1;
            if (!window.yes) event.preventDefault();
        });";
        w.browser.before_pages(no).await?;
        let order = w.order(wish(4200)).await?;
        let (page, backup) = (w.stack.platform(), w.stack.platform_backup());
        let policy = format!("Content-Security-Policy: form-action {page} {backup}\r\n");
        site.page("/", &policy, &w.snippet(&order));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser
            .inside("[data-painted][data-face=choosing]")
            .await?;
        w.choose("card").await?;
        w.press_pay().await?;
        // Nobody is kept waiting for a no.
        w.browser
            .inside("button[data-action=pay]:not([aria-busy])")
            .await?;
        ensure!(w.browser.eval::<u32>("return window.asked").await? == 1);
        w.browser.eval::<()>("window.yes = true").await?;
        w.press_pay().await?;
        eventually("the policy's no", async || {
            let told = w.browser.console().await?;
            let told = told.iter().any(|line| line.contains("must name"));
            Ok(told.then_some(()))
        })
        .await?;
        w.browser
            .inside("button[data-action=pay][aria-busy=true]")
            .await?;
        let none = &w.session(&order.session_id).await?["payments"];
        ensure!(none.as_array().is_some_and(Vec::is_empty), "{none}");
        w.browser.eval::<()>("window.letGo()").await?;
        w.wait_for_page("card").await?;
        w.browser.violations().await.map(drop)
    });
}

#[test]
fn choice_and_focus_and_the_live_region_outlive_the_take_over_and_nothing_moves() {
    play(async |w: &mut World| {
        w.open_painted(wish(4200)).await?;
        w.browser.click_inside("[data-method=sodexo] label").await?;
        w.browser.eval::<()>(&format!("{ROOT} {NOTE}")).await?;
        w.browser.eval::<()>("window.shifts.length = 0").await?;
        w.let_go().await?;
        w.browser
            .inside("[data-face] input[value=sodexo]:checked")
            .await?;
        let kept = format!(
            "{ROOT}
             const list = root.querySelector('.methods');
             return [
               root.activeElement?.value ?? null,
               String(window.region === root.querySelector('[role=status]')),
               String(root.querySelectorAll('[role=status]').length),
               window.said.join('|'),
               String(list.getBoundingClientRect().top - window.was),
               window.shifts.join(' '),
             ]"
        );
        let kept: Vec<Option<String>> = w.browser.eval(&kept).await?;
        let expected = ["sodexo", "true", "1", "", "0", ""].map(|text| Some(text.to_owned()));
        ensure!(kept == expected, "{kept:?}");
        let events = w.browser.events().await?;
        let changes: Vec<_> = events.iter().filter(|e| e["name"] == "change").collect();
        ensure!(changes.len() == 1, "{events:#?}");
        ensure!(changes[0]["detail"] == json!({ "method": "sodexo" }));
        Ok(())
    });
}

/// Notes what a live region holds when it comes.
const REGION: &str = "
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (how) {
      const root = attach.call(this, how);
      window.came = [];
      new MutationObserver((all) => {
        const added = all.flatMap(({ addedNodes }) => [...addedNodes]);
        for (const node of added) {
          if (node.role === 'status') window.came.push(node.textContent);
        }
      }).observe(root, { childList: true });
      return root;
    };";

#[test]
pub(crate) fn the_live_region_is_there_before_it_says_anything() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        w.type_card(CARD_AT_ONCE).await?;
        w.browser.wait_for_face("paid").await?;
        w.browser.before_pages(REGION).await?;
        w.open_payment(&order).await?;
        eventually("the outcome", async || {
            let said = format!("{ROOT} return root.querySelector('[role=status]').textContent");
            Ok((w.browser.eval::<String>(&said).await? == "Paiement accepté").then_some(()))
        })
        .await?;
        let came: Vec<String> = w.browser.eval("return window.came").await?;
        ensure!(came == [""], "{came:?}");
        Ok(())
    });
}

#[test]
fn a_press_without_a_choice_is_answered_when_the_module_is_there() {
    play(async |w: &mut World| {
        w.open_painted(wish(4200)).await?;
        w.press_pay().await?;
        w.let_go().await?;
        let said = w.browser.inside(".form [role=alert]").await?.text().await?;
        ensure!(said.contains("Choisissez"), "{said}");
        Ok(())
    });
}

#[test]
fn what_is_painted_is_what_the_module_draws() {
    play(async |w: &mut World| {
        for wish in [
            json!({ "amount": 4200, "voucher_eligible_amount": 3000 }),
            json!({ "amount": 123_456, "locale": "en" }),
        ] {
            w.open_painted(wish).await?;
            let html = format!(
                "{ROOT}
                 const face = root.querySelector('[data-face]').cloneNode(true);
                 face.removeAttribute('data-painted');
                 // What makes it a form that works without the module.
                 for (const form of face.querySelectorAll('form[action]')) {{
                   form.removeAttribute('action');
                   form.removeAttribute('method');
                 }}
                 for (const one of face.querySelectorAll('[type=hidden]')) one.remove();
                 for (const one of face.querySelectorAll('button[name=do]')) {{
                   one.removeAttribute('name');
                   one.removeAttribute('value');
                 }}
                 for (const one of face.querySelectorAll('*')) {{
                   const all = [...one.attributes].map((a) => [a.name, a.value]).sort();
                   for (const [name] of all) one.removeAttribute(name);
                   for (const [name, value] of all) one.setAttribute(name, value);
                 }}
                 return face.outerHTML.replace(/<!--[^]*?-->/g, '')"
            );
            let painted: String = w.browser.eval(&html).await?;
            w.let_go().await?;
            let drawn: String = w.browser.eval(&html).await?;
            ensure!(painted == drawn, "{painted}\n\n{drawn}");
        }
        Ok(())
    });
}

#[test]
fn the_painted_list_fits_and_is_accessible() {
    play(async |w: &mut World| {
        w.open_painted(json!({ "amount": 4200, "voucher_eligible_amount": 3000 }))
            .await?;
        w.look("painted").await
    });
}
