//! What the widget never does: give HTML to the page as text.

use super::tree::Finding;

/// Pages that require trusted types refuse these. Leptos' `view!` sets `innerHTML` for every tree
/// that it finds to be static.
const REFUSED: [&str; 5] = [
    "view!",
    "inner_html",
    "set_inner_html",
    "innerHTML",
    "insertAdjacentHTML",
];

pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let script = path.ends_with(".js") || path.ends_with(".rs");
    if !path.starts_with("src/") || !script {
        return vec![];
    }
    let code = content.lines().enumerate().filter(|(_, line)| {
        let line = line.trim_start();
        !line.starts_with("//")
    });
    let mut findings = Vec::new();
    for (index, line) in code {
        for word in REFUSED {
            if line.contains(word) {
                let text =
                    format!("{word} gives the page HTML as text, which trusted types refuse");
                findings.push(Finding::new(path, index + 1, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn html_as_text_is_found_in_the_widget_and_nowhere_else() {
        let text = "// view! and innerHTML are refused\nlet a = view! { <p>\"a\"</p> };\n";
        let found = check("src/view/list.rs", text);
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().map(|finding| finding.line), Some(2));
        assert_eq!(check("src/element.js", "root.innerHTML = '<p>';").len(), 1);
        assert!(check("crates/sandbox/src/page.rs", text).is_empty());
        assert!(check("docs/widget.md", "innerHTML").is_empty());
    }
}
