//! Elements for the views.
//!
//! Every element is the same type of Leptos' renderer (tachys), with attributes and children
//! erased: the typed builders of `view!` would make a type, and code, of each. Nothing here goes
//! through `innerHTML`, which a shop's `require-trusted-types-for` forbids; `view!` does so for
//! what it finds to be static.
//! Only the root listens: a button is told by its `data-action`, a control by its `name`.

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::custom_attribute;
use leptos::html;
use leptos::prelude::*;
use leptos::svg;

type LiveValue = Box<dyn FnMut() -> Option<&'static str> + Send>;

/// An element in the making. Boxed: the builder's calls then pass one pointer on.
pub(crate) struct El(Box<Parts>);

struct Parts {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Starts an element.
#[inline(never)]
pub(crate) fn el(tag: &'static str) -> El {
    El(Box::new(Parts {
        tag,
        attributes: vec![],
        children: vec![],
    }))
}

#[inline(never)]
fn fixed(name: &'static str, value: &str) -> AnyAttribute {
    custom_attribute(name, value.to_owned()).into_any_attr()
}

impl El {
    /// Sets an attribute.
    #[inline(never)]
    pub(crate) fn attr(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push(fixed(name, value));
        self
    }

    /// Sets the class, and the same name as `part` for the shop's style sheet.
    #[inline(never)]
    pub(crate) fn part(self, name: &str) -> Self {
        self.attr("class", name).attr("part", name)
    }

    /// Sets an attribute without a value, or leaves it out.
    #[inline(never)]
    pub(crate) fn flag(self, name: &'static str, set: bool) -> Self {
        if set { self.attr(name, "") } else { self }
    }

    /// An attribute that follows the state; absent where `value` gives nothing.
    pub(crate) fn live(
        self,
        name: &'static str,
        value: impl FnMut() -> Option<&'static str> + Send + 'static,
    ) -> Self {
        self.push_live(name, Box::new(value))
    }

    #[inline(never)]
    fn push_live(mut self, name: &'static str, value: LiveValue) -> Self {
        self.0
            .attributes
            .push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// Adds an attribute of any kind, such as a listener.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn attribute(mut self, attribute: AnyAttribute) -> Self {
        self.0.attributes.push(attribute);
        self
    }

    /// Adds a text.
    #[inline(never)]
    pub(crate) fn text(self, text: &str) -> Self {
        self.view(self::text(text))
    }

    /// Adds an element.
    #[inline(never)]
    pub(crate) fn with(self, child: Self) -> Self {
        self.view(child.done())
    }

    /// Adds an element, if there is one.
    #[inline(never)]
    pub(crate) fn maybe(self, child: Option<Self>) -> Self {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    /// Adds what is drawn anew whenever a signal that it reads changes.
    pub(crate) fn dynamic(self, draw: impl FnMut() -> AnyView + Send + 'static) -> Self {
        self.push_dynamic(Box::new(draw))
    }

    #[inline(never)]
    fn push_dynamic(self, draw: Box<dyn FnMut() -> AnyView + Send>) -> Self {
        self.view(draw.into_any())
    }

    /// Adds a view.
    #[inline(never)]
    pub(crate) fn view(mut self, child: AnyView) -> Self {
        self.0.children.push(child);
        self
    }

    /// The element as a view.
    #[inline(never)]
    pub(crate) fn done(self) -> AnyView {
        let Parts {
            tag,
            attributes,
            children,
        } = *self.0;
        if tag == "input" {
            // It has no end: written out, `</input>` would be a mistake.
            return html::input().add_any_attr(attributes).into_any();
        }
        html::custom(tag)
            .child(children)
            .add_any_attr(attributes)
            .into_any()
    }
}

/// A text. Where there is none, nothing stands in its place: a style sheet may ask for what is
/// empty, and the server would write a space.
#[inline(never)]
pub(crate) fn text(text: &str) -> AnyView {
    if text.is_empty() {
        ().into_any()
    } else {
        text.to_owned().into_any()
    }
}

/// A drawing of one line, for the eye only.
pub(crate) fn icon(outline: &'static str) -> AnyView {
    let path = svg::path()
        .add_any_attr(vec![fixed("d", outline)])
        .into_any();
    let attributes = vec![
        fixed("class", "icon"),
        fixed("part", "icon"),
        fixed("viewBox", "0 0 24 24"),
        // Where a page refuses our style sheet, it would be as wide as the page.
        fixed("width", "24"),
        fixed("aria-hidden", "true"),
        fixed("focusable", "false"),
    ];
    svg::svg().child(path).add_any_attr(attributes).into_any()
}

pub(super) fn notice(tone: &str, title: &str, text: &str) -> El {
    el("div")
        .part("notice")
        .attr("data-tone", tone)
        .attr("aria-label", title)
        .with(el("strong").text(title))
        .with(el("p").text(text))
}
