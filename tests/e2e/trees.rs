//! What assistive technology is told of every face: Chromium's accessibility tree of the gallery,
//! in French, beside the one that was read through and kept.
//!
//! A line is a node that is not passed over: role, name, description, states. What stands below a
//! name that already says it is left out.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use guichet::gallery;
use serde_json::{Value, json};

use crate::site::play_on_site;
use crate::world::World;

/// The states that are written, in this order.
const STATES: [&str; 10] = [
    "level",
    "focusable",
    "checked",
    "disabled",
    "invalid",
    "required",
    "busy",
    "live",
    "modal",
    "expanded",
];

/// What the title of a cell ends with.
const CELL: &str = "-fr-light";

/// A tree as lines, cut at the titles of the gallery's cells.
struct Trees<'a> {
    nodes: HashMap<&'a str, &'a Value>,
    cells: Vec<(String, String)>,
}

fn text<'a>(node: &'a Value, member: &str) -> &'a str {
    node[member]["value"].as_str().unwrap_or_default()
}

impl<'a> Trees<'a> {
    fn of(nodes: &'a [Value]) -> Result<Vec<(String, String)>> {
        let ids = nodes.iter().filter_map(|node| node["nodeId"].as_str());
        let mut trees = Self {
            nodes: ids.zip(nodes).collect(),
            cells: Vec::new(),
        };
        let root = nodes.first().context("an empty tree")?;
        trees.walk(root, 0, "");
        Ok(trees.cells)
    }

    fn walk(&mut self, node: &'a Value, depth: usize, said: &str) {
        let (role, name) = (text(node, "role"), text(node, "name"));
        let mut below = (depth, said);
        if role == "heading" && name.ends_with(CELL) {
            let face = name.trim_end_matches(CELL).to_owned();
            self.cells.push((face, String::new()));
            return;
        }
        let drawn = !matches!(
            role,
            "InlineTextBox" | "none" | "generic" | "RootWebArea" | "main"
        );
        if node["ignored"] == false && drawn && !(role == "StaticText" && said.contains(name)) {
            if let Some((_, lines)) = self.cells.last_mut() {
                // A string takes every line.
                let _ = writeln!(lines, "{}{}", "  ".repeat(depth), line(node));
            }
            below = (depth + 1, name);
        }
        for child in node["childIds"].as_array().into_iter().flatten() {
            let child = child.as_str().and_then(|id| self.nodes.get(id).copied());
            if let Some(child) = child {
                self.walk(child, below.0, below.1);
            }
        }
    }
}

fn line(node: &Value) -> String {
    let mut line = text(node, "role").to_owned();
    let name = text(node, "name");
    if !name.is_empty() {
        line.push_str(&format!(" {name:?}"));
    }
    let description = text(node, "description");
    if !description.is_empty() {
        line.push_str(&format!(" ({description:?})"));
    }
    let properties = node["properties"].as_array();
    let value = |state: &str| {
        let mut all = properties.into_iter().flatten();
        Some(&all.find(|property| property["name"] == state)?["value"]["value"])
    };
    for state in STATES {
        match value(state) {
            None | Some(Value::Bool(false)) => {}
            Some(Value::String(no)) if no == "false" => {}
            Some(Value::Bool(true)) => line.push_str(&format!(" {state}")),
            Some(Value::String(value)) => line.push_str(&format!(" {state}={value}")),
            Some(value) => line.push_str(&format!(" {state}={value}")),
        }
    }
    line
}

#[test]
fn every_face_is_told_as_it_was_when_it_was_last_read() {
    play_on_site(async |w: &mut World, site| {
        site.html("/gallery", &gallery::page());
        let url = format!("{}/gallery#lang=fr&theme=light", site.origin());
        w.browser.open(&url).await?;
        let tree = w
            .browser
            .cdp("Accessibility.getFullAXTree", json!({}))
            .await?;
        let nodes = tree["nodes"].as_array().context("nodes")?;
        let cells = Trees::of(nodes)?;
        let told: Vec<&str> = cells.iter().map(|(face, _)| face.as_str()).collect();
        let states = gallery::states();
        let all: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
        ensure!(told == all, "{told:?} and not {all:?}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("trees");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for (face, tree) in &cells {
                insta::assert_snapshot!(face.as_str(), tree);
            }
        });
        Ok(())
    });
}
