//! The element in the markup of other people's pages: kept and put back, with blanks, in another
//! language than the rest, with words of the page's own for a script that never ran.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::site::play_on_site;
use crate::support::StackOptions;
use crate::world::{World, play, play_in, usual, wish};

/// How many children the element has whose places are ours.
const OURS: &str = "
    return document.querySelectorAll('guichet-checkout > [slot^=guichet-]').length";

#[test]
fn a_page_that_was_kept_as_html_and_put_back_starts_anew() {
    let stack = StackOptions {
        sogenactif: true,
        ..usual()
    };
    play_in(stack, async |w: &mut World| {
        w.usual_checkout().await?;
        w.choose("sogenactif_card").await?;
        w.press_pay().await?;
        w.browser.wait_for_face("card").await?;
        w.browser.beside("[data-field=number]").await?;
        ensure!(w.browser.eval::<usize>(OURS).await? == 9);
        // As Turbo does it: the page is copied, and the copy is shown instead.
        w.browser
            .eval::<()>("document.body.replaceWith(document.body.cloneNode(true))")
            .await?;
        ensure!(
            w.browser.eval::<usize>(OURS).await? == 0,
            "labels of no field"
        );
        eventually("the widget", async || {
            Ok(w.browser.face().await?.filter(|face| face != "loading"))
        })
        .await?;
        ensure!(
            w.browser.eval::<usize>(OURS).await? == 0,
            "labels of no field"
        );
        Ok(())
    });
}

#[test]
fn a_shadow_root_that_came_as_html_is_taken_over() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let kept = "<template shadowrootmode=\"open\"><div data-face=\"paid\">old</div></template>";
        let snippet = w.snippet(&order);
        let snippet = snippet.replace("</guichet-checkout>", &format!("{kept}</guichet-checkout>"));
        site.page("/", "", &snippet);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("card", "card").await
    });
}

#[test]
fn a_session_between_blanks_works() {
    play_on_site(async |w: &mut World, site| {
        let order = w.order(wish(4200)).await?;
        let blank = format!("\n      {}\t", order.secret);
        site.page("/", "", &w.snippet(&order).replace(&order.secret, &blank));
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        w.leave_with("card", "card").await
    });
}

#[test]
fn a_script_that_never_ran_leaves_the_pages_own_words() {
    play(async |w: &mut World| {
        let order = w.order(wish(4200)).await?;
        w.browser.block(&["http://*:*/guichet.js"]).await?;
        w.open_payment(&order).await?;
        let kept_back = "return getComputedStyle(document.querySelector('guichet-checkout'))
               .animationName === 'wait-for-script'";
        ensure!(
            w.browser.eval::<bool>(kept_back).await?,
            "not while it may arrive"
        );
        eventually("the shop's words", async || {
            let said = w.browser.text("instead").await?;
            Ok(said.contains("01 99 00 00 00").then_some(()))
        })
        .await?;
        w.browser.block(&[]).await?;
        w.open_checkout(&order).await?;
        let high = "return document.querySelector('[data-testid=instead]').offsetHeight";
        ensure!(
            w.browser.eval::<u32>(high).await? == 0,
            "seen beside the widget"
        );
        Ok(())
    });
}

/// The language of what is drawn.
async fn language(w: &World) -> Result<String> {
    w.browser
        .eval(
            "return document.querySelector('guichet-checkout').shadowRoot
               .querySelector('.checkout').lang",
        )
        .await
}

#[test]
fn the_nearest_language_around_the_element_counts_where_the_session_names_none_that_is_spoken() {
    play_on_site(async |w: &mut World, site| {
        let order = w
            .order(json!({ "amount": 4200, "locale": "ca-ES" }))
            .await?;
        let snippet = w.snippet(&order);
        let inside = snippet.replace("<guichet-checkout", "<div lang=\"fr_FR\"><guichet-checkout");
        site.page("/", "", &inside);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        ensure!(language(w).await? == "fr");
        // The page's own, which is English.
        site.page("/plain", "", &snippet);
        w.browser.open(&format!("{}/plain", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        ensure!(language(w).await? == "en");
        // What the element itself says goes before everything.
        let set = "document.querySelector('guichet-checkout').setAttribute('locale', 'FR')";
        w.browser.eval::<()>(set).await?;
        w.browser.wait_for_face("choosing").await?;
        ensure!(language(w).await? == "fr");
        Ok(())
    });
}
