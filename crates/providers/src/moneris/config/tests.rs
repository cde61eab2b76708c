use super::super::testing::{IST, TOKEN, lines, read};
use super::*;

fn wrong(environment: Environment, lines: &str) -> (String, String) {
    let error = read(environment, lines).unwrap_err();
    let told = error.to_string();
    assert!(!told.contains(TOKEN) && !told.contains(IST), "{told}");
    (error.key, error.detail)
}

#[test]
fn what_is_not_written_has_the_hosts_of_its_world() {
    let config = read(Environment::Production, &lines("")).unwrap();
    let cloud = config.cloud.as_ref().unwrap();
    assert_eq!(cloud.url.as_str(), CLOUD_PRODUCTION);
    assert_eq!(cloud.receipt_hosts, RECEIPTS_PRODUCTION);
    assert_eq!((config.deadline_seconds, config.resend_seconds), (420, 30));
    assert!(config.post_back);
    let names = config
        .terminals
        .iter()
        .map(|own| (own.name.as_str(), &*own.till));
    assert_eq!(
        names.collect::<Vec<_>>(),
        [("counter", "Caisse 1"), ("other", "other")]
    );
    assert!(!format!("{config:?}").contains("S3CRET"));
}

#[test]
fn each_wrong_key_is_named_with_what_to_write() {
    let all = lines("");
    let without = |key: &str| {
        let kept = all.lines().filter(|line| !line.starts_with(key));
        kept.collect::<Vec<_>>().join("\n")
    };
    let instead = |from: &str, to: &str| {
        assert!(all.contains(from), "{from}");
        all.replace(from, to)
    };
    for (lines, key) in [
        (without("store_id"), "store_id"),
        (instead("mogo-1", "mogo 1"), "store_id"),
        (instead("mogo-1", SANDBOX_STORE), "store_id"),
        (without("api_token"), "api_token"),
        (instead(TOKEN, &"x".repeat(21)), "api_token"),
        (without("ist_config_code"), "ist_config_code"),
        (instead(IST, &"x".repeat(51)), "ist_config_code"),
        (lines_before_terminals(&all), "terminals"),
        (instead("\"counter\"", "\"Counter 1\""), "terminals[0].name"),
        (instead("A2999074", "A299907"), "terminals[0].id"),
        (instead("A2999074", "A29990 4"), "terminals[0].id"),
        (instead("\"Caisse 1\"", "\" \""), "terminals[0].till"),
        (instead("\"Caisse 1\"", "7"), "terminals[0].till"),
        (instead("\"other\"", "\"counter\""), "terminals[1].name"),
        (instead("P0401234", "A2999074"), "terminals[1].id"),
        (instead("\"Caisse 1\"", "\"other\""), "terminals[1].till"),
        (format!("{all}port = 1080\n"), "terminals[1].port"),
        (
            format!("{all}address = \"8.8.8.8\"\n"),
            "terminals[1].address",
        ),
        (
            format!("{all}address = \"127.0.0.1\"\n"),
            "terminals[1].address",
        ),
        (format!("{all}address = 1080\n"), "terminals[1].address"),
        (lines_with("terminals_url = \"x\""), "terminals_url"),
        (
            lines_with("cloud_url = \"http://ippostest.moneris.com/v3/Terminal/\""),
            "cloud_url",
        ),
        (
            lines_with("cloud_url = \"https://ippos.moneris.com/v3/Terminal/\""),
            "cloud_url",
        ),
        (
            lines_with("cloud_url = \"https://127.0.0.1/\""),
            "cloud_url",
        ),
        (
            lines_with("cloud_url = \"https://u@ippostest.moneris.com/\""),
            "cloud_url",
        ),
        (lines_with("receipt_hosts = []"), "receipt_hosts"),
        (
            lines_with("receipt_hosts = [\"https://x.example\"]"),
            "receipt_hosts",
        ),
        (lines_with("post_back = \"yes\""), "post_back"),
        (lines_with("deadline_seconds = 10"), "deadline_seconds"),
        (lines_with("resend_seconds = 1"), "resend_seconds"),
        (lines_with("merchant_id = \"30123456789\""), "merchant_id"),
        (
            lines_with("independent_refund_max = 0"),
            "independent_refund_max",
        ),
    ] {
        let (named, detail) = wrong(Environment::Test, &lines);
        assert_eq!(named, key, "{detail}\n{lines}");
    }
    // The sandbox's waits are nobody's.
    let local = "cloud_url = \"http://127.0.0.1:1/v3/Terminal/\"\nresend_seconds = 1";
    assert!(read(Environment::Sandbox, &lines_with(local)).is_ok());
    assert_eq!(wrong(Environment::Sandbox, &all).0, "cloud_url");
}

fn lines_with(more: &str) -> String {
    lines(more)
}

fn lines_before_terminals(all: &str) -> String {
    all.split("[[").next().unwrap().to_owned()
}

#[test]
fn a_terminal_on_the_shops_own_network_needs_no_cloud_and_two_are_not_at_one_address() {
    let own = |name: &str, id: &str, address: &str| {
        format!("[[terminals]]\nname = {name:?}\nid = {id:?}\naddress = {address:?}\n")
    };
    let ist = format!("ist_config_code = {IST:?}\n");
    let first = own("counter", "A2999074", "10.1.2.3");
    let alone = read(Environment::Production, &format!("{ist}{first}")).unwrap();
    assert!(alone.cloud.is_none());
    let second = own("other", "P0401234", "10.1.2.3:1080");
    let both = format!("{ist}{first}{second}");
    let (key, detail) = wrong(Environment::Production, &both);
    assert_eq!(key, "terminals[1].address", "{detail}");
    // In the sandbox it is on this machine, and nowhere else.
    let (key, _) = wrong(Environment::Sandbox, &format!("{ist}{first}"));
    assert_eq!(key, "terminals[0].address");
    let here = own("counter", "A2999074", "127.0.0.1:8603");
    assert!(read(Environment::Sandbox, &format!("{ist}{here}")).is_ok());
}

#[test]
fn the_gateway_is_that_of_its_world_and_there_only_where_cards_are_kept() {
    let on = lines("saved_cards = true");
    for (world, url) in [
        (Environment::Production, GATEWAY_PRODUCTION),
        (Environment::Test, GATEWAY_TEST),
    ] {
        let config = read(world, &on).unwrap();
        let gateway = config.gateway.as_ref().unwrap();
        assert_eq!((gateway.url.as_str(), &*gateway.store_id), (url, "mogo-1"));
        assert!(!format!("{config:?}").contains("S3CRET"));
        assert!(read(world, &lines("")).unwrap().gateway.is_none());
    }
    let at = |url: &str| lines(&format!("saved_cards = true\ngateway_url = {url:?}"));
    for (world, lines) in [
        (Environment::Production, at(GATEWAY_TEST)),
        (
            Environment::Production,
            at("https://esqa.moneris.com/gateway2/servlet/MpgRequest"),
        ),
        (Environment::Test, at(GATEWAY_PRODUCTION)),
        (
            Environment::Test,
            at("https://www3.moneris.com/gateway2/servlet/MpgRequest"),
        ),
        (Environment::Production, at("http://mpg1.moneris.io/")),
        (Environment::Production, at("https://127.0.0.1/")),
        (Environment::Production, at("https://u:p@mpg1.moneris.io/")),
        (Environment::Sandbox, at(GATEWAY_TEST)),
        (Environment::Production, at("mpg1")),
        (
            Environment::Production,
            lines("gateway_url = \"https://mpg1.moneris.io/\""),
        ),
    ] {
        let lines = match world {
            Environment::Sandbox => format!("cloud_url = \"http://127.0.0.1:1/\"\n{lines}"),
            _ => lines,
        };
        let (key, detail) = wrong(world, &lines);
        assert_eq!(key, "gateway_url", "{detail}\n{lines}");
    }
    let older = "https://esqa.moneris.com/gateway2/servlet/MpgRequest";
    assert!(read(Environment::Test, &at(older)).is_ok());
    let (key, _) = wrong(Environment::Test, &lines("saved_cards = \"yes\""));
    assert_eq!(key, "saved_cards");
    // Captures go by it, and no cards are kept: both are said apart.
    let captures = read(Environment::Test, &lines("gateway_captures = true")).unwrap();
    assert!(captures.gateway.is_some() && captures.gateway_captures && !captures.saved_cards);
    let (key, detail) = wrong(
        Environment::Test,
        &lines("gateway_captures = true\ncompare_address = true"),
    );
    assert_eq!(key, "compare_address", "{detail}");
    // A terminal without the cloud has a store for its cards all the same.
    let alone = format!(
        "ist_config_code = {IST:?}\nsaved_cards = true\n[[terminals]]\nname = \"counter\"\n\
         id = \"A2999074\"\naddress = \"10.1.2.3\"\n"
    );
    assert_eq!(wrong(Environment::Test, &alone).0, "store_id");
}
