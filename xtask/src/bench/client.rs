//! A caller over one kept connection, as cheap as can be: what is measured is the other side.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

/// A request without its framing.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// Lines of the head, each with its end.
    pub(super) headers: &'a str,
    pub(super) body: &'a str,
}

impl Client {
    pub(super) fn new(port: u16) -> Result<Self> {
        let host = format!("127.0.0.1:{port}");
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = BufReader::new(stream);
        Ok(Self { stream, host })
    }

    /// Sends it, and gives the body of the answer once its status is the one expected.
    pub(super) fn send(&mut self, request: &Request<'_>, expected: u16) -> Result<Vec<u8>> {
        let (status, answer) = self.exchange(request)?;
        ensure!(
            status == Some(expected),
            "{} {}: {status:?} in place of {expected}: {}",
            request.method,
            request.path,
            String::from_utf8_lossy(&answer)
        );
        Ok(answer)
    }

    /// Sends it and goes, without waiting for an answer.
    pub(super) fn hang_up(mut self, request: &Request<'_>) -> Result<()> {
        self.write(request)
    }

    /// Sends it, and gives the status and the body of the answer.
    pub(super) fn exchange(&mut self, request: &Request<'_>) -> Result<(Option<u16>, Vec<u8>)> {
        self.write(request)?;
        self.read()
    }

    fn write(&mut self, request: &Request<'_>) -> Result<()> {
        let Request {
            method,
            path,
            headers,
            body,
        } = request;
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.host,
            body.len()
        );
        Ok(self.stream.get_mut().write_all(text.as_bytes())?)
    }

    fn read(&mut self) -> Result<(Option<u16>, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, answer))
    }

    /// The same for an answer in JSON.
    pub(super) fn json(&mut self, request: &Request<'_>, expected: u16) -> Result<Value> {
        let answer = self.send(request, expected)?;
        serde_json::from_slice(&answer).context("an answer that is not JSON")
    }
}
