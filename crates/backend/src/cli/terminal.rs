//! What the commands print.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Prints it all, or as much as the reader wants: one that went away (`| head`) is no failure.
pub(crate) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// What came from outside, without what a terminal would act on: control characters are replaced,
/// and what is invisible or turns the direction of the text is written as its number.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.push(char::REPLACEMENT_CHARACTER);
        } else if is_format(c) {
            let _ = write!(shown, "<U+{:04X}>", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The characters of Unicode's category Cf (format), and the two separators of lines.
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_not_printed() {
        assert_eq!(shown("a\u{1b}[31m"), "a\u{fffd}[31m");
        // U+202E turns what follows around; U+2066 isolates; U+200B and U+FEFF can't be seen.
        for (mark, told) in [
            ("\u{202e}", "<U+202E>"),
            ("\u{2066}", "<U+2066>"),
            ("\u{200f}", "<U+200F>"),
            ("\u{200b}", "<U+200B>"),
            ("\u{feff}", "<U+FEFF>"),
            ("\u{e0041}", "<U+E0041>"),
        ] {
            assert_eq!(shown(&format!("CB{mark}00")), format!("CB{told}00"));
        }
        assert_eq!(shown("Élodie’s 12 €"), "Élodie’s 12 €");
    }
}
