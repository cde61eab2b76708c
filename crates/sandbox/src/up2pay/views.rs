//! The pages' templates.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::books::Transaction;
use super::delivery::Delivery;
use super::method::Method;
use super::numbers::TestNumber;

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!("template: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Cents as a French reader expects them.
pub(crate) fn money(cents: u64, currency: &str) -> String {
    let sign = match currency {
        "978" => "€",
        "840" => "$",
        "826" => "£",
        "756" => "CHF",
        other => other,
    };
    format!("{},{:02}\u{a0}{sign}", grouped(cents / 100), cents % 100)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// What every payment page shows.
pub(crate) struct Frame {
    pub(crate) page: &'static str,
    pub(crate) title: String,
    pub(crate) merchant: String,
    pub(crate) total: String,
    pub(crate) reference: String,
    pub(crate) host: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) refused_before: bool,
    pub(crate) cancellable: bool,
    /// `/php/p/ID`.
    pub(crate) base: String,
    pub(crate) action: String,
    pub(crate) numbers: Vec<TestNumber>,
}

#[derive(Template)]
#[template(path = "choice.html")]
pub(crate) struct Choice {
    pub(crate) frame: Frame,
    pub(crate) methods: Vec<Method>,
    pub(crate) barred: Option<String>,
}

#[derive(Template)]
#[template(path = "card.html")]
pub(crate) struct Card {
    pub(crate) frame: Frame,
    pub(crate) voucher_paid: Option<String>,
    pub(crate) remaining: String,
}

#[derive(Template)]
#[template(path = "threeds.html")]
pub(crate) struct ThreeDs {
    pub(crate) frame: Frame,
    pub(crate) remaining: String,
    pub(crate) last2: String,
}

#[derive(Template)]
#[template(path = "voucher.html")]
pub(crate) struct Voucher {
    pub(crate) frame: Frame,
    pub(crate) label: &'static str,
    pub(crate) remaining: String,
}

#[derive(Template)]
#[template(path = "cv_login.html")]
pub(crate) struct CvLogin {
    pub(crate) frame: Frame,
}

#[derive(Template)]
#[template(path = "cv_challenge.html")]
pub(crate) struct CvChallenge {
    pub(crate) frame: Frame,
    pub(crate) challenge: &'static str,
}

#[derive(Template)]
#[template(path = "cv_amount.html")]
pub(crate) struct CvAmount {
    pub(crate) frame: Frame,
    pub(crate) balance: String,
    pub(crate) usable: String,
}

/// One line of a ticket.
pub(crate) struct TicketLine {
    pub(crate) label: &'static str,
    pub(crate) number: u64,
    pub(crate) amount: String,
}

#[derive(Template)]
#[template(path = "ticket.html")]
pub(crate) struct Ticket {
    pub(crate) frame: Frame,
    pub(crate) lines: Vec<TicketLine>,
}

/// A page with a sentence and perhaps a link.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice {
    pub(crate) page: &'static str,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) rules: Vec<String>,
    pub(crate) link: Option<String>,
    pub(crate) link_text: &'static str,
}

/// One switch of the control page.
pub(crate) struct Switch {
    pub(crate) name: String,
    pub(crate) text: &'static str,
    pub(crate) number: bool,
    pub(crate) value: String,
    pub(crate) on: bool,
}

#[derive(Template)]
#[template(path = "control.html")]
pub(crate) struct Control {
    pub(crate) switches: Vec<Switch>,
    pub(crate) held: usize,
    pub(crate) books: Vec<Transaction>,
    pub(crate) deliveries: Vec<Delivery>,
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn money_is_french() {
        assert_eq!(money(4200, "978"), "42,00\u{a0}€");
        assert_eq!(
            money(123_456_705, "978"),
            "1\u{202f}234\u{202f}567,05\u{a0}€"
        );
    }
}
