//! Today: what came in, what was refused, what is open, and the last days.

use guichet_domain::Refusal;
use guichet_domain::money::Currency;
use jiff::civil::Date;

use super::means;
use super::picture::{self, Bar};
use crate::el::{El, el};
use crate::kit::{self, column, figures};
use crate::show;
use crate::words::{Lang, fill};

/// What moved at one contract by one means: the bank pays each by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Moved {
    /// Our account at the platform.
    pub account: String,
    /// The means, as far as the bank tells them apart.
    pub means: String,
    /// The currency.
    pub currency: Currency,
    /// What came in, in minor units.
    pub money_in: u64,
    /// What was given back.
    pub money_back: u64,
    /// How many entries.
    pub entries: u64,
}

/// A currency's money of the last days.
#[derive(Clone, Debug)]
pub struct Days {
    /// The currency.
    pub currency: Currency,
    /// Money in by day, the oldest first.
    pub days: Vec<(Date, u64)>,
    /// Money in by the hour of the day, of all these days.
    pub hours: [u64; 24],
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// How many payments were paid in the last 24 hours.
    pub paid: u64,
    /// How many were refused.
    pub refused: u64,
    /// Payments that wait for a platform: account, and how many.
    pub open: Vec<(String, u64)>,
    /// Seconds that the oldest question waits.
    pub oldest_question: i64,
    /// What moved today.
    pub today: Vec<Moved>,
    /// What moved yesterday.
    pub yesterday: Vec<Moved>,
    /// Why payments were refused, and how many.
    pub reasons: Vec<(Option<Refusal>, u64)>,
    /// The last days, a currency each.
    pub days: Vec<Days>,
    /// Today's payments as a spreadsheet.
    pub csv: String,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().today;
    el("div")
        .class("stack")
        .with(tiles(lang, model))
        .all(model.days.iter().map(|days| pictures(lang, days)))
        .with(moved(
            lang,
            words.by_contract,
            &model.today,
            Some(&model.csv),
        ))
        .with(moved(lang, words.yesterday, &model.yesterday, None))
        .with(
            el("div")
                .class("columns")
                .with(reasons(lang, model))
                .with(platforms(lang, model)),
        )
}

fn tiles(lang: Lang, model: &Model) -> El {
    let words = &lang.words().today;
    let tile = |caption: &str, value: String| {
        let caption = el("span").class("caption").text(caption);
        let tile = el("div").class("tile").with(caption);
        tile.with(el("strong").text(value))
    };
    let mut tiles = el("div").class("tiles");
    for (currency, money_in, money_back) in sums(&model.today) {
        tiles = tiles
            .with(tile(words.money_in, show::sum(lang, money_in, currency)))
            .with(tile(
                words.money_back,
                show::sum(lang, money_back, currency),
            ));
    }
    let open = model.open.iter().map(|(_, count)| count).sum();
    tiles
        .with(tile(words.paid, show::number(lang, model.paid)))
        .with(tile(words.refused, show::number(lang, model.refused)))
        .with(tile(words.open, show::number(lang, open)))
}

/// What came in and what was given back of each currency; of euros where there is nothing.
fn sums(moved: &[Moved]) -> Vec<(Currency, u64, u64)> {
    let mut sums: Vec<(Currency, u64, u64)> = Vec::new();
    for moved in moved {
        let known = sums
            .iter_mut()
            .find(|(currency, ..)| *currency == moved.currency);
        match known {
            Some((_, money_in, money_back)) => {
                *money_in += moved.money_in;
                *money_back += moved.money_back;
            }
            None => sums.push((moved.currency, moved.money_in, moved.money_back)),
        }
    }
    if sums.is_empty() {
        sums.push((Currency::EUR, 0, 0));
    }
    sums
}

fn moved(lang: Lang, heading: &str, moved: &[Moved], csv: Option<&str>) -> El {
    let words = &lang.words().today;
    let section = kit::section(heading);
    if moved.is_empty() {
        return section.with(el("p").class("muted").text(words.nothing));
    }
    let rows = moved.iter().map(|moved| {
        let sum = |minor| kit::plain(show::sum(lang, minor, moved.currency));
        let (plus, minus) = (
            i64::try_from(moved.money_in),
            i64::try_from(moved.money_back),
        );
        let net = plus
            .unwrap_or(i64::MAX)
            .saturating_sub(minus.unwrap_or(i64::MAX));
        vec![
            kit::plain(&moved.account),
            kit::plain(means(lang, &moved.means)),
            sum(moved.money_in),
            sum(moved.money_back),
            kit::plain(show::amount(lang, net, moved.currency)),
            kit::plain(show::number(lang, moved.entries)),
        ]
    });
    let columns = [
        column(lang.words().payment.contract),
        column(lang.words().list.means),
        figures(words.money_in),
        figures(words.money_back),
        figures(words.net),
        figures(words.entries),
    ];
    let csv = csv.map(|address| {
        let link = kit::link(address, lang.words().list.csv);
        el("p").with(link)
    });
    section
        .with(el("p").class("muted").text(words.by_contract_hint))
        .with(kit::table(heading, &columns, rows))
        .maybe(csv)
}

fn pictures(lang: Lang, days: &Days) -> El {
    let words = &lang.words().today;
    let sum = |minor| show::sum(lang, minor, days.currency);
    let of_days: Vec<Bar> = (0_usize..)
        .zip(&days.days)
        .map(|(place, (day, size))| Bar {
            name: if place % 5 == 2 {
                day_name(lang, *day)
            } else {
                String::new()
            },
            size: *size,
        })
        .collect();
    let of_hours: Vec<Bar> = (0_u8..)
        .zip(days.hours)
        .map(|(hour, size)| Bar {
            name: if hour % 3 == 0 {
                format!("{hour:02}")
            } else {
                String::new()
            },
            size,
        })
        .collect();
    let most = |bars: &[Bar]| sum(bars.iter().map(|bar| bar.size).max().unwrap_or(0));
    let by_day = days.days.iter();
    let by_day =
        by_day.map(|(day, minor)| vec![kit::plain(show::day(lang, *day)), kit::plain(sum(*minor))]);
    let by_hour = (0_u8..).zip(days.hours);
    let by_hour = by_hour
        .map(|(hour, minor)| vec![kit::plain(format!("{hour:02}:00")), kit::plain(sum(minor))]);
    let table = |caption: &str, first: &str, rows: Vec<Vec<El>>| {
        let columns = [column(first), figures(words.money_in)];
        el("details")
            .with(el("summary").text(words.figures))
            .with(kit::table(caption, &columns, rows))
    };
    el("div")
        .class("columns")
        .with(
            kit::section(words.last_days)
                .with(picture::bars(words.last_days, &most(&of_days), &of_days))
                .with(table(words.last_days, words.day, by_day.collect())),
        )
        .with(
            kit::section(words.by_hour)
                .with(picture::bars(words.by_hour, &most(&of_hours), &of_hours))
                .with(table(words.by_hour, words.hour, by_hour.collect())),
        )
}

fn day_name(lang: Lang, day: Date) -> String {
    let text = show::day(lang, day);
    let year = text.rfind(' ').unwrap_or(text.len());
    text[..year].to_owned()
}

fn reasons(lang: Lang, model: &Model) -> El {
    let words = &lang.words().today;
    let section = kit::section(words.reasons);
    if model.reasons.is_empty() {
        return section.with(el("p").class("muted").text(words.no_refusals));
    }
    let rows = model.reasons.iter().map(|(reason, count)| {
        let reason = reason.map_or(words.other, lang.words().states.refusal);
        vec![kit::plain(reason), kit::plain(show::number(lang, *count))]
    });
    let columns = [column(words.reason), figures(words.count)];
    section.with(kit::table(words.reasons, &columns, rows))
}

fn platforms(lang: Lang, model: &Model) -> El {
    let words = &lang.words().today;
    let section = kit::section(words.platforms);
    if model.open.is_empty() {
        return section.with(el("p").class("muted").text(words.platforms_well));
    }
    let rows = model
        .open
        .iter()
        .map(|(account, count)| vec![kit::plain(account), kit::plain(show::number(lang, *count))]);
    let columns = [
        column(lang.words().settings.account),
        figures(words.waiting),
    ];
    let oldest = (model.oldest_question > 0).then(|| {
        let age = show::age(lang, model.oldest_question);
        el("p").text(fill(words.oldest_question, &[("age", &age)]))
    });
    section
        .maybe(oldest)
        .with(kit::table(words.platforms, &columns, rows))
}
