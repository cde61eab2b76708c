//! The pages of the desk, where the people of a shop see every payment.
//!
//! Everything here is pure: a page is a function of its model, a language and the [`Frame`] that it
//! stands in. No page has a style or a script of its own: [`STYLE`] is the one style sheet.
//! Whatever comes from outside is written as text, by Leptos, which escapes it.

pub mod el;
pub mod gallery;
pub mod kit;
pub mod layout;
pub mod pages;
pub mod show;
pub mod words;

pub use layout::{Frame, Person, Place};
pub use words::{Lang, Words};

/// The style sheet of every page.
pub const STYLE: &str = include_str!("desk.css");
