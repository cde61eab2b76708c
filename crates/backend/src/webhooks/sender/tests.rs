use secrecy::SecretSlice;
use tokio::net::TcpListener;

use super::super::testing::notice;
use super::*;
use crate::config::WebhookSecret;

fn webhook(url: &str) -> Webhook {
    Webhook {
        url: Url::parse(url).unwrap(),
        secrets: vec![WebhookSecret(SecretSlice::from(vec![7; 24]))],
    }
}

/// What comes of sending to `SCHEME://HOST:PORT`, and whether a connection came to that port of
/// this machine.
async fn sent_to(networks: &[&str], scheme: &str, host: &str) -> (String, bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let networks: Vec<IpNet> = networks.iter().map(|net| net.parse().unwrap()).collect();
    let sender = Sender::new(&networks).unwrap();
    let target = webhook(&format!("{scheme}://{host}:{port}/"));
    let notice = notice("msg_1", 1);
    let sending = async {
        match sender.send(&target, &notice).await.unwrap() {
            Sent::Failed { why, .. } => why,
            other => format!("{other:?}"),
        }
    };
    let connected = async {
        // Whoever connects is hung up on.
        let _ = listener.accept().await;
    };
    tokio::pin!(sending);
    tokio::select! {
        why = &mut sending => (why, false),
        () = connected => (sending.await, true),
    }
}

#[tokio::test]
async fn a_name_or_an_address_of_this_machine_gets_no_connection() {
    let private = "not sent: the address is private, see webhook_networks";
    for (scheme, host) in [
        ("https", "localhost"),
        ("https", "127.0.0.1"),
        ("https", "[::ffff:127.0.0.1]"),
        ("http", "localhost"),
        ("http", "127.0.0.1"),
    ] {
        let (why, connected) = sent_to(&[], scheme, host).await;
        assert_eq!(
            (why.as_str(), connected),
            (private, false),
            "{scheme} {host}"
        );
    }
    // Named is another network.
    let (why, connected) = sent_to(&["10.0.0.0/8"], "http", "localhost").await;
    assert_eq!((why.as_str(), connected), (private, false));
}

#[tokio::test]
async fn into_a_network_that_is_named_messages_go() {
    for (scheme, host) in [
        ("http", "localhost"),
        ("http", "127.0.0.1"),
        ("https", "localhost"),
    ] {
        let (why, connected) = sent_to(&["127.0.0.1/32"], scheme, host).await;
        assert!(connected, "{scheme} {host}: {why}");
    }
}
