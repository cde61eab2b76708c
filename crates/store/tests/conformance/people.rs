//! The desk's people.

use guichet_domain::desk::Role;
use guichet_store::{DeskAct, DeskDeed, DeskLogin, DeskPerson, People, StoreError};

use super::books::refused;
use super::fixtures::*;

fn person(name: &str, password: &str) -> DeskPerson {
    DeskPerson {
        name: name.into(),
        password: password.into(),
        role: Role::Look,
        created_at: 1000,
        disabled_at: None,
    }
}

fn act(name: &str, act: DeskDeed, happened_at: i64) -> DeskAct {
    DeskAct {
        happened_at,
        person: name.into(),
        act,
        origin: "192.0.2.1".into(),
    }
}

/// One of the writes, about the person of that number.
pub(crate) async fn write(store: &dyn People, what: &str, seed: u8) -> Result<(), StoreError> {
    let name = format!("person{seed}");
    match what {
        "add_person" => {
            let added = act(&name, DeskDeed::Added, 1000);
            store.add_person(&person(&name, "hash"), &added).await?;
        }
        "begin_login" => {
            let begun = act(&name, DeskDeed::LoggedIn, 1100);
            assert!(store.begin_login(&[seed], "hash", &begun).await?);
        }
        "begin_second" => {
            let begun = act(&name, DeskDeed::LoggedIn, 1110);
            assert!(store.begin_login(&[seed, 2], "hash", &begun).await?);
        }
        "use_login" => store.use_login(&[seed], 1200).await?,
        "end_login" => {
            let out = act(&name, DeskDeed::LoggedOut, 1250);
            store.end_login(&[seed, 2], &out).await?;
        }
        "change_role" => {
            let changed = act(&name, DeskDeed::RoleChanged, 1260);
            assert!(store.change_role(&Role::All, &changed).await?);
        }
        "add_act" => {
            let refused = act(&name, DeskDeed::Refused, 1270);
            store.add_act(&refused).await?;
        }
        // Who stays logged in.
        "add_colleague" => {
            let name = format!("colleague{seed}");
            let added = act(&name, DeskDeed::Added, 1350);
            store.add_person(&person(&name, "hash"), &added).await?;
        }
        "begin_colleague" => {
            let begun = act(&format!("colleague{seed}"), DeskDeed::LoggedIn, 1400);
            assert!(store.begin_login(&[seed, 1], "hash", &begun).await?);
        }
        _ => {
            let disabled = act(&name, DeskDeed::Disabled, 1300);
            assert!(store.disable_person(&disabled).await?);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_login_is_of_a_person_who_may_and_ends_with_the_password_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let begin = async |digest: &'static [u8], name: &str, password: &str, now| {
        let act = act(name, DeskDeed::LoggedIn, now);
        store.begin_login(digest, password, &act).await.unwrap()
    };
    let add = async |name: &str, password: &str| {
        let added = act(name, DeskDeed::Added, 1000);
        store.add_person(&person(name, password), &added).await
    };
    assert!(!begin(b"a", "amelie", "one", 1000).await, "nobody");
    add("amelie", "one").await.unwrap();
    add("benoit", "other").await.unwrap();
    assert!(
        !begin(b"a", "amelie", "two", 1000).await,
        "not the password"
    );
    assert!(begin(b"a", "amelie", "one", 1000).await);
    assert!(begin(b"b", "benoit", "other", 1000).await);
    store.use_login(b"a", 1070).await.unwrap();
    let login = DeskLogin {
        person: "amelie".into(),
        role: Role::Look,
        began_at: 1000,
        seen_at: 1070,
    };
    assert_eq!(store.login(b"a").await.unwrap(), Some(login));
    // A new password ends what the old one began, and nobody else's.
    add("amelie", "two").await.unwrap();
    assert_eq!(store.login(b"a").await.unwrap(), None);
    assert!(!begin(b"a", "amelie", "one", 1100).await);
    assert!(begin(b"a", "amelie", "two", 1100).await);
    assert!(store.login(b"b").await.unwrap().is_some());
    // Nor may who is disabled, until they are given a new one.
    let disabled = act("amelie", DeskDeed::Disabled, 1200);
    assert!(store.disable_person(&disabled).await.unwrap());
    assert!(!store.disable_person(&disabled).await.unwrap());
    assert_eq!(store.login(b"a").await.unwrap(), None);
    assert!(!begin(b"a", "amelie", "two", 1300).await);
    add("amelie", "three").await.unwrap();
    assert!(begin(b"a", "amelie", "three", 1300).await);
    // One that nobody ended is forgotten.
    assert!(begin(b"c", "benoit", "other", 1_000_000).await);
    assert_eq!(store.login(b"b").await.unwrap(), None);
}

#[tokio::test]
async fn a_role_is_kept_with_its_limits_and_another_one_ends_what_was_begun_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let begin = async |digest: &'static [u8], name: &str| {
        let act = act(name, DeskDeed::LoggedIn, 1000);
        store.begin_login(digest, "one", &act).await.unwrap()
    };
    let refund = || Role::Refund("EUR=500.00 XPF=7".parse().unwrap());
    for name in ["amelie", "benoit"] {
        let added = DeskPerson {
            role: refund(),
            ..person(name, "one")
        };
        let act = act(name, DeskDeed::Added, 1000);
        store.add_person(&added, &act).await.unwrap();
        let kept = store.person(name).await.unwrap();
        assert_eq!(kept, Some(added));
    }
    assert_eq!(store.person("camille").await.unwrap(), None);
    assert!(begin(b"a", "amelie").await && begin(b"b", "benoit").await);
    assert_eq!(store.login(b"a").await.unwrap().unwrap().role, refund());
    let change = async |name: &str, role: Role| {
        let changed = act(name, DeskDeed::RoleChanged, 1100);
        store.change_role(&role, &changed).await.unwrap()
    };
    assert!(change("amelie", Role::All).await);
    assert!(!change("camille", Role::All).await, "nobody");
    assert_eq!(store.login(b"a").await.unwrap(), None);
    assert!(store.login(b"b").await.unwrap().is_some());
    assert!(begin(b"a", "amelie").await);
    assert_eq!(store.login(b"a").await.unwrap().unwrap().role, Role::All);
    let told = store.acts(2).await.unwrap();
    assert_eq!(told[1].act, DeskDeed::RoleChanged);
}

#[tokio::test]
async fn acts_are_told_newest_first_and_nobody_changes_or_takes_away_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for what in ["add_person", "begin_login"] {
        write(&store, what, 1).await.unwrap();
    }
    let unknown = act("nobody", DeskDeed::Refused, 1150);
    store.add_act(&unknown).await.unwrap();
    let out = act("person1", DeskDeed::LoggedOut, 1200);
    store.end_login(&[1], &out).await.unwrap();
    store.end_login(&[1], &out).await.unwrap();
    let told = store.acts(10).await.unwrap();
    let deeds: Vec<_> = told.iter().map(|act| act.act).collect();
    let [added, logged_in] = [DeskDeed::Added, DeskDeed::LoggedIn];
    assert_eq!(deeds, [out.act, unknown.act, logged_in, added]);
    assert_eq!(store.acts(1).await.unwrap(), [out]);
    store.close().await;
    for statement in [
        "UPDATE desk_acts SET person = 'another'",
        "DELETE FROM desk_acts",
    ] {
        let refused = refused(&folder, statement).await;
        assert!(refused.contains("only ever added"), "{refused}");
    }
}
