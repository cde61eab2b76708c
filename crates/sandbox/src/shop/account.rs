//! The demo's customer: a cookie says that the browser is logged in.
//!
//! A demo has no password, and its pages say so. What matters is who may name a shopper to the
//! backend: the shop's server, from its own login, and nothing that a browser types. Whoever is
//! named is shown the cards that this shopper saved, and anybody can type anybody's e-mail.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

const NAME: &str = "client";

/// A customer who has logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Customer {
    /// What the shop calls this customer, in every order alike: sent as `shopper.id`.
    pub(crate) number: &'static str,
    /// Given and family name.
    pub(crate) name: &'static str,
}

/// The only one.
pub(crate) const DEMO: Customer = Customer {
    number: "C-1042",
    name: "Camille Durand",
};

/// Who is logged in. Any other value of the cookie is nobody.
pub(crate) fn customer(headers: &HeaderMap) -> Option<Customer> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|text| text.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .any(|(name, number)| name == NAME && number == DEMO.number)
        .then_some(DEMO)
}

/// The cookie that logs in, or out.
pub(crate) fn cookie(logged_in: bool) -> String {
    let (number, age) = if logged_in {
        (DEMO.number, "")
    } else {
        ("", "; Max-Age=0")
    };
    format!("{NAME}={number}; Path=/; HttpOnly; SameSite=Lax{age}")
}

/// Where a login leads: back to the page that it was on. A path that the browser sends could lead
/// to another site, so only these two are taken.
pub(crate) fn way_back(page: Option<&str>) -> &'static str {
    match page {
        Some("/commande") => "/commande",
        _ => "/panier",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(cookie: &'static str) -> Option<Customer> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(cookie));
        customer(&headers)
    }

    #[test]
    fn only_the_demos_own_cookie_logs_in() {
        assert_eq!(with("panier=a:1; client=C-1042"), Some(DEMO));
        for cookie in ["", "client=", "client=client-1", "xclient=C-1042", "client"] {
            assert_eq!(with(cookie), None, "{cookie}");
        }
        assert!(cookie(true).contains("client=C-1042; Path=/; HttpOnly; SameSite=Lax"));
        assert!(cookie(false).starts_with("client=; ") && cookie(false).contains("Max-Age=0"));
    }

    #[test]
    fn a_login_leads_to_a_page_of_the_shop() {
        assert_eq!(way_back(Some("/commande")), "/commande");
        for page in [
            None,
            Some("//elsewhere.example"),
            Some("https://elsewhere.example"),
        ] {
            assert_eq!(way_back(page), "/panier");
        }
    }
}
