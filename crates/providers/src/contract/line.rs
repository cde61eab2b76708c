//! Calls of the second kind: a line to a device on the shop's own network. It stays open from call
//! to call, and frames go over it both ways.
//!
//! # The frame
//! Two bytes, the length of what follows in bytes, big end first; then so many bytes of JSON
//! (developer.moneris.com/moneris-go/docs, *direct-integration* and *pat-integration*). The length
//! is of bytes, not of characters; a read may bring half a frame, or three.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Port of a device whose address names none.
const PORT: u16 = 1080;

/// Bytes of a frame's length.
const PREFIX: usize = 2;

/// Where a call goes that is not HTTP.
#[derive(Clone)]
pub struct Line {
    /// Where the device listens.
    pub to: PrivateAddress,
    /// Names the line among those to the device: one key, one connection.
    pub key: String,
    /// What is done on it.
    pub how: How,
    /// Reads a frame that came over it, by the line's key.
    pub hears: fn(&[u8], &str) -> Heard,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({:?} {})", self.how, self.to)
    }
}

/// What is done on a line. The answer's body is the last frame that came and that no call was
/// answered with; it is empty where none came in the call's time, and the line is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// Connect and send the body; where the line is open, listen alone. [`NotSent`] where the
    /// device can't be reached, [`NoAnswer`] where the connection broke.
    ///
    /// [`NotSent`]: super::CallError::NotSent
    /// [`NoAnswer`]: super::CallError::NoAnswer
    Open,
    /// Send the body over the open line, and wait for nothing. [`NotSent`] where there is none.
    ///
    /// [`NotSent`]: super::CallError::NotSent
    Add,
    /// Listen. [`NotSent`] where no line is open, as after the process has started anew;
    /// [`NoAnswer`] where it broke.
    ///
    /// [`NotSent`]: super::CallError::NotSent
    /// [`NoAnswer`]: super::CallError::NoAnswer
    Listen,
}

/// What a frame is to the line that it came over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// More follows.
    GoesOn,
    /// It is the last one: the line is closed.
    Last,
    /// It is of another command: nobody listens for it.
    Beside,
}

/// An address on a network of the shop's own, or on this machine: what is sent there is not
/// encrypted, so that it must not leave the shop.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PrivateAddress(SocketAddr);

impl PrivateAddress {
    /// Reads an address, with or without its port. `here` wants one of this machine, which
    /// is otherwise refused. Names are not taken: what they lead to may change.
    ///
    /// # Errors
    /// What to write.
    pub fn parse(text: &str, here: bool) -> Result<Self, String> {
        let bare = |ip: IpAddr| SocketAddr::new(ip, PORT);
        let read = text.parse().or_else(|_| text.parse().map(bare));
        let address: SocketAddr = read.map_err(|_| {
            format!(
                "must be an address in digits, such as \"192.168.1.20\" or \"192.168.1.20:{PORT}\""
            )
        })?;
        let ip = address.ip().to_canonical();
        if address.port() == 0 {
            return Err("must name a port from 1 to 65535".to_owned());
        }
        if here != ip.is_loopback() {
            return Err(match here {
                true => "is not this machine: the sandbox is at a loopback address",
                false => "is this machine: write the terminal's address on the shop's network",
            }
            .to_owned());
        }
        let private = match ip {
            IpAddr::V4(ip) => ip.is_private(),
            IpAddr::V6(ip) => ip.is_unique_local(),
        };
        if !here && !private {
            return Err(
                "is not of a private network (10.…, 172.16.… to 172.31.…, 192.168.…, \
                        fd…): a terminal's line is not encrypted and must not leave the shop"
                    .to_owned(),
            );
        }
        Ok(Self(SocketAddr::new(ip, address.port())))
    }

    /// The address.
    #[must_use]
    pub const fn socket(self) -> SocketAddr {
        self.0
    }
}

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message with its length before it; none where it is longer than a length can tell.
#[must_use]
pub fn frame(message: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(message.len()).ok()?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend_from_slice(message);
    Some(frame)
}

/// Takes frames out of a stream, however it is cut.
#[derive(Clone, Default)]
pub struct Frames {
    /// What came and is of no whole frame yet: never more than one frame and what one read brought.
    bytes: Vec<u8>,
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frames({} bytes)", self.bytes.len())
    }
}

impl Frames {
    /// Takes what a read brought.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole frame, without its length.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        let &[high, low] = self.bytes.first_chunk()?;
        let end = PREFIX + usize::from(u16::from_be_bytes([high, low]));
        let message = self.bytes.get(PREFIX..end)?.to_vec();
        self.bytes.drain(..end);
        Some(message)
    }

    /// Whether a frame has begun and is not whole.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        !self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Golden vector: two bytes in network order count the bytes of what follows; 258 of them are
    /// `01 02`. In a text that is not ASCII they are more than its characters.
    #[test]
    fn a_length_counts_bytes_and_its_high_byte_is_first() {
        let text = "é".repeat(129);
        assert_eq!((text.chars().count(), text.len()), (129, 258));
        let framed = frame(text.as_bytes()).unwrap();
        assert_eq!(framed.get(..2), Some(&[1, 2][..]));
        assert_eq!(framed.get(2..), Some(text.as_bytes()));
        assert_eq!(frame(b"{}"), Some(vec![0, 2, b'{', b'}']));
        assert_eq!(frame(b""), Some(vec![0, 0]));
        assert_eq!(frame(&[b' '; 65_535]).map(|all| all.len()), Some(65_537));
        assert_eq!(frame(&[b' '; 65_536]), None);
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in_however_the_stream_is_cut(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..6),
            cuts in prop::collection::vec(1usize..97, 1..40),
            missing in 0usize..3,
        ) {
            let mut stream: Vec<u8> =
                messages.iter().flat_map(|message| frame(message).unwrap()).collect();
            stream.truncate(stream.len().saturating_sub(missing));
            let (mut frames, mut out, mut rest) = (Frames::default(), Vec::new(), &stream[..]);
            for cut in cuts.iter().cycle() {
                let (now, then) = rest.split_at((*cut).min(rest.len()));
                frames.push(now);
                while let Some(message) = frames.next_frame() {
                    out.push(message);
                }
                rest = then;
                if rest.is_empty() {
                    break;
                }
            }
            let whole = messages.len() - usize::from(missing > 0 && !messages.is_empty());
            // What is missing may be an empty message and part of the one before.
            prop_assert!(out.len() <= whole && out == messages[..out.len()]);
            let told: usize = out.iter().map(|message| message.len() + 2).sum();
            prop_assert_eq!(frames.is_cut(), told < stream.len());
            if missing == 0 {
                prop_assert_eq!(out.len(), messages.len());
            }
        }
    }

    #[test]
    fn only_an_address_of_the_shops_own_network_is_called() {
        for (text, expected) in [
            ("192.168.1.20", "192.168.1.20:1080"),
            ("192.168.1.20:1081", "192.168.1.20:1081"),
            ("10.0.0.5", "10.0.0.5:1080"),
            ("172.31.255.255", "172.31.255.255:1080"),
            ("fd12::1", "[fd12::1]:1080"),
            ("[fd12::1]:99", "[fd12::1]:99"),
            ("::ffff:10.0.0.5", "10.0.0.5:1080"),
        ] {
            let read = PrivateAddress::parse(text, false).unwrap();
            assert_eq!(read.to_string(), expected);
            assert!(PrivateAddress::parse(text, true).is_err(), "{text}");
        }
        for text in [
            "8.8.8.8",
            "172.32.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "2001:db8::1",
            "::ffff:8.8.8.8",
            "127.0.0.1",
            "::1",
            "terminal.local",
            "192.168.1.20:0",
            "192.168.1.20:70000",
            "http://192.168.1.20",
            "",
        ] {
            assert!(PrivateAddress::parse(text, false).is_err(), "{text}");
        }
        for text in ["127.0.0.1:5", "[::1]:5"] {
            assert_eq!(PrivateAddress::parse(text, true).unwrap().to_string(), text);
        }
    }
}
