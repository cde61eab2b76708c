//! The close of a day, contract by contract, and the accountant's journal.

use guichet_desk::pages::accounting::{Close, Journal, Model};
use guichet_domain::id::Slug;
use guichet_domain::ledger::Transit;
use guichet_store::StoreError;
use jiff::ToSpan as _;
use jiff::civil::Date;
use url::form_urlencoded;

use super::in_paris;
use super::list::begins;
use super::today::moved;
use crate::app::App;
use crate::config::Shop;
use crate::ledger::export::{Export, opening_of};
use crate::ledger::fec::Separator;

/// What is asked for, as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    shop: String,
    day: String,
    opening: String,
    closing: String,
    pipe: bool,
}

impl Asked {
    /// Reads an address's query. What it does not know it passes over.
    pub(crate) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "shop" => asked.shop = value.into_owned(),
                "day" => asked.day = value.into_owned(),
                "opening" => asked.opening = value.into_owned(),
                "closing" => asked.closing = value.into_owned(),
                "separator" => asked.pipe = value == "pipe",
                _ => {}
            }
        }
        asked
    }

    fn shop<'a>(&self, app: &'a App) -> Option<&'a Shop> {
        let named = Slug::try_from(self.shop.clone()).ok();
        let named = named.and_then(|id| app.config.shop(&id));
        let shop = named.or_else(|| app.config.shops.first())?;
        Some(shop.as_ref())
    }
}

fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

/// The page; none where there is no shop. `wrong`: the days of the journal are none of a year.
pub(crate) async fn page(
    app: &App,
    base: &str,
    asked: &Asked,
    (now, wrong): (i64, bool),
) -> Result<Option<Model>, StoreError> {
    let Some(shop) = asked.shop(app) else {
        return Ok(None);
    };
    let today = in_paris(now).date();
    let chosen = day(&asked.day);
    let on = chosen.unwrap_or_else(|| today.saturating_sub(1.day()));
    let (from, before) = (begins(on), begins(on.saturating_add(1.day())));
    let (from, before) = (from.unwrap_or_default(), before.unwrap_or_default());
    let takings = app.store.takings(&shop.id, from, before).await?;
    let closes = moved(&takings, on).into_iter().map(|moved| {
        let transit = Transit::try_from(format!("{}/{}", moved.account, moved.means)).ok();
        let journal = shop.ledger.as_ref();
        let number = journal.zip(transit.as_ref()).map(|(journal, transit)| {
            let (number, label) = journal.transit(transit);
            (number.to_owned(), label.to_owned())
        });
        let expected = journal.zip(transit.as_ref());
        let expected = expected.and_then(|(journal, transit)| journal.remittance(transit));
        Close {
            expected: expected.map(str::to_owned),
            number,
            account: moved.account,
            means: moved.means,
            currency: moved.currency,
            money_in: moved.money_in,
            money_back: moved.money_back,
            entries: moved.entries,
        }
    });
    let closing = match asked.closing.as_str() {
        "" => format!("{}-12-31", today.year()),
        closing => closing.to_owned(),
    };
    let shops = app.config.shops.iter();
    Ok(Some(Model {
        action: format!("{base}/accounting"),
        shops: shops
            .map(|shop| (shop.id.to_string(), shop.name.clone()))
            .collect(),
        shop: shop.id.to_string(),
        day: on,
        no_day: chosen.is_none() && !asked.day.is_empty(),
        closes: closes.collect(),
        journal: shop.ledger.as_ref().map(|_| Journal {
            action: format!("{base}/accounting/journal.txt"),
            description: format!("{base}/accounting/description.txt"),
            closing,
            opening: asked.opening.clone(),
            wrong,
        }),
    }))
}

/// What is to be taken away.
pub(crate) enum Wanted {
    /// This.
    Export(Box<Export>),
    /// The days are none of a year.
    WrongDays,
    /// The shop has no journal.
    Nothing,
}

/// The journal that is asked for.
pub(crate) fn export(app: &App, asked: &Asked) -> Wanted {
    let shop = asked.shop(app);
    let Some((shop, journal)) = shop.and_then(|shop| Some((shop, shop.ledger.as_ref()?))) else {
        return Wanted::Nothing;
    };
    let closing = day(&asked.closing);
    let opening = match (closing, asked.opening.as_str()) {
        (Some(closing), "") => opening_of(closing).ok(),
        (_, opening) => day(opening),
    };
    match closing.zip(opening) {
        Some((closing, opening)) if opening <= closing => Wanted::Export(Box::new(Export {
            shop: shop.id.clone(),
            journal: journal.clone(),
            closing,
            opening,
            separator: match asked.pipe {
                true => Separator::Pipe,
                false => Separator::Tab,
            },
        })),
        _ => Wanted::WrongDays,
    }
}
