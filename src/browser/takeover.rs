//! Taking over the face that `element.js` painted as the server drew it: choice, focus and a press
//! stay what they were.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, HtmlInputElement, Node, NodeList, ShadowRoot};

use crate::state::face::Choice;

/// What can have the focus, in the order in which it stands in a face. What goes with a form alone
/// stands in the painted one only.
const FOCUSABLE: &str = "input:not([type=hidden]), button, [tabindex]";

/// The face that was painted, and what the shopper did on it.
pub(super) struct Painted {
    face: Element,
    /// What stands chosen.
    pub(super) chosen: Option<Choice>,
    /// The place of what has the focus, among all that can have it.
    focus: Option<u32>,
}

impl Painted {
    pub(super) fn find(root: &ShadowRoot) -> Option<Self> {
        let face = root.query_selector("[data-painted]").ok()??;
        let checked = face.query_selector("input[name=method]:checked").ok()?;
        let checked = checked.and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        let chosen = checked.map(|input| Choice::from(input.value().as_str()));
        let active = root.active_element();
        let focus = active.and_then(|active| place_of(&active, &all(&face)?));
        Some(Self {
            face,
            chosen,
            focus,
        })
    }

    /// Whether the shopper has begun.
    pub(super) fn was_used(&self) -> bool {
        self.focus.is_some()
    }

    /// Gives the focus to what stands in its place, then takes the painted face away: the page
    /// never has none of them.
    pub(super) fn replace(self, root: &ShadowRoot) {
        let fresh = root.query_selector("[data-face]:not([data-painted])");
        let fresh = fresh.ok().flatten().and_then(|face| all(&face));
        // Only the same face has the same places.
        let same =
            |fresh: &NodeList| all(&self.face).is_some_and(|old| old.length() == fresh.length());
        let target = fresh.filter(same).and_then(|fresh| fresh.get(self.focus?));
        if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            // What can't take it leaves it where it is.
            let _ = target.focus_with_options(&options);
        }
        self.face.remove();
    }
}

fn all(face: &Element) -> Option<NodeList> {
    face.query_selector_all(FOCUSABLE).ok()
}

fn place_of(node: &Node, nodes: &NodeList) -> Option<u32> {
    (0..nodes.length()).find(|place| nodes.get(*place).is_some_and(|found| found == *node))
}
