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
