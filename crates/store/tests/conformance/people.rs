//! The desk's people.

use guichet_domain::desk::{Act, Role};
use guichet_domain::money::Currency;
use guichet_store::{
    Deed, DeedLimit, DeskAct, DeskCode, DeskDeed, DeskLogin, DeskPerson, People, StoreError,
    Vouched, Written,
};

use super::books::refused;
use super::fixtures::*;

pub(crate) fn person(name: &str, password: &str) -> DeskPerson {
    DeskPerson {
        name: name.into(),
        password: password.into(),
        role: Role::Look,
        created_at: 1000,
        disabled_at: None,
        code: None,
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

fn refund(name: &str, key: &str, minor: u64) -> Deed {
    Deed {
        key: key.into(),
        happened_at: 1280,
        person: name.into(),
        origin: "192.0.2.1".into(),
        act: Act::Refund,
        subject: "pay_1".into(),
        amount: Some((minor, Currency::EUR)),
        reason: "broken glass".into(),
    }
}

fn limit(most: u64) -> DeedLimit {
    DeedLimit { most, since: 1200 }
}

/// One of the writes, about the person of that number.
pub(crate) async fn write(store: &dyn People, what: &str, seed: u8) -> Result<(), StoreError> {
    let name = format!("person{seed}");
    match what {
        "add_person" => {
            let added = act(&name, DeskDeed::Added, 1000);
            let person = person(&name, "hash");
            assert!(store.add_person(&person, None, &added).await?);
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
        "offer_code" => {
            let salt = store.offer_code(&name, &[seed; 4]).await?;
            assert_eq!(salt, Some(vec![seed; 4]));
        }
        "pass_code" => {
            let passed = act(&name, DeskDeed::CodeSet, 1210);
            let code = DeskCode {
                salt: vec![seed; 4],
                step: Some(40),
            };
            assert!(store.pass_code(&[seed], &code, &passed).await?);
        }
        "prove_login" => {
            let proved = act(&name, DeskDeed::ProvedAgain, 1220);
            assert!(store.prove_login(&[seed], "hash", &proved).await?);
        }
        "reset_code" => {
            let reset = act(&name, DeskDeed::CodeReset, 1300);
            assert!(store.reset_code(&reset).await?);
        }
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
        _ => return write_more(store, what, seed).await,
    }
    Ok(())
}

/// What comes after that.
async fn write_more(store: &dyn People, what: &str, seed: u8) -> Result<(), StoreError> {
    let name = format!("person{seed}");
    match what {
        "write_deed" => {
            let deed = refund(&name, &format!("form{seed}"), 500);
            assert_eq!(store.write_deed(&deed, None).await?, Written::New);
        }
        "undo_deed" => store.undo_deed(&format!("form{seed}"), "refused").await?,
        "begin_vouched" => {
            let begun = act(&name, DeskDeed::LoggedIn, 1120);
            let voucher = Vouched {
                password: "hash",
                proved_at: 1100,
                coded: true,
            };
            assert!(store.begin_vouched(&[seed, 3], &voucher, &begun).await?);
        }
        "see_keys" => {
            let mark = format!("{seed:04x}");
            store.see_keys(&[("desk.code_key", &mark)], 1000).await?;
        }
        "take_once" => assert!(store.take_once(&[seed, 4], 1100, 1000).await?),
        // Who stays logged in.
        "add_colleague" => {
            let name = format!("colleague{seed}");
            let added = act(&name, DeskDeed::Added, 1350);
            let person = person(&name, "hash");
            assert!(store.add_person(&person, None, &added).await?);
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
        let before = store.person(name).await.unwrap();
        let before = before.map(|person| person.password);
        let person = person(name, password);
        let added = store.add_person(&person, before.as_deref(), &added);
        assert!(added.await.unwrap());
    };
    assert!(!begin(b"a", "amelie", "one", 1000).await, "nobody");
    add("amelie", "one").await;
    add("benoit", "other").await;
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
        proved_at: 1000,
        coded_at: None,
    };
    assert_eq!(store.login(b"a").await.unwrap(), Some(login));
    // A new password ends what the old one began, and nobody else's.
    add("amelie", "two").await;
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
    add("amelie", "three").await;
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
        store.add_person(&added, None, &act).await.unwrap();
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
    let told = store.acts(false, None, 2).await.unwrap();
    assert_eq!(told[1].1.act, DeskDeed::RoleChanged);
}

#[tokio::test]
async fn a_code_is_taken_once_for_a_login_of_its_person_and_by_the_secret_that_stands() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for (name, digest) in [("amelie", b"a"), ("benoit", b"b")] {
        let added = act(name, DeskDeed::Added, 1000);
        store
            .add_person(&person(name, "one"), None, &added)
            .await
            .unwrap();
        let begun = act(name, DeskDeed::PasswordGiven, 1000);
        assert!(store.begin_login(digest, "one", &begun).await.unwrap());
    }
    let offer = async |salt: &[u8]| store.offer_code("amelie", salt).await.unwrap();
    let pass = async |digest: &[u8], salt: &[u8], step| {
        let act = act("amelie", DeskDeed::CodeSet, 1050);
        let (salt, step) = (salt.to_vec(), Some(step));
        let code = DeskCode { salt, step };
        store.pass_code(digest, &code, &act).await.unwrap()
    };
    assert!(!pass(b"a", b"salt", 40).await, "no phone is set up");
    assert_eq!(offer(b"salt").await.as_deref(), Some(&b"salt"[..]));
    assert_eq!(offer(b"other").await.as_deref(), Some(&b"salt"[..]));
    assert!(
        !pass(b"a", b"other", 40).await,
        "not the secret that stands"
    );
    assert!(!pass(b"b", b"salt", 40).await, "another's login");
    assert_eq!(store.login(b"a").await.unwrap().unwrap().coded_at, None);
    assert!(pass(b"a", b"salt", 40).await);
    let login = store.login(b"a").await.unwrap().unwrap();
    assert_eq!(login.coded_at, Some(1050));
    assert!(!pass(b"a", b"salt", 40).await, "used");
    assert!(!pass(b"a", b"salt", 39).await, "older than the last one");
    assert!(pass(b"a", b"salt", 41).await);
    assert_eq!(offer(b"third").await, None, "the phone is set up");
    // A new password leaves the codes, and a reset takes them and the logins.
    let added = act("amelie", DeskDeed::Added, 1100);
    store
        .add_person(&person("amelie", "two"), Some("one"), &added)
        .await
        .unwrap();
    let code = store.person("amelie").await.unwrap().unwrap().code.unwrap();
    assert_eq!((code.salt.as_slice(), code.step), (&b"salt"[..], Some(41)));
    let begun = act("amelie", DeskDeed::PasswordGiven, 1100);
    assert!(store.begin_login(b"c", "two", &begun).await.unwrap());
    let reset = act("amelie", DeskDeed::CodeReset, 1200);
    assert!(store.reset_code(&reset).await.unwrap());
    assert!(!store.reset_code(&reset).await.unwrap());
    assert_eq!(store.login(b"c").await.unwrap(), None);
    assert!(store.login(b"b").await.unwrap().is_some());
    assert_eq!(offer(b"third").await.as_deref(), Some(&b"third"[..]));
    let told = store.acts(false, None, 10).await.unwrap();
    let set = told.iter().filter(|(_, act)| act.act == DeskDeed::CodeSet);
    assert_eq!(
        set.count(),
        2,
        "each code that was taken is told, and no other"
    );
}

#[tokio::test]
async fn who_gives_the_password_again_has_proved_it_in_that_login_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let added = act("amelie", DeskDeed::Added, 1000);
    store
        .add_person(&person("amelie", "one"), None, &added)
        .await
        .unwrap();
    for digest in [b"a", b"b"] {
        let begun = act("amelie", DeskDeed::LoggedIn, 1000);
        assert!(store.begin_login(digest, "one", &begun).await.unwrap());
    }
    let prove = async |name: &str, password: &str| {
        let proved = act(name, DeskDeed::ProvedAgain, 2000);
        store.prove_login(b"a", password, &proved).await.unwrap()
    };
    assert!(!prove("amelie", "two").await);
    assert!(!prove("benoit", "one").await);
    let proved_at = async |digest: &[u8]| store.login(digest).await.unwrap().unwrap().proved_at;
    assert_eq!(proved_at(b"a").await, 1000);
    assert!(prove("amelie", "one").await);
    assert_eq!((proved_at(b"a").await, proved_at(b"b").await), (2000, 1000));
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
    let read = async |refused, before, limit| {
        let told = store.acts(refused, before, limit).await.unwrap();
        let (numbers, acts): (Vec<_>, Vec<_>) = told.into_iter().unzip();
        let deeds: Vec<_> = acts.into_iter().map(|act| act.act).collect();
        (numbers, deeds)
    };
    let (numbers, deeds) = read(false, None, 10).await;
    let done = [DeskDeed::LoggedOut, DeskDeed::LoggedIn, DeskDeed::Added];
    assert_eq!(deeds, done, "what was refused hides nothing of it");
    assert_eq!(read(true, None, 10).await.1, [DeskDeed::Refused]);
    let (first, _) = read(false, None, 1).await;
    assert_eq!(first, numbers[..1]);
    let (rest, _) = read(false, Some(first[0]), 10).await;
    assert_eq!(rest, numbers[1..]);
    assert_eq!(store.acts(false, None, 1).await.unwrap()[0].1, out);
    store.close().await;
    for statement in [
        "UPDATE desk_acts SET person = 'another'",
        "DELETE FROM desk_acts",
    ] {
        let refused = refused(&folder, statement).await;
        assert!(refused.contains("only ever added"), "{refused}");
    }
}

#[tokio::test]
async fn nobody_gives_back_more_than_their_day_leaves_and_what_was_not_done_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for seed in [1, 2] {
        write(&store, "add_person", seed).await.unwrap();
    }
    let write = async |name: &str, key: &str, minor| {
        let deed = refund(name, key, minor);
        store.write_deed(&deed, Some(limit(1000))).await.unwrap()
    };
    assert_eq!(write("person1", "a", 600).await, Written::New);
    assert_eq!(write("person1", "b", 401).await, Written::TooMuch(400));
    // Neither the other person's, nor yesterday's, nor another currency counts.
    assert_eq!(write("person2", "c", 1000).await, Written::New);
    let before = Deed {
        happened_at: 1199,
        ..refund("person1", "d", 900)
    };
    let unlimited = store.write_deed(&before, None).await.unwrap();
    assert_eq!(unlimited, Written::New);
    assert_eq!(write("person1", "e", 400).await, Written::New);
    assert_eq!(write("person1", "f", 1).await, Written::TooMuch(0));
    store.undo_deed("e", "the platform refused").await.unwrap();
    store.undo_deed("e", "again").await.unwrap();
    assert_eq!(write("person1", "f", 400).await, Written::New);
    // The same form: once, and for the same alone.
    assert_eq!(write("person1", "a", 600).await, Written::Before(None));
    let undone = Some("the platform refused".to_owned());
    assert_eq!(write("person1", "e", 400).await, Written::Before(undone));
    assert_eq!(write("person1", "a", 601).await, Written::Other);
    assert_eq!(write("person2", "a", 600).await, Written::Other);
    let told = store.deeds(None, 10).await.unwrap();
    let keys: Vec<_> = told.iter().map(|one| one.deed.key.as_str()).collect();
    assert_eq!(keys, ["f", "e", "d", "c", "a"]);
    assert_eq!(told[4].deed, refund("person1", "a", 600));
    assert_eq!((told[1].undone.is_some(), &told[4].undone), (true, &None));
    let older = store.deeds(Some(told[1].seq), 2).await.unwrap();
    assert_eq!(older, told[2..4]);
    store.close().await;
    for statement in [
        "UPDATE desk_deeds SET amount = 1",
        "DELETE FROM desk_undone",
    ] {
        let refused = refused(&folder, statement).await;
        assert!(refused.contains("only ever added"), "{refused}");
    }
}

#[tokio::test]
async fn two_refunds_at_once_do_not_pass_the_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    write(&store, "add_person", 9).await.unwrap();
    let deeds = ["a", "b", "c", "d"].map(|key| refund("person9", key, 600));
    let write = async |deed| store.write_deed(deed, Some(limit(1000))).await.unwrap();
    let [a, b, c, d] = &deeds;
    let (a, b, c, d) = tokio::join!(write(a), write(b), write(c), write(d));
    let written = [a, b, c, d];
    let new = written.iter().filter(|one| **one == Written::New);
    assert_eq!(new.count(), 1, "{written:?}");
    let left = written.iter().filter(|one| **one == Written::TooMuch(400));
    assert_eq!(left.count(), 3, "{written:?}");
}

#[tokio::test]
async fn a_login_that_is_vouched_for_is_as_old_and_as_good_as_its_voucher_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let added = act("lea", DeskDeed::Added, 1000);
    store
        .add_person(&person("lea", "sso:1"), None, &added)
        .await
        .unwrap();
    let begin = async |digest: &'static [u8], password, coded| {
        let voucher = Vouched {
            password,
            proved_at: 400,
            coded,
        };
        let begun = act("lea", DeskDeed::LoggedIn, 1000);
        store.begin_vouched(digest, &voucher, &begun).await.unwrap()
    };
    assert!(!begin(b"a", "sso:2", true).await, "somebody else");
    assert!(begin(b"a", "sso:1", true).await);
    assert!(begin(b"b", "sso:1", false).await);
    for (digest, coded_at) in [(b"a", Some(1000)), (b"b", None)] {
        let login = store.login(digest).await.unwrap().unwrap();
        assert_eq!((login.began_at, login.seen_at), (1000, 1000));
        assert_eq!((login.proved_at, login.coded_at), (400, coded_at));
    }
    let disabled = act("lea", DeskDeed::Disabled, 1100);
    assert!(store.disable_person(&disabled).await.unwrap());
    assert!(!begin(b"c", "sso:1", true).await, "who was shut out");
}

/// Whoever adds a person has seen what stood there.
#[tokio::test]
async fn of_two_who_add_a_person_at_once_one_does_and_overwrites_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let add = async |password: &'static str, instead_of| {
        let added = act("lea", DeskDeed::Added, 1000);
        let person = person("lea", password);
        let added = store.add_person(&person, instead_of, &added);
        added.await.unwrap().then_some(password)
    };
    let stands = async || store.person("lea").await.unwrap().map(|own| own.password);
    assert_eq!(add("none", Some("none")).await, None, "there is nobody");
    let (one, two) = tokio::join!(add("one", None), add("sso:2", None));
    let first = one.xor(two).expect("one of both");
    assert_eq!(stands().await.as_deref(), Some(first));
    assert_eq!(add("three", None).await, None);
    assert_eq!(add("three", Some("another")).await, None);
    assert_eq!(stands().await.as_deref(), Some(first));
    let begun = act("lea", DeskDeed::LoggedIn, 1100);
    assert!(store.begin_login(b"a", first, &begun).await.unwrap());
    let (three, four) = tokio::join!(add("three", Some(first)), add("four", Some(first)));
    let second = three.xor(four).expect("one of both");
    assert_eq!(stands().await.as_deref(), Some(second));
    assert_eq!(store.login(b"a").await.unwrap(), None);
    // What was not done is not told.
    let told = store.acts(false, None, 10).await.unwrap();
    let added = told.iter().filter(|(_, act)| act.act == DeskDeed::Added);
    assert_eq!(added.count(), 2);
}

#[tokio::test]
async fn what_is_good_once_is_taken_once_and_is_forgotten_when_it_is_worthless() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let take = async |digest: &'static [u8], now| {
        let taken = store.take_once(digest, now, now - 600);
        taken.await.unwrap()
    };
    let (one, two, three) = tokio::join!(take(b"a", 1000), take(b"a", 1000), take(b"a", 1000));
    assert_eq!(
        [one, two, three].into_iter().filter(|taken| *taken).count(),
        1
    );
    assert!(take(b"b", 1300).await);
    assert!(!take(b"a", 1600).await, "for as long as it could be good");
    assert!(take(b"c", 1601).await);
    assert!(take(b"a", 1601).await, "nothing is kept for ever");
    assert!(!take(b"b", 1601).await);
    assert!(!store.has_people().await.unwrap());
    write(&store, "add_person", 1).await.unwrap();
    assert!(store.has_people().await.unwrap());
}

#[tokio::test]
async fn a_key_is_as_old_as_it_was_seen_first_and_another_one_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let see = async |keys: &[(&str, &str)], now| store.see_keys(keys, now).await.unwrap();
    see(&[("a.key", "0a1b"), ("b.keys", "0a1b")], 1000).await;
    see(
        &[("a.key", "0a1b"), ("b.keys", "ffff"), ("b.keys", "0a1b")],
        2000,
    )
    .await;
    let mut seen: Vec<_> = store
        .keys_seen()
        .await
        .unwrap()
        .into_iter()
        .map(|key| (key.place, key.mark, key.first_seen))
        .collect();
    seen.sort();
    let key = |place: &str, mark: &str, at| (place.to_owned(), mark.to_owned(), at);
    let wanted = [
        key("a.key", "0a1b", 1000),
        key("b.keys", "0a1b", 1000),
        key("b.keys", "ffff", 2000),
    ];
    assert_eq!(seen, wanted);
}
