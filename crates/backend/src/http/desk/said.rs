//! What was wrong with what was sent to a page. The browser is led back to the page, so that its
//! back button and its reload send no form again, and keeps for a moment what was written there.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use url::form_urlencoded;

use super::door::asked;
use crate::http::cookies;

/// The cookie's name. It is for the one page that it is about.
const NAME: &str = "guichet-desk-said";

/// Most characters that are kept of what was written: a cookie holds no more.
const KEPT_MAX: usize = 300;

/// What was wrong.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Fault {
    /// Nothing: another amount is looked at.
    #[default]
    None,
    /// Another amount was written than the one that was confirmed.
    Changed,
    /// The reason is none.
    NoReason,
}

/// Their words in the cookie.
const FAULTS: [(Fault, &str); 3] = [
    (Fault::None, ""),
    (Fault::Changed, "changed"),
    (Fault::NoReason, "reason"),
];

/// What was sent to a page.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Said {
    /// The reason, as it was written.
    pub(super) reason: String,
    /// What was wrong.
    pub(super) fault: Fault,
}

impl Said {
    /// What the form said.
    pub(super) fn of(form: &[u8], fault: Fault) -> Self {
        let reason = asked(form, "reason").unwrap_or_default();
        Self {
            reason: reason.chars().take(KEPT_MAX).collect(),
            fault,
        }
    }

    /// What the browser has of it; none if it was led nowhere.
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let kept = cookies::read(headers, NAME)?;
        let word = asked(kept.as_bytes(), "fault").unwrap_or_default();
        let fault = FAULTS.iter().find(|(_, known)| *known == word);
        let (fault, _) = fault?;
        Some(Self::of(kept.as_bytes(), *fault))
    }

    /// Leads back to the page at `here`, a path as browsers ask for it, with that query.
    pub(super) fn lead(&self, public_url: &str, here: &str, query: &[(&str, &str)]) -> Response {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let to = match query {
            [] => here.to_owned(),
            query => format!("{here}?{}", pairs.extend_pairs(query).finish()),
        };
        let fault = FAULTS.iter().find(|(known, _)| *known == self.fault);
        let mut kept = form_urlencoded::Serializer::new(String::new());
        let kept = kept
            .append_pair("fault", fault.map_or("", |(_, word)| word))
            .append_pair("reason", &self.reason)
            .finish();
        let mut response = Redirect::to(&to).into_response();
        let pair = format!("{NAME}={kept}");
        let cookie = cookies::secret(public_url, &pair, here, "; Max-Age=120");
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// What has the browser forget it, once the page at `here` has shown it.
pub(super) fn forget(public_url: &str, here: &str) -> Option<HeaderValue> {
    cookies::secret(public_url, &format!("{NAME}="), here, "; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_comes_back_as_it_was_and_goes_to_its_page_alone() {
        let long = format!("élan; {}\r\nSet-Cookie: a=b", "x".repeat(400));
        for (reason, fault) in [("late & = ;", Fault::Changed), (&long, Fault::NoReason)] {
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("reason", reason)
                .finish();
            let said = Said::of(form.as_bytes(), fault);
            let here = "/pay/desk/payments/pay_1/refund";
            let led = said.lead("https://shop.example/pay", here, &[("amount", "1,00")]);
            let led = led.headers();
            assert_eq!(led[header::LOCATION], format!("{here}?amount=1%2C00"));
            let cookie = led[header::SET_COOKIE].to_str().unwrap();
            let for_it = format!("; Path={here}; HttpOnly; SameSite=Lax; Secure; Max-Age=120");
            assert!(cookie.ends_with(&for_it), "{cookie}");
            assert!(cookie.len() < 4_000, "{cookie}");
            let mut headers = HeaderMap::new();
            let pair = cookie.split(';').next().unwrap();
            headers.insert(header::COOKIE, pair.parse().unwrap());
            let read = Said::read(&headers).unwrap();
            assert_eq!(read, said);
            assert!(reason.starts_with(&read.reason), "{read:?}");
        }
        assert_eq!(Said::read(&HeaderMap::new()), None);
    }
}
