//! What a screen reader says of one whole payment: Orca, in Chromium and in Firefox. Only by
//! `cargo xtask spoken`, which gives each browser a desktop with Orca on it.
//!
//! The keys are the driver's: they reach the page and not Orca, whose own commands take no part.
//! What is compared is what it says by itself: of the focus, of live regions, of pages as they
//! load; and the tree that it reads, of the widget's first and last face.

use std::cell::Cell;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use thirtyfour::Key;

use crate::browser::eventually;
use crate::engine::Engine;
use crate::hands::{tab_to, tab_to_named, type_into};
use crate::launch::LOG;
use crate::platform::CARD;
use crate::shop::Order;
use crate::world::{World, play};

/// Prints the tree of what the active window shows, as AT-SPI has it.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/spoken/tree.py");

/// What Orca says.
struct Ears {
    log: PathBuf,
    /// How many of its utterances are over.
    over: Cell<usize>,
}

impl Ears {
    fn new() -> Result<Self> {
        let log =
            std::env::var_os(LOG).with_context(|| format!("{LOG}: run `cargo xtask spoken`"))?;
        Ok(Self {
            log: log.into(),
            over: Cell::new(0),
        })
    }

    /// Everything that it has said so far.
    fn all(&self) -> Result<Vec<String>> {
        let log = std::fs::read(&self.log)?;
        let log = String::from_utf8_lossy(&log);
        let said = log.split("SPEECH OUTPUT: '").skip(1);
        let texts = said.filter_map(|rest| {
            let line = rest.lines().next()?;
            let end = line
                .rfind("'{")
                .or_else(|| line.rfind("' {"))
                .or(line.rfind('\''))?;
            Some(line[..end].trim().to_owned())
        });
        Ok(texts.filter(|text| !text.is_empty()).collect())
    }

    /// What it has said since what was heard last.
    fn since(&self) -> Result<Vec<String>> {
        Ok(self.all()?.split_off(self.over.get()))
    }

    /// Nothing that was said up to here counts any more.
    fn forget(&self) -> Result<()> {
        self.over.set(self.all()?.len());
        Ok(())
    }

    /// Waits until all of these were said, in this order. What came before is over then.
    async fn hears(&self, words: &[&str]) -> Result<()> {
        let mut said = Vec::new();
        let waited = eventually("what should be said", async || {
            said = self.since()?;
            Ok(end_of(&said, words))
        })
        .await;
        let end = waited.with_context(|| format!("{words:?} in {said:#?}"))?;
        self.over.set(self.over.get() + end);
        Ok(())
    }
}

/// How many utterances it takes until all of these words were said, in their order.
fn end_of(said: &[String], words: &[&str]) -> Option<usize> {
    let mut at = 0;
    for word in words {
        at += said[at..].iter().position(|text| text.contains(word))? + 1;
        // The next word may be of the same utterance.
        at -= 1;
    }
    Some(at + 1)
}

/// The tree of the page as assistive technology is given it.
fn tree() -> Result<String> {
    let told = Command::new("/usr/bin/python3").arg(TREE).output()?;
    let errors = String::from_utf8_lossy(&told.stderr);
    ensure!(told.status.success(), "{errors}");
    Ok(String::from_utf8(told.stdout)?)
}

/// Compares the tree with the one that was read through and kept.
fn assert_tree(engine: Engine, face: &str, order: &Order) -> Result<()> {
    let name = format!("{engine:?}-{face}").to_lowercase();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("spoken");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let tree = tree()?.replace(&order.reference, "REFERENCE");
    settings.bind(|| insta::assert_snapshot!(name.as_str(), tree));
    Ok(())
}

/// From the list, with a mistake on the way, to the outcome. What stands in English is Orca's own.
fn a_whole_payment_is_told() {
    play(async |w: &mut World| {
        let (ears, engine) = (Ears::new()?, w.browser.engine());
        let order = w.usual_checkout().await?;
        // The page is read from its beginning to its end.
        ears.hears(&[
            "42,00",
            "Comment souhaitez-vous payer",
            "Carte bancaire",
            "not selected",
            "radio button",
            "Bimpli by Swile",
            "Payer 42,00",
            "push button",
            "Suivre la commande",
        ])
        .await?;
        assert_tree(engine, "choosing", &order)?;
        tab_to(w, "input[name=method]").await?;
        let hint = "Vous saisirez votre carte sur la page sécurisée de paiement";
        let group = "Comment souhaitez-vous payer";
        ears.hears(&[group, "Carte bancaire", "not selected radio button", hint])
            .await?;
        tab_to(w, "button[data-action=pay]").await?;
        ears.hears(&["Payer 42,00\u{a0}€ push button"]).await?;
        w.browser.press(Key::Enter).await?;
        ears.hears(&["Choisissez d’abord un moyen de paiement."])
            .await?;
        back_to(w, "input[name=method]").await?;
        w.browser.press(" ").await?;
        // Where nothing is chosen, browsers don't agree which of the list is the one before.
        let card = "return document.querySelector('guichet-checkout').shadowRoot
            .querySelector('[value=card]').checked";
        for _ in 0..8 {
            if w.browser.eval(card).await? {
                break;
            }
            w.browser.press(Key::Down).await?;
        }
        w.browser.inside("input[value=card]:checked").await?;
        ears.forget()?;
        w.browser.press(Key::Down).await?;
        w.browser.inside("input[value=apetiz]:checked").await?;
        let law = "au plus 25,00\u{a0}€ par jour";
        ears.hears(&["Bimpli by Swile", "selected radio button", law])
            .await?;
        w.browser.press(Key::Up).await?;
        w.browser.inside("input[value=card]:checked").await?;
        ears.hears(&["Carte bancaire", "selected radio button"])
            .await?;
        tab_to(w, "button[data-action=pay]").await?;
        w.browser.press(Key::Enter).await?;
        // What is said on the way is cut short where the platform answers at once.
        ears.hears(&["Payer par carte bancaire"]).await?;
        w.wait_for_page("card").await?;
        type_into(w, "card-number", CARD).await?;
        type_into(w, "card-expiry", "12/30").await?;
        type_into(w, "card-cvv", "123").await?;
        w.browser.press(Key::Enter).await?;
        w.wait_for_page("threeds").await?;
        tab_to_named(w, "threeds-confirm").await?;
        ears.forget()?;
        w.browser.press(Key::Enter).await?;
        ears.hears(&["Paiement accepté"]).await?;
        w.browser.wait_for_face("paid").await?;
        assert_tree(engine, "paid", &order)?;
        w.assert_paid(&order, &[("card", 4200)]).await
    });
}

/// Goes backwards until the focus is there: forwards, the browser's own buttons come first.
async fn back_to(w: &World, selector: &str) -> Result<()> {
    let there = format!(
        "return !!document.querySelector('guichet-checkout').shadowRoot.activeElement
            ?.matches('{selector}')"
    );
    for _ in 0..10 {
        if w.browser.eval(&there).await? {
            return Ok(());
        }
        w.browser.press_shifted(Key::Tab).await?;
    }
    bail!("ten steps back did not lead to {selector}")
}

#[test]
#[ignore = "takes a screen reader: `cargo xtask spoken`"]
fn in_chromium_a_whole_payment_is_told() {
    a_whole_payment_is_told();
}

#[test]
#[ignore = "takes a screen reader: `cargo xtask spoken`"]
fn in_firefox_a_whole_payment_is_told() {
    Engine::Firefox.plays(a_whole_payment_is_told);
}
