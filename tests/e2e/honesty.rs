//! What no address, page or request may hold.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::platform::{CARD, VOUCHER_SHORT};
use crate::support::{DEMO_HMAC_KEY, DEMO_SHOP_KEY, OTHER_HMAC_KEY, OTHER_SHOP_KEY};
use crate::world::{World, play};

const KEYS: [&str; 4] = [DEMO_SHOP_KEY, OTHER_SHOP_KEY, DEMO_HMAC_KEY, OTHER_HMAC_KEY];

/// Fails if a text that the browser saw holds a key.
fn assert_no_key(what: &str, text: &str) -> Result<()> {
    for key in KEYS {
        let found = text.to_uppercase().contains(&key.to_uppercase());
        ensure!(!found, "{what} holds a key");
    }
    Ok(())
}

/// The page as the browser has it, shadow root included, and all that it stored.
const PAGE: &str = "
    const root = document.querySelector('guichet-checkout')?.shadowRoot;
    return [
        document.documentElement.outerHTML,
        root ? root.innerHTML : '',
        JSON.stringify(Object.entries(localStorage)),
        JSON.stringify(Object.entries(sessionStorage)),
        document.cookie,
        JSON.stringify(performance.getEntriesByType('resource').map((entry) => entry.name)),
    ].join('\\n')";

#[test]
fn no_secret_in_any_address_and_no_number_outside_the_platform() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        let mut pages = vec![w.browser.eval::<String>(PAGE).await?];
        w.leave_with("sodexo", "voucher").await?;
        w.type_voucher(VOUCHER_SHORT).await?;
        w.wait_for_page("complement").await?;
        w.pay_by_card(CARD).await?;
        w.browser.wait_for_face("paid").await?;
        pages.push(w.browser.eval(PAGE).await?);
        w.open_order(&order, "").await?;
        pages.push(w.browser.eval(PAGE).await?);

        let requests = w.browser.requests().await?;
        let documents = requests.iter().filter(|request| request.kind == "Document");
        ensure!(
            documents.count() >= 6,
            "too few requests were seen: {requests:#?}"
        );
        for request in &requests {
            assert_no_key("an address", &request.url)?;
            assert_no_key("a form", &request.body)?;
            let places = [&request.url, &request.referrer];
            ensure!(
                places.iter().all(|at| !at.contains(&order.secret)),
                "{request:?}"
            );
            let to_platform = request.url.starts_with(&w.stack.platform());
            let numbers = [CARD, VOUCHER_SHORT];
            let has = |text: &str| numbers.iter().any(|number| text.contains(number));
            ensure!(!has(&request.url), "a number in an address: {request:?}");
            ensure!(
                to_platform || !has(&request.body),
                "a number left the platform: {request:?}"
            );
        }
        for page in &pages {
            assert_no_key("a page", page)?;
            ensure!(
                !page.contains(CARD) && !page.contains(VOUCHER_SHORT),
                "a number on a page"
            );
        }
        for line in w.browser.console().await? {
            assert_no_key("the console", &line)?;
            ensure!(
                !line.contains(&order.secret),
                "the session's secret in the console: {line}"
            );
        }
        for (name, log) in [
            ("backend", w.stack.backend_log()),
            ("shop", w.stack.sandbox_log()),
        ] {
            assert_no_key(&format!("the {name}'s log"), &log)?;
            ensure!(
                !log.contains(&order.secret),
                "the session's secret in the {name}'s log"
            );
        }
        Ok(())
    });
}

#[test]
fn the_page_sends_no_address_of_the_shop_to_the_platform() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.leave_with("card", "card").await?;
        let referrer: Value = w.browser.eval("return document.referrer").await?;
        let told = referrer.as_str().unwrap_or_default();
        ensure!(
            !told.contains(&order.order_id),
            "the platform was told {told}"
        );
        Ok(())
    });
}
