mod line;

use guichet_domain::{PartStatus, Refusal};

use super::super::testing::{Answer, G1, G2, ORDER, World, body, config, part_of, play, receipt};
use super::*;
use crate::contract::{By, Given, HttpMethod, PlatformCall};

fn begun(world: &World) -> String {
    begun_with(world, false)
}

fn begun_with(world: &World, save: bool) -> String {
    let begin = Begin {
        context: world.context(),
        by: By::Shopper,
        client: None,
        first: None,
        save,
    };
    let Step::Done(begun) = super::begin(&config(), &begin) else {
        panic!("it begins without a call");
    };
    assert_eq!(begun.next, Next::Proceed);
    begun.memo.unwrap()
}

fn proceed(world: &World, answer: Answer<'_>) -> (Vec<PlatformCall>, Result<Proceeded, Failure>) {
    proceed_with(&config(), world, answer)
}

fn proceed_with(
    config: &Config,
    world: &World,
    answer: Answer<'_>,
) -> (Vec<PlatformCall>, Result<Proceeded, Failure>) {
    let memo = begun(world);
    let step = |exchanges: &[Exchange]| {
        let proceed = Proceed {
            context: world.context(),
            client: None,
            memo: Some(&memo),
            given: &Given::Nothing,
        };
        super::proceed(config, &proceed, exchanges)
    };
    play(step, &[answer])
}

fn look(
    world: &World,
    memo: &str,
    closing: bool,
    answers: &[Answer<'_>],
) -> (Vec<PlatformCall>, Result<LookedUp, Failure>) {
    look_with(&config(), world, memo, closing, answers)
}

fn look_with(
    config: &Config,
    world: &World,
    memo: &str,
    closing: bool,
    answers: &[Answer<'_>],
) -> (Vec<PlatformCall>, Result<LookedUp, Failure>) {
    let step = |exchanges: &[Exchange]| {
        let look_up = LookUp {
            context: world.context(),
            memo: Some(memo),
            closing,
            decided: None,
        };
        super::look_up(config, &look_up, exchanges)
    };
    play(step, answers)
}

/// What is kept of a command that the cloud has taken.
fn acknowledged(world: &World) -> String {
    let (_, proceeded) = proceed(world, Ok(G2));
    proceeded.unwrap().memo.unwrap()
}

fn goes_on(looked: Result<LookedUp, Failure>) -> (String, Option<i64>) {
    match looked {
        Ok(LookedUp::GoesOn { memo, again_in, .. }) => (memo, again_in),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_purchase_is_sent_as_the_documents_have_it_with_our_reference_as_its_key() {
    let (calls, proceeded) = proceed(&World::new(), Ok(G2));
    assert_eq!(calls[0].url, "https://ippostest.moneris.com/v3/Terminal/");
    insta::assert_json_snapshot!(body(&calls[0]));
    let proceeded = proceeded.unwrap();
    assert_eq!(proceeded.next_action, Some(NextAction::Wait));
    assert!(proceeded.facts.is_empty());
    let manual = World::new().manual();
    let (calls, _) = proceed(&manual, Ok(G2));
    let entry = &body(&calls[0])["data"]["request"][0];
    assert_eq!(entry["action"], "preAuthorization");
}

#[test]
fn the_card_that_pays_is_handed_on_where_the_shopper_wants_it_saved() {
    let mut world = World::new();
    world.passed = 0;
    let order = |memo: &str, answer: Answer<'_>| {
        let proceed = Proceed {
            context: world.context(),
            client: None,
            memo: Some(memo),
            given: &Given::Nothing,
        };
        let step = |exchanges: &[Exchange]| super::proceed(&config(), &proceed, exchanges);
        play(step, &[answer]).1.unwrap()
    };
    let saves = begun_with(&world, true);
    // At once, and by the receipt.
    let save = order(&saves, Ok(G1)).save.unwrap();
    assert!(save.0.contains("\"6-0_1201\"") && save.0.contains(ORDER));
    assert!(order(&begun(&world), Ok(G1)).save.is_none());
    let declined = receipt(&[("statusCode", "5450"), ("responseCode", "481")]);
    assert!(order(&saves, Ok(&declined)).save.is_none());
    let memo = order(&saves, Ok(G2)).memo.unwrap();
    world.passed = 3000;
    let (_, looked) = look(&world, &memo, false, &[Ok(G1)]);
    let Ok(LookedUp::FactsAndCard(facts, found)) = looked else {
        panic!("{looked:?}");
    };
    assert_eq!((facts.len(), found), (1, save));
    let (_, looked) = look(&world, &memo, false, &[Ok(&declined)]);
    assert!(matches!(looked, Ok(LookedUp::Facts(_))), "{looked:?}");
}

/// G1: 11.10 was asked for, 2.78 added on the terminal, 13.88 approved; `Error` is `"true"`.
#[test]
fn the_recorded_sale_is_paid_with_its_tip_whatever_error_says() {
    let mut world = World::new();
    let memo = acknowledged(&world);
    world.passed = 3000;
    let (calls, looked) = look(&world, &memo, false, &[Ok(G1)]);
    assert_eq!(calls[0].method, HttpMethod::Get);
    assert_eq!(calls[0].url, "https://cloudreceiptct.moneris.com/5b1b2c0e");
    let Ok(LookedUp::Facts(facts)) = looked else {
        panic!("{looked:?}");
    };
    insta::assert_json_snapshot!(*facts[0]);
}

#[test]
fn the_code_of_the_entry_decides_and_the_bank_s_with_it() {
    let accepted = Some((PartStatus::Accepted, None));
    let refused = |refusal| Some((PartStatus::Refused, Some(refusal)));
    for (changes, expected) in [
        (&[("statusCode", "5211")][..], accepted),
        (
            &[("statusCode", "5210"), ("approvedAmount", "500")],
            accepted,
        ),
        (&[("responseCode", "049")], accepted),
        // A bank that declines, or was not asked, approves nothing.
        (&[("responseCode", "050")], None),
        (&[("responseCode", "")], None),
        (&[("responseCode", "null")], None),
        (&[("responseCode", ""), ("saf", "true")], accepted),
        (&[("transactionId", "")], None),
        (&[("approvedAmount", "13.88")], None),
        // Of another payment, terminal, amount or action nothing is believed.
        (&[("orderId", "ORDER-2")], None),
        (&[("idempotencyKey", "ORDER-2")], None),
        (&[("orderId", ""), ("idempotencyKey", "")], None),
        (&[("terminalId", "P0401234")], None),
        (&[("totalAmount", "1109")], None),
        (&[("action", "independentRefund")], None),
        (&[("statusCode", "5209")], None),
        (&[("statusCode", "9999")], None),
        (
            &[
                ("statusCode", "5450"),
                ("responseCode", "481"),
                ("iso", "51"),
            ],
            refused(Refusal::Funds),
        ),
        (
            &[
                ("statusCode", "5450"),
                ("responseCode", "050"),
                ("iso", "05"),
            ],
            refused(Refusal::Issuer),
        ),
        (&[("statusCode", "5450")], None),
        (
            &[("statusCode", "5451"), ("responseCode", "null")],
            refused(Refusal::Cancelled),
        ),
        (
            &[("statusCode", "5452"), ("responseCode", "")],
            refused(Refusal::TimedOut),
        ),
        (
            &[("statusCode", "5220"), ("responseCode", "")],
            refused(Refusal::Cancelled),
        ),
    ] {
        let mut world = World::new();
        let memo = acknowledged(&world);
        world.passed = 3000;
        let (_, looked) = look(&world, &memo, false, &[Ok(&receipt(changes))]);
        let told = match &looked {
            Ok(LookedUp::Facts(facts)) => {
                let part = part_of(&facts[0]);
                Some((part.status, part.refusal))
            }
            Err(Failure::Unexpected(_)) => None,
            other => panic!("{changes:?}: {other:?}"),
        };
        assert_eq!(told, expected, "{changes:?}");
    }
}

#[test]
fn what_was_not_started_is_told_at_once_and_what_nobody_knows_is_never_called_refused() {
    for (code, expected) in [
        ("5903", Some(Refusal::Technical)),
        ("5904", Some(Refusal::Busy)),
        ("5905", Some(Refusal::Technical)),
        ("5913", Some(Refusal::Technical)),
        ("5906", None),
        ("5907", None),
        ("5908", None),
        ("5909", None),
    ] {
        let bare = format!(r#"{{"receipt":{{"statusCode":"{code}"}}}}"#);
        let (_, proceeded) = proceed(&World::new(), Ok(&bare));
        let proceeded = proceeded.unwrap();
        let refusal = proceeded.facts.first().map(|fact| part_of(fact).refusal);
        assert_eq!(refusal.flatten(), expected, "{code}");
        assert_eq!(
            proceeded.next_action.is_some(),
            expected.is_none(),
            "{code}"
        );
    }
    for (answer, expected) in [
        (Err(CallError::NotSent), Failure::Unreachable),
        (Err(CallError::NoAnswer), Failure::Unknown),
        (Ok("<html>502</html>"), Failure::Unknown),
        (Ok("{}"), Failure::Unknown),
    ] {
        let (_, proceeded) = proceed(&World::new(), answer);
        assert_eq!(proceeded.unwrap_err(), expected, "{answer:?}");
    }
}

#[test]
fn a_receipt_is_read_at_the_hosts_of_the_configuration_alone() {
    for (url, allowed) in [
        ("https://cloudreceiptct.moneris.com/5b1b2c0e", true),
        ("https://IPTERM2CT.moneris.io/x?y=1", true),
        ("http://cloudreceiptct.moneris.com/5b1b2c0e", false),
        ("https://cloudreceiptct.moneris.com:8443/5b1b2c0e", false),
        ("https://u:p@cloudreceiptct.moneris.com/5b1b2c0e", false),
        (
            "https://cloudreceiptct.moneris.com.evil.example/5b1b2c0e",
            false,
        ),
        ("https://169.254.169.254/latest", false),
        ("https://cloudreceipt.moneris.com/5b1b2c0e", false),
        ("file:///etc/passwd", false),
        ("nonsense", false),
    ] {
        let acknowledgement = G2.replace("https://cloudreceiptct.moneris.com/5b1b2c0e", url);
        let mut world = World::new();
        let (_, proceeded) = proceed(&world, Ok(&acknowledgement));
        let memo = proceeded.unwrap().memo.unwrap();
        world.passed = 3000;
        if allowed {
            let (calls, _) = look(&world, &memo, false, &[Ok(G1)]);
            assert_eq!(calls[0].url, url);
        } else {
            // It counts as not acknowledged: asked about with the same key, later.
            let (calls, looked) = look(&world, &memo, false, &[]);
            assert!(calls.is_empty(), "{url}");
            assert!(
                goes_on(looked).1.is_some_and(|seconds| seconds > 20),
                "{url}"
            );
        }
    }
}

#[test]
fn a_receipt_is_never_read_twice_within_two_seconds() {
    let mut world = World::new();
    let memo = acknowledged(&world);
    let running = receipt(&[("statusCode", "5206"), ("completed", "false")]);
    for (passed, reads) in [(0, false), (1999, false), (2000, true), (3000, true)] {
        world.passed = passed;
        let answers: &[Answer<'_>] = if reads { &[Ok(&running)] } else { &[] };
        let (calls, looked) = look(&world, &memo, false, answers);
        assert_eq!(calls.len(), usize::from(reads), "{passed}");
        let (kept, again_in) = goes_on(looked);
        assert_eq!(again_in, Some(3));
        let (calls, _) = look(&world, &kept, false, &[]);
        assert!(calls.is_empty(), "right after the last one");
    }
}

/// The same key every 30 s for five minutes; a new one never.
#[test]
fn what_nobody_knows_is_sent_again_with_its_key_for_five_minutes_and_no_longer() {
    let mut world = World::new();
    let mut memo = begun(&world);
    let mut sent = Vec::new();
    for second in (1..=900).step_by(1) {
        world.passed = second * 1000;
        let lost = [Err(CallError::NoAnswer)];
        let due = {
            let kept = read_memo(Some(&memo)).unwrap();
            let config = config();
            let terminal = config.terminal("counter").unwrap();
            let look_up = LookUp {
                context: world.context(),
                memo: None,
                closing: false,
                decided: None,
            };
            matches!(kept.duty(&config, terminal, &look_up), Duty::SendAgain)
        };
        let answers: &[Answer<'_>] = if due { &lost } else { &[] };
        let (calls, looked) = look(&world, &memo, false, answers);
        for call in &calls {
            let body = body(call);
            assert_eq!(body["data"]["request"][0]["idempotencyKey"], ORDER);
            sent.push(second);
        }
        match looked {
            Ok(LookedUp::GoesOn { memo: kept, .. }) => memo = kept,
            Ok(LookedUp::NotYet) => assert!(second >= 300, "{second}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, [30, 60, 90, 120, 150, 180, 210, 240, 270]);
}

#[test]
fn nothing_begins_anew_once_the_session_takes_no_payment() {
    let mut world = World::new();
    let memo = begun(&world);
    world.passed = 40_000;
    let (calls, _) = look(&world, &memo, false, &[Ok(G2)]);
    assert_eq!(calls.len(), 1);
    world.session.expires_at = world.context().now.as_second();
    let (calls, looked) = look(&world, &memo, false, &[]);
    assert!(calls.is_empty());
    assert!(matches!(looked, Ok(LookedUp::NotYet)));
}

#[test]
fn of_a_command_that_is_sent_again_a_busy_terminal_tells_nothing() {
    let mut world = World::new();
    let memo = begun(&world);
    world.passed = 31_000;
    for code in ["5903", "5904", "5915"] {
        let bare = format!(r#"{{"receipt":{{"statusCode":"{code}"}}}}"#);
        let (_, looked) = look(&world, &memo, false, &[Ok(&bare)]);
        goes_on(looked);
    }
    // The terminal remembers: the first result comes again.
    let (_, looked) = look(&world, &memo, false, &[Ok(G1)]);
    assert!(matches!(looked, Ok(LookedUp::Facts(_))));
}

#[test]
fn a_terminal_that_was_lost_in_the_middle_is_asked_with_the_same_key_and_then_looked_at() {
    let mut world = World::new();
    let memo = acknowledged(&world);
    world.passed = 3000;
    let lost = receipt(&[("statusCode", "5907"), ("responseCode", "")]);
    let (_, looked) = look(&world, &memo, false, &[Ok(&lost)]);
    let (memo, _) = goes_on(looked);
    world.passed = 34_000;
    let (calls, looked) = look(&world, &memo, false, &[Ok(&lost)]);
    assert_eq!(body(&calls[0])["data"]["request"][0]["orderId"], ORDER);
    let (memo, _) = goes_on(looked);
    world.passed = 400_000;
    let (calls, looked) = look(&world, &memo, true, &[Ok(G1)]);
    assert_eq!(calls[0].method, HttpMethod::Get);
    assert!(matches!(looked, Ok(LookedUp::Facts(_))));
}

#[test]
fn past_the_deadline_it_is_asked_about_as_seldom_as_anything_else() {
    let mut world = World::new();
    let memo = acknowledged(&world);
    world.passed = 500_000;
    let running = receipt(&[("statusCode", "5206"), ("completed", "false")]);
    let (_, looked) = look(&world, &memo, true, &[Ok(&running)]);
    assert_eq!(goes_on(looked).1, None);
}

#[test]
fn a_terminal_that_is_not_configured_any_more_takes_no_payment() {
    let mut world = World::new();
    world.session.terminal = Some(guichet_domain::testing::slug("gone"));
    let begin = Begin {
        context: world.context(),
        by: By::Shopper,
        client: None,
        first: None,
        save: false,
    };
    let begun = super::begin(&config(), &begin);
    assert!(matches!(begun, Step::Failed(Failure::Unsuitable(_))));
}
