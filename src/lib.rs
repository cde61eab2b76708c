//! Guichet's checkout widget: what a shopper sees inside `<guichet-checkout>`.
//!
//! What can be decided without a browser is plain Rust and tested natively: the state and what
//! changes it ([`state`]), every word ([`words`]). One view of every face (`view`) is drawn by
//! Leptos twice: to HTML on the server (`render`), and in the browser, where `browser` mounts it,
//! does what the shopper wants and calls the backend. `element.js` defines the element and mounts
//! the module.

pub mod state;
mod view;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(not(target_arch = "wasm32"))]
pub mod gallery;
#[cfg(not(target_arch = "wasm32"))]
pub mod render;
