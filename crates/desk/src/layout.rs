//! What every page stands in: head, navigation, messages, foot.

use crate::el::{El, el};
use crate::kit::{self, Tone};
use crate::words::Lang;

/// A page that the navigation leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// What came in today.
    Today,
    /// Payments, searched.
    Payments,
    /// What needs a person.
    Attention,
    /// The close of a day, and the journal.
    Accounting,
    /// What is charged anew without the shopper.
    Rebillings,
    /// The terminals on the counters.
    Terminals,
    /// What shops' servers are told.
    Webhooks,
    /// Settings, to be read.
    Settings,
    /// Who did what.
    Audit,
    /// The reader's own login.
    Account,
}

impl Place {
    /// Those that there are links to, in their order.
    pub const NAVIGATION: [Self; 9] = [
        Self::Today,
        Self::Payments,
        Self::Attention,
        Self::Accounting,
        Self::Rebillings,
        Self::Terminals,
        Self::Webhooks,
        Self::Settings,
        Self::Audit,
    ];

    /// Its address below the desk's.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Today => "/today",
            Self::Payments => "/payments",
            Self::Attention => "/attention",
            Self::Accounting => "/accounting",
            Self::Rebillings => "/rebillings",
            Self::Terminals => "/terminals",
            Self::Webhooks => "/webhooks",
            Self::Settings => "/settings",
            Self::Audit => "/audit",
            Self::Account => "/account",
        }
    }

    /// What the reader calls it.
    #[must_use]
    pub fn name(self, lang: Lang) -> &'static str {
        let words = &lang.words().frame;
        match self {
            Self::Today => words.today,
            Self::Payments => words.payments,
            Self::Attention => words.attention,
            Self::Accounting => words.accounting,
            Self::Rebillings => words.rebillings,
            Self::Terminals => words.terminals,
            Self::Webhooks => words.webhooks,
            Self::Settings => words.settings,
            Self::Audit => words.audit,
            Self::Account => words.account,
        }
    }
}

/// Who is logged in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name that they log in with.
    pub name: String,
    /// Their role, in the reader's language.
    pub role: String,
    /// The token that proves that a form is one of our pages'.
    pub token: String,
}

/// What a page stands in.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The reader's language.
    pub lang: Lang,
    /// The page's heading.
    pub title: String,
    /// Where in the navigation it is.
    pub here: Option<Place>,
    /// Who is logged in; none: the page is for who is not, and has no navigation.
    pub person: Option<Person>,
    /// The pages that this person may see, in their order.
    pub places: Vec<Place>,
    /// How many things need a person, beside the name of that page.
    pub waiting: u64,
    /// What the reader should know before all else.
    pub messages: Vec<(Tone, String, String)>,
    /// Where the desk begins, such as `/desk`.
    pub base: String,
    /// The address of the style sheet.
    pub style: String,
    /// This page's address in the other languages, up to the language's tag: `/desk/today?lang=`.
    pub in_language: String,
}

impl Frame {
    /// The address of a place.
    #[must_use]
    pub fn to(&self, place: Place) -> String {
        self.at(place.path())
    }

    /// An address below the desk's.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The whole document with this body.
    #[must_use]
    pub fn document(&self, body: El) -> String {
        let words = &self.lang.words().frame;
        let tag = self.lang.tag();
        // Elements without an end, which no view has; and a title, in which the marks that a view
        // leaves between texts would be read.
        let head = format!(
            "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
             initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><meta \
             name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"data:,\"><link \
             rel=\"stylesheet\" href=\"{}\"><title>{} – {}</title></head>",
            escaped(&self.style),
            escaped(&self.title),
            words.desk
        );
        let body = self.body(body).html();
        format!("<!doctype html><html lang=\"{tag}\" dir=\"ltr\">{head}{body}</html>")
    }

    fn body(&self, body: El) -> El {
        let words = &self.lang.words().frame;
        let messages = self.messages.iter();
        let messages = messages.map(|(tone, title, text)| kit::notice(*tone, title, text));
        let main = el("main")
            .attr("id", "main")
            .attr("tabindex", "-1")
            .with(el("h1").text(&self.title))
            .all(messages)
            .with(body);
        el("body")
            .with(kit::link("#main", words.skip).class("skip"))
            .with(self.header())
            .with(main)
            .with(self.footer())
    }

    fn header(&self) -> El {
        let words = &self.lang.words().frame;
        let home = if self.person.is_some() {
            self.to(Place::Today)
        } else {
            self.base.clone()
        };
        let brand = kit::link(&home, words.desk).class("brand");
        let mut header = el("header").class("top").with(brand);
        if let Some(person) = &self.person {
            let items = self.places.iter().map(|place| self.item(*place));
            let nav = el("nav")
                .class("places")
                .attr("aria-label", words.navigation);
            header = header.with(nav.with(el("ul").all(items)));
            let who = el("span")
                .class("who")
                .with(el("strong").text(&person.name));
            let who = who.with(el("span").class("role").text(&person.role));
            let out = kit::form(&self.at("/logout"), &[("token", &person.token)]);
            let out = out.with(kit::button(words.log_out, kit::Weight::Quiet));
            header = header.with(el("div").class("person").with(who).with(out));
        }
        header
    }

    fn item(&self, place: Place) -> El {
        let mut link = kit::link(&self.to(place), place.name(self.lang));
        if self.here == Some(place) {
            link = link.attr("aria-current", "page");
        }
        if place == Place::Attention && self.waiting > 0 {
            let count = el("span").class("count").text(self.waiting.to_string());
            link = link.text(" ").with(count);
        }
        el("li").with(link)
    }

    fn footer(&self) -> El {
        let others = Lang::ALL.into_iter().filter(|lang| *lang != self.lang);
        let links = others.map(|lang| {
            let address = format!("{}{}", self.in_language, lang.tag());
            kit::link(&address, lang.name())
                .attr("lang", lang.tag())
                .attr("hreflang", lang.tag())
        });
        let footer = el("footer").class("foot");
        footer
            .with(el("p").text(self.lang.words().frame.foot))
            .all(links)
    }
}

/// A value for an attribute in double quotes.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(person: &str) -> Frame {
        Frame {
            lang: Lang::Fr,
            title: "<b>\"&".into(),
            here: Some(Place::Payments),
            person: Some(Person {
                name: person.into(),
                role: "rôle".into(),
                token: "\"><script>".into(),
            }),
            places: vec![Place::Today, Place::Payments, Place::Attention],
            waiting: 3,
            messages: vec![(Tone::Bad, "<i>".into(), String::new())],
            base: "/desk".into(),
            style: "/desk/desk.css".into(),
            in_language: "/desk/payments?q=%22&lang=".into(),
        }
    }

    #[test]
    fn what_comes_from_outside_is_text_in_every_place_of_the_frame() {
        let html = frame("<script>alert(1)</script>").document(el("p").text("<u>"));
        for never in ["<script", "<b>", "<i>", "<u>", " style=", " onclick="] {
            assert!(!html.contains(never), "{never}: {html}");
        }
        assert!(html.contains("&lt;script>alert(1)") || html.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn where_the_reader_is_is_told_and_what_waits_is_counted() {
        let html = frame("amélie").document(el("p"));
        assert!(
            html.starts_with("<!doctype html><html lang=\"fr\""),
            "{html}"
        );
        assert_eq!(html.matches("aria-current").count(), 1, "{html}");
        assert!(html.contains("class=\"count\">3<"), "{html}");
        assert!(
            html.contains("href=\"/desk/payments?q=%22&amp;lang=en\""),
            "{html}"
        );
    }

    #[test]
    fn who_is_not_logged_in_is_led_nowhere() {
        let mut frame = frame("");
        frame.person = None;
        let html = frame.document(el("p"));
        assert!(
            !html.contains("<nav") && !html.contains("/logout"),
            "{html}"
        );
    }
}
