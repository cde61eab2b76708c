//! Guichet's checkout widget: what a shopper sees inside `<guichet-checkout>`.
//!
//! The decisions are plain Rust without a browser and are tested natively: which face to show
//! ([`face`]), how a payment goes on in the page ([`entry`]) by a card that is typed ([`card`]) or
//! by an answer ([`ask`]), the shopper's saved cards ([`saved`]), every word ([`i18n`]), amounts
//! ([`money`]), what a method is called ([`method`]) and how the backend's JSON is read ([`read`]).
//! What needs a browser is compiled for WebAssembly only: the state and its effects (`app`), the
//! views (`view`), the calls (`client`) and the page around the element (`page`). `element.js`
//! defines the element and calls [`mount`](app::mount).

pub mod ask;
pub mod card;
pub mod entry;
pub mod face;
pub mod i18n;
pub mod method;
pub mod money;
pub mod read;
pub mod saved;
#[cfg(test)]
mod testing;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod ui;
#[cfg(target_arch = "wasm32")]
mod view;
