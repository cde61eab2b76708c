//! A shop's payments and sessions: what may be asked for, and what is found. The shop's server and
//! the command line ask with the same words.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use guichet_domain::field::{Faults, line};
use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_domain::{FieldError, Status};
use guichet_providers::zone::paris;
use guichet_store::Search;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) mod csv;
pub(crate) mod page;

/// Entries in one answer where the request does not say.
const LIMIT_DEFAULT: u32 = 20;

/// Most entries in one answer.
pub(crate) const LIMIT_MAX: u32 = 100;

/// What every list may be asked for.
const COMMON: [&str; 8] = [
    "reference",
    "platform_reference",
    "call",
    "transaction",
    "method",
    "attention",
    "from",
    "before",
];

/// The words of [`guichet_domain::payment::Money`].
const MONEY: [&str; 6] = [
    "pending",
    "expired",
    "refused",
    "incomplete",
    "authorised",
    "paid",
];

/// The words of [`Status`].
const STATUS: [&str; 8] = [
    "open",
    "pending",
    "authorised",
    "paid",
    "refused",
    "cancelled",
    "incomplete",
    "expired",
];

/// Which list is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum List {
    /// Payments, page by page.
    Payments,
    /// Payments, all of them.
    Spreadsheet,
    /// Sessions, page by page.
    Sessions,
}

impl List {
    /// What it may be asked for beside [`COMMON`].
    fn own(self) -> &'static [&'static str] {
        match self {
            Self::Payments => &["money", "cursor", "limit"],
            Self::Spreadsheet => &["money"],
            Self::Sessions => &["status", "cursor", "limit"],
        }
    }
}

/// What is asked for.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Wish {
    pub(crate) search: Search,
    /// Of sessions alone. It changes with the time, so that the books can't find by it.
    pub(crate) status: Option<Status>,
    /// After which entry the page begins.
    pub(crate) cursor: Option<String>,
    /// Most entries of the page.
    pub(crate) limit: u32,
}

impl Wish {
    /// Reads parameters; all that is wrong with them is told at once.
    pub(crate) fn parse(
        list: List,
        shop: &Slug,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let given = by_name(list, given, &mut faults);
        let get = |name: &str| given.get(name).map(String::as_str);
        let mut words = |name| {
            let text = get(name).map(|text| line(name, text, usize::MAX));
            faults.keep_given(text)
        };
        let mut search = Search::of(shop.clone());
        search.reference = words("reference");
        search.platform_reference = words("platform_reference");
        search.call = words("call");
        search.transaction = words("transaction");
        let method = get("method").map(|code| Method::try_from(code.to_owned()));
        search.method = faults.keep_given(method);
        let money = get("money").map(|text| word("money", text, &MONEY));
        search.money = faults.keep_given(money);
        let attention = get("attention").map(flag);
        search.attention = faults.keep_given(attention).unwrap_or_default();
        let mut at = |name| faults.keep_given(get(name).map(|text| time(name, text)));
        search.from = at("from");
        search.before = at("before");
        if let (Some(from), Some(before)) = (search.from, search.before)
            && from >= before
        {
            faults.add(FieldError::new("before", "must be later than from"));
        }
        let status = get("status").map(|text| word("status", text, &STATUS));
        let status = faults.keep_given(status);
        let limit = faults.keep_given(get("limit").map(limit));
        let wish = Self {
            search,
            status,
            cursor: get("cursor").map(str::to_owned),
            limit: limit.unwrap_or(LIMIT_DEFAULT),
        };
        faults.finish(Some(wish))
    }
}

fn by_name(
    list: List,
    given: impl IntoIterator<Item = (String, String)>,
    faults: &mut Faults,
) -> BTreeMap<String, String> {
    let mut named = BTreeMap::new();
    for (name, value) in given {
        let known = || COMMON.iter().chain(list.own());
        if !known().any(|known| *known == name) {
            let known: Vec<_> = known().copied().collect();
            let detail = format!("is no parameter here; these are: {}", known.join(", "));
            faults.add(FieldError::new(name, detail));
            continue;
        }
        match named.entry(name) {
            Entry::Occupied(twice) => {
                faults.add(FieldError::new(twice.key().as_str(), "is there twice"));
            }
            Entry::Vacant(first) => {
                first.insert(value);
            }
        }
    }
    named
}

fn word<T: DeserializeOwned>(field: &str, text: &str, words: &[&str]) -> Result<T, FieldError> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| {
        let detail = format!("must be one of these: {}", words.join(", "));
        FieldError::new(field, detail)
    })
}

fn flag(text: &str) -> Result<bool, FieldError> {
    text.parse()
        .map_err(|_| FieldError::new("attention", "must be true or false"))
}

/// A moment: a Unix second, or a day, whose beginning in Paris it is.
fn time(field: &str, text: &str) -> Result<i64, FieldError> {
    // Ten digits: what has eight is a day without its hyphens, and what has thirteen milliseconds.
    let second = || text.parse().ok().filter(|_| text.len() == 10);
    let second = second().filter(|second| *second >= 1_000_000_000);
    let day = || {
        let day = Date::strptime("%Y-%m-%d", text)
            .ok()
            .filter(|_| text.len() == 10)?;
        let begun = day.to_zoned(paris().ok()?).ok()?;
        Some(begun.timestamp().as_second())
    };
    second.or_else(day).ok_or_else(|| {
        let detail = "must be a Unix second of ten digits, or a day such as 2026-11-27, whose \
                      beginning in Paris is meant";
        FieldError::new(field, detail)
    })
}

fn limit(text: &str) -> Result<u32, FieldError> {
    let limit = text.parse().ok();
    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| FieldError::new("limit", format!("must be a number from 1 to {LIMIT_MAX}")))
}

#[cfg(test)]
mod tests {
    use guichet_domain::payment::Money;

    use super::*;

    fn parse(list: List, given: &[(&str, &str)]) -> Result<Wish, Vec<FieldError>> {
        let shop = Slug::try_from("demo".to_owned()).unwrap();
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Wish::parse(list, &shop, given.iter().map(own))
    }

    #[test]
    fn a_day_is_that_of_paris_and_a_second_is_taken_as_it_is() {
        let read = |text| time("from", text).ok();
        // In summer Paris is two hours ahead, in winter one.
        assert_eq!(read("2026-07-15"), Some(1_784_066_400));
        assert_eq!(read("2026-01-15"), Some(1_768_431_600));
        assert_eq!(read("1768431600"), Some(1_768_431_600));
        for none in [
            "",
            "20260715",
            "2026-7-15",
            "2026-02-30",
            "2026-07-15T10:00",
            "1768431600000",
            "-176843160",
            "0000000001",
            "15/07/2026",
            "2026-07-15Z",
        ] {
            let error = time("from", none).unwrap_err();
            assert_eq!(error.field, "from", "{none}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_each_by_its_name() {
        let given = [
            ("reference", " "),
            ("call", "a\u{7}"),
            ("method", "Card"),
            ("money", "settled"),
            ("attention", "yes"),
            ("from", "yesterday"),
            ("limit", "0"),
            ("order", "asc"),
            ("transaction", "1"),
            ("transaction", "2"),
            ("status", "paid"),
        ];
        let faults = parse(List::Payments, &given).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "order",
                "transaction",
                "status",
                "reference",
                "call",
                "method",
                "money",
                "attention",
                "from",
                "limit"
            ]
        );
        let turned = [("from", "2026-11-02"), ("before", "2026-11-02")];
        let faults = parse(List::Sessions, &turned).unwrap_err();
        assert_eq!(faults[0].field, "before");
        let faults = parse(List::Spreadsheet, &[("limit", "5")]).unwrap_err();
        assert_eq!(faults[0].field, "limit", "a spreadsheet has all");
    }

    #[test]
    fn what_is_asked_for_is_what_is_searched() {
        let given = [
            ("reference", " n° 7 "),
            ("platform_reference", "G1"),
            ("call", "77"),
            ("transaction", "9"),
            ("method", "card"),
            ("money", "paid"),
            ("attention", "true"),
            ("from", "1768431600"),
            ("before", "1784066400"),
            ("cursor", "x"),
            ("limit", "100"),
        ];
        let wish = parse(List::Payments, &given).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let search = Search {
            reference: text("n° 7"),
            platform_reference: text("G1"),
            call: text("77"),
            transaction: text("9"),
            method: Method::try_from("card".to_owned()).ok(),
            money: Some(Money::Paid),
            attention: true,
            from: Some(1_768_431_600),
            before: Some(1_784_066_400),
            ..Search::of(Slug::try_from("demo".to_owned()).unwrap())
        };
        assert_eq!((&wish.search, wish.limit), (&search, 100));
        assert_eq!(wish.cursor.as_deref(), Some("x"));
        let nothing = parse(List::Sessions, &[]).unwrap();
        assert_eq!((nothing.limit, nothing.cursor), (20, None));
        assert_eq!(nothing.search, Search::of(search.shop));
    }

    #[test]
    fn every_word_that_is_offered_is_taken() {
        for money in MONEY {
            assert!(word::<Money>("money", money, &MONEY).is_ok(), "{money}");
        }
        for status in STATUS {
            assert!(
                word::<Status>("status", status, &STATUS).is_ok(),
                "{status}"
            );
        }
    }
}
