//! The desk's pages in a browser: every one of them, with something of everything on it. They have
//! no script, so that they are the same where none runs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use guichet_desk::gallery::{Outside, documents};
use guichet_desk::{Lang, STYLE};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::unbase64;
use crate::examples::example;
use crate::gallery::{accepting, difference_file};
use crate::site::{Site, play_on_site};
use crate::world::{World, target};

/// As the backend sends it.
const POLICY: &str = "Content-Security-Policy: default-src 'none'; style-src 'self'; \
                      img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'\r\n";

/// From the narrowest that WCAG 2.2 asks for (1.4.10, 320 CSS pixels) to a large screen.
const WIDTHS: [u32; 4] = [320, 360, 768, 1920];

/// Serves every page of the gallery and gives their names.
fn serve(site: &Site, outside: Outside, policy: &str) -> Result<Vec<&'static str>> {
    site.bytes("/desk.css", STYLE.as_bytes());
    let mut names = Vec::new();
    for lang in Lang::ALL {
        let all = documents(lang, outside, "/desk.css");
        for (name, html) in all.map_err(|error| anyhow::anyhow!("{error}"))? {
            site.html_with(&format!("/{name}-{}", lang.tag()), policy, &html);
            if lang == Lang::Fr {
                names.push(name);
            }
        }
    }
    ensure!(names.len() == 29, "{names:?}");
    Ok(names)
}

impl World {
    async fn open_desk(&self, site: &Site, name: &str, lang: Lang) -> Result<()> {
        let address = format!("{}/{name}-{}", site.origin(), lang.tag());
        self.browser.open(&address).await?;
        let styled = "return getComputedStyle(document.querySelector('.top')).display";
        ensure!(
            self.browser.eval::<String>(styled).await? == "flex",
            "{name} has no style"
        );
        Ok(())
    }

    /// Nothing is wider than the window.
    async fn assert_fits(&self, what: &str) -> Result<()> {
        let wide = "
            const room = document.documentElement.clientWidth;
            const wide = [...document.body.querySelectorAll('*')].filter((one) =>
              !one.closest('.spoken, .skip, thead') &&
              one.getBoundingClientRect().right > room + 1);
            return wide.map((one) => one.localName + '.' + one.className + ' ' +
              one.textContent.slice(0, 40))";
        let wide: Vec<String> = self.browser.eval(wide).await?;
        ensure!(wide.is_empty(), "{what}: {wide:?}");
        Ok(())
    }
}

#[test]
fn every_page_of_the_desk_is_accessible_and_fits_any_width() {
    play_on_site(async |w: &mut World, site| {
        let names = serve(site, Outside::Usual, POLICY)?;
        for lang in Lang::ALL {
            for name in &names {
                w.open_desk(site, name, lang).await?;
                for width in WIDTHS {
                    w.browser.set_width(width, 900).await?;
                    w.assert_fits(&format!("{name} at {width}")).await?;
                }
                let open =
                    "for (const one of document.querySelectorAll('details')) one.open = true";
                w.browser.eval::<Value>(open).await?;
                for width in [320, 1280] {
                    w.browser.set_width(width, 900).await?;
                    let what = format!("{name} in {} at {width}", lang.tag());
                    w.browser.assert_accessible_in_both(&what).await?;
                }
            }
        }
        Ok(())
    });
}

#[test]
fn hostile_text_on_the_desk_is_text_and_breaks_no_page() {
    play_on_site(async |w: &mut World, site| {
        for name in serve(site, Outside::Hostile, POLICY)? {
            w.open_desk(site, name, Lang::En).await?;
            let made = "return document.querySelectorAll('script, img, [onerror], [style]').length";
            ensure!(w.browser.eval::<usize>(made).await? == 0, "{name}");
            let shown = "
                const own = '<script>alert(1)</script>';
                return document.body.textContent.includes(own) ||
                  [...document.querySelectorAll('input')].some((one) => one.value.includes(own))";
            ensure!(
                w.browser.eval::<bool>(shown).await?,
                "{name} shows none of it"
            );
            w.browser.set_width(320, 900).await?;
            w.assert_fits(&format!("{name}, hostile")).await?;
        }
        Ok(())
    });
}

#[test]
fn the_desk_is_used_with_the_keyboard_alone() {
    play_on_site(async |w: &mut World, site| {
        let names = serve(site, Outside::Usual, POLICY)?;
        w.browser.set_width(1280, 900).await?;
        for name in names {
            w.open_desk(site, name, Lang::Fr).await?;
            w.browser.press(Key::Tab).await?;
            let at = "return document.activeElement.className";
            ensure!(w.browser.eval::<String>(at).await? == "skip", "{name}");
            // All that can be used is reached, in the order in which it is read, and seen there.
            let all = "
                window.all = [...document.querySelectorAll('a, button, input, select, summary')]
                  .filter((one) => one.type !== 'hidden' && one.getClientRects().length);
                return window.all.length";
            let count: usize = w.browser.eval(all).await?;
            ensure!(count > 4, "{name}: {count}");
            for place in 0..count {
                let seen = "
                    const one = document.activeElement;
                    const style = getComputedStyle(one);
                    return [window.all.indexOf(one), one.outerHTML.slice(0, 80),
                      style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]";
                let (is, what, outlined): (i64, String, bool) = w.browser.eval(seen).await?;
                ensure!(
                    usize::try_from(is).ok() == Some(place),
                    "{name} {place}: {is} {what}"
                );
                ensure!(outlined, "{name}: {what} is not seen to be chosen");
                // A day is typed in three places.
                let inside = "return document.activeElement.type === 'date'";
                let days = if w.browser.eval::<bool>(inside).await? {
                    8
                } else {
                    1
                };
                for _ in 0..days {
                    w.browser.press(Key::Tab).await?;
                    let still = format!("return document.activeElement === window.all[{place}]");
                    if !w.browser.eval::<bool>(&still).await? {
                        break;
                    }
                }
            }
            w.open_desk(site, name, Lang::Fr).await?;
            w.browser.press(Key::Tab).await?;
            w.browser.press(Key::Enter).await?;
            let at = "return document.activeElement.id";
            ensure!(w.browser.eval::<String>(at).await? == "main", "{name}");
        }
        Ok(())
    });
}

/// Where the pictures are kept.
fn kept() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/desk-gallery"))
}

/// The pictures of a page, in French: a phone's and a screen's, in both themes.
const CELLS: [(u32, bool); 4] = [(360, false), (360, true), (1280, false), (1280, true)];

fn file_of(name: &str, width: u32, dark: bool) -> String {
    let theme = if dark { "dark" } else { "light" };
    format!("{name}-{width}-{theme}.png")
}

/// Has the page use the font, which is the same everywhere.
const PREPARE: &str = "
    const done = arguments[arguments.length - 1];
    (async () => {
      for (const weight of [400, 700]) {
        const file = `/font/noto-sans-latin-${weight}-normal.woff2`;
        const font = new FontFace('Gallery', `url(${file})`, { weight: String(weight) });
        document.fonts.add(await font.load());
      }
      const sheet = new CSSStyleSheet();
      const one = 'font-family: Gallery !important; caret-color: #0000;';
      sheet.replaceSync(`*, ::before, ::after { ${one} }`);
      document.adoptedStyleSheets = [sheet];
      await document.fonts.ready;
      return '';
    })().then(done, (reason) => done(String(reason)));";

#[test]
fn every_page_of_the_desk_looks_as_it_did_when_it_was_last_looked_at() {
    play_on_site(async |w: &mut World, site| {
        let names = serve(site, Outside::Usual, "")?;
        let font = "node_modules/@fontsource/noto-sans/files";
        site.folder("/font/", &example(font))?;
        site.folder("/kept/", &kept())
            .or_else(|error| if accepting() { Ok(()) } else { Err(error) })?;
        let mut wrong = Vec::new();
        for name in names {
            w.browser.open("about:blank").await?;
            w.open_desk(site, name, Lang::Fr).await?;
            let told = w.browser.eval_later(PREPARE).await?;
            ensure!(told == "", "{told}");
            for (width, dark) in CELLS {
                w.browser.set_width(width, 900).await?;
                w.browser.set_dark(dark).await?;
                let seen = w.whole_page(width).await?;
                let file = file_of(name, width, dark);
                if let Some(told) = difference_file(w, &kept(), &file, &seen).await? {
                    let folder = if accepting() {
                        kept()
                    } else {
                        target("e2e-failures/desk")
                    };
                    std::fs::create_dir_all(&folder)?;
                    std::fs::write(folder.join(&file), unbase64(&seen))?;
                    wrong.push(format!("{file}: {told}"));
                }
            }
        }
        ensure!(
            wrong.is_empty() || accepting(),
            "these look different; what is seen now is in target/e2e-failures/desk. If that is \
             right, run the test with GUICHET_ACCEPT_PICTURES=1:\n{}",
            wrong.join("\n")
        );
        Ok(())
    });
}

impl World {
    /// A picture of all of the page, in base64.
    async fn whole_page(&self, width: u32) -> Result<String> {
        let height = "return document.documentElement.scrollHeight";
        let height: u32 = self.browser.eval(height).await?;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let shot = json!({ "captureBeyondViewport": true, "clip": clip });
        let shot = self.browser.cdp("Page.captureScreenshot", shot).await?;
        Ok(shot["data"].as_str().context("no picture")?.to_owned())
    }
}

#[test]
fn no_picture_is_kept_of_a_page_that_the_desk_does_not_have() -> Result<()> {
    let all = documents(Lang::Fr, Outside::Usual, "");
    let all = all.map_err(|error| anyhow::anyhow!("{error}"))?;
    let wanted = all.iter().flat_map(|(name, _)| {
        let files = CELLS.map(|(width, dark)| file_of(name, width, dark));
        files.into_iter()
    });
    let wanted: BTreeSet<String> = wanted.collect();
    for entry in std::fs::read_dir(kept())? {
        let name = entry?.file_name().display().to_string();
        ensure!(
            wanted.contains(&name),
            "tests/desk-gallery/{name}: there is no such page"
        );
    }
    Ok(())
}
