//! What saved cards left.

use super::fixtures::*;

#[tokio::test]
async fn the_first_payment_of_a_card_is_kept_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [account, shop, other] = ["sg", "demo", "other"].map(slug);
    let [camille, lea] = ["camille", "lea"].map(|id| ShopperId::try_from(id.to_owned()).unwrap());
    let card = CardName {
        account: &account,
        shop: &shop,
        shopper: &camille,
        card: "1",
    };
    assert_eq!(store.first_payment(&card).await.unwrap(), None);
    store.keep_first_payment(&card, "one", 1000).await.unwrap();
    store.keep_first_payment(&card, "two", 1000).await.unwrap();
    store.close().await;
    let store = self::open(&folder).await;
    let first = store.first_payment(&card).await.unwrap();
    assert_eq!(first.as_deref(), Some("one"), "the first one counts");
    let others = [
        CardName {
            account: &shop,
            ..card
        },
        CardName {
            shop: &other,
            ..card
        },
        CardName {
            shopper: &lea,
            ..card
        },
        CardName { card: "2", ..card },
    ];
    for other in &others {
        assert_eq!(store.first_payment(other).await.unwrap(), None, "{other:?}");
        store.forget_first_payment(other).await.unwrap();
    }
    assert!(store.first_payment(&card).await.unwrap().is_some());
    store.forget_first_payment(&card).await.unwrap();
    assert_eq!(store.first_payment(&card).await.unwrap(), None);
    store
        .keep_first_payment(&card, "three", 1000)
        .await
        .unwrap();
    let first = store.first_payment(&card).await.unwrap();
    assert_eq!(first.as_deref(), Some("three"));
}

#[tokio::test]
async fn what_is_kept_of_an_owners_cards_is_told_the_latest_first_and_of_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [account, shop, other] = ["mo", "demo", "other"].map(slug);
    let [camille, lea] = ["camille", "lea"].map(|id| ShopperId::try_from(id.to_owned()).unwrap());
    let name = |shop, shopper, card| CardName {
        account: &account,
        shop,
        shopper,
        card,
    };
    for (at, card) in [
        (1000, name(&shop, &camille, "1")),
        (3000, name(&shop, &camille, "2")),
        (2000, name(&shop, &lea, "3")),
        (4000, name(&other, &camille, "4")),
    ] {
        store
            .keep_first_payment(&card, card.card, at)
            .await
            .unwrap();
    }
    let cards = async |account, owner| {
        let kept = store.first_payments(account, owner).await.unwrap();
        let told = kept
            .into_iter()
            .map(|own| (own.shop, own.shopper, own.card, own.proof));
        told.map(|(shop, shopper, card, proof)| format!("{shop}/{shopper}/{card}={proof}"))
            .collect::<Vec<_>>()
    };
    let own = cards(&account, Some((&shop, &camille))).await;
    assert_eq!(own, ["demo/camille/2=2", "demo/camille/1=1"]);
    let all = cards(&account, None).await;
    let places = [
        "other/camille/4=4",
        "demo/camille/2=2",
        "demo/lea/3=3",
        "demo/camille/1=1",
    ];
    assert_eq!(all, places);
    assert!(cards(&shop, None).await.is_empty());
    // Renewed, and not made anew where it was forgotten.
    let card = name(&shop, &camille, "1");
    store.renew_first_payment(&card, "new", 5000).await.unwrap();
    let own = cards(&account, Some((&shop, &camille))).await;
    assert_eq!(own, ["demo/camille/2=2", "demo/camille/1=new"]);
    store.forget_first_payment(&card).await.unwrap();
    store.renew_first_payment(&card, "new", 5000).await.unwrap();
    assert_eq!(cards(&account, Some((&shop, &camille))).await.len(), 1);
}

#[tokio::test]
async fn of_a_card_that_pays_again_the_time_is_kept_and_the_first_payment_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let [account, shop] = ["sg", "demo"].map(slug);
    let shopper = ShopperId::try_from("camille".to_owned()).unwrap();
    let card = CardName {
        account: &account,
        shop: &shop,
        shopper: &shopper,
        card: "1",
    };
    for (proof, now) in [("one", 1000), ("two", 2000)] {
        store.keep_first_payment(&card, proof, now).await.unwrap();
    }
    let kept = "SELECT proof || ' ' || created_at || ' ' || used_at FROM first_payments";
    assert_eq!(told(&folder, kept).await, ["one 1000 2000"]);
}
