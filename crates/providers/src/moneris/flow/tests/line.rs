//! A terminal on the shop's own network: its line in place of the cloud's receipt.

use guichet_domain::testing::slug;
use serde_json::json;

use super::super::super::testing::{IST, TOKEN};
use super::*;
use crate::contract::{Environment, Heard};

const TABLE: &str =
    "[[terminals]]\nname = \"counter\"\nid = \"A2999074\"\naddress = \"10.1.2.3\"\n";

fn direct() -> Config {
    let table = format!("ist_config_code = {IST:?}\n{TABLE}");
    Config::read(
        slug("main"),
        toml::from_str(&table).unwrap(),
        Environment::Test,
    )
    .unwrap()
}

fn started(world: &World, answer: Answer<'_>) -> (PlatformCall, Result<Proceeded, Failure>) {
    let (mut calls, end) = proceed_with(&direct(), world, answer);
    (calls.remove(0), end)
}

/// The calls of a look, and what it came to.
fn looked(
    world: &World,
    memo: &str,
    closing: bool,
    answers: &[Answer<'_>],
) -> (Vec<How>, Result<LookedUp, Failure>) {
    let (calls, end) = look_with(&direct(), world, memo, closing, answers);
    let how = |call: &PlatformCall| call.line.as_ref().unwrap().how;
    (calls.iter().map(how).collect(), end)
}

/// A frame of this payment: the recorded answer without the cloud's wrapper.
fn said(changes: &[(&str, &str)]) -> String {
    let whole: serde_json::Value = serde_json::from_str(&receipt(changes)).unwrap();
    whole["receipt"].to_string()
}

fn progress() -> String {
    said(&[
        ("statusCode", "5206"),
        ("completed", "false"),
        ("status", "Présentez\nla carte"),
    ])
}

#[test]
fn a_purchase_goes_to_the_terminal_itself_without_what_opens_the_cloud() {
    let (call, proceeded) = started(&World::new(), Ok(""));
    assert_eq!(call.url, "tcp://10.1.2.3:1080");
    let line = call.line.as_ref().unwrap();
    assert_eq!((line.key.as_str(), line.how), (ORDER, How::Open));
    let message = body(&call);
    let names: Vec<_> = message.as_object().unwrap().keys().collect();
    let expected = ["apiVersion", "istConfigCode", "dataId", "dataTimestamp"];
    assert_eq!(names, [&expected[..], &["data"]].concat());
    let entry = &message["data"]["request"][0];
    assert_eq!(entry["progressStatus"], "true");
    assert_eq!(entry["idempotencyKey"], ORDER);
    assert!(!message.to_string().contains(TOKEN));
    let proceeded = proceeded.unwrap();
    assert!(proceeded.facts.is_empty());
    assert_eq!(proceeded.next_action, Some(NextAction::Wait));
}

#[test]
fn what_the_terminal_shows_is_told_and_its_last_word_is_the_outcome() {
    let world = World::new();
    let memo = started(&world, Ok("")).1.unwrap().memo.unwrap();
    let (how, end) = looked(&world, &memo, false, &[Ok(&progress())]);
    assert_eq!(how, [How::Listen]);
    let Ok(LookedUp::GoesOn {
        memo,
        again_in: Some(1),
        says,
    }) = end
    else {
        panic!("{end:?}");
    };
    assert_eq!(says.as_deref(), Some("Présentez la carte"));
    // Silence keeps it.
    let Ok(LookedUp::GoesOn { says: kept, .. }) = looked(&world, &memo, false, &[Ok("")]).1 else {
        panic!("it goes on");
    };
    assert_eq!(kept, says);
    let (_, end) = looked(&world, &memo, false, &[Ok(&said(&[]))]);
    let Ok(LookedUp::Facts(facts)) = end else {
        panic!("{end:?}");
    };
    assert_eq!(part_of(&facts[0]).status, PartStatus::Accepted);
}

#[test]
fn a_line_that_is_gone_is_taken_up_with_the_same_key_and_one_that_broke_a_little_later() {
    let mut world = World::new();
    let memo = started(&world, Ok("")).1.unwrap().memo.unwrap();
    // This process has no such line: the one that had it may have been lost.
    let (_, end) = looked(&world, &memo, false, &[Err(CallError::NotSent)]);
    let (gone, _) = goes_on(end);
    let (how, end) = looked(&world, &gone, false, &[Ok(&progress())]);
    assert_eq!(how, [How::Open]);
    let (again, _) = goes_on(end);
    // Busy with just that, it tells nothing of it.
    let busy = r#"{"statusCode":"5904","status":"Terminal busy"}"#;
    for answer in [busy, "nonsense"] {
        let (how, end) = looked(&world, &again, false, &[Ok(answer)]);
        assert_eq!(how, [How::Listen]);
        let (doubtful, _) = goes_on(end);
        assert_eq!(looked(&world, &doubtful, false, &[]).0, []);
    }
    let (_, end) = looked(&world, &memo, false, &[Err(CallError::NoAnswer)]);
    let (broke, _) = goes_on(end);
    assert_eq!(looked(&world, &broke, false, &[]).0, []);
    world.passed = 30_000;
    let (how, end) = looked(&world, &broke, false, &[Ok(&said(&[]))]);
    assert_eq!(how, [How::Open]);
    assert!(matches!(end, Ok(LookedUp::Facts(_))));
    // What never arrived would begin with nobody there.
    world.passed = 300_000;
    let (how, end) = looked(&world, &broke, false, &[]);
    assert!(
        how.is_empty() && matches!(end, Ok(LookedUp::NotYet)),
        "{end:?}"
    );
}

#[test]
fn a_terminal_that_was_not_reached_was_sent_nothing_and_one_that_is_busy_started_nothing() {
    let world = World::new();
    let (_, end) = started(&world, Err(CallError::NotSent));
    assert!(matches!(end, Err(Failure::Unreachable)));
    let (_, end) = started(&world, Err(CallError::NoAnswer));
    assert!(matches!(end, Err(Failure::Unknown)));
    let busy = r#"{"statusCode":"5904","status":"Terminal busy"}"#;
    let (_, end) = started(&world, Ok(busy));
    let facts = end.unwrap().facts;
    assert_eq!(part_of(&facts[0]).refusal, Some(Refusal::Busy));
}

#[test]
fn once_nobody_is_waited_for_the_command_is_called_off_once() {
    let world = World::new();
    let memo = started(&world, Ok("")).1.unwrap().memo.unwrap();
    let (how, end) = looked(&world, &memo, true, &[Ok(""), Ok("")]);
    assert_eq!(how, [How::Add, How::Listen]);
    let Ok(LookedUp::GoesOn { memo, again_in, .. }) = end else {
        panic!("{end:?}");
    };
    assert_eq!(again_in, None);
    let off = said(&[("statusCode", "5455"), ("responseCode", "")]);
    let (how, end) = looked(&world, &memo, true, &[Ok(&off)]);
    assert_eq!(how, [How::Listen]);
    let Ok(LookedUp::Facts(facts)) = end else {
        panic!("{end:?}");
    };
    assert_eq!(part_of(&facts[0]).refusal, Some(Refusal::Cancelled));
}

#[test]
fn a_frame_is_the_last_of_its_own_command_alone() {
    let hears = started(&World::new(), Ok("")).0.line.unwrap().hears;
    for (frame, expected) in [
        (progress(), Heard::GoesOn),
        (said(&[]), Heard::Last),
        (said(&[("idempotencyKey", "OTHER")]), Heard::Beside),
        (json!({ "statusCode": "5904" }).to_string(), Heard::Last),
        (json!({ "statusCode": "5206" }).to_string(), Heard::GoesOn),
        ("nonsense".to_owned(), Heard::Last),
    ] {
        assert_eq!(hears(frame.as_bytes(), ORDER), expected, "{frame}");
    }
}
