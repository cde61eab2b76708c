use super::super::testing::{addresses, method, sandbox, session};
use super::*;
use crate::contract::{CallAnswer, CallError};

const WELL: &str = r#"<html><body><div id="server_status" style="text-align:center">OK</div>"#;

fn step(exchanges: &[Exchange]) -> Step<NextAction> {
    let (session, method, addresses) = (session(), method("card"), addresses());
    let context = super::super::testing::context(&session, &method, &addresses);
    super::begin(&sandbox(), &context, exchanges)
}

fn call(step: Step<NextAction>) -> PlatformCall {
    match step {
        Step::Call(call) => call,
        other => panic!("{other:?}"),
    }
}

fn answer(call: PlatformCall, status: u16, body: &str) -> Exchange {
    Exchange {
        call,
        answer: Ok(CallAnswer {
            status,
            body: body.into(),
        }),
    }
}

#[test]
fn the_main_host_is_asked_first_and_not_for_long() {
    let asked = call(step(&[]));
    assert_eq!(asked.url, "http://127.0.0.1:8602/load.html");
    assert_eq!(asked.method, HttpMethod::Get);
    assert!(asked.timeout <= Duration::from_secs(5));
    assert!(
        asked
            .cache_for
            .is_some_and(|age| age <= Duration::from_secs(10))
    );
}

#[test]
fn a_main_host_that_is_well_gets_the_form() {
    let asked = answer(call(step(&[])), 200, WELL);
    let Step::Done(NextAction::FormPost { url, fields }) = step(&[asked]) else {
        panic!()
    };
    assert_eq!(url, "http://127.0.0.1:8602/php/");
    assert_eq!(fields.last().unwrap().name, "PBX_HMAC");
}

#[test]
fn a_main_host_that_is_not_well_is_passed_over() {
    for (status, body) in [(302, WELL), (503, WELL), (200, "OK"), (200, "")] {
        let main = answer(call(step(&[])), status, body);
        let backup = call(step(std::slice::from_ref(&main)));
        assert_eq!(backup.url, "http://localhost:8602/backup/load.html");
        let backup = answer(backup, 200, WELL);
        let Step::Done(NextAction::FormPost { url, .. }) = step(&[main, backup]) else {
            panic!()
        };
        assert_eq!(url, "http://localhost:8602/backup/php/");
    }
}

#[test]
fn two_hosts_down_are_a_clear_failure() {
    let main = Exchange {
        call: call(step(&[])),
        answer: Err(CallError::NoAnswer),
    };
    let backup = Exchange {
        call: call(step(std::slice::from_ref(&main))),
        answer: Err(CallError::NotSent),
    };
    assert!(matches!(
        step(&[main, backup]),
        Step::Failed(Failure::Unreachable)
    ));
}

#[test]
fn only_the_elements_exact_text_counts() {
    for well in [
        WELL,
        "<span id=server_status>OK</span>",
        "<!-- <i id='server_status'>KO</i> --><p class=\"a>b\" ID = 'server_status' >OK</p>",
    ] {
        assert!(is_ok(well.as_bytes()), "{well}");
    }
    for ill in [
        "OK",
        "<div id=\"server_status\">KO</div> OK",
        "<div id=\"server_status\"> OK </div>",
        "<div id=\"server_status\">OK!</div>",
        "<div id=\"server_status\">ok</div>",
        "<div id=\"server_status\"><b>OK</b></div>",
        "<div id=\"server_status\">OK",
        "<div id=\"server_status2\">OK</div>",
        "<div data-id=\"server_status\">OK</div>",
        "<div class=\"server_status\">OK</div>",
        "<!-- <div id=\"server_status\">OK</div> -->",
        "<script>'<div id=\"server_status\">OK</div>'</script>",
        "<div id=\"server_status",
        "",
    ] {
        assert!(!is_ok(ill.as_bytes()), "{ill}");
    }
}

proptest::proptest! {
    #[test]
    fn no_page_makes_it_panic(page: Vec<u8>, text in "[<>!= a-z\"'/-]{0,80}") {
        is_ok(&page);
        is_ok(text.as_bytes());
    }
}
