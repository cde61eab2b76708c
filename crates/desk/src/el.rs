//! Elements for the views: tag, attributes and children, drawn by Leptos on the server.
//!
//! All elements are of one type; the typed builders of `view!` would make a type, and code, of
//! each.

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute as _};
use leptos::attr::custom::custom_attribute;
use leptos::html;
use leptos::prelude::*;

/// An element in the making.
pub struct El {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Starts an element.
#[must_use]
pub fn el(tag: &'static str) -> El {
    El {
        tag,
        attributes: Vec::new(),
        children: Vec::new(),
    }
}

impl El {
    /// Sets an attribute.
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref().to_owned();
        let attribute = custom_attribute(name, value).into_any_attr();
        self.attributes.push(attribute);
        self
    }

    /// Sets the class.
    #[must_use]
    pub fn class(self, name: &str) -> Self {
        self.attr("class", name)
    }

    /// Sets an attribute without a value, or leaves it out.
    #[must_use]
    pub fn flag(self, name: &'static str, set: bool) -> Self {
        if set { self.attr(name, "") } else { self }
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        // The server writes a space for an empty one.
        if !text.is_empty() {
            self.children.push(text.to_owned().into_any());
        }
        self
    }

    /// Adds an element.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.children.push(child.done());
        self
    }

    /// Adds elements.
    #[must_use]
    pub fn all(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::with)
    }

    /// Adds an element, if there is one.
    #[must_use]
    pub fn maybe(self, child: Option<Self>) -> Self {
        self.all(child)
    }

    fn done(self) -> AnyView {
        let Self {
            tag,
            attributes,
            children,
        } = self;
        if tag == "input" {
            // It has no end: written out, `</input>` would be a mistake.
            return html::input().add_any_attr(attributes).into_any();
        }
        html::custom(tag)
            .child(children)
            .add_any_attr(attributes)
            .into_any()
    }

    /// The element as HTML.
    #[must_use]
    pub fn html(self) -> String {
        let owner = Owner::new();
        owner.with(|| self.done().to_html())
    }
}
