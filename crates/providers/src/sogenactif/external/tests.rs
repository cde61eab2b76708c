use guichet_domain::{PartKind, PartStatus};
use guichet_wire::NextAction;

use super::super::testing::{
    ABOUT_OUR_REQUEST, AWAY, BACK, PAID, Plays, STRAIGHT, begin, finalise, sandbox, the_part,
    unsuited, world,
};
use super::*;
use crate::contract::By;
use crate::contract::CallError::NoAnswer;

const INIT: &str = "paymentProviderInitialize";
const END: &str = "paymentProviderFinalize";

#[test]
fn a_wallet_with_a_page_of_its_own_leaves_at_once_and_is_finalised() {
    let (config, mut world) = (sandbox(), world());
    world.choose("sogenactif_paypal");
    world.client = Some([203, 0, 113, 7].into());
    let begin = |script: &[Plays]| begin(&config, &world, script);
    let (end, sent) = begin(&[(INIT, Ok(AWAY))]);
    let begun = end.unwrap();
    assert_eq!(sent[0].text("paymentMeanBrand"), Some("PAYPAL"));
    assert_eq!(sent[0].text("merchantReturnUrl"), Some(BACK));
    assert_eq!(sent[0].text("customerIpAddress"), Some("203.0.113.7"));
    assert!(matches!(
        begun.next,
        Next::Browser(NextAction::FormPost { .. })
    ));
    let memo = begun.memo.as_deref();
    let finish = |script: &[Plays]| finalise(&config, &world, memo, &[], script);
    let (end, sent) = finish(&[(END, Ok(PAID))]);
    let proceeded = end.unwrap();
    let part = the_part(&proceeded);
    assert_eq!(
        (part.status, part.kind),
        (PartStatus::Accepted, PartKind::Card)
    );
    assert_eq!(sent[0].text("redirectionData"), Some("D"));
    assert_eq!(
        finish(&[(END, Err(NoAnswer))]).0.unwrap_err(),
        Failure::Unknown
    );
    for answer in ABOUT_OUR_REQUEST {
        let end = finish(&[(END, Ok(answer))]).0;
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer}");
    }
    assert_eq!(
        begin(&[(INIT, Err(NoAnswer))]).0.unwrap_err(),
        Failure::Unreachable
    );
    for bad in [STRAIGHT, r#"{"responseCode":"03"}"#, "{}"] {
        assert!(
            matches!(begin(&[(INIT, Ok(bad))]).0, Err(Failure::Unexpected(_))),
            "{bad}"
        );
    }
}

#[test]
fn no_saved_card_pays_at_another_page() {
    let (config, mut world) = (sandbox(), world());
    for method in ["sogenactif_paypal", "sogenactif_ideal", "sogenactif_sepa"] {
        world.choose(method);
        for by in [By::ShopperWith { card: "1" }, By::ShopWith { card: "1" }] {
            world.by = by;
            assert_eq!(unsuited(begin(&config, &world, &[]).0), "card", "{method}");
        }
    }
}
