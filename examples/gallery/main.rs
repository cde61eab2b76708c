//! Writes the gallery of every face into a folder, as `gallery.html`: `trunk serve` has it made.

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let page = guichet::gallery::page();
    std::fs::write(std::path::Path::new(&folder).join("gallery.html"), page)
}
