//! The element in the markup of other people's pages: kept and put back, with blanks, in another
//! language than the rest, with words of the page's own for a script that never ran.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::browser::eventually;
use crate::site::{play_on_site, play_on_site_in};
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
        let kept_back = "return getComputedStyle(document.querySelector('guichet-checkout > p'))
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

#[test]
pub(crate) fn a_page_that_is_written_from_right_to_left_does_not_turn_the_widget_round() {
    let stack = StackOptions {
        sogenactif: true,
        ..usual()
    };
    play_on_site_in(stack, async |w: &mut World, site| {
        let order = w.order(json!({ "amount": 4200, "locale": "nl" })).await?;
        let snippet = w.snippet(&order);
        let page = format!("<div dir=\"rtl\" lang=\"ar\">{snippet}</div>");
        site.page("/", "", &page);
        w.browser.open(&format!("{}/", site.origin())).await?;
        w.browser.wait_for_face("choosing").await?;
        // How far the sign of the currency stands before the last digit, and the dot of the radio
        // button from the border of its row.
        let placed = "
            const root = document.querySelector('guichet-checkout').shadowRoot;
            const amount = root.querySelector('.amount').firstChild;
            const at = (from) => {
              const range = document.createRange();
              range.setStart(amount, from);
              range.setEnd(amount, from + 1);
              return range.getBoundingClientRect().left;
            };
            const radio = root.querySelector('.radio');
            const row = radio.closest('.method').getBoundingClientRect();
            return [
              at(amount.data.length - 1) - at(0),
              radio.getBoundingClientRect().left - row.left,
              row.right - radio.getBoundingClientRect().right,
            ]";
        let placed: Vec<f64> = w.browser.eval(placed).await?;
        ensure!(placed[0] > 0.0, "the amount is turned round: {placed:?}");
        ensure!(placed[1] >= 8.0 && placed[2] > placed[1], "{placed:?}");
        w.choose("sogenactif_card").await?;
        w.press_pay().await?;
        w.browser.wait_for_face("card").await?;
        w.browser.beside("[data-field=number]").await?;
        let directions = "return [...document.querySelectorAll('guichet-checkout > [slot]')]
            .map((node) => getComputedStyle(node).direction)";
        let directions: Vec<String> = w.browser.eval(directions).await?;
        ensure!(directions.len() == 9, "{directions:?}");
        ensure!(directions.iter().all(|one| one == "ltr"), "{directions:?}");
        Ok(())
    });
}

#[test]
pub(crate) fn a_choice_outlives_a_reload_in_its_own_tab_and_for_its_own_session() {
    play(async |w: &mut World| {
        let order = w.usual_checkout().await?;
        w.choose("sodexo").await?;
        let checked = "input[name=method]:checked";
        for _ in 0..2 {
            w.browser.reload().await?;
            w.browser.wait_for_face("choosing").await?;
            w.browser.inside("input[value=sodexo]:checked").await?;
            ensure!(w.browser.count_inside(checked).await? == 1);
        }
        let other = w.order(wish(4200)).await?;
        w.open_checkout(&other).await?;
        ensure!(
            w.browser.count_inside(checked).await? == 0,
            "of another session"
        );
        // Nothing of the session's secret is kept.
        let stored: String = w
            .browser
            .eval("return JSON.stringify([sessionStorage, localStorage])")
            .await?;
        ensure!(!stored.contains("css_"), "{stored}");
        w.open_checkout(&order).await?;
        w.browser.inside("input[value=sodexo]:checked").await?;
        w.browser.new_tab().await?;
        w.open_checkout(&order).await?;
        ensure!(
            w.browser.count_inside(checked).await? == 0,
            "of another tab"
        );
        Ok(())
    });
}

#[test]
pub(crate) fn a_choice_outlives_the_way_to_the_platform_and_back_by_the_button() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        // Such a page is loaded anew when the shopper goes back.
        let unloads = "addEventListener('unload', () => {})";
        w.browser.eval::<()>(unloads).await?;
        w.leave_with("sodexo", "voucher").await?;
        w.browser.back().await?;
        w.browser.wait_for_face("choosing").await?;
        w.browser
            .inside("input[value=sodexo]:checked")
            .await
            .map(drop)
    });
}

#[test]
fn a_page_that_forbids_its_storage_keeps_no_choice_and_works() {
    play(async |w: &mut World| {
        w.browser
            .before_pages(
                "if (location.pathname.endsWith('/paiement')) {
                   for (const name of ['getItem', 'setItem']) {
                     const real = Storage.prototype[name];
                     Storage.prototype[name] = function (key, ...all) {
                       if (/guichet/.test(key)) throw new DOMException('no', 'SecurityError');
                       return real.call(this, key, ...all);
                     };
                   }
                 }",
            )
            .await?;
        w.usual_checkout().await?;
        w.leave_with("card", "card").await
    });
}
