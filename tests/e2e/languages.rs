//! Languages: one is loaded and no other, each is spoken and fits a phone.

use anyhow::{Context as _, Result, ensure};
use guichet::words::Lang;
use serde_json::json;

use crate::world::{World, assets, play, play_in, usual, wish};

const FILES: &str = "/guichet_words_";

/// The languages whose files were asked for, in that order.
async fn asked_for(w: &World) -> Result<Vec<String>> {
    let requests = w.browser.requests().await?;
    let files = requests.iter().filter_map(|request| {
        let (_, file) = request.url.split_once(FILES)?;
        file.get(..2).map(str::to_owned)
    });
    Ok(files.collect())
}

async fn set_locale(w: &World, tag: &str) -> Result<()> {
    let set = format!("document.querySelector('guichet-checkout').setAttribute('locale', '{tag}')");
    w.browser.eval::<()>(&set).await?;
    let list = format!("[lang={tag}] .methods");
    w.browser.inside(&list).await?;
    Ok(())
}

#[test]
fn the_texts_of_the_shoppers_language_are_loaded_and_no_other_ones() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "locale": "de" })).await?;
        w.open_checkout(&order).await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains(Lang::De.words().choose), "{text}");
        ensure!(asked_for(w).await? == ["de"]);
        // Another one is loaded when it is wanted, and none twice.
        set_locale(w, "sv").await?;
        set_locale(w, "de").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains(Lang::De.words().choose), "{text}");
        ensure!(asked_for(w).await? == ["de", "sv"]);
        Ok(())
    });
}

#[test]
fn a_language_that_the_element_names_is_spoken_though_no_answer_comes() {
    play(async |w: &mut World| {
        let order = w.order(json!({ "amount": 4200, "locale": "de" })).await?;
        w.open_checkout(&order).await?;
        w.browser
            .block(&["http://*:*/checkout/v1/session*"])
            .await?;
        let set = "document.querySelector('guichet-checkout').setAttribute('locale', 'it-CH')";
        w.browser.eval::<()>(set).await?;
        w.browser.wait_for_face("offline").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains(Lang::It.words().offline_title), "{text}");
        ensure!(asked_for(w).await? == ["de", "it"]);
        w.browser.block(&[]).await
    });
}

#[test]
fn texts_that_do_not_arrive_are_told_and_can_be_asked_for_again() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        // Who comes back is shown no list that may be older than the payment. Such a page is loaded
        // anew then.
        w.browser
            .eval::<()>("addEventListener('unload', () => {})")
            .await?;
        w.leave_with("card", "card").await?;
        w.browser.block(&["http://*:*/guichet_words_*"]).await?;
        w.browser.back().await?;
        w.browser.wait_for_face("offline").await?;
        let text = w.browser.widget_text().await?;
        ensure!(text.contains("n’a pas pu se charger"), "{text}");
        w.browser.block(&[]).await?;
        w.browser.click_inside("button[data-action=retry]").await?;
        w.browser.wait_for_face("choosing").await
    });
}

#[test]
fn every_language_is_spoken_and_fits_a_phone() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        w.browser.set_width(320, 700).await?;
        for lang in Lang::ALL {
            set_locale(w, lang.tag()).await?;
            let text = w.browser.widget_text().await?;
            ensure!(text.contains(lang.words().choose), "{text}");
            let wide: Vec<String> = w
                .browser
                .eval(
                    "const root = document.querySelector('guichet-checkout').shadowRoot;
                     return Array.from(root.querySelectorAll('*'))
                       .filter((node) => !node.closest('.spoken'))
                       .filter((node) => node.getBoundingClientRect().right > innerWidth ||
                         (node.localName === 'button' && node.scrollWidth > node.clientWidth))
                       .map((node) => node.outerHTML.slice(0, 200));",
                )
                .await?;
            ensure!(wide.is_empty(), "{lang:?}: {wide:#?}");
        }
        Ok(())
    });
}

#[test]
fn the_module_holds_the_texts_of_no_language() {
    let folder = assets();
    let files = std::fs::read_dir(&folder).unwrap();
    let module = files
        .filter_map(|file| Some(file.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "wasm"))
        .context("a module")
        .unwrap();
    let module = std::fs::read(module).unwrap();
    // What the module says to developers is found, so that a text would be.
    let holds = |text: &str| {
        let bytes = text.as_bytes();
        module.windows(bytes.len()).any(|window| window == bytes)
    };
    assert!(holds("guichet:ready"));
    for lang in Lang::ALL {
        let words = lang.words();
        for text in [words.choose, words.mandate_next, words.broken_body] {
            assert!(!holds(text), "{text}");
        }
    }
}

#[test]
fn a_shop_says_it_in_its_own_words_before_and_after_the_module_and_as_text() {
    let mut stack = usual();
    stack.shop_lines =
        "texts.fr.pay = \"<b>Commander</b> {amount}\"\ntexts.fr.choose = \"Réglez ici\"".into();
    play_in(stack, async |w: &mut World| {
        let order = w.open_painted(wish(4200)).await?;
        let own = ["<b>Commander</b> 42,00\u{a0}€", "Réglez ici"];
        for module in [false, true] {
            if module {
                w.let_go().await?;
            }
            let said = w.browser.widget_text().await?;
            let said = said.replace('\u{202f}', "\u{a0}");
            ensure!(own.iter().all(|own| said.contains(own)), "{module}: {said}");
        }
        // In another language the words are the widget's own.
        set_locale(w, "en").await?;
        w.browser.wait_for_face("choosing").await?;
        let said = w.browser.widget_text().await?;
        ensure!(said.contains("How would you like to pay"), "{said}");
        ensure!(order.secret.starts_with("css_"));
        Ok(())
    });
}
