//! What needs a person: one looks after it, and what was looked after comes back with its cause.

use guichet_domain::attention::Matter;
use guichet_domain::desk::{Act, Role};
use guichet_store::{
    Deed, DeskAct, DeskDeed, DeskPerson, Handled, KeptMatter, Message, People, Search, StoreError,
};

use super::books::refused;
use super::fixtures::*;

fn deed(person: &str, act: Act, matter: &Matter, key: &str) -> Deed {
    Deed {
        key: key.into(),
        happened_at: 1300,
        person: person.into(),
        origin: "192.0.2.1".into(),
        act,
        subject: matter.to_string(),
        amount: None,
        reason: format!("note of {person}"),
    }
}

async fn take(store: &dyn People, who: &str, matter: &Matter, held: Option<&str>) -> Handled {
    let key = format!("take by {who} from {held:?} of {matter}");
    let deed = deed(who, Act::TakeAttention, matter, &key);
    store.take_matter(matter, held, &deed).await.unwrap()
}

async fn end(
    store: &dyn People,
    who: &str,
    matter: &Matter,
    (told, held): (u32, Option<&str>),
) -> Handled {
    let key = format!("end by {who} from {held:?} at {told} of {matter}");
    let deed = deed(who, Act::EndAttention, matter, &key);
    store.end_matter(matter, told, held, &deed).await.unwrap()
}

async fn add_people(store: &dyn People) {
    for name in ["amelie", "benoit"] {
        let person = DeskPerson {
            name: name.into(),
            password: "hash".into(),
            role: Role::All,
            created_at: 1000,
            disabled_at: None,
            code: None,
        };
        let added = DeskAct {
            happened_at: 1000,
            person: name.into(),
            act: DeskDeed::Added,
            origin: String::new(),
        };
        store.add_person(&person, None, &added).await.unwrap();
    }
}

/// A payment that was paid with more than its total, and what needs a person with it.
async fn overpaid(store: &dyn Store) -> (Session, Payment, Matter) {
    let session = add_session(store, 1).await;
    let made = add(store, &session, 1).await;
    pay(store, &made, "1").await;
    tell(store, &made, "2").await;
    let matter = Matter::Payment(made.id.clone(), Attention::Overpaid);
    (session, made, matter)
}

async fn tell(store: &dyn Store, payment: &Payment, transaction: &str) {
    let fact = fact(payment, transaction, PartKind::Voucher, 1500);
    let told = store.record_fact(&fact, Source::Query, None, 1100).await;
    assert_eq!(told.unwrap(), Recorded::New(payment.id.clone()));
}

/// One of the writes, about the payment of that number.
pub(crate) async fn write(store: &dyn Store, what: &str, seed: u8) -> Result<(), StoreError> {
    let payment = payment(&session(seed), seed).id;
    let who = format!("person{seed}");
    let differs = PaymentEvent::Reported {
        at: 1250,
        differs: Some("29.00".into()),
    };
    store
        .record_hint(&payment, &differs, Source::Query, 1250)
        .await?;
    let matter = Matter::Payment(payment, Attention::Differs);
    let people = store.desk_people().unwrap();
    let key = format!("{what}{seed}");
    let handled = match what {
        "take_matter" => {
            let deed = deed(&who, Act::TakeAttention, &matter, &key);
            people.take_matter(&matter, None, &deed).await?
        }
        _ => {
            let deed = deed(&who, Act::EndAttention, &matter, &key);
            people.end_matter(&matter, 1, Some(&who), &deed).await?
        }
    };
    assert_eq!(handled, Handled::Yes);
    Ok(())
}

#[tokio::test]
async fn of_two_who_take_it_at_once_one_does_and_takes_over_only_from_who_they_saw() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store).await;
    let (_, _, matter) = overpaid(&store).await;
    let (a, b) = tokio::join!(
        take(&store, "amelie", &matter, None),
        take(&store, "benoit", &matter, None)
    );
    let (first, second, not) = if a == Handled::Yes {
        ("amelie", "benoit", b)
    } else {
        assert_eq!(b, Handled::Yes);
        ("benoit", "amelie", a)
    };
    assert_eq!(not, Handled::By(Some(first.into())));
    // The same form again tells the same of each.
    assert_eq!(take(&store, first, &matter, None).await, Handled::Yes);
    let again = take(&store, second, &matter, None).await;
    assert!(
        matches!(&again, Handled::Undone(why) if why.contains(first)),
        "{again:?}"
    );
    let kept = store.taken_matters(10).await.unwrap();
    let taken = kept[0].looked_after.taken.as_ref().unwrap();
    assert_eq!(
        (kept.len(), taken.person.as_str(), taken.at),
        (1, first, 1300)
    );
    // Whoever sees who has it may take it over.
    assert_eq!(
        take(&store, second, &matter, Some(first)).await,
        Handled::Yes
    );
    let late = end(&store, first, &matter, (2, Some(first))).await;
    assert_eq!(late, Handled::By(Some(second.into())));
    let deeds = store.deeds(None, 10).await.unwrap();
    let undone = deeds.iter().filter(|one| one.undone.is_some()).count();
    assert_eq!((deeds.len(), undone), (4, 2));
}

#[tokio::test]
async fn what_is_done_leaves_the_list_and_comes_back_once_more_is_told_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store).await;
    let (session, made, matter) = overpaid(&store).await;
    let listed = async || store.attention(10).await.unwrap().len();
    let counted = async || store.attention_counts().await.unwrap().payments;
    let found = async || {
        let mut search = Search::of(session.shop.clone());
        search.attention = true;
        store
            .search_payments(&search, None, 10)
            .await
            .unwrap()
            .len()
    };
    assert_eq!((listed().await, counted().await, found().await), (1, 1, 1));
    // Who has seen one transaction of two has not seen what it is about.
    let anew = end(&store, "amelie", &matter, (1, None)).await;
    assert_eq!(anew, Handled::Anew);
    assert_eq!(
        end(&store, "amelie", &matter, (2, None)).await,
        Handled::Yes
    );
    assert_eq!((listed().await, counted().await, found().await), (0, 0, 0));
    let of_it = store.matters_of(made.id.as_str()).await.unwrap();
    let KeptMatter { looked_after, .. } = &of_it[0];
    let done = looked_after.done.as_ref().unwrap();
    assert_eq!((done.person.as_str(), done.at), ("amelie", 1300));
    assert_eq!(looked_after.note, "note of amelie");
    // Nobody can take what is done, nor have it done twice.
    assert_eq!(take(&store, "benoit", &matter, None).await, Handled::Gone);
    assert_eq!(
        end(&store, "benoit", &matter, (2, None)).await,
        Handled::Gone
    );
    // What repeats is nothing new; one more transaction is.
    let same = fact(&made, "2", PartKind::Voucher, 1500);
    let told = store
        .record_fact(&same, Source::Notification, None, 1400)
        .await;
    assert_eq!(told.unwrap(), Recorded::Duplicate);
    assert_eq!(listed().await, 0);
    tell(&store, &made, "3").await;
    assert_eq!((listed().await, counted().await, found().await), (1, 1, 1));
    assert_eq!(take(&store, "amelie", &matter, None).await, Handled::Yes);
    let book = store.book(&session.id).await.unwrap().unwrap();
    assert!(book.entry(&made.id).unwrap().handled.is_empty());
}

#[tokio::test]
async fn what_went_away_and_comes_again_needs_a_person_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let matter = Matter::Payment(made.id.clone(), Attention::Differs);
    let report = async |at, differs: Option<&str>| {
        let differs = differs.map(str::to_owned);
        let event = PaymentEvent::Reported { at, differs };
        let told = store.record_hint(&made.id, &event, Source::Query, at).await;
        assert_eq!(told.unwrap(), Recorded::New(made.id.clone()));
    };
    let listed = async || store.attention(10).await.unwrap().len();
    report(1200, Some("29.00")).await;
    assert_eq!(
        end(&store, "amelie", &matter, (1, None)).await,
        Handled::Yes
    );
    // The report of each day says the same.
    report(1210, Some("29.00")).await;
    assert_eq!(listed().await, 0);
    report(1220, None).await;
    assert!(store.matters_of(made.id.as_str()).await.unwrap().is_empty());
    report(1230, Some("29.00")).await;
    assert_eq!(listed().await, 1);
}

#[tokio::test]
async fn a_message_that_was_looked_after_leaves_the_list_and_comes_back_with_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    add_people(&store).await;
    let session = add_session(&store, 1).await;
    let made = add(&store, &session, 1).await;
    let mut foreign = fact(&made, "1", PartKind::Voucher, 1500);
    foreign.reference = "NOT-OURS".into();
    let told = store.record_fact(&foreign, Source::Notification, None, 1100);
    assert_eq!(told.await.unwrap(), Recorded::Unmatched);
    let account = slug("main");
    let unreadable = Message {
        account: &account,
        genuine: true,
        why: "Auto is missing",
        content: b"Mt=1",
    };
    store.keep_message(&unreadable, 1100).await.unwrap();
    let counts = async || {
        let counts = store.attention_counts().await.unwrap();
        (counts.unmatched, counts.unreadable)
    };
    let lists = async || {
        let unmatched = store.unmatched(10).await.unwrap().len();
        (unmatched, store.messages(10).await.unwrap().len())
    };
    let unmatched = Matter::Unmatched(store.unmatched(10).await.unwrap()[0].seq);
    let seq = store.messages(10).await.unwrap()[0].seq;
    let message = Matter::Unreadable(seq);
    for matter in [&unmatched, &message] {
        assert_eq!(end(&store, "amelie", matter, (1, None)).await, Handled::Yes);
    }
    assert_eq!((counts().await, lists().await), ((0, 0), (0, 0)));
    store.keep_message(&unreadable, 1200).await.unwrap();
    assert_eq!((counts().await, lists().await), ((0, 1), (0, 1)));
    assert_eq!(
        end(&store, "benoit", &message, (1, None)).await,
        Handled::Anew
    );
    assert_eq!(
        end(&store, "benoit", &message, (2, None)).await,
        Handled::Yes
    );
    assert_eq!(counts().await, (0, 0));
    // What never was needs nobody.
    for matter in [
        Matter::Unmatched(999),
        Matter::Unreadable(999),
        Matter::Payment(PaymentId::from_random([9; 16]), Attention::Surplus),
        Matter::Payment(made.id.clone(), Attention::Surplus),
    ] {
        assert_eq!(take(&store, "amelie", &matter, None).await, Handled::Gone);
    }
    let deeds = store.deeds(None, 20).await.unwrap();
    assert_eq!(deeds.iter().filter(|one| one.undone.is_none()).count(), 3);
    store.close().await;
    let refused = refused(&folder, "DELETE FROM desk_deeds").await;
    assert!(refused.contains("only ever added"), "{refused}");
}
