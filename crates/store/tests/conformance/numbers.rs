//! Numbers that are drawn once in a day.

use super::fixtures::*;

#[tokio::test]
async fn numbers_are_never_drawn_twice_in_a_day_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        1
    );
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        2
    );
    assert_eq!(
        store.next_number("up2pay/2", "2026-01-01").await.unwrap(),
        1
    );
    store.close().await;
    let store = self::open(&folder).await;
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-01").await.unwrap(),
        3
    );
    assert_eq!(
        store.next_number("up2pay/1", "2026-01-02").await.unwrap(),
        1
    );
}

#[tokio::test]
async fn numbers_of_questions_are_never_drawn_twice_in_a_day_even_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let store = open(&folder).await;
        for _ in 0..100 {
            let number = store.question_number("up2pay/1", "2026-01-01").await;
            let number = number.unwrap();
            assert!(number > 0 && drawn.insert(number), "{number} again");
        }
        let other = store.question_number("up2pay/2", "2026-01-01").await;
        assert_eq!(other.unwrap() % 32, 1);
        store.close().await;
    }
    let store = open(&folder).await;
    let first = store.question_number("up2pay/1", "2026-01-02").await;
    assert_eq!(first.unwrap(), 1);
}
