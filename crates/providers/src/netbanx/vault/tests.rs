use guichet_domain::shopper::ShopperId;

use super::*;
use crate::contract::{CallError, Step, VaultCard};
use crate::netbanx::testing::{PROFILE, TOKEN, World, config, play, profile_of};

const GET: HttpMethod = HttpMethod::Get;
const DELETE: HttpMethod = HttpMethod::Delete;
const UNKNOWN: &str = r#"{"error":{"code":"5269","message":"no such profile"}}"#;

fn world() -> World {
    World::new(1000, "EUR", "REF-1").of_shopper("C-1042")
}

fn step<T>(end: Result<T, Halt>) -> Step<T> {
    super::super::calls::step(end)
}

fn listed(answer: Result<(u16, &str), CallError>) -> Result<Vec<VaultCard>, Failure> {
    let (world, config) = (world(), config("saved_cards = true"));
    let owner = Owner::of(&world.session).unwrap();
    let cards = |made: &[_]| {
        let profile = profile(&mut Calls::new(&config, made), &owner);
        step(profile.map(|profile| profile.map(|it| it.cards()).unwrap_or_default()))
    };
    play(cards, &[(GET, PROFILE, answer)])
}

#[test]
fn a_profile_is_found_by_the_shops_own_name_of_the_shopper_and_its_cards_are_told_without_tokens() {
    let cards = listed(Ok((200, &profile_of("C-1042")))).unwrap();
    let shown: Vec<_> = cards
        .iter()
        .map(|card| (&*card.id, &*card.brand, &*card.last_digits, card.expires))
        .collect();
    // One is not active, and one has no token. Those that have expired are left out by others.
    assert_eq!(
        shown,
        [
            ("456", "VISA", "2345", Some((2030, 12))),
            ("459", "MASTERCARD", "3333", Some((2020, 1)))
        ]
    );
    // However many the platform gives.
    let many = profile_of("C-1042").replacen("\"2345\"", "\"4111112345\"", 1);
    assert_ne!(many, profile_of("C-1042"));
    assert_eq!(listed(Ok((200, &many))).unwrap()[0].last_digits, "2345");
    assert!(!format!("{cards:?}").contains(TOKEN));
    let profile: Profile = serde_json::from_str(&profile_of("C-1042")).unwrap();
    assert!(!format!("{profile:?}").contains(TOKEN));
}

#[test]
fn who_has_no_profile_has_no_cards_and_what_is_no_answer_is_not_taken_for_that() {
    assert_eq!(listed(Ok((404, UNKNOWN))), Ok(Vec::new()));
    for answer in [
        (404, ""),
        (404, "{}"),
        (401, UNKNOWN),
        (200, "{}"),
        (200, "[]"),
    ] {
        let end = listed(Ok(answer));
        assert!(
            matches!(end, Err(Failure::Unexpected(_))),
            "{answer:?} {end:?}"
        );
    }
    assert_eq!(listed(Err(CallError::NoAnswer)), Err(Failure::Unreachable));
}

#[test]
fn a_profile_of_another_shopper_is_nobodys() {
    let end = listed(Ok((200, &profile_of("C-2"))));
    assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
}

#[test]
fn a_card_is_removed_once_however_often_and_only_by_its_own_name() {
    let (world, config) = (world(), config("saved_cards = true"));
    let owner = Owner::of(&world.session).unwrap();
    let profile = profile_of("C-1042");
    let path = "/customervault/v1/profiles/19390257-a494-464e-95e6-6a24f1053289/cards/456";
    let removed = |card: &str, answers: &[_]| {
        let remove = |made: &[_]| step(remove(&mut Calls::new(&config, made), &owner, card));
        play(remove, answers)
    };
    for answer in [(200, ""), (200, "{}"), (404, UNKNOWN)] {
        let calls = [
            (GET, PROFILE, Ok((200, &*profile))),
            (DELETE, path, Ok(answer)),
        ];
        assert_eq!(removed("456", &calls), Ok(()), "{answer:?}");
    }
    assert_eq!(
        removed("../1", &[(GET, PROFILE, Ok((200, &*profile)))]),
        Ok(())
    );
    assert_eq!(
        removed("456", &[(GET, PROFILE, Ok((404, UNKNOWN)))]),
        Ok(())
    );
    let lost = [
        (GET, PROFILE, Ok((200, &*profile))),
        (DELETE, path, Err(CallError::NoAnswer)),
    ];
    assert_eq!(removed("456", &lost), Err(Failure::Unreachable));
    // Without a code it is not the platform that says so.
    let unsaid = [
        (GET, PROFILE, Ok((200, &*profile))),
        (DELETE, path, Ok((404, ""))),
    ];
    let end = removed("456", &unsaid);
    assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
}

#[test]
fn a_new_profile_has_a_name_that_says_nothing_of_the_shopper_and_an_old_one_its_id() {
    let (mut world, config) = (world(), config("saved_cards = true"));
    world.session.shopper.first_name = Some("Aïcha/".into());
    let saved = |answer| {
        let to = |made: &[_]| step(to_save_in(&mut Calls::new(&config, made), &world.session));
        play(to, &[(GET, PROFILE, Ok(answer))]).unwrap()
    };
    let made = saved((404, UNKNOWN));
    let name = made["merchantCustomerId"].as_str().unwrap();
    assert!(
        name.len() == 21 && !made.to_string().contains("1042"),
        "{made}"
    );
    assert_eq!(made["firstName"], "Aicha");
    let known = saved((200, &profile_of("C-1042")));
    assert_eq!(known, json!({"id": "19390257-a494-464e-95e6-6a24f1053289"}));
}

#[test]
fn each_shop_and_shopper_has_a_name_of_their_own() {
    let [one, two] = ["C-1", "C-2"].map(|id| ShopperId::try_from(id.to_owned()).unwrap());
    let shop = guichet_domain::testing::slug("demo");
    let name = |shopper: &ShopperId| {
        let owner = Owner {
            shop: &shop,
            shopper,
            kept: &[],
        };
        owner.pseudonym(DOMAIN)
    };
    assert_ne!(name(&one), name(&two));
    assert_eq!(name(&one), name(&one));
}
