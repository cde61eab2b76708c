//! How every face looks: pictures of the gallery, beside those that were looked at and kept.
//!
//! The font is one of npm's, so that lines break alike everywhere. What another version of the
//! browser draws a little lighter or darker at an edge is no difference; a letter that is another
//! one, a line that moved, or a pale surface that is gone, is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use guichet::gallery;
use serde_json::{Value, json};

use crate::browser::{eventually, unbase64};
use crate::examples::example;
use crate::site::play_on_site;
use crate::world::{World, target};

/// Set to have what is seen kept as what is right.
const ACCEPT: &str = "GUICHET_ACCEPT_PICTURES";

/// The pictures that are kept.
fn kept() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gallery"))
}

/// What is looked at: every state in French and in both themes, and the list in every language.
fn cells() -> Vec<String> {
    let all = gallery::states();
    let names = all.iter().map(|(name, _)| *name);
    let french = names.flat_map(|name| ["light", "dark"].map(|theme| format!("{name}-fr-{theme}")));
    let others = ["de", "en", "es", "it", "nl", "pt", "sv"];
    let others = others.map(|lang| format!("choosing-{lang}-light"));
    french.chain(others).collect()
}

/// Has the page use the font, and nothing that moves.
const PREPARE: &str = "
    const done = arguments[arguments.length - 1];
    (async () => {
      for (const weight of [400, 700]) {
        const file = `/font/noto-sans-latin-${weight}-normal.woff2`;
        const font = new FontFace('Gallery', `url(${file})`, { weight: String(weight) });
        document.fonts.add(await font.load());
      }
      document.body.style.fontFamily = 'Gallery';
      const still = new CSSStyleSheet();
      still.replaceSync('*, ::before, ::after { animation: none !important; caret-color: #0000; }');
      for (const host of document.querySelectorAll('section > div > div')) {
        host.shadowRoot.adoptedStyleSheets.push(still);
      }
      await document.fonts.ready;
      return '';
    })().then(done, (reason) => done(String(reason)));";

/// Tells what differs between two pictures, or nothing. In a square of 8 by 8 pixels, six have to
/// be of quite another colour, or nearly all of them of another one.
const COMPARE: &str = "
    const done = arguments[arguments.length - 1];
    const pixels = async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const { width, height } = image;
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return { width, height, data: context.getImageData(0, 0, width, height).data };
    };
    (async () => {
      const [seen, kept] = [await pixels(SEEN), await pixels(KEPT)];
      const size = ({ width, height }) => width + ' by ' + height;
      if (size(seen) !== size(kept)) return size(seen) + ' pixels, and not ' + size(kept);
      const squares = new Map();
      for (let at = 0; at < seen.data.length; at += 4) {
        const apart = [0, 1, 2].map((c) => Math.abs(seen.data[at + c] - kept.data[at + c]));
        const most = Math.max(...apart);
        if (most <= 8) continue;
        const [x, y] = [(at / 4) % seen.width, Math.floor(at / 4 / seen.width)];
        const square = (x >> 3) * 8 + ',' + (y >> 3) * 8;
        const [far, other] = squares.get(square) ?? [0, 0];
        squares.set(square, [far + (most > 80), other + 1]);
      }
      const others = [...squares].filter(([, [far, other]]) => far >= 6 || other >= 56);
      return others.length ? others.length + ' squares, the first at ' + others[0][0] : '';
    })().then(done, (reason) => done(String(reason)));";

impl World {
    /// A picture of a cell, in base64.
    async fn picture(&self, cell: &str) -> Result<String> {
        let place = format!(
            "const box = document.getElementById({}).querySelector('div').getBoundingClientRect();
             return [box.x + scrollX, box.y + scrollY, box.width, box.height].map(Math.round)",
            json!(cell)
        );
        let [x, y, width, height]: [i64; 4] = self.browser.eval(&place).await?;
        let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": 1 });
        let shot = json!({ "captureBeyondViewport": true, "clip": clip });
        let shot = self.browser.cdp("Page.captureScreenshot", shot).await?;
        Ok(shot["data"].as_str().context("no picture")?.to_owned())
    }

    /// What differs between these pictures; empty if nothing does.
    async fn difference(&self, seen: &str, kept: &str) -> Result<String> {
        let script = format!("const [SEEN, KEPT] = {};{COMPARE}", json!([seen, kept]));
        let told: Value = self.browser.eval_later(&script).await?;
        Ok(told.as_str().context("no word of it")?.to_owned())
    }

    /// Opens the gallery in French, or in another language.
    async fn open_gallery(&self, origin: &str, lang: &str) -> Result<()> {
        self.browser.open("about:blank").await?;
        self.browser
            .open(&format!("{origin}/gallery#lang={lang}"))
            .await?;
        let told = self.browser.eval_later(PREPARE).await?;
        ensure!(told == "", "{told}");
        Ok(())
    }
}

/// In every method with something to say under its name: how far the two begin from each other.
const APART: &str = "
    const apart = [];
    for (const host of document.querySelectorAll('section > div > div')) {
      host.style.width = 'WIDTH';
      for (const method of host.shadowRoot.querySelectorAll('.method:has(.hint)')) {
        const radio = method.querySelector('.radio');
        if (!radio.disabled) radio.checked = true;
        const text = document.createRange();
        const start = (node) => (text.selectNodeContents(node), text.getBoundingClientRect().left);
        const [name, hint] = ['.name', '.hint p'].map((part) => start(method.querySelector(part)));
        apart.push(Math.round(hint - name));
      }
    }
    return apart";

#[test]
fn what_is_said_of_a_method_begins_where_its_name_does() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        w.browser.set_width(1280, 900).await?;
        w.browser
            .open(&format!("{}/gallery#lang=fr", site.origin()))
            .await?;
        for width in ["20rem", "34rem"] {
            let apart: Vec<i64> = w.browser.eval(&APART.replace("WIDTH", width)).await?;
            ensure!(apart.len() > 10, "{width}: {} methods", apart.len());
            ensure!(apart.iter().all(|by| *by == 0), "{width}: {apart:?}");
        }
        Ok(())
    });
}

#[test]
fn every_face_looks_as_it_did_when_it_was_last_looked_at() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        let font = "node_modules/@fontsource/noto-sans/files";
        site.folder("/font/", &example(font))?;
        site.folder("/kept/", &kept())
            .or_else(|error| match accepting() {
                true => Ok(()),
                false => Err(error),
            })?;
        w.browser.set_width(1280, 900).await?;
        let mut wrong = Vec::new();
        let mut open = String::new();
        for cell in cells() {
            let lang = cell.rsplit('-').nth(1).unwrap_or_default().to_owned();
            if lang != open {
                w.open_gallery(&site.origin(), &lang).await?;
                open = lang;
            }
            let seen = w.picture(&cell).await?;
            let file = format!("{cell}.png");
            let Some(told) = difference_file(w, &kept(), &file, &seen).await? else {
                continue;
            };
            let folder = if accepting() {
                kept()
            } else {
                target("e2e-failures/gallery")
            };
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(file), unbase64(&seen))?;
            wrong.push(format!("{cell}: {told}"));
        }
        ensure!(
            wrong.is_empty() || accepting(),
            "these look different; what is seen now is in target/e2e-failures/gallery. If that is \
             right, run the test with {ACCEPT}=1:\n{}",
            wrong.join("\n")
        );
        Ok(())
    });
}

/// What differs between a picture in base64 and that of a file, which the site has below `/kept/`.
pub(crate) async fn difference_file(
    w: &World,
    kept: &Path,
    file: &str,
    seen: &str,
) -> Result<Option<String>> {
    if !kept.join(file).is_file() {
        return Ok(Some("no picture is kept".into()));
    }
    let address = format!("data:image/png;base64,{seen}");
    let told = w.difference(&address, &format!("/kept/{file}")).await?;
    Ok(Some(told).filter(|told| !told.is_empty()))
}

pub(crate) fn accepting() -> bool {
    std::env::var_os(ACCEPT).is_some()
}

#[test]
fn no_picture_is_kept_of_what_is_not_there() -> Result<()> {
    let wanted: BTreeSet<String> = cells().iter().map(|cell| format!("{cell}.png")).collect();
    for entry in std::fs::read_dir(kept())? {
        let name = entry?.file_name().display().to_string();
        ensure!(
            wanted.contains(&name),
            "tests/gallery/{name}: there is no such face"
        );
    }
    Ok(())
}

#[test]
fn another_letter_a_line_that_moved_and_a_pale_surface_are_seen_and_a_lighter_edge_is_not() {
    play_on_site(async |w: &mut World, site| {
        let page = |text: &str, style: &str| {
            format!(
                "<!doctype html><body style=\"margin:0;font:16px sans-serif\">\
                 <section id=\"a\"><div style=\"{style}\">{text}</div></section>"
            )
        };
        let mut seen = Vec::new();
        for (path, text, style) in [
            ("/0", "Payer 42,00", ""),
            ("/1", "Payer 43,00", ""),
            ("/2", "Payer 42,00", "padding-top:1px"),
            ("/3", "Payer 42,00", "color:#2a2a2a;background:#fafafa"),
            ("/4", "Payer 42,00", "background:#e8ecf2"),
        ] {
            site.html(path, &page(text, style));
            w.browser.open(&format!("{}{path}", site.origin())).await?;
            seen.push(format!("data:image/png;base64,{}", w.picture("a").await?));
        }
        ensure!(!w.difference(&seen[0], &seen[1]).await?.is_empty());
        ensure!(!w.difference(&seen[0], &seen[2]).await?.is_empty());
        ensure!(w.difference(&seen[0], &seen[3]).await?.is_empty());
        ensure!(!w.difference(&seen[0], &seen[4]).await?.is_empty());
        ensure!(w.difference(&seen[0], &seen[0]).await?.is_empty());
        Ok(())
    });
}

#[test]
fn the_gallery_needs_no_backend_and_its_tokens_can_be_tried_and_copied() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        w.browser
            .open(&format!("{}/gallery", site.origin()))
            .await?;
        let shown = "return document.querySelectorAll('section').length";
        let all = gallery::states().len() * 2 * 8;
        ensure!(
            w.browser.eval::<usize>(shown).await? == all,
            "not all of {all}"
        );
        let asked = w.browser.requests().await?;
        let own = format!("{}/", site.origin());
        let strange = asked
            .iter()
            .find(|request| request.url.starts_with("http") && !request.url.starts_with(&own));
        ensure!(strange.is_none(), "{strange:?}");
        let dark = "
            const [light, dark] = ['light', 'dark'].map((theme) => {
              const cell = document.getElementById('choosing-fr-' + theme);
              const host = cell.querySelector('div > div');
              return getComputedStyle(host.shadowRoot.querySelector('.checkout')).backgroundColor;
            });
            return light !== dark";
        ensure!(w.browser.eval::<bool>(dark).await?, "one theme twice");
        let tried = "
            const [accent, radius] = ['accent', 'radius'].map((name) =>
              document.querySelector(`#tokens [name=--guichet-${name}]`));
            accent.value = '#aa0055';
            radius.value = '3px';
            for (const input of [accent, radius]) input.dispatchEvent(new Event('input'));
            return String(document.querySelectorAll('#tokens input').length)";
        ensure!(w.browser.eval::<String>(tried).await? == "14");
        let seen = "
            const host = document.getElementById('choosing-fr-light').querySelector('div > div');
            const root = host.shadowRoot;
            return [
              document.getElementById('css').value,
              getComputedStyle(root.querySelector('[data-action=pay]')).backgroundColor,
              getComputedStyle(root.querySelector('.checkout')).borderTopLeftRadius,
            ]";
        let css = "guichet-checkout {\n  --guichet-accent: #aa0055;\n  --guichet-radius: 3px;\n}\n";
        // A button's colour changes gradually.
        let mut last = Vec::new();
        let waited = eventually("the colour", async || {
            last = w.browser.eval::<Vec<String>>(seen).await?;
            Ok((last == [css, "rgb(170, 0, 85)", "3px"]).then_some(()))
        })
        .await;
        waited.with_context(|| format!("{last:?}"))?;
        Ok(())
    });
}

/// Gives every face a width and a style, and tells which of them lose something of a line.
const LOST: &str = "
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.documentElement.style.fontSize = SIZE;
    const lost = [];
    for (const section of document.querySelectorAll('section')) {
      const host = section.querySelector('div > div');
      host.parentNode.style.cssText = 'padding: 0; width: WIDTH';
      const root = host.shadowRoot;
      root.adoptedStyleSheets = [...root.adoptedStyleSheets.slice(0, 1), sheet];
      for (const one of root.querySelectorAll('.checkout, button, label, legend, p, h2, li, div')) {
        if (one.clientWidth && one.scrollWidth > one.clientWidth + 1) {
          lost.push(section.id + ' ' + (one.className || one.localName));
        }
      }
    }
    return lost";

#[test]
fn nothing_is_lost_with_larger_or_wider_text() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        let url = format!("{}/gallery#theme=light", site.origin());
        w.browser.open(&url).await?;
        // WCAG 1.4.12: lines, paragraphs, letters, words.
        let spaced = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
            word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }";
        for (what, style, size, width) in [
            ("1.4.10: 320 pixels wide", "", "100%", "320px"),
            ("1.4.4: twice as large", "", "200%", "640px"),
            ("text alone, four times as large", "", "400%", "1280px"),
            ("1.4.12: wider text", spaced, "100%", "320px"),
        ] {
            let script = LOST
                .replace("STYLE", &json!(style).to_string())
                .replace("SIZE", &json!(size).to_string())
                .replace("WIDTH", width);
            let lost: Vec<String> = w.browser.eval(&script).await?;
            ensure!(lost.is_empty(), "{what}: {lost:#?}");
        }
        // It would be seen.
        let script = LOST
            .replace(
                "STYLE",
                &json!("button { white-space: nowrap }").to_string(),
            )
            .replace("SIZE", &json!("400%").to_string())
            .replace("WIDTH", "320px");
        ensure!(!w.browser.eval::<Vec<String>>(&script).await?.is_empty());
        Ok(())
    });
}
