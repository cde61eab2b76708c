//! What the widget knows and what changes it, without a browser.
//!
//! [`model`] holds everything and says which face to show; the other files change it: the list and
//! the way to the platform ([`paying`]), what is entered in the page ([`entering`]) by a card that
//! is typed ([`card`]) or by an answer ([`ask`]), the shopper's saved cards ([`cards`]). What they
//! are made of stands in [`face`], [`entry`] and [`saved`]; what the shopper can press and choose
//! in [`action`]. [`locale`] and [`money`] say how it is told;
//! [`policy`] reads what a page allows.

pub mod action;
pub mod ask;
pub mod card;
pub mod cards;
pub mod entering;
pub mod entry;
pub mod face;
#[cfg(not(target_arch = "wasm32"))]
pub mod language;
pub mod locale;
pub mod method;
pub mod model;
pub mod money;
pub mod paying;
pub mod policy;
pub mod saved;
pub mod spoken;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod testing;
