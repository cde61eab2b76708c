//! Pages of a test's own, on an origin that the demo shop knows: with whatever policy, frames and
//! markup a shop may have.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};

use crate::shop::Order;
use crate::support::StackOptions;
use crate::world::{World, play_in, usual};

/// Headers (whole lines) and content, by path.
type Pages = Arc<Mutex<HashMap<String, (String, Vec<u8>)>>>;

/// How files are announced, by the end of their name.
const TYPES: [(&str, &str); 6] = [
    ("html", "text/html"),
    ("js", "text/javascript"),
    ("css", "text/css"),
    ("json", "application/json"),
    ("wasm", "application/wasm"),
    ("svg", "image/svg+xml"),
];

/// A server of pages.
pub(crate) struct Site {
    port: u16,
    pages: Pages,
}

/// Plays a test that has a site of its own.
pub(crate) fn play_on_site(test: impl AsyncFnOnce(&mut World, &Site) -> Result<()>) {
    play_on_site_in(usual(), test);
}

/// The same on a stack of its own.
pub(crate) fn play_on_site_in(
    mut stack: StackOptions,
    test: impl AsyncFnOnce(&mut World, &Site) -> Result<()>,
) {
    let site = Site::start();
    stack.more_origins.push(site.origin());
    play_in(stack, async |w: &mut World| test(w, &site).await);
}

impl Site {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let pages = Pages::default();
        let served = Arc::clone(&pages);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || answer(&stream, &served));
            }
        });
        Self { port, pages }
    }

    /// Its origin, as the shop's configuration knows it.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same server by another name: another origin.
    pub(crate) fn other_origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Makes a page, in English, with these lines of headers.
    pub(crate) fn page(&self, path: &str, headers: &str, body: &str) {
        let content = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Test</title><link rel=\"icon\" href=\"data:,\">\
             <main><h1>Checkout</h1>{body}</main></html>"
        );
        self.file(path, "html", headers, content.into_bytes());
    }

    /// Makes a page of exactly this, with these lines of headers.
    pub(crate) fn html_with(&self, path: &str, headers: &str, content: &str) {
        self.file(path, "html", headers, content.as_bytes().to_vec());
    }

    /// Makes a page of exactly this.
    pub(crate) fn html(&self, path: &str, content: &str) {
        self.html_with(path, "", content);
    }

    /// Makes a file, of the kind that the end of its path tells.
    pub(crate) fn bytes(&self, path: &str, content: &[u8]) {
        let end = path.rsplit('.').next().unwrap_or_default();
        self.file(path, end, "", content.to_vec());
    }

    /// Makes an answer of JSON.
    pub(crate) fn json(&self, path: &str, content: &serde_json::Value) {
        self.file(path, "json", "", content.to_string().into_bytes());
    }

    /// Makes a script.
    pub(crate) fn script(&self, path: &str, content: &str) {
        self.file(path, "js", "", content.as_bytes().to_vec());
    }

    /// Serves a folder with all that is below it; its `index.html` stands at the path too.
    pub(crate) fn folder(&self, path: &str, folder: &Path) -> Result<()> {
        for file in files(folder).with_context(|| folder.display().to_string())? {
            let name = file.strip_prefix(folder)?.display().to_string();
            let end = name.rsplit('.').next().unwrap_or_default().to_owned();
            let content = std::fs::read(&file)?;
            if name == "index.html" {
                self.file(path, &end, "", content.clone());
            }
            self.file(&format!("{path}{name}"), &end, "", content);
        }
        Ok(())
    }

    fn file(&self, path: &str, end: &str, headers: &str, content: Vec<u8>) {
        let kind = TYPES.iter().find(|(known, _)| *known == end);
        let kind = kind.map_or("application/octet-stream", |(_, kind)| kind);
        let headers = format!("Content-Type: {kind}\r\n{headers}");
        self.pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), (headers, content));
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn answer(mut stream: &TcpStream, pages: &Pages) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    for line in lines {
        if line.is_empty() {
            break;
        }
    }
    let pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, headers, content) = match pages.get(&path) {
        Some((headers, content)) => ("200 OK", headers.as_str(), content.as_slice()),
        None => ("404 Not Found", "", [].as_slice()),
    };
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    // A browser that has gone needs no answer.
    let _ = stream.write_all(&[head.as_bytes(), content].concat());
}

impl World {
    /// The two lines that a shop adds to its page, for this order.
    pub(crate) fn snippet(&self, order: &Order) -> String {
        format!(
            "<script type=\"module\" src=\"{}/guichet.js\"></script>\
             <guichet-checkout session=\"{}\"></guichet-checkout>",
            self.stack.backend(),
            order.secret
        )
    }
}
