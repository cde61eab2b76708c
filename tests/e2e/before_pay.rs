//! The page is asked before anything is sent that may take money: it may say no, at once or later.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::site::play_on_site;
use crate::support::{SMOOTH, StackOptions};
use crate::world::{World, play, play_in, usual, wish};

impl World {
    /// Has the page handle the question by this script, which knows the `event`.
    async fn on_before_pay(&self, script: &str) -> Result<()> {
        let listen = format!(
            "window.asked = [];
             document.addEventListener('guichet:before-pay', (event) => {{
               window.asked.push(event.detail.method);
               {script}
             }})"
        );
        self.browser.eval::<()>(&listen).await
    }

    async fn questioned(&self) -> Result<Vec<String>> {
        self.browser.eval("return window.asked").await
    }

    /// How many requests were sent that may take money.
    async fn sent(&self) -> Result<usize> {
        let requests = self.browser.requests().await?;
        let sent = requests.iter().filter(|request| {
            request.method == "POST" && request.url.contains("/checkout/v1/payments")
        });
        Ok(sent.count())
    }

    /// Waits until the page has been asked so many times and the button can be pressed.
    async fn asked_and_still_here(&self, times: usize, button: &str) -> Result<()> {
        eventually("the question", async || {
            Ok((self.questioned().await?.len() == times).then_some(()))
        })
        .await?;
        self.browser
            .inside(&format!("button[data-action={button}]:enabled"))
            .await
            .map(drop)
    }
}

#[test]
fn a_page_that_says_no_at_once_is_obeyed_and_the_next_press_pays() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.on_before_pay("if (window.asked.length === 1) event.preventDefault();")
            .await?;
        // Nothing is asked where nothing could be paid.
        w.press_pay().await?;
        w.browser.inside(".form [role=alert]").await?;
        ensure!(w.questioned().await?.is_empty());
        w.choose("card").await?;
        w.press_pay().await?;
        w.asked_and_still_here(1, "pay").await?;
        ensure!(w.sent().await? == 0);
        ensure!(w.session(&order.session_id).await?["payments"] == json!([]));
        ensure!(w.browser.face().await?.as_deref() == Some("choosing"));
        w.press_pay().await?;
        w.wait_for_page("card").await
    });
}

#[test]
fn a_page_that_takes_its_time_keeps_the_button_busy_and_asks_once() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.on_before_pay(
            "event.waitUntil(new Promise((done, fail) => Object.assign(window, { done, fail })));
             event.waitUntil(Promise.resolve());",
        )
        .await?;
        w.choose("apetiz").await?;
        for (times, no) in [
            (1, "window.done(false)"),
            (2, "window.fail(new Error('no stock'))"),
        ] {
            let button = w.browser.inside("button[data-action=pay]").await?;
            w.browser.click_many(&button, 3).await?;
            w.browser
                .inside("button[data-action=pay][aria-busy=true]:disabled")
                .await?;
            w.browser.eval::<()>(no).await?;
            w.asked_and_still_here(times, "pay").await?;
        }
        ensure!(w.sent().await? == 0);
        let console = w.browser.console().await?;
        ensure!(
            console
                .iter()
                .any(|line| line.contains("did not let the shopper pay")),
            "{console:#?}"
        );
        // The focus comes back with the button.
        eventually("the focus", async || {
            let focus = "return document.querySelector('guichet-checkout').shadowRoot
                .activeElement?.dataset.action ?? ''";
            Ok((w.browser.eval::<String>(focus).await? == "pay").then_some(()))
        })
        .await?;
        w.press_pay().await?;
        w.browser.inside("button[aria-busy=true]").await?;
        w.browser.eval::<()>("window.done()").await?;
        w.wait_for_page("voucher").await?;
        let payments = &w.session(&order.session_id).await?["payments"];
        ensure!(
            payments.as_array().is_some_and(|all| all.len() == 1),
            "{payments}"
        );
        Ok(())
    });
}

#[test]
fn a_yes_is_for_the_method_that_was_asked_about() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.on_before_pay("event.waitUntil(new Promise((done) => (window.done = done)));")
            .await?;
        w.choose("apetiz").await?;
        w.press_pay().await?;
        w.browser.inside("button[aria-busy=true]").await?;
        w.choose("card").await?;
        w.browser.eval::<()>("window.done()").await?;
        w.asked_and_still_here(1, "pay").await?;
        ensure!(w.sent().await? == 0);
        w.press_pay().await?;
        w.browser.inside("button[aria-busy=true]").await?;
        ensure!(w.questioned().await? == ["apetiz", "card"]);
        w.browser.eval::<()>("window.done()").await?;
        w.wait_for_page("card").await
    });
}

#[test]
fn an_element_that_is_taken_away_or_given_another_session_meanwhile_pays_nothing() {
    play(async |w: &mut World| {
        let (first, second) = (w.order(wish(4200)).await?, w.order(wish(1300)).await?);
        for go in [
            "host.remove()".to_owned(),
            format!("host.session = {}", json!(second.secret)),
        ] {
            w.open_checkout(&first).await?;
            w.on_before_pay("event.waitUntil(new Promise((done) => (window.done = done)));")
                .await?;
            w.choose("card").await?;
            w.press_pay().await?;
            w.browser.inside("button[aria-busy=true]").await?;
            let go = format!(
                "const host = document.querySelector('guichet-checkout');
                 window.host = host;
                 {go};
                 window.done();"
            );
            w.browser.eval::<()>(&go).await?;
            // It is a list like any other: it can be put back.
            w.browser
                .eval::<()>("if (!window.host.isConnected) document.body.append(window.host)")
                .await?;
            w.browser.wait_for_face("choosing").await?;
            ensure!(w.sent().await? == 0, "{go}");
        }
        let shown = w.browser.widget_text().await?;
        ensure!(shown.contains("13,00"), "{shown}");
        for order in [first, second] {
            ensure!(w.session(&order.session_id).await?["payments"] == json!([]));
        }
        Ok(())
    });
}

#[test]
fn a_card_that_is_typed_is_asked_about_before_its_token_is_made() {
    let stack = StackOptions {
        sogenactif: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        w.open_checkout(&order).await?;
        w.on_before_pay("if (window.asked.length === 2) event.preventDefault();")
            .await?;
        w.open_fields().await?;
        w.type_fields(SMOOTH).await?;
        w.press_card_pay().await?;
        w.asked_and_still_here(2, "card-pay").await?;
        let continued = "/continue";
        ensure!(
            w.asked(continued).await? == 0,
            "sent without the page's leave"
        );
        w.press_card_pay().await?;
        w.browser.wait_for_face("paid").await?;
        ensure!(w.questioned().await? == ["sogenactif_card"; 3]);
        w.assert_paid_once(&order).await
    });
}

#[test]
fn several_on_a_page_are_asked_about_and_pay_each_for_itself() {
    play_on_site(async |w: &mut World, site| {
        let (first, second) = (w.order(wish(4200)).await?, w.order(wish(1300)).await?);
        let other = format!(
            "<guichet-checkout session=\"{}\"></guichet-checkout>",
            second.secret
        );
        site.page("/", "", &[w.snippet(&first), other].concat());
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        let press = "
            const [a, b] = document.querySelectorAll('guichet-checkout');
            const root = b.shadowRoot;
            if (!root?.querySelector('[data-face=choosing]:not([data-painted])')) return false;
            window.from = [];
            document.addEventListener('guichet:before-pay', (event) => {
              window.from.push(event.target === b ? 'b' : 'a');
              event.preventDefault();
            });
            root.querySelector('input[value=card]').click();
            root.querySelector('[data-action=pay]').click();
            return a.shadowRoot.querySelectorAll('input:checked').length === 0";
        eventually("the second one", async || {
            Ok(w.browser.eval::<bool>(press).await?.then_some(()))
        })
        .await?;
        ensure!(w.browser.eval::<Vec<String>>("return window.from").await? == ["b"]);
        ensure!(w.sent().await? == 0);
        // The first one pays, and the second one is as it was.
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("card", "card").await?;
        ensure!(w.session(&second.session_id).await?["payments"] == json!([]));
        Ok(())
    });
}

#[test]
fn what_the_page_set_before_the_script_was_there_counts_and_properties_are_attributes() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let late = format!(
            "<div id=\"place\"></div>
             <script>
               const host = document.createElement('guichet-checkout');
               host.session = '{}';
               host.locale = 'sv';
               document.getElementById('place').append(host);
             </script>
             <script type=\"module\" src=\"{}/guichet.js\"></script>",
            order.secret,
            w.stack.backend()
        );
        site.page("/", "", &late);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        let read = "const host = document.querySelector('guichet-checkout');
            host.theme = 'light';
            const seen = [host.getAttribute('locale'), host.getAttribute('theme'), host.backend];
            host.theme = null;
            return [...seen, String(host.hasAttribute('theme'))]";
        let seen: Vec<String> = w.browser.eval(read).await?;
        ensure!(seen == ["sv", "light", "", "false"], "{seen:?}");
        let said = w.browser.widget_text().await?;
        ensure!(said.contains("betala"), "{said}");
        Ok(())
    });
}
