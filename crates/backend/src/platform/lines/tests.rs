use guichet_providers::contract::PrivateAddress;
use tokio::net::TcpListener;

use super::*;

/// Long enough for whatever comes at once, short enough to wait for nothing.
const SOON: Duration = Duration::from_secs(20);
const AT_ONCE: Duration = Duration::from_millis(1);

fn hears(frame: &[u8], _: &str) -> Heard {
    match frame.first() {
        Some(b'L') => Heard::Last,
        Some(b'B') => Heard::Beside,
        _ => Heard::GoesOn,
    }
}

/// A device that accepts connections.
struct Device {
    listener: TcpListener,
    lines: Lines,
}

impl Device {
    async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            lines: Lines::default(),
        }
    }

    fn line(&self, how: How) -> Line {
        let address = self.listener.local_addr().unwrap().to_string();
        Line {
            to: PrivateAddress::parse(&address, true).unwrap(),
            key: "KEY".into(),
            how,
            hears,
        }
    }

    async fn call(&self, how: How, listens: Duration) -> Result<String, CallError> {
        let line = self.line(how);
        let answer = self.lines.call(&line, "é".as_bytes(), listens).await?;
        Ok(String::from_utf8(answer.body).unwrap())
    }

    /// Opens the line; what the device has of it.
    async fn opened(&self) -> TcpStream {
        let (answer, accepted) =
            tokio::join!(self.call(How::Open, AT_ONCE), self.listener.accept());
        assert_eq!(answer, Ok(String::new()));
        let mut stream = accepted.unwrap().0;
        assert_eq!(read(&mut stream).await, [0, 2, 0xc3, 0xa9]);
        stream
    }
}

/// The next four bytes.
async fn read(stream: &mut TcpStream) -> [u8; 4] {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

async fn send(stream: &mut TcpStream, text: &str) {
    let framed = frame(text.as_bytes()).unwrap();
    stream.write_all(&framed).await.unwrap();
}

#[tokio::test]
async fn a_line_stays_open_from_call_to_call_until_its_last_frame() {
    let device = Device::new().await;
    let mut stream = device.opened().await;
    // The stream is cut within the length, within the text and within a character.
    let framed = frame("présentez".as_bytes()).unwrap();
    for byte in framed {
        stream.write_all(&[byte]).await.unwrap();
        stream.flush().await.unwrap();
    }
    let heard = device.call(How::Listen, SOON).await;
    assert_eq!(heard.as_deref(), Ok("présentez"));
    assert_eq!(device.call(How::Listen, AT_ONCE).await, Ok(String::new()));
    assert_eq!(device.call(How::Add, SOON).await, Ok(String::new()));
    assert_eq!(read(&mut stream).await, [0, 2, 0xc3, 0xa9]);
    // Opened again it is the same line, and nothing is sent over it.
    assert_eq!(device.call(How::Open, AT_ONCE).await, Ok(String::new()));
    send(&mut stream, "Beside").await;
    send(&mut stream, "Last").await;
    send(&mut stream, "and more").await;
    assert_eq!(device.call(How::Listen, SOON).await.as_deref(), Ok("Last"));
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap_or(0), 0);
    assert_eq!(
        device.call(How::Listen, SOON).await,
        Err(CallError::NotSent)
    );
}

#[tokio::test]
async fn a_line_that_breaks_is_an_answer_that_never_came_and_none_is_one_that_was_not_sent() {
    let device = Device::new().await;
    for how in [How::Listen, How::Add] {
        assert_eq!(device.call(how, SOON).await, Err(CallError::NotSent));
    }
    let mut stream = device.opened().await;
    send(&mut stream, "progress").await;
    // Half a frame is none.
    stream.write_all(&[0, 9, b'L']).await.unwrap();
    drop(stream);
    let heard = device.call(How::Listen, SOON).await;
    assert_eq!(heard.as_deref(), Ok("progress"));
    let broken = device.call(How::Listen, SOON).await;
    assert_eq!(broken, Err(CallError::NoAnswer));
    // The next one is a new line.
    drop(device.opened().await);
    let broken = device.call(How::Listen, SOON).await;
    assert_eq!(broken, Err(CallError::NoAnswer));
    drop(device.opened().await);
}

#[tokio::test]
async fn a_device_that_is_not_there_was_sent_nothing() {
    let device = Device::new().await;
    let line = device.line(How::Open);
    drop(device.listener);
    let answer = device.lines.call(&line, b"{}", SOON).await;
    assert_eq!(answer, Err(CallError::NotSent));
    let long = vec![b' '; 65_536];
    let answer = device.lines.call(&line, &long, SOON).await;
    assert_eq!(answer, Err(CallError::NotSent));
}

#[tokio::test]
async fn a_connection_that_breaks_before_anything_came_leaves_the_outcome_open() {
    let device = Device::new().await;
    let (answer, ()) = tokio::join!(device.call(How::Open, SOON), async {
        let mut stream = device.listener.accept().await.unwrap().0;
        read(&mut stream).await;
    });
    assert_eq!(answer, Err(CallError::NoAnswer));
    assert!(device.lines.all().is_empty());
}
