//! Deeds that wait for a second person: one decides, in time, and never who asked.

use guichet_domain::desk::{Act, Role};
use guichet_store::{
    Approval, Asking, Decided, Deed, DeedLimit, DeskAct, DeskDeed, People, Second, StoreError,
    Written,
};

use super::books::refused;
use super::fixtures::*;
use super::people::person;

fn ask_for(person: &str, key: &str, minor: u64) -> Deed {
    Deed {
        key: key.into(),
        happened_at: 1300,
        person: person.into(),
        origin: "192.0.2.1".into(),
        act: Act::Refund,
        subject: "pay_1".into(),
        amount: Some((minor, Currency::EUR)),
        reason: "broken glass".into(),
    }
}

const ASKING: Asking = Asking {
    gives_up: 0,
    seen: 3,
    expires_at: 2000,
};

async fn add_people(store: &dyn People, names: &[&str]) {
    for name in names {
        let added = act(name, DeskDeed::Added);
        let mut person = person(name, "hash");
        person.role = Role::All;
        store.add_person(&person, None, &added).await.unwrap();
    }
}

fn act(name: &str, act: DeskDeed) -> DeskAct {
    DeskAct {
        happened_at: 1000,
        person: name.into(),
        act,
        origin: String::new(),
    }
}

async fn ask(store: &dyn People, deed: &Deed) {
    let written = store.ask_approval(deed, None, &ASKING).await.unwrap();
    assert_eq!(written, Written::New);
}

/// What that person decides at that second, with a form of its own.
async fn decide(store: &dyn People, who: &str, (key, approve): (&str, bool), now: i64) -> Decided {
    let act = if approve { Act::Approve } else { Act::Decline };
    let deed = Deed {
        key: format!("{who} {approve} {key} {now}"),
        happened_at: now,
        person: who.into(),
        act,
        subject: key.into(),
        amount: None,
        ..ask_for(who, "", 0)
    };
    store.decide_approval(key, approve, &deed).await.unwrap()
}

async fn waiting(store: &dyn People, now: i64) -> Vec<String> {
    let all = store.approvals(now, 10).await.unwrap().into_iter();
    all.map(|one| one.asked.deed.key).collect()
}

async fn undone(store: &dyn People, key: &str) -> Option<String> {
    store.approval(key).await.unwrap().unwrap().asked.undone
}

/// One of the writes, of the people of that number.
pub(crate) async fn write(store: &dyn People, what: &str, seed: u8) -> Result<(), StoreError> {
    let (who, key) = (format!("person{seed}"), format!("asked{seed}"));
    match what {
        "ask_approval" => {
            // Of a payment of its own: what is asked for of the same takes its place.
            let deed = Deed {
                subject: format!("pay_{seed}"),
                ..ask_for(&who, &key, 700)
            };
            let written = store.ask_approval(&deed, None, &ASKING).await?;
            assert!(matches!(written, Written::New | Written::Before(None)));
        }
        _ => {
            let deed = Deed {
                act: Act::Decline,
                subject: key.clone(),
                amount: None,
                ..ask_for(&who, &format!("decline{seed}"), 0)
            };
            let decided = store.decide_approval(&key, false, &deed).await?;
            assert_eq!(decided, Decided::So);
        }
    }
    Ok(())
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_does_and_never_who_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store, &["amelie", "benoit", "chloe"]).await;
    let deed = ask_for("amelie", "a", 700);
    ask(&store, &deed).await;
    assert_eq!(waiting(&store, 1300).await, ["a"]);
    assert_eq!(
        decide(&store, "amelie", ("a", true), 1310).await,
        Decided::Own
    );
    let (b, c) = tokio::join!(
        decide(&store, "benoit", ("a", true), 1320),
        decide(&store, "chloe", ("a", false), 1320)
    );
    let (who, approved, other) = match b {
        Decided::So => ("benoit", true, c),
        _ => {
            assert_eq!(c, Decided::So);
            ("chloe", false, b)
        }
    };
    let second = Second {
        person: who.into(),
        at: 1320,
        approved,
    };
    assert_eq!(other, Decided::By(second.clone()));
    // The same form again tells the same, to both.
    assert_eq!(
        decide(&store, who, ("a", approved), 1320).await,
        Decided::So
    );
    let late = if approved { "chloe" } else { "benoit" };
    let again = decide(&store, late, ("a", !approved), 1320).await;
    assert_eq!(again, Decided::By(second.clone()));
    let Approval { asked, asking } = store.approval("a").await.unwrap().unwrap();
    assert_eq!(
        (asked.deed, asked.second, asking),
        (deed, Some(second), ASKING)
    );
    assert_eq!(asked.undone.is_some(), !approved);
    assert!(waiting(&store, 1320).await.is_empty());
    // Both names are in what was done.
    let told = store.deeds(None, 10).await.unwrap();
    let of_it = told.iter().find(|one| one.deed.key == "a").unwrap();
    assert_eq!(of_it.second.as_ref().unwrap().person, who);
    assert_eq!(told.iter().filter(|one| one.deed.subject == "a").count(), 3);
}

#[tokio::test]
async fn what_was_asked_for_ends_with_its_time_and_with_what_is_asked_for_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store, &["amelie", "benoit"]).await;
    ask(&store, &ask_for("amelie", "a", 700)).await;
    // Another amount of the same, by whomever.
    ask(&store, &ask_for("amelie", "b", 701)).await;
    assert_eq!(waiting(&store, 1300).await, ["b"]);
    assert!(undone(&store, "a").await.unwrap().contains("in its place"));
    assert_eq!(
        decide(&store, "benoit", ("a", true), 1310).await,
        Decided::Gone
    );
    // Of another payment it is another thing.
    let other = Deed {
        subject: "pay_2".into(),
        ..ask_for("amelie", "c", 700)
    };
    ask(&store, &other).await;
    assert_eq!(waiting(&store, 1999).await, ["b", "c"]);
    assert!(waiting(&store, 2000).await.is_empty());
    assert_eq!(
        decide(&store, "benoit", ("b", true), 2000).await,
        Decided::Gone
    );
    store.lapse_approvals(1999).await.unwrap();
    assert_eq!(undone(&store, "b").await, None);
    store.lapse_approvals(2000).await.unwrap();
    store.lapse_approvals(2001).await.unwrap();
    for key in ["b", "c"] {
        assert!(undone(&store, key).await.unwrap().contains("in time"));
    }
    assert_eq!(
        decide(&store, "benoit", ("none", true), 1310).await,
        Decided::Gone
    );
}

#[tokio::test]
async fn what_waits_counts_for_the_day_of_who_asked_and_nothing_that_came_to_nothing_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store, &["amelie", "benoit"]).await;
    let limit = DeedLimit {
        most: 1000,
        since: 1200,
    };
    let ask = async |key: &str, minor| {
        let deed = ask_for("amelie", key, minor);
        let asked = store.ask_approval(&deed, Some(limit), &ASKING).await;
        asked.unwrap()
    };
    assert_eq!(ask("a", 700).await, Written::New);
    assert_eq!(ask("a", 700).await, Written::Before(None));
    // In its place, and so without it.
    assert_eq!(ask("b", 900).await, Written::New);
    assert_eq!(ask("c", 1001).await, Written::TooMuch(1000));
    assert_eq!(waiting(&store, 1300).await, ["b"]);
    let other = Deed {
        subject: "pay_2".into(),
        ..ask_for("amelie", "d", 200)
    };
    let more = store.write_deed(&other, Some(limit)).await.unwrap();
    assert_eq!(more, Written::TooMuch(100));
    let declined = decide(&store, "benoit", ("b", false), 1310).await;
    assert_eq!(declined, Decided::So);
    let more = store.write_deed(&other, Some(limit)).await.unwrap();
    assert_eq!(more, Written::New);
    // What somebody did alone is what nobody approved.
    let alone = async |subject, but| {
        let of = (subject, Currency::EUR);
        let alone = store.done_alone("amelie", Act::Refund, of, but).await;
        alone.unwrap()
    };
    assert_eq!(
        (alone("pay_1", "").await, alone("pay_2", "").await),
        (0, 200)
    );
    assert_eq!(alone("pay_2", "d").await, 0);
}

#[tokio::test]
async fn what_somebody_asked_for_who_may_log_in_no_more_is_approved_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store, &["amelie", "benoit"]).await;
    ask(&store, &ask_for("amelie", "a", 700)).await;
    let out = act("amelie", DeskDeed::Disabled);
    assert!(store.disable_person(&out).await.unwrap());
    assert_eq!(
        decide(&store, "benoit", ("a", true), 1310).await,
        Decided::Gone
    );
    store.close().await;
    let refused = refused(&folder, "DELETE FROM desk_deeds").await;
    assert!(refused.contains("only ever added"), "{refused}");
}
