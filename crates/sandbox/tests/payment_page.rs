//! The payment pages, as a shopper and a merchant see them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use common::{World, field, openssl_verifies, put, world};

fn returned(location: &str, issue: &str) -> String {
    let (_, query) = location.split_once('?').unwrap();
    assert!(query.starts_with(&format!("issue={issue}&")), "{location}");
    query.to_owned()
}

#[tokio::test]
async fn a_card_is_accepted_after_3ds() {
    let world = world().await;
    let card = world.open(world.call_for("CMD 1@a", 4200, "CB")).await;
    assert!(card.ends_with("/carte"));
    assert!(
        world
            .page(&card)
            .await
            .contains("data-testid=\"card-number\"")
    );
    let back = world.card(&card, "1111 2222 3333 4444").await;
    let back = world.confirm(&back).await;
    let query = returned(&back, "ok");
    let notified = world.notified();
    assert_eq!(notified.len(), 1, "delivered before the browser's redirect");
    let message = &notified[0];
    assert!(
        message.starts_with("Mt=4200&Ref=CMD%201@a&Auto=XXXXXX&Appel="),
        "{message}"
    );
    for (name, value) in [("Type", "CARTE"), ("Carte", "CB"), ("Erreur", "00000")] {
        assert_eq!(field(message, name).as_deref(), Some(value));
    }
    assert_eq!(field(message, "Rang"), None, "Z is only for mixed payments");
    assert!(openssl_verifies(&world, message));
    assert!(
        openssl_verifies(&world, &query),
        "the merchant's own parameters are signed too"
    );
    assert!(!openssl_verifies(
        &world,
        query.strip_prefix("issue=ok&").unwrap()
    ));
    let end = world.page(&card).await;
    assert!(
        end.contains("data-page=\"over\""),
        "the Back button finds the end, not the form"
    );
    let again = world
        .act(&card.replace("carte", "3ds"), &[("result", "confirm")])
        .await;
    assert_eq!(again, back, "a second click does nothing new");
    assert_eq!(world.books().await.len(), 1);
}

#[tokio::test]
async fn a_voucher_is_completed_by_card() {
    let world = world().await;
    let page = world.open(world.call_for("CMD2", 4200, "SODEXO")).await;
    let complement = world.card(&page, "9999000000000003").await;
    assert!(complement.ends_with("/complement"), "{complement}");
    let html = world.page(&complement).await;
    assert!(html.contains("3,00\u{a0}€"), "the rest is stated");
    let threeds = world.card(&complement, "1111222233334444").await;
    let ticket = world.confirm(&threeds).await;
    assert!(ticket.ends_with("/ticket"));
    assert!(
        world
            .page(&ticket)
            .await
            .contains("data-testid=\"ticket-return\"")
    );
    returned(&world.act(&ticket, &[]).await, "ok");
    let notified = world.notified();
    assert_eq!(notified.len(), 2);
    let values = |name| notified.iter().map(|m| field(m, name)).collect::<Vec<_>>();
    let some = |a: &str, b: &str| vec![Some(a.to_owned()), Some(b.to_owned())];
    assert_eq!(values("Mt"), some("3900", "300"));
    assert_eq!(values("Carte"), some("SODEXO", "LIMOCB"));
    assert_eq!(values("Type"), some("LIMONETIK", "LIMONETIK"));
    assert_eq!(values("Rang"), some("1-2", "2-2"));
    assert_eq!(values("Auto"), vec![None, Some("XXXXXX".to_owned())]);
    assert_eq!(values("Appel")[0], values("Appel")[1]);
    assert_ne!(values("Trans")[0], values("Trans")[1]);
    for message in &notified {
        assert!(openssl_verifies(&world, message));
    }
}

#[tokio::test]
async fn a_refused_complement_leaves_the_voucher_taken() {
    let world = world().await;
    let page = world.open(world.call_for("CMD3", 2000, "UPCHEQUDEJ")).await;
    let complement = world.card(&page, "9999000000001005").await;
    for _ in 0..2 {
        let threeds = world.card(&complement, "1111222233334444").await;
        assert_eq!(world.confirm(&threeds).await, complement);
        assert!(
            world
                .page(&complement)
                .await
                .contains("data-testid=\"error\"")
        );
    }
    let threeds = world.card(&complement, "1111222233334444").await;
    returned(&world.confirm(&threeds).await, "non");
    let codes: Vec<_> = world
        .notified()
        .iter()
        .map(|m| field(m, "Erreur").unwrap())
        .collect();
    assert_eq!(codes, ["00000", "00105", "00105", "00105"]);
    let books = world.books().await;
    assert_eq!(
        (&books[0]["status"], &books[1]["status"]),
        (&"Capturé".into(), &"Refusé".into())
    );
}

#[tokio::test]
async fn a_refused_card_may_be_followed_by_another() {
    let world = world().await;
    let card = world.open(world.call_for("CMD4", 1000, "CB")).await;
    assert_eq!(world.card(&card, "1111222233335555").await, card);
    let html = world.page(&card).await;
    assert!(html.contains("00004") && html.contains("data-testid=\"give-up\""));
    let threeds = world.card(&card, "1111222233334444").await;
    returned(&world.confirm(&threeds).await, "ok");
    let notified = world.notified();
    assert_eq!(
        field(&notified[0], "Auto"),
        None,
        "no authorisation on a refusal"
    );
    assert_eq!(field(&notified[0], "Appel"), field(&notified[1], "Appel"));
}

#[tokio::test]
async fn giving_up_goes_to_the_refused_address() {
    let world = world().await;
    let card = world.open(world.call_for("CMD5", 1000, "CB")).await;
    world.card(&card, "1111222233335555").await;
    let back = world.act(&card.replace("carte", "abandonner"), &[]).await;
    assert_eq!(
        field(&returned(&back, "non"), "Erreur").as_deref(),
        Some("00004")
    );
    assert_eq!(world.notified().len(), 1);
}

#[tokio::test]
async fn cancelling_notifies_nothing() {
    let world = world().await;
    let card = world.open(world.call_for("CMD6", 1000, "APETIZ")).await;
    let back = world.act(&card.replace("titre", "annuler"), &[]).await;
    let query = returned(&back, "annule");
    assert_eq!(field(&query, "Erreur").as_deref(), Some("00001"));
    assert_eq!(field(&query, "Trans").as_deref(), Some("0"));
    assert!(openssl_verifies(&world, &query));
    assert!(world.notified().is_empty() && world.books().await.is_empty());
}

/// The signed part of a message without what changes: names, and values as they were written.
fn written(message: &str, name: &str) -> Option<String> {
    message
        .split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        .map(str::to_owned)
}

#[tokio::test]
async fn letters_are_written_as_the_platform_writes_them() {
    let world = world().await;
    let mut form = world.call_for("Paiement de a@b.fr 14/12/2022 13:13:45", 4200, "CB");
    let wanted = "Mt:M;Ref:R;Heure:Q;Ip:I;Pays:Y;Sorte:c;Signature:K";
    put(&mut form, "PBX_RETOUR", wanted);
    let card = world.open(form).await;
    let threeds = world.card(&card, "1111222233334444").await;
    world.confirm(&threeds).await;
    let message = &world.notified()[0];
    assert_eq!(
        written(message, "Ref").as_deref(),
        Some("Paiement%20de%20a@b.fr%2014/12/2022%2013:13:45")
    );
    let time = written(message, "Heure").unwrap();
    let parts: Vec<_> = time.split("%3A").collect();
    assert!(
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok()),
        "{time}"
    );
    assert_eq!(written(message, "Ip").as_deref(), Some("FRA"));
    assert_eq!(written(message, "Sorte").as_deref(), Some("C"));
    assert!(openssl_verifies(&world, message));
}

#[tokio::test]
async fn a_page_that_is_left_tells_its_payment_type_and_an_empty_number() {
    let world = world().await;
    for (card, payment) in [("", "3DSECURE"), ("CB", "CARTE"), ("SODEXO", "LIMONETIK")] {
        let mut form = if card.is_empty() {
            world.call("CMD 7", 900)
        } else {
            world.call_for("CMD 7", 900, card)
        };
        // What the client of a signed return of 2022 asked for.
        let wanted = "amount:M;paymentId:R;transactionId:T;authorizationId:A;cardType:P;\
                      cardNumber:N;cardExpiration:D;error:E;payboxRef:S;Signature:K;";
        put(&mut form, "PBX_RETOUR", wanted);
        let page = world.open(form).await;
        let (session, _) = page.rsplit_once('/').unwrap();
        let query = returned(
            &world.act(&format!("{session}/annuler"), &[]).await,
            "annule",
        );
        let names: Vec<_> = query
            .split('&')
            .filter_map(|pair| Some(pair.split_once('=')?.0))
            .collect();
        let expected = [
            "issue",
            "amount",
            "paymentId",
            "transactionId",
            "cardType",
            "cardNumber",
            "error",
            "payboxRef",
            "Signature",
        ];
        assert_eq!(names, expected, "{card}");
        assert_eq!(written(&query, "cardType").as_deref(), Some(payment));
        assert_eq!(written(&query, "cardNumber").as_deref(), Some(""));
        assert!(openssl_verifies(&world, &query));
    }
}

#[tokio::test]
async fn the_page_of_choice_leads_to_cv_connect_and_its_complement() {
    let world = world().await;
    let choice = world.open(world.call("CMD7", 5000)).await;
    assert!(choice.ends_with("/choix"));
    for method in ["card", "apetiz", "sodexo", "upchequdej", "cvconnect"] {
        let id = format!("data-testid=\"method-{method}\"");
        assert!(world.page(&choice).await.contains(&id), "{method}");
    }
    let login = world.act(&choice, &[("method", "cvconnect")]).await;
    let challenge = world.act(&login, &[("identifier", "90000000000")]).await;
    assert_eq!(
        world.act(&challenge, &[("code", "000000")]).await,
        challenge
    );
    let amount = world.act(&challenge, &[("code", "123456")]).await;
    assert_eq!(world.act(&amount, &[("amount", "51")]).await, amount);
    let complement = world.act(&amount, &[("amount", "20,50")]).await;
    let threeds = world.card(&complement, "1111222233334444").await;
    assert!(world.confirm(&threeds).await.ends_with("/ticket"));
    let amounts: Vec<_> = world
        .notified()
        .iter()
        .map(|m| field(m, "Mt").unwrap())
        .collect();
    assert_eq!(amounts, ["2050", "2950"]);
}

#[tokio::test]
async fn a_pending_answer_becomes_final_with_the_same_number() {
    let world = world().await;
    let card = world.open(world.call_for("CMD8", 1000, "CB")).await;
    let threeds = world.card(&card, "1111222233339999").await;
    returned(&world.confirm(&threeds).await, "attente");
    let number = world.books().await[0]["numtrans"].clone();
    let path = format!("/sandbox/api/transactions/{number}/final");
    world
        .post_api(&path, serde_json::json!({ "code": "00000" }))
        .await;
    let notified = world.notified();
    assert_eq!(field(&notified[0], "Erreur").as_deref(), Some("99999"));
    assert_eq!(field(&notified[1], "Erreur").as_deref(), Some("00000"));
    assert_eq!(field(&notified[0], "Trans"), field(&notified[1], "Trans"));
}

async fn timed_out(world: &World, reference: &str, display: &str) -> String {
    let mut form = world.call_for(reference, 1000, "CB");
    put(&mut form, "PBX_DISPLAY", display);
    world.open(form).await
}

#[tokio::test]
async fn the_page_has_a_time() {
    let world = world().await;
    let card = timed_out(&world, "CMD9", "001").await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let answer = world.client.get(world.url(&card)).send().await.unwrap();
    let query = returned(&common::location(&answer), "non");
    assert_eq!(field(&query, "Erreur").as_deref(), Some("00030"));
    let card = timed_out(&world, "CMD10", "900").await;
    returned(&world.card(&card, "1111222233330030").await, "non");
}

#[tokio::test]
async fn authorise_only_and_post() {
    let world = world().await;
    let mut form = world.call_for("CMD11", 1000, "CB");
    put(&mut form, "PBX_AUTOSEULE", "O");
    put(&mut form, "PBX_RUF1", "POST");
    let card = world.open(form).await;
    returned(&world.card(&card, "1111222233330000").await, "ok");
    assert_eq!(world.books().await[0]["status"], "Autorisé");
    let caught = world.caught.lock().unwrap().clone();
    assert_eq!(caught[0].0, "POST");
    assert!(openssl_verifies(&world, &caught[0].1));
}

#[tokio::test]
async fn a_number_that_is_no_test_number_is_never_booked() {
    let world = world().await;
    let card = world.open(world.call_for("CMD12", 1000, "CB")).await;
    assert_eq!(world.card(&card, "4970100000000154").await, card);
    let html = world.page(&card).await;
    assert!(!html.contains("4970100000000154"));
    assert!(world.books().await.is_empty());
}

#[tokio::test]
async fn a_paid_reference_is_not_paid_again() {
    let world = world().await;
    let card = world.open(world.call_for("CMD13", 1000, "CB")).await;
    world.card(&card, "1111222233330000").await;
    let answer = world
        .send(&common::seal(world.call_for("CMD13", 1000, "CB")))
        .await;
    assert_eq!(answer.status(), 409);
    let html = answer.text().await.unwrap();
    assert!(html.contains("00015") && html.contains("already-paid"));
}

#[tokio::test]
async fn every_page_says_that_it_is_a_sandbox() {
    let world = world().await;
    let pages = ["/sandbox", "/php/", "/php/p/none/carte"];
    let card = world.open(world.call_for("CMD14", 1000, "CB")).await;
    for path in pages.into_iter().chain([card.as_str()]) {
        let answer = world.client.get(world.url(path)).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            !policy.contains("form-action"),
            "the way back is a redirect of a form"
        );
        assert!(
            answer.text().await.unwrap().contains("sandbox-banner"),
            "{path}"
        );
    }
}
