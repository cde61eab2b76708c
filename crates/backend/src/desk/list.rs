//! The list of payments. What is typed is looked for as whatever it may be.

use std::sync::Arc;

use guichet_desk::pages::list::{Faults, Kept, Model, Row, Typed};
use guichet_desk::words::FoundAs;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::payment::Money;
use guichet_providers::zone::paris;
use guichet_store::{Book, FoundPayment, Search, Store, StoreError};
use jiff::ToSpan as _;
use jiff::civil::Date;
use url::form_urlencoded;

use super::amount::cents;
use super::{in_paris, one_page, standing};
use crate::app::App;
use crate::config::Shop;
use crate::sessions::folded::Folded;

/// Payments of a page.
const PAGE: u32 = 50;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    typed: Typed,
    cursor: Option<PaymentId>,
    found_as: Option<FoundAs>,
}

/// Words for what the typed text is to be taken as.
const AS: [(&str, FoundAs); 6] = [
    ("reference", FoundAs::Reference),
    ("platform", FoundAs::PlatformReference),
    ("transaction", FoundAs::Transaction),
    ("call", FoundAs::Call),
    ("email", FoundAs::Email),
    ("amount", FoundAs::Amount),
];

impl Asked {
    /// Reads an address's query. What it does not know, or can't read, it passes over: the address
    /// may be an old one.
    pub(crate) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let typed = &mut asked.typed;
            match name.as_ref() {
                "q" => typed.anything = value.trim().to_owned(),
                "shop" => typed.shop = value.into_owned(),
                "state" => typed.state = value.into_owned(),
                "means" => typed.means = value.into_owned(),
                "from" => typed.from = value.into_owned(),
                "to" => typed.to = value.into_owned(),
                "attention" => typed.look = value == "true",
                "after" => asked.cursor = PaymentId::try_from(value.into_owned()).ok(),
                "as" => {
                    let known = AS.iter().find(|(word, _)| *word == value);
                    asked.found_as = known.map(|(_, found)| *found);
                }
                _ => {}
            }
        }
        asked
    }

    /// The query of this search: taken as that, and after that payment.
    fn query(&self, found_as: Option<FoundAs>, after: Option<&PaymentId>) -> String {
        let typed = &self.typed;
        let word = found_as.and_then(|found| AS.iter().find(|(_, known)| *known == found));
        let word = word.map_or("", |(word, _)| word);
        let look = if typed.look { "true" } else { "" };
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("q", typed.anything.as_str()),
            ("shop", &typed.shop),
            ("state", &typed.state),
            ("means", &typed.means),
            ("from", &typed.from),
            ("to", &typed.to),
            ("attention", look),
            ("as", word),
            ("after", after.map_or("", PaymentId::as_str)),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The shop, and what is asked for beside the text; with what is wrong with it.
    fn search(&self, shop: &Shop) -> (Search, Faults) {
        let (typed, mut faults) = (&self.typed, Faults::default());
        let mut search = Search::of(shop.id.clone());
        search.money = serde_json::from_value::<Money>(typed.state.clone().into()).ok();
        search.method = Method::try_from(typed.means.clone()).ok();
        search.attention = typed.look;
        let mut day = |text: &str, fault: fn(&mut Faults) -> &mut bool| -> Option<Date> {
            let day = Date::strptime("%Y-%m-%d", text).ok();
            *fault(&mut faults) = day.is_none() && !text.is_empty();
            day
        };
        let from = day(&typed.from, |faults| &mut faults.from);
        let to = day(&typed.to, |faults| &mut faults.to);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            faults.turned = true;
        }
        search.from = from.and_then(begins);
        search.before = to
            .and_then(|day| day.checked_add(1.day()).ok())
            .and_then(begins);
        (search, faults)
    }
}

/// The Unix second at which a day begins in Paris.
pub(crate) fn begins(day: Date) -> Option<i64> {
    let begun = day.to_zoned(paris().ok()?).ok()?;
    Some(begun.timestamp().as_second())
}

/// What was found of one way to take the text.
struct Found {
    search: Search,
    found_as: Option<FoundAs>,
    also: Vec<FoundAs>,
    payments: Vec<FoundPayment>,
}

/// The page of what is asked for.
pub(crate) async fn page(
    app: &App,
    base: &str,
    asked: &Asked,
    now: i64,
) -> Result<Model, StoreError> {
    let path = format!("{base}/payments");
    let address = |query: String| match query.as_str() {
        "" => path.clone(),
        _ => format!("{path}?{query}"),
    };
    let Some(shop) = shop(app, asked) else {
        return Ok(Model::default());
    };
    let (search, faults) = asked.search(shop);
    let mut model = Model {
        action: path.clone(),
        typed: asked.typed.clone(),
        faults,
        shops: app
            .config
            .shops
            .iter()
            .map(|shop| (shop.id.to_string(), shop.name.clone()))
            .collect(),
        means: means(shop),
        views: views(&path, asked, now),
        ..Model::default()
    };
    if faults != Faults::default() {
        return Ok(model);
    }
    if let Some(book) = by_id(&*app.store, &asked.typed.anything).await? {
        model.rows = rows_of_book(&path, &book, now);
        model.found_as = Some(FoundAs::Id);
        return Ok(model);
    }
    let mut found = find(&*app.store, asked, search).await?;
    let more = one_page(&mut found.payments, as_len(PAGE));
    let last = found.payments.last().filter(|_| more);
    model.older = last.map(|last| address(asked.query(found.found_as, Some(&last.id))));
    let newest = asked.cursor.as_ref();
    model.newest = newest.map(|_| address(asked.query(found.found_as, None)));
    model.also = found
        .also
        .iter()
        .map(|also| (*also, address(asked.query(Some(*also), None))))
        .collect();
    let csv = asked.query(found.found_as, None);
    model.csv = (!found.payments.is_empty()).then(|| format!("{path}.csv?{csv}"));
    let rows = found.payments.iter();
    model.rows = rows
        .filter_map(|found| row(&path, &found.book, &found.id, now))
        .collect();
    model.found_as = found.found_as;
    Ok(model)
}

/// The search of what is asked for, as a spreadsheet takes it; none where the days are at fault or
/// there is no such shop.
pub(crate) async fn spreadsheet(app: &App, asked: &Asked) -> Result<Option<Search>, StoreError> {
    let Some(shop) = shop(app, asked) else {
        return Ok(None);
    };
    let (search, faults) = asked.search(shop);
    if faults != Faults::default() {
        return Ok(None);
    }
    Ok(Some(find(&*app.store, asked, search).await?.search))
}

fn shop<'a>(app: &'a App, asked: &Asked) -> Option<&'a Arc<Shop>> {
    let named = Slug::try_from(asked.typed.shop.clone()).ok();
    let named = named.and_then(|id| app.config.shop(&id));
    named.or_else(|| app.config.shops.first())
}

fn means(shop: &Shop) -> Vec<String> {
    let mut means: Vec<String> = Vec::new();
    for method in shop.methods.iter().flat_map(|methods| &methods.methods) {
        if !means.iter().any(|known| known == method.as_str()) {
            means.push(method.to_string());
        }
    }
    means
}

fn as_len(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The ways in which a text may be meant, the most exact first.
fn ways(text: &str) -> Vec<FoundAs> {
    if text.contains('@') {
        return vec![FoundAs::Email, FoundAs::Reference];
    }
    let mut ways = vec![
        FoundAs::Reference,
        FoundAs::PlatformReference,
        FoundAs::Transaction,
        FoundAs::Call,
    ];
    if cents(text).is_some() {
        ways.push(FoundAs::Amount);
    }
    ways
}

fn taken_as(search: &Search, text: &str, way: FoundAs) -> Search {
    let mut search = search.clone();
    let whole = Some(text.to_owned());
    match way {
        FoundAs::Reference => search.reference = whole,
        FoundAs::PlatformReference => search.platform_reference = whole,
        FoundAs::Transaction => search.transaction = whole,
        FoundAs::Call => search.call = whole,
        FoundAs::Email => search.email = whole,
        FoundAs::Amount => search.amount = cents(text),
        FoundAs::Id => {}
    }
    search
}

/// Takes the text in each way, unless it is said in which: what is found first is shown, and of the
/// others it is said that there is something.
async fn find(store: &dyn Store, asked: &Asked, search: Search) -> Result<Found, StoreError> {
    let (text, after) = (&asked.typed.anything, asked.cursor.as_ref());
    let most = PAGE + 1;
    let mut ways = ways(text);
    if text.is_empty() {
        let payments = store.search_payments(&search, after, most).await?;
        return Ok(Found {
            search,
            found_as: None,
            also: Vec::new(),
            payments,
        });
    }
    if let Some(said) = asked.found_as.filter(|said| ways.contains(said)) {
        ways = vec![said];
    }
    let nothing = taken_as(&search, text, FoundAs::Reference);
    let mut found: Option<Found> = None;
    for way in ways {
        let search = taken_as(&search, text, way);
        match &mut found {
            None => {
                let payments = store.search_payments(&search, after, most).await?;
                if !payments.is_empty() {
                    found = Some(Found {
                        search,
                        found_as: Some(way),
                        also: Vec::new(),
                        payments,
                    });
                }
            }
            Some(found) => {
                if !store.search_payments(&search, None, 1).await?.is_empty() {
                    found.also.push(way);
                }
            }
        }
    }
    Ok(found.unwrap_or(Found {
        search: nothing,
        found_as: None,
        also: Vec::new(),
        payments: Vec::new(),
    }))
}

/// The book of a payment's or a session's own id.
async fn by_id(store: &dyn Store, text: &str) -> Result<Option<Book>, StoreError> {
    if let Ok(id) = PaymentId::try_from(text.to_owned()) {
        return Ok(store.payment(&id).await?.map(|(_, book)| book));
    }
    match SessionId::try_from(text.to_owned()) {
        Ok(id) => store.book(&id).await,
        Err(_) => Ok(None),
    }
}

fn rows_of_book(path: &str, book: &Book, now: i64) -> Vec<Row> {
    let ids = book.payments.iter().rev().map(|entry| &entry.payment.id);
    ids.filter_map(|id| row(path, book, id, now)).collect()
}

fn row(path: &str, book: &Book, id: &PaymentId, now: i64) -> Option<Row> {
    let folded = Folded::new(book, now);
    let (made, attempt) = folded.attempts().find(|(made, _)| made.id == *id)?;
    let session = &book.session;
    Some(Row {
        address: format!("{path}/{id}"),
        reference: session.reference.clone(),
        made: in_paris(made.created_at),
        means: made.method.to_string(),
        account: made.account.to_string(),
        amount: session.amount.minor(),
        currency: session.currency,
        standing: standing(book, &attempt),
    })
}

/// The kept searches, each an address, and whether it is the one that is asked for.
fn views(path: &str, asked: &Asked, now: i64) -> Vec<(Kept, String, bool)> {
    let shop = &asked.typed.shop;
    let today = in_paris(now).date().to_string();
    let of = |kept: Kept| {
        let mut typed = Typed {
            shop: shop.clone(),
            ..Typed::default()
        };
        let state = match kept {
            Kept::All | Kept::Look => "",
            Kept::PaidToday => "paid",
            Kept::Pending => "pending",
            Kept::Reserved => "authorised",
            Kept::Refused => "refused",
            Kept::Incomplete => "incomplete",
        };
        state.clone_into(&mut typed.state);
        if kept == Kept::PaidToday {
            typed.from.clone_from(&today);
        }
        typed.look = kept == Kept::Look;
        let kept_one = Asked {
            typed,
            ..Asked::default()
        };
        let query = kept_one.query(None, None);
        let here = query == asked.query(None, None);
        (kept, format!("{path}?{query}"), here)
    };
    Kept::ALL.map(of).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_search_that_made_it() {
        let query = "q=42%2C00+%E2%82%AC&state=paid&means=card&from=2026-11-01&attention=true";
        let asked = Asked::of(query);
        assert_eq!(asked.typed.anything, "42,00 €");
        let again = Asked::of(&asked.query(Some(FoundAs::Amount), None));
        assert_eq!(again.found_as, Some(FoundAs::Amount));
        assert_eq!(again.query(None, None), asked.query(None, None));
    }

    #[test]
    fn what_an_address_does_not_know_is_passed_over() {
        let asked = Asked::of("q=a&q=b&colour=red&as=nothing&after=../../etc");
        assert_eq!(asked.typed.anything, "b");
        assert!(asked.found_as.is_none() && asked.cursor.is_none());
    }

    #[test]
    fn a_text_is_taken_as_whatever_it_may_be() {
        assert_eq!(ways("lea@example.fr"), [FoundAs::Email, FoundAs::Reference]);
        assert!(ways("42,00").contains(&FoundAs::Amount));
        assert!(!ways("ORDER-42").contains(&FoundAs::Amount));
    }
}
