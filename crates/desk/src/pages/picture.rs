//! A picture of bars, in the page's own colours: a drawing library would bring colours of its own,
//! which do not follow light and dark.

use crate::el::{El, el};

/// Units of the picture.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 180;
/// Below the bars, for their names.
const FOOT: u32 = 22;

/// A bar: its name, which may be empty, and its size.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bar {
    /// What stands below it.
    pub name: String,
    /// Its size.
    pub size: u64,
}

/// Draws the bars. `told` is the picture in words, `top` the largest size as it is written.
#[must_use]
pub fn bars(told: &str, top: &str, bars: &[Bar]) -> El {
    let most = bars.iter().map(|bar| bar.size).max().unwrap_or(0).max(1);
    let count = u32::try_from(bars.len()).unwrap_or(1).max(1);
    let room = HEIGHT - FOOT - 16;
    let floor = HEIGHT - FOOT;
    let mut svg = el("svg")
        .attr("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .attr("role", "img")
        .attr("aria-label", told)
        .with(line(floor))
        .with(text(0, 11, "start", top));
    for (place, bar) in (0..count).zip(bars) {
        let (left, right) = (place * WIDTH / count, (place + 1) * WIDTH / count);
        let height = u64::from(room) * bar.size / most;
        let height = u32::try_from(height).unwrap_or(room);
        // What is not nothing is seen.
        let height = if bar.size > 0 { height.max(1) } else { 0 };
        let rect = el("rect")
            .attr("x", (left + 1).to_string())
            .attr("y", (floor - height).to_string())
            .attr("width", (right - left).saturating_sub(3).max(1).to_string())
            .attr("height", height.to_string())
            .attr("rx", "2");
        svg = svg.with(rect);
        if !bar.name.is_empty() {
            svg = svg.with(text(left.midpoint(right), HEIGHT - 6, "middle", &bar.name));
        }
    }
    el("figure").class("picture").with(svg)
}

fn line(y: u32) -> El {
    let line = el("line").attr("x1", "0").attr("x2", WIDTH.to_string());
    line.attr("y1", y.to_string()).attr("y2", y.to_string())
}

fn text(x: u32, y: u32, anchor: &str, text: &str) -> El {
    el("text")
        .attr("x", x.to_string())
        .attr("y", y.to_string())
        .attr("text-anchor", anchor)
        .text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_fills_its_room_and_the_smallest_is_seen() {
        let bar = |size| Bar {
            name: String::new(),
            size,
        };
        let html = bars("told", "top", &[bar(0), bar(1), bar(1_000_000)]).html();
        let heights: Vec<_> = html.split(" height=\"").skip(1).collect();
        let heights: Vec<_> = heights
            .iter()
            .filter_map(|at| at.split('"').next())
            .collect();
        assert_eq!(heights, ["0", "1", "142"], "{html}");
    }

    #[test]
    fn nothing_at_all_is_drawn_without_a_bar() {
        assert!(bars("told", "", &[]).html().contains("role=\"img\""));
    }
}
