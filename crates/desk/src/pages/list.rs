//! The list of payments, and its search.

use guichet_domain::money::Currency;
use jiff::civil::DateTime;

use super::{Standing, means};
use crate::el::{El, el};
use crate::kit::{self, Field, Weight, column, figures};
use crate::show;
use crate::words::{FoundAs, Lang};

/// What was typed into the search, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The one field for everything.
    pub anything: String,
    /// The shop's id.
    pub shop: String,
    /// The word of where the money stands.
    pub state: String,
    /// The method's code.
    pub means: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Only what a person should look at.
    pub look: bool,
}

/// A search that is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// Everything.
    All,
    /// Paid today.
    PaidToday,
    /// What the platforms owe a word on.
    Pending,
    /// What is reserved and can be captured.
    Reserved,
    /// Refused.
    Refused,
    /// Of which a part alone was paid.
    Incomplete,
    /// What a person should look at.
    Look,
}

impl Kept {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::PaidToday,
        Self::Pending,
        Self::Reserved,
        Self::Refused,
        Self::Incomplete,
        Self::Look,
    ];

    fn name(self, lang: Lang) -> &'static str {
        use guichet_domain::payment::Money;
        let (list, states) = (&lang.words().list, &lang.words().states);
        match self {
            Self::All => list.all,
            Self::PaidToday => list.paid_today,
            Self::Pending => (states.money)(Money::Pending),
            Self::Reserved => (states.money)(Money::Authorised),
            Self::Refused => (states.money)(Money::Refused),
            Self::Incomplete => (states.money)(Money::Incomplete),
            Self::Look => states.look,
        }
    }
}

/// A payment of the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its page.
    pub address: String,
    /// The order's reference.
    pub reference: String,
    /// When it was made, in Paris.
    pub made: DateTime,
    /// The method's code.
    pub means: String,
    /// Our account at the platform.
    pub account: String,
    /// The order's total, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// Where it stands.
    pub standing: Standing,
}

/// What is wrong with a day of the search.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Faults {
    /// The first day is none.
    pub from: bool,
    /// The last day is none.
    pub to: bool,
    /// The last day is before the first.
    pub turned: bool,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Where the search is sent.
    pub action: String,
    /// What was typed.
    pub typed: Typed,
    /// What is wrong with it.
    pub faults: Faults,
    /// The shops: id and name.
    pub shops: Vec<(String, String)>,
    /// The methods of the shop.
    pub means: Vec<String>,
    /// Kept searches with their addresses, and whether one is this search.
    pub views: Vec<(Kept, String, bool)>,
    /// What the words were found as.
    pub found_as: Option<FoundAs>,
    /// What else they were found as, with the address of that list.
    pub also: Vec<(FoundAs, String)>,
    /// What was found.
    pub rows: Vec<Row>,
    /// The first page, where this is another one.
    pub newest: Option<String>,
    /// The next page.
    pub older: Option<String>,
    /// The list as a spreadsheet.
    pub csv: Option<String>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().list;
    let views = model.views.iter().map(|(kept, address, here)| {
        let link = kit::link(address, kept.name(lang));
        if *here {
            link.attr("aria-current", "true")
        } else {
            link
        }
    });
    let nav = el("nav").class("views").attr("aria-label", words.views);
    el("div")
        .class("stack")
        .with(nav.all(views))
        .with(search(lang, model))
        .maybe(found_as(lang, model))
        .with(rows(lang, model))
        .with(foot(lang, model))
}

fn search(lang: Lang, model: &Model) -> El {
    let (words, typed) = (&lang.words().list, &model.typed);
    let anything = Field {
        name: "q",
        label: words.anything,
        kind: "search",
        value: &typed.anything,
        hint: words.anything_hint,
        ..Field::default()
    };
    let shops = model.shops.iter().map(|(id, name)| (&**id, &**name));
    let shops: Vec<(&str, &str)> = shops.collect();
    let shop = (shops.len() > 1).then(|| kit::select("shop", words.shop, &typed.shop, &shops));
    let named: Vec<_> = model.means.iter().map(|code| means(lang, code)).collect();
    let mut by = vec![("", words.any)];
    let codes = model.means.iter().map(String::as_str);
    by.extend(codes.zip(named.iter().map(String::as_str)));
    let form = el("form")
        .class("card search")
        .attr("method", "get")
        .attr("role", "search")
        .attr("aria-label", words.search)
        .attr("action", &model.action);
    form.with(el("div").class("all").with(kit::field(&anything)))
        .maybe(shop)
        .with(kit::select(
            "state",
            words.state,
            &typed.state,
            &states(lang),
        ))
        .with(kit::select("means", words.means, &typed.means, &by))
        .all(days(lang, model))
        .with(look(lang, typed.look))
        .with(kit::button(words.find, Weight::Main))
}

/// The first and the last day.
fn days(lang: Lang, model: &Model) -> [El; 2] {
    let (words, typed, faults) = (&lang.words().list, &model.typed, model.faults);
    let day = |name, label, value, fault| {
        kit::field(&Field {
            name,
            label,
            kind: "date",
            value,
            fault,
            ..Field::default()
        })
    };
    let from = if faults.from { words.no_day } else { "" };
    let to = match (faults.to, faults.turned) {
        (true, _) => words.no_day,
        (false, true) => words.days_turned,
        (false, false) => "",
    };
    [
        day("from", words.from, &typed.from, from),
        day("to", words.to, &typed.to, to),
    ]
}

fn look(lang: Lang, only: bool) -> El {
    let look = el("input")
        .attr("type", "checkbox")
        .attr("id", "attention")
        .attr("name", "attention")
        .attr("value", "true")
        .flag("checked", only);
    let label = el("label").attr("for", "attention");
    let label = label.text(lang.words().states.look);
    el("div").class("check").with(look).with(label)
}

fn states(lang: Lang) -> Vec<(&'static str, &'static str)> {
    use guichet_domain::payment::Money;
    let money = lang.words().states.money;
    vec![
        ("", lang.words().list.any),
        ("paid", money(Money::Paid)),
        ("authorised", money(Money::Authorised)),
        ("pending", money(Money::Pending)),
        ("incomplete", money(Money::Incomplete)),
        ("refused", money(Money::Refused)),
        ("expired", money(Money::Expired)),
    ]
}

fn found_as(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().list;
    let links = model.also.iter().map(|(found, address)| {
        let link = kit::link(address, (words.found_as)(*found));
        el("span").text(" ").with(link)
    });
    let also = el("p").class("muted").text(words.also).all(links);
    (!model.also.is_empty()).then_some(also)
}

fn rows(lang: Lang, model: &Model) -> El {
    let words = &lang.words().list;
    if model.rows.is_empty() {
        return kit::notice(kit::Tone::Plain, words.nothing, words.nothing_advice);
    }
    let rows = model.rows.iter().map(|row| {
        vec![
            kit::link(&row.address, &row.reference),
            kit::plain(show::sum(lang, row.amount, row.currency)),
            row.standing.badges(lang),
            kit::plain(means(lang, &row.means)),
            kit::plain(&row.account),
            show::moment(lang, row.made),
        ]
    });
    let columns = [
        column(words.reference),
        figures(words.amount),
        column(words.state),
        column(words.means),
        column(lang.words().payment.contract),
        column(words.made),
    ];
    let table = kit::table(lang.words().frame.payments, &columns, rows);
    el("div").class("card").with(table)
}

fn foot(lang: Lang, model: &Model) -> El {
    let words = &lang.words().list;
    let newest = model
        .newest
        .as_deref()
        .map(|address| (address, words.newest));
    let older = model.older.as_deref().map(|address| (address, words.older));
    let csv = model
        .csv
        .as_ref()
        .map(|address| kit::link(address, words.csv));
    let paging = kit::paging(words.pages, newest, older);
    el("div").class("actions").maybe(paging).maybe(csv)
}
