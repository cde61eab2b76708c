//! The basket, kept in a cookie: slugs and quantities, never prices.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use super::catalogue::{self, Product};

const NAME: &str = "panier";
const MOST: u32 = 20;

/// Products and how many of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Basket {
    lines: Vec<(Product, u32)>,
}

impl Basket {
    /// The basket of a request; what can't be read is left out.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut basket = Self::default();
        let cookies = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|text| text.to_str().ok());
        for cookie in cookies.flat_map(|text| text.split(';')) {
            let Some(("panier", content)) = cookie.trim().split_once('=') else {
                continue;
            };
            for item in content.split('.') {
                let Some((slug, count)) = item.split_once(':') else {
                    continue;
                };
                if let Ok(count) = count.parse() {
                    basket.set(slug, count);
                }
            }
        }
        basket
    }

    pub(crate) fn count_of(&self, slug: &str) -> u32 {
        self.lines
            .iter()
            .find(|(product, _)| product.slug == slug)
            .map_or(0, |(_, n)| *n)
    }

    /// Sets a quantity; zero takes the product out.
    pub(crate) fn set(&mut self, slug: &str, count: u32) {
        self.lines.retain(|(product, _)| product.slug != slug);
        if let (Some(product), 1..) = (catalogue::find(slug), count) {
            self.lines.push((product, count.min(MOST)));
        }
    }

    pub(crate) fn lines(&self) -> &[(Product, u32)] {
        &self.lines
    }

    /// In cents.
    pub(crate) fn total(&self) -> u64 {
        self.lines
            .iter()
            .map(|(product, count)| product.price * u64::from(*count))
            .sum()
    }

    pub(crate) fn items(&self) -> u32 {
        self.lines.iter().map(|(_, count)| count).sum()
    }

    /// The cookie that keeps it.
    pub(crate) fn cookie(&self) -> String {
        let items: Vec<String> = self
            .lines
            .iter()
            .map(|(product, count)| format!("{}:{count}", product.slug))
            .collect();
        format!("{NAME}={}; Path=/; HttpOnly; SameSite=Lax", items.join("."))
    }
}
