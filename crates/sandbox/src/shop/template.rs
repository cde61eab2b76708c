//! Fills the pages of `www/`: plain HTML with `{{names}}`, and parts marked by comments.
//!
//! - `{{name}}` becomes the escaped value, or HTML as it is where the value is that;
//! - `<!-- repeat:name -->…<!-- end:name -->` stands once for each row of a list;
//! - `<!-- if:name -->…<!-- end:name -->` stays only when the flag is set.

use std::collections::HashMap;

/// Values of one page or one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    texts: HashMap<&'static str, String>,
    html: HashMap<&'static str, String>,
    flags: HashMap<&'static str, bool>,
    lists: HashMap<&'static str, Vec<Values>>,
}

impl Values {
    pub(crate) fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.texts.insert(name, value.into());
        self
    }

    /// What the backend drew, and nobody else.
    pub(crate) fn html(mut self, name: &'static str, value: String) -> Self {
        self.html.insert(name, value);
        self
    }

    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.flags.insert(name, value);
        self
    }

    pub(crate) fn list(mut self, name: &'static str, rows: Vec<Values>) -> Self {
        self.lists.insert(name, rows);
        self
    }
}

/// Fills a page.
pub(crate) fn fill(template: &str, values: &Values) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(mark) = next_mark(rest) {
        let (before, after) = rest.split_at(mark);
        out.push_str(before);
        rest = match block(after, values, &mut out).or_else(|| name(after, values, &mut out)) {
            Some(rest) => rest,
            None => {
                // Neither a block nor a name: an ordinary comment or brace.
                let (plain, rest) = after.split_at(2);
                out.push_str(plain);
                rest
            }
        };
    }
    out.push_str(rest);
    out
}

fn next_mark(text: &str) -> Option<usize> {
    match (text.find("{{"), text.find("<!-- ")) {
        (Some(name), Some(block)) => Some(name.min(block)),
        (name, block) => name.or(block),
    }
}

/// `<!-- repeat:x -->` or `<!-- if:x -->` at the start of `text`; gives what follows its end.
fn block<'a>(text: &'a str, values: &Values, out: &mut String) -> Option<&'a str> {
    let (head, after) = text.strip_prefix("<!-- ")?.split_once(" -->")?;
    let (kind, name) = head.split_once(':')?;
    let (inside, rest) = after.split_once(&format!("<!-- end:{name} -->"))?;
    match kind {
        "repeat" => {
            for row in values.lists.get(name).into_iter().flatten() {
                out.push_str(&fill(inside, row));
            }
        }
        "if" if values.flags.get(name).copied().unwrap_or(false) => {
            out.push_str(&fill(inside, values));
        }
        "if" => {}
        _ => return None,
    }
    Some(rest)
}

/// `{{name}}` at the start of `text`; an unknown name is left empty.
fn name<'a>(text: &'a str, values: &Values, out: &mut String) -> Option<&'a str> {
    let (name, rest) = text.strip_prefix("{{")?.split_once("}}")?;
    if let Some(value) = values.texts.get(name) {
        escape(value, out);
    } else if let Some(value) = values.html.get(name) {
        out.push_str(value);
    }
    Some(rest)
}

/// Escapes text for an element's content and for a quoted attribute.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_blocks_kept_or_left_out() {
        let rows = vec![
            Values::default().text("n", "1"),
            Values::default().text("n", "<2>"),
        ];
        let values = Values::default()
            .text("who", "\"A\" & 'B'")
            .html("drawn", "<b>3</b>".to_owned())
            .flag("yes", true)
            .list("rows", rows);
        let page = "<!-- note --><p title=\"{{who}}\">{{gone}}{{drawn}}</p>\
                    <!-- repeat:rows --><i>{{n}}</i><!-- end:rows -->\
                    <!-- if:yes -->Y<!-- end:yes --><!-- if:no -->N<!-- end:no -->";
        assert_eq!(
            fill(page, &values),
            "<!-- note --><p title=\"&quot;A&quot; &amp; &#39;B&#39;\"><b>3</b></p><i>1</i>\
             <i>&lt;2&gt;</i>Y"
        );
    }
}
