//! Notices: written with the event, sent in order, kept until they are delivered.

use guichet_domain::notice::NoticeKind;
use guichet_store::{
    Endpoint, Followed, Outbox as _, OutgoingNotice, Replay, SENDING_SECONDS, Sent,
};

use super::books::damage;
use super::fixtures::*;

const DAY: i64 = 24 * 3600;
const EACH: u32 = 8;

async fn open_with_endpoint(folder: &tempfile::TempDir) -> Books {
    let store = open(folder).await;
    let endpoint = (slug("demo"), "https://shop.example/hook".to_owned());
    store.set_endpoints(&[endpoint], 1000).await.unwrap();
    store
}

async fn take(store: &Books, now: i64) -> Vec<OutgoingNotice> {
    store.take_notices(now, 100, EACH).await.unwrap()
}

fn kinds(notices: &[OutgoingNotice]) -> Vec<&'static str> {
    notices.iter().map(|notice| notice.kind.as_str()).collect()
}

async fn deliver(store: &Books, notice: &OutgoingNotice, now: i64) {
    let followed = store.record_sent(notice, &Sent::Delivered, now).await;
    assert_eq!(followed.unwrap(), Followed::Nothing);
}

async fn fail(store: &Books, notice: &OutgoingNotice, now: i64, pause: i64) -> Followed {
    let sent = Sent::Failed {
        why: "503".into(),
        next_try_at: now + pause,
    };
    store.record_sent(notice, &sent, now).await.unwrap()
}

async fn endpoint(store: &Books) -> Endpoint {
    store.endpoints().await.unwrap().remove(0)
}

/// A session that is paid.
async fn paid(store: &Books, seed: u8) -> Session {
    let session = add_session(store, seed).await;
    pay(store, &add(store, &session, seed).await, &seed.to_string()).await;
    session
}

/// Two notices of one session: it is paid, and then paid again.
async fn paid_twice(store: &Books, seed: u8) -> Session {
    let session = add_session(store, seed).await;
    let (one, two) = (
        add(store, &session, seed).await,
        add(store, &session, seed + 100).await,
    );
    pay(store, &one, &format!("{seed}1")).await;
    pay(store, &two, &format!("{seed}2")).await;
    session
}

#[tokio::test]
async fn a_notice_is_there_with_its_event_once_and_only_where_the_shop_has_an_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    paid(&store, 1).await;
    let endpoint = (slug("demo"), "https://shop.example/hook".to_owned());
    store.set_endpoints(&[endpoint], 1000).await.unwrap();
    assert!(
        take(&store, 2000).await.is_empty(),
        "it had no endpoint then"
    );

    let session = add_session(&store, 2).await;
    let made = add(&store, &session, 2).await;
    pay(&store, &made, "2").await;
    // What comes after tells of it no more.
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&made.id, &passed, Source::Clock, 1200);
    hint.await.unwrap();
    let taken = take(&store, 2000).await;
    assert_eq!(kinds(&taken), ["session.paid"]);
    let notice = &taken[0];
    let digits = session.id.as_str().strip_prefix("cs_").unwrap();
    assert_eq!(notice.id, format!("msg_{digits}_1"));
    assert_eq!(
        (notice.kind, notice.place, notice.tries),
        (NoticeKind::SessionPaid, 1, 1)
    );
    assert_eq!(
        (&notice.content.session, notice.created_at),
        (&session.id, 1100)
    );
    assert_eq!(notice.content.payment.as_ref().unwrap().id, made.id);
}

#[tokio::test]
async fn what_was_taken_is_left_to_who_took_it_and_due_again_after_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    paid_twice(&store, 1).await;
    let taken = take(&store, 2000).await;
    assert_eq!(
        kinds(&taken),
        ["session.paid"],
        "the second goes after the first"
    );
    assert!(take(&store, 2000 + SENDING_SECONDS - 1).await.is_empty());
    let then = 2000 + SENDING_SECONDS;
    let again = take(&store, then).await;
    assert_eq!((&again[0].id, again[0].tries), (&taken[0].id, 2));
    deliver(&store, &again[0], then).await;
    let next = take(&store, then).await;
    assert_eq!((kinds(&next), next[0].place), (vec!["session.surplus"], 2));
    deliver(&store, &next[0], then).await;
    assert!(
        take(&store, 9_000_000).await.is_empty(),
        "what was delivered is not sent again"
    );
}

#[tokio::test]
async fn an_earlier_notice_that_fails_again_and_again_holds_up_no_later_one_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    paid_twice(&store, 1).await;
    let mut now = 2000;
    for tries in 1..=6 {
        let taken = take(&store, now).await;
        assert_eq!(
            (kinds(&taken), taken[0].tries),
            (vec!["session.paid"], tries)
        );
        fail(&store, &taken[0], now, 60).await;
        now += if tries < 6 { 60 } else { 1 };
    }
    assert_eq!(kinds(&take(&store, now).await), ["session.surplus"]);
}

#[tokio::test]
async fn at_most_so_many_of_one_shop_are_under_way_and_another_shops_have_room_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let endpoints = ["demo", "other"].map(|shop| (slug(shop), "https://s.example/".to_owned()));
    store.set_endpoints(&endpoints, 1000).await.unwrap();
    for seed in 1..=12 {
        paid(&store, seed).await;
    }
    let mut other = session(20);
    other.shop = slug("other");
    let kept = store
        .add_session(&mut other, &secret(20), &mark("s20", "b"))
        .await;
    assert_eq!(kept.unwrap(), Kept::New);
    pay(&store, &add(&store, &other, 20).await, "20").await;

    let shops = |taken: &[OutgoingNotice], shop: &str| {
        taken
            .iter()
            .filter(|notice| notice.shop == slug(shop))
            .count()
    };
    let first = take(&store, 2000).await;
    assert_eq!((shops(&first, "demo"), shops(&first, "other")), (8, 1));
    assert!(take(&store, 2000).await.is_empty());
    deliver(
        &store,
        first.iter().find(|n| n.shop == slug("demo")).unwrap(),
        2001,
    )
    .await;
    let next = take(&store, 2001).await;
    assert_eq!((shops(&next, "demo"), next.len()), (1, 1));
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_for_three_days_is_disabled_and_keeps_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    paid_twice(&store, 1).await;
    let start = 10_000;
    let first = take(&store, start).await;
    assert_eq!(fail(&store, &first[0], start, DAY).await, Followed::Nothing);
    assert_eq!(endpoint(&store).await.failing_since, Some(start));
    let again = take(&store, start + 3 * DAY - 1).await;
    assert_eq!(
        fail(&store, &again[0], start + 3 * DAY - 1, 1).await,
        Followed::Nothing
    );
    let last = take(&store, start + 3 * DAY).await;
    let followed = fail(&store, &last[0], start + 3 * DAY, DAY).await;
    assert!(matches!(followed, Followed::Disabled(_)), "{followed:?}");
    let told = endpoint(&store).await;
    assert_eq!(
        (told.disabled_at, told.waiting, told.given_up),
        (Some(start + 3 * DAY), 2, 0)
    );
    assert!(take(&store, start + 9 * DAY).await.is_empty());

    // Enabled, it is sent all that waited, in order.
    let now = start + 9 * DAY;
    assert!(
        store
            .enable_endpoint(&slug("demo"), true, now)
            .await
            .unwrap()
    );
    assert!(
        !store
            .enable_endpoint(&slug("nobody"), true, now)
            .await
            .unwrap()
    );
    let taken = take(&store, now).await;
    assert_eq!(kinds(&taken)[0], "session.paid");
    // It is tried for three days anew.
    assert_eq!(fail(&store, &taken[0], now, 5).await, Followed::Nothing);
    let taken = take(&store, now + 5).await;
    deliver(&store, &taken[0], now + 5).await;
    assert_eq!(endpoint(&store).await.failing_since, None);
}

#[tokio::test]
async fn an_endpoint_that_wants_no_more_is_disabled_and_a_new_address_is_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    let session = paid_twice(&store, 1).await;
    let taken = take(&store, 2000).await;
    let followed = store
        .record_sent(&taken[0], &Sent::Gone, 2000)
        .await
        .unwrap();
    assert!(matches!(followed, Followed::Disabled(_)), "{followed:?}");
    assert!(take(&store, 2000 + DAY).await.is_empty());
    // The same address is still disabled after a start.
    for (url, due) in [
        ("https://shop.example/hook", 0),
        ("https://shop.example/new", 1),
    ] {
        let endpoint = (slug("demo"), url.to_owned());
        store.set_endpoints(&[endpoint], 1000).await.unwrap();
        let taken = take(&store, 2000 + DAY).await;
        assert_eq!(taken.len(), due, "{url}");
        assert!(
            taken
                .iter()
                .all(|notice| notice.content.session == session.id)
        );
    }
}

#[tokio::test]
async fn once_an_endpoint_works_again_all_that_waits_is_due_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    for seed in 1..=5 {
        paid(&store, seed).await;
    }
    for notice in take(&store, 2000).await {
        fail(&store, &notice, 2000, 5000 - notice.seq * 100).await;
    }
    let first = take(&store, 2000 + 4500).await;
    assert_eq!(first.len(), 1);
    deliver(&store, &first[0], 6501).await;
    let rest = take(&store, 6501).await;
    let seqs: Vec<_> = rest.iter().map(|notice| notice.seq).collect();
    assert_eq!((seqs.len(), seqs.is_sorted()), (4, true), "{seqs:?}");
}

#[tokio::test]
async fn a_notice_that_alone_is_not_taken_is_given_up_after_three_days_and_can_be_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    for seed in [1, 2] {
        paid(&store, seed).await;
    }
    let both = take(&store, 10_000).await;
    fail(&store, &both[0], 10_000, 3 * DAY).await;
    deliver(&store, &both[1], 10_001).await;
    let last = take(&store, 10_000 + 3 * DAY).await;
    assert_eq!(last[0].id, both[0].id);
    let followed = fail(&store, &last[0], 10_000 + 3 * DAY, 60).await;
    assert_eq!(followed, Followed::GivenUp);
    assert_eq!(
        (
            endpoint(&store).await.given_up,
            endpoint(&store).await.waiting
        ),
        (1, 0)
    );
    let listed = store.notices(Some(&slug("demo")), 10).await.unwrap();
    assert_eq!((&listed[0].id, listed[0].delivered_at), (&both[0].id, None));
    assert_eq!(listed[0].last_answer.as_deref(), Some("503"));

    let now = 10_000 + 4 * DAY;
    let again = store.replay_notices(Replay::One(&both[0].id), now).await;
    assert_eq!(again.unwrap(), 1);
    let none = store.replay_notices(Replay::One("msg_none"), now).await;
    assert_eq!(none.unwrap(), 0);
    let taken = take(&store, now).await;
    assert_eq!((&taken[0].id, taken[0].tries), (&both[0].id, 1));
    deliver(&store, &taken[0], now).await;
    let demo = slug("demo");
    let all = store.replay_notices(Replay::Since(&demo, 1000), now).await;
    assert_eq!(all.unwrap(), 2);
    let late = store.replay_notices(Replay::Since(&demo, 1101), now).await;
    assert_eq!(late.unwrap(), 0, "they became true at 1100");
}

#[tokio::test]
async fn a_session_that_nothing_can_pay_any_more_is_told_expired_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    // One that nobody began to pay, one whose page is still open, one that is paid, one that the
    // shop closes.
    let fresh = add_session(&store, 1).await;
    let open = add_session(&store, 2).await;
    let sent = add(&store, &open, 2).await;
    paid(&store, 3).await;
    let closed = add_session(&store, 4).await;
    assert_eq!(
        store.expire_session(&closed.id, 1300).await.unwrap(),
        Closed::Done
    );
    assert_eq!(
        store.expire_session(&closed.id, 1400).await.unwrap(),
        Closed::Done
    );
    // Those that are due, delivered at once; of which sessions it is told that they expired.
    let expired = async |now| {
        let mut expired = Vec::new();
        for notice in take(&store, now).await {
            deliver(&store, &notice, now).await;
            if notice.kind == NoticeKind::SessionExpired {
                expired.push((notice.content.session, notice.created_at));
            }
        }
        expired
    };
    assert_eq!(expired(1400).await, [(closed.id, 1300)]);
    assert!(store.due_expiries(1999, 10).await.unwrap().is_empty());
    let due = store.due_expiries(2000, 10).await.unwrap();
    assert_eq!(due, [fresh.id.clone(), open.id.clone()]);
    store.record_expiries(&due, 2000).await.unwrap();
    assert!(store.due_expiries(2000, 10).await.unwrap().is_empty());
    assert_eq!(expired(2000).await, [(fresh.id, 2000)]);
    // The other one once its page is over for sure.
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&sent.id, &passed, Source::Clock, 2100);
    hint.await.unwrap();
    assert_eq!(expired(2100).await, [(open.id, 2100)]);
}

#[tokio::test]
async fn a_payment_that_goes_on_ends_with_its_session_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    let session = add_session(&store, 1).await;
    let made = begin(&store, &session, 1, Stage::Talking).await;
    let due = store.due_expiries(2000, 10).await.unwrap();
    store.record_expiries(&due, 2000).await.unwrap();
    assert!(take(&store, 2000).await.is_empty(), "it may take money");
    let passed = PaymentEvent::DeadlinePassed;
    let hint = store.record_hint(&made.id, &passed, Source::Clock, 2000);
    hint.await.unwrap();
    let over = Advance::new(Stage::Talking, Stage::Over);
    assert!(store.advance(&made.id, &over, 2200).await.unwrap());
    let first = take(&store, 2200).await;
    assert_eq!(first[0].content.attention, Some(Attention::StillPending));
    deliver(&store, &first[0], 2200).await;
    let taken = take(&store, 2200).await;
    let last = taken.last().unwrap();
    assert_eq!(
        (last.kind, last.created_at),
        (NoticeKind::SessionExpired, 2200),
        "{taken:?}"
    );
}

#[tokio::test]
async fn the_other_session_of_a_paid_order_that_holds_a_part_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    let [one, other] = sessions_of_one_order(&store, |_| ()).await;
    let held = add(&store, &one, 1).await;
    let part = fact(&held, "1", PartKind::Voucher, 1200);
    store
        .record_fact(&part, Source::Query, None, 1100)
        .await
        .unwrap();
    pay(&store, &add(&store, &other, 2).await, "2").await;
    let taken = take(&store, 2000).await;
    let mut told: Vec<_> = taken
        .iter()
        .map(|notice| {
            (
                notice.kind.as_str(),
                &notice.content.session,
                notice.content.attention,
            )
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            ("session.attention", &one.id, Some(Attention::PartHeld)),
            ("session.paid", &other.id, None),
        ]
    );
}

#[tokio::test]
async fn a_clock_that_was_ahead_leaves_no_notice_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    paid(&store, 1).await;
    let taken = take(&store, 900 * DAY).await;
    fail(&store, &taken[0], 900 * DAY, 60).await;
    store.bound_waits(2000, 3600).await.unwrap();
    assert_eq!(take(&store, 2000 + DAY).await.len(), 1);
}

#[tokio::test]
async fn an_expired_session_that_can_not_be_read_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    let (bad, good) = (add_session(&store, 1).await, add_session(&store, 2).await);
    let spoil = "UPDATE sessions SET body = '{}' WHERE reference LIKE '%-1'";
    damage(&folder, &[spoil]).await;
    let due = store.due_expiries(2000, 10).await.unwrap();
    assert_eq!(due, [bad.id, good.id.clone()]);
    store.record_expiries(&due, 2000).await.unwrap();
    assert!(store.due_expiries(2000, 10).await.unwrap().is_empty());
    let taken = take(&store, 2000).await;
    assert_eq!(kinds(&taken), ["session.expired"]);
    assert_eq!(taken[0].content.session, good.id);
}

#[tokio::test]
async fn what_a_server_that_is_down_for_a_day_missed_it_is_told_once_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_with_endpoint(&folder).await;
    let start = 10_000;
    // An hour apart, all day: two notices of each session.
    let mut sessions = Vec::new();
    let mut now = start;
    while now < start + DAY {
        if (now - start) % 3600 == 0 {
            let seed = u8::try_from(sessions.len() + 1).unwrap();
            sessions.push(paid_twice(&store, seed).await);
        }
        for notice in take(&store, now).await {
            // As the backend does: seconds at first, hours in the end.
            let pause = (5_i64 << notice.tries.min(13)).min(8 * 3600);
            let followed = fail(&store, &notice, now, pause).await;
            assert_eq!(followed, Followed::Nothing, "it is given up by nobody");
        }
        now += 60;
    }
    let told = endpoint(&store).await;
    let all = u64::try_from(2 * sessions.len()).unwrap();
    assert_eq!((sessions.len(), told.disabled_at), (24, None));
    assert_eq!((told.waiting, told.given_up), (all, 0));
    // It is back. The first that it takes brings all the others.
    let back = now;
    let mut taken: Vec<OutgoingNotice> = Vec::new();
    while endpoint(&store).await.waiting > 0 {
        for notice in take(&store, now).await {
            deliver(&store, &notice, now).await;
            taken.push(notice);
        }
        now += 60;
        assert!(now < back + 9 * 3600, "not longer than the longest pause");
    }
    let mut ids: Vec<_> = taken.iter().map(|notice| &notice.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), taken.len()), (48, 48), "each once");
    for session in &sessions {
        let own = taken.iter().filter(|n| n.content.session == session.id);
        let mut own: Vec<_> = own.map(|notice| notice.kind.as_str()).collect();
        // By then the earlier one had failed six times, and holds up no later one.
        own.sort_unstable();
        assert_eq!(own, ["session.paid", "session.surplus"]);
    }
}
