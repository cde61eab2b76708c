//! Amounts: the same from the server and in the widget, and as the browser writes them itself but
//! for what is listed here.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use guichet::state::money::Notation;
use serde_json::json;

use crate::world::{World, play};

const TAGS: [&str; 22] = [
    "de", "de-AT", "de-CH", "de-LI", "en", "en-CA", "en-GB", "en-IE", "es", "fr", "fr-BE", "fr-CA",
    "fr-CH", "fr-LU", "it", "it-CH", "nl", "nl-BE", "pt", "pt-BR", "pt-PT", "sv",
];
/// Currencies and the digits of their minor units, by ISO 4217. The last three are asked for in two
/// languages only: no platform takes them, and it is their digits that matter.
const CURRENCIES: [(&str, u8); 9] = [
    ("EUR", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("GBP", 2),
    ("USD", 2),
    ("XPF", 0),
    ("COP", 2),
    ("HUF", 2),
    ("IDR", 2),
];
/// In minor units.
const AMOUNTS: [u64; 6] = [5, 100, 99_999, 123_450, 1_234_567, 1_234_567_890];

/// What is written otherwise: locale and currency, the first of such amounts as it is written here
/// and by Chromium 156, and how many of them there are. `~` is a no-break space, `_` a narrow one.
///
/// - COP, HUF, IDR: two digits by ISO 4217, none by CLDR, which leaves out what nobody pays with.
/// - `fr-CH`: CLDR 48.2 parts thousands by an apostrophe, 48.0 by a narrow space.
/// - `pt`: for CLDR it is that of Brazil, for the texts here that of Portugal.
const DIFFERENCES: [&str; 18] = [
    "en COP: COP~0.05 here, COP~0 there, 6 of 6",
    "en HUF: HUF~0.05 here, HUF~0 there, 6 of 6",
    "en IDR: IDR~0.05 here, IDR~0 there, 6 of 6",
    "fr COP: 0,05~COP here, 0~$CO there, 6 of 6",
    "fr HUF: 0,05~HUF here, 0~HUF there, 6 of 6",
    "fr IDR: 0,05~IDR here, 0~IDR there, 6 of 6",
    "fr-CH EUR: 1'234.50~€ here, 1_234.50~€ there, 3 of 6",
    "fr-CH CAD: 1'234.50~$CA here, 1_234.50~$CA there, 3 of 6",
    "fr-CH CHF: 1'234.50~CHF here, 1_234.50~CHF there, 3 of 6",
    "fr-CH GBP: 1'234.50~£GB here, 1_234.50~£GB there, 3 of 6",
    "fr-CH USD: 1'234.50~$US here, 1_234.50~$US there, 3 of 6",
    "fr-CH XPF: 99'999~FCFP here, 99_999~FCFP there, 4 of 6",
    "pt EUR: 0,05~€ here, €~0,05 there, 6 of 6",
    "pt CAD: 0,05~CA$ here, CA$~0,05 there, 6 of 6",
    "pt CHF: 0,05~CHF here, CHF~0,05 there, 6 of 6",
    "pt GBP: 0,05~£ here, £~0,05 there, 6 of 6",
    "pt USD: 0,05~US$ here, US$~0,05 there, 6 of 6",
    "pt XPF: 5~CFPF here, CFPF~5 there, 6 of 6",
];

/// What `Intl` writes: by locale and currency, an amount after the other.
async fn theirs(w: &World) -> Result<BTreeMap<String, Vec<String>>> {
    let asked = json!({ "tags": TAGS, "currencies": CURRENCIES, "amounts": AMOUNTS });
    w.browser
        .eval(&format!(
            "const {{ tags, currencies, amounts }} = {asked};
             const all = {{}};
             for (const tag of tags) for (const [currency, digits] of currencies) {{
               const writer = new Intl.NumberFormat(tag, {{ style: 'currency', currency }});
               all[tag + ' ' + currency] =
                 amounts.map((amount) => writer.format(amount / 10 ** digits));
             }}
             return all;"
        ))
        .await
}

#[test]
fn amounts_are_written_as_the_browser_writes_them_but_for_what_is_listed() {
    play(async |w: &mut World| {
        w.usual_checkout().await?;
        let theirs = theirs(w).await?;
        let visible = |text: &str| text.replace('\u{a0}', "~").replace('\u{202f}', "_");
        let mut differences = vec![];
        for tag in TAGS {
            for (currency, exponent) in CURRENCIES {
                if ["COP", "HUF", "IDR"].contains(&currency) && !["en", "fr"].contains(&tag) {
                    continue;
                }
                let name = format!("{tag} {currency}");
                let ours = AMOUNTS.map(|amount| {
                    let notation = Notation::of(tag);
                    notation.format(amount, currency, exponent)
                });
                let pairs = ours.iter().zip(&theirs[&name]);
                let other: Vec<_> = pairs.filter(|(ours, theirs)| ours != theirs).collect();
                if let Some((ours, theirs)) = other.first() {
                    let (ours, theirs, count) = (visible(ours), visible(theirs), other.len());
                    let line = format!("{name}: {ours} here, {theirs} there, {count} of 6");
                    differences.push(line);
                }
            }
        }
        ensure!(differences == DIFFERENCES, "{differences:#?}");
        Ok(())
    });
}

#[test]
fn the_widget_writes_an_amount_as_the_server_does() {
    play(async |w: &mut World| {
        for (locale, lang) in [("fr_FR.UTF-8", "fr"), ("de-CH", "de"), ("pt-BR", "pt")] {
            let order = w
                .order(json!({ "amount": 123_456, "locale": locale }))
                .await?;
            w.open_checkout(&order).await?;
            let shown: (String, String) = w
                .browser
                .eval(
                    "const root = document.querySelector('guichet-checkout').shadowRoot;
                     return [root.querySelector('.checkout').lang,
                       root.querySelector('.amount').textContent]",
                )
                .await?;
            let written = Notation::of(locale).format(123_456, "EUR", 2);
            ensure!(shown == (lang.to_owned(), written), "{shown:?} in {locale}");
        }
        Ok(())
    });
}
