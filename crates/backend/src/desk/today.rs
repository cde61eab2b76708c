//! Today: what came in, what was refused, what is open.

use std::collections::BTreeMap;

use guichet_desk::pages::today::{Days, Model, Moved};
use guichet_domain::Refusal;
use guichet_domain::id::Slug;
use guichet_domain::money::Currency;
use guichet_domain::payment::Money;
use guichet_store::{Search, Store, StoreError, Taking};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::in_paris;
use super::list::begins;
use crate::app::App;
use crate::sessions::folded::Folded;

/// Days of the picture, today included.
const DAYS: i64 = 30;
/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Most refused payments whose reasons are counted.
const REFUSED_MAX: u32 = 200;

/// The page.
pub(crate) async fn page(app: &App, base: &str, now: i64) -> Result<Model, StoreError> {
    let store = &*app.store;
    let shops: Vec<&Slug> = app.config.shops.iter().map(|shop| &shop.id).collect();
    let today = in_paris(now).date();
    let first = today.saturating_sub((DAYS - 1).days());
    let mut takings = Vec::new();
    let mut reasons: BTreeMap<Option<Refusal>, u64> = BTreeMap::new();
    for shop in &shops {
        let from = begins(first).unwrap_or_default();
        takings.extend(store.takings(shop, from, now + 1).await?);
        count_reasons(store, shop, now, &mut reasons).await?;
    }
    let figures = store.figures(&shops, now).await?;
    let count = |outcomes: &[&str]| {
        let of = figures.payments.iter();
        let of = of.filter(|of| outcomes.contains(&of.outcome.as_str()));
        of.map(|of| u64::try_from(of.count).unwrap_or_default())
            .sum()
    };
    let open = store.open_accounts().await?.into_iter();
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(Model {
        paid: count(&["paid", "authorised"]),
        refused: count(&["refused"]),
        open: open.map(|open| (open.account, open.payments)).collect(),
        oldest_question: figures.oldest_question,
        today: moved(&takings, today),
        yesterday: moved(&takings, today.saturating_sub(1.day())),
        reasons,
        days: days(&takings, first),
        csv: format!("{base}/payments.csv?from={today}"),
    })
}

async fn count_reasons(
    store: &dyn Store,
    shop: &Slug,
    now: i64,
    reasons: &mut BTreeMap<Option<Refusal>, u64>,
) -> Result<(), StoreError> {
    let mut search = Search::of(shop.clone());
    search.money = Some(Money::Refused);
    search.from = Some(now - DAY);
    for found in store.search_payments(&search, None, REFUSED_MAX).await? {
        let folded = Folded::new(&found.book, now);
        let mut attempts = folded.attempts();
        let own = attempts.find(|(made, _)| made.id == found.id);
        let reason = own.and_then(|(_, attempt)| attempt.state.refusal);
        *reasons.entry(reason).or_default() += 1;
    }
    Ok(())
}

/// What moved on a day, by where it waits for the bank.
pub(super) fn moved(takings: &[Taking], day: Date) -> Vec<Moved> {
    let mut all: Vec<Moved> = Vec::new();
    let on = takings
        .iter()
        .filter(|taking| in_paris(taking.hour).date() == day);
    for taking in on {
        let (account, means) = (
            taking.transit.account.to_string(),
            taking.transit.means.to_string(),
        );
        let known = all.iter_mut().find(|known| {
            known.account == account && known.means == means && known.currency == taking.currency
        });
        match known {
            Some(known) => {
                known.money_in += taking.money_in;
                known.money_back += taking.money_back;
                known.entries += taking.entries;
            }
            None => all.push(Moved {
                account,
                means,
                currency: taking.currency,
                money_in: taking.money_in,
                money_back: taking.money_back,
                entries: taking.entries,
            }),
        }
    }
    all.sort_by(|one, other| (&one.account, &one.means).cmp(&(&other.account, &other.means)));
    all
}

/// Money in by day and by hour, of each currency.
fn days(takings: &[Taking], first: Date) -> Vec<Days> {
    let mut currencies: Vec<Currency> = takings.iter().map(|taking| taking.currency).collect();
    currencies.sort();
    currencies.dedup();
    let dates: Vec<Date> = (0..DAYS)
        .map(|day| first.saturating_add(day.days()))
        .collect();
    let of = |currency: Currency| {
        let mut days: Vec<(Date, u64)> = dates.iter().map(|day| (*day, 0)).collect();
        let mut hours = [0; 24];
        for taking in takings.iter().filter(|taking| taking.currency == currency) {
            let at = in_paris(taking.hour);
            if let Some((_, sum)) = days.iter_mut().find(|(day, _)| *day == at.date()) {
                *sum += taking.money_in;
            }
            let hour = usize::try_from(at.hour()).unwrap_or_default();
            if let Some(sum) = hours.get_mut(hour) {
                *sum += taking.money_in;
            }
        }
        Days {
            currency,
            days,
            hours,
        }
    };
    currencies.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use guichet_domain::ledger::Transit;

    use super::*;

    fn taking(hour: i64, money_in: u64, money_back: u64) -> Taking {
        Taking {
            hour,
            transit: Transit::try_from("main/card".to_owned()).unwrap(),
            currency: Currency::EUR,
            money_in,
            money_back,
            entries: 1,
        }
    }

    #[test]
    fn a_day_is_that_of_paris_and_a_line_is_what_the_bank_pays_by_itself() {
        // 21:00 and 22:00 UTC of 14 July: in Paris the second is of the next day.
        let takings = [
            taking(1_784_062_800, 500, 0),
            taking(1_784_066_400, 700, 200),
        ];
        let day: Date = "2026-07-15".parse().unwrap();
        let moved = moved(&takings, day);
        assert_eq!(moved.len(), 1);
        assert_eq!((moved[0].money_in, moved[0].money_back), (700, 200));
        let days = days(&takings, "2026-07-14".parse().unwrap());
        assert_eq!(days[0].days[0].1, 500);
        assert_eq!(days[0].days[1].1, 700);
        assert_eq!((days[0].hours[23], days[0].hours[0]), (500, 700));
    }
}
