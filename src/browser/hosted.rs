//! What is said between the module and the platform's fields for a card, which `card.js` puts on
//! the page.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What the element says to the fields. Nothing comes back before a call has returned.
    pub type Fields;

    /// Puts them on the page: see [`Opening`].
    #[wasm_bindgen(method)]
    pub(super) fn open(this: &Fields, opening: &JsValue);

    /// Asks for a token.
    #[wasm_bindgen(method)]
    pub(super) fn read(this: &Fields);

    /// The shopper pays with this brand.
    #[wasm_bindgen(method)]
    pub(super) fn brand(this: &Fields, brand: &str);

    /// Takes them off the page.
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Fields);
}

/// What the fields are opened with.
#[derive(Serialize)]
pub(super) struct Opening<'a> {
    pub(super) url: &'a str,
    pub(super) integrity: &'a str,
    pub(super) token: &'a str,
    pub(super) brands: &'a [String],
    pub(super) lang: &'a str,
    pub(super) labels: Texts<'a>,
    pub(super) empty: Texts<'a>,
    pub(super) wrong: Texts<'a>,
    /// The shop does not take this card.
    pub(super) refused: &'a str,
}

/// A text for each field.
#[derive(Serialize)]
pub(super) struct Texts<'a> {
    pub(super) number: &'a str,
    pub(super) expiry: &'a str,
    pub(super) code: &'a str,
}

/// What the fields have to say.
#[derive(Deserialize)]
#[serde(try_from = "AnyNews")]
pub(crate) enum News {
    /// The shopper may type.
    Ready,
    /// They don't open.
    Failed,
    /// The session token can't be used any more.
    Expired,
    /// The card bears these brands, in the platform's words.
    Brands(Vec<String>),
    /// Enter was pressed in a field.
    Submit,
    /// The token that was asked for, and the brand that was chosen: empty if none was.
    Token(String, String),
    /// No token: they have said by themselves what is wrong.
    Wrong,
    /// No token, and nobody knows why.
    Lost,
}

/// As `card.js` and `element.js` write it.
#[derive(Deserialize)]
struct AnyNews {
    #[serde(rename = "type")]
    kind: String,
    brands: Option<Vec<String>>,
    token: Option<String>,
    brand: Option<String>,
}

impl TryFrom<AnyNews> for News {
    type Error = &'static str;

    fn try_from(any: AnyNews) -> Result<Self, Self::Error> {
        Ok(match any.kind.as_str() {
            "ready" => Self::Ready,
            "failed" => Self::Failed,
            "expired" => Self::Expired,
            "submit" => Self::Submit,
            "wrong" => Self::Wrong,
            "lost" => Self::Lost,
            "brands" => Self::Brands(any.brands.ok_or("news of no brands")?),
            "token" => Self::Token(
                any.token.ok_or("news of no token")?,
                any.brand.unwrap_or_default(),
            ),
            _ => return Err("unknown news of the card's fields"),
        })
    }
}
