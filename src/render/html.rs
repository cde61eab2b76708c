//! A view as HTML.

use std::panic::{AssertUnwindSafe, catch_unwind};

use leptos::prelude::*;

/// Whatever is made while something is drawn belongs to it, and is gone with it.
pub(super) fn drawing(draw: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new();
    owner.with(|| draw().to_html())
}

/// What went wrong while a face was drawn never keeps a shopper from paying.
pub(super) fn drawn_or_nothing<T>(draw: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(draw)).ok()
}

/// A value for an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;")
}
