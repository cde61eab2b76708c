//! Who can reach the sandbox, and whom it reaches.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use std::net::SocketAddr;

use common::{field, put, settings, world};
use guichet_sandbox::{StartError, start};
use reqwest::header::HOST;

#[tokio::test]
async fn other_machines_reach_it_only_when_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let v6 = SocketAddr::from(([0_u16; 8], 0));
    for (shop, address) in [(false, everywhere), (true, everywhere), (true, v6)] {
        let mut wanted = settings(folder.path());
        let flag = if shop {
            wanted.shop_listen = address;
            "--shop-listen"
        } else {
            wanted.platform_listen = address;
            "--platform-listen"
        };
        let Err(error) = start(wanted).await else {
            panic!("{address} is listened on");
        };
        assert!(matches!(error, StartError::Remote { .. }));
        let text = error.to_string();
        assert!(
            text.contains(flag) && text.contains("--allow-remote"),
            "{text}"
        );
    }
    let mut allowed = settings(folder.path());
    allowed.shop_listen = everywhere;
    allowed.allow_remote = true;
    start(allowed).await.unwrap().stop().await;
}

#[tokio::test]
async fn only_hosts_that_it_knows_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut wanted = settings(folder.path());
    wanted.hosts.push("Sandbox.example".to_owned());
    let running = start(wanted).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let platform = running.platform_origin().to_owned();
    for origin in [platform.as_str(), running.shop_origin()] {
        let path = if origin == platform { "/sandbox" } else { "/" };
        let ask = |host: &str| {
            let request = client.get(format!("{origin}{path}"));
            let request = request.header(HOST, host);
            async move { request.send().await.unwrap() }
        };
        for good in ["127.0.0.1:1", "LOCALHOST", "[::1]:8602", "sandbox.example"] {
            assert_eq!(ask(good).await.status(), 200, "{good}");
        }
        for bad in ["evil.example", "127.0.0.1.evil.example:8602", "192.0.2.1"] {
            let answer = ask(bad).await;
            assert_eq!(answer.status(), 421, "{bad}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("--host"), "{text}");
        }
    }
    let reset = client.post(format!("{platform}/sandbox/api/reset"));
    let answer = reset.header(HOST, "evil.example").send().await.unwrap();
    assert_eq!(answer.status(), 421, "nothing is done either");
}

#[tokio::test]
async fn a_call_can_not_have_other_addresses_notified() {
    let world = world().await;
    // The sandbox itself is on this machine, and was reached before.
    for to in [
        world.url("/sandbox/reset"),
        "http://192.0.2.1/ipn".to_owned(),
    ] {
        let mut form = world.call_for("CMD1", 900, "CB");
        put(&mut form, "PBX_REPONDRE_A", &to);
        let page = world.open(form).await;
        let back = world.card(&page, "1111222233330000").await;
        assert_eq!(field(&back, "Erreur").as_deref(), Some("00000"));
        let lines = world.api("/sandbox/api/deliveries").await;
        assert_eq!(lines["deliveries"][0]["outcome"], "refused", "{to}");
        let why = lines["deliveries"][0]["error"].as_str().unwrap();
        assert!(why.contains("--notify"), "{why}");
        world
            .post_api("/sandbox/api/reset", serde_json::json!({ "books": true }))
            .await;
    }
}
