use guichet_domain::shopper::Address;
use serde_json::json;

use super::*;
use crate::netbanx::testing::{World, config};

fn sent(world: &World) -> Value {
    let config = config("callback_retries = 5");
    order(
        &config,
        &world.context(),
        "203.0.113.7".parse().ok(),
        None,
        false,
    )
}

#[test]
fn an_order_is_sent_whole_and_without_anything_empty() {
    let order = sent(&World::new(1000, "GBP", "REF-1").manual());
    insta::assert_json_snapshot!(order);
    let text = order.to_string();
    for empty in ["\"\"", "null", "[]", "{}"] {
        assert!(!text.contains(empty), "{empty} in {text}");
    }
}

#[test]
fn what_is_empty_is_left_out_at_every_depth() {
    let value = json!({
        "a": "", "b": null, "c": [], "d": {}, "e": {"f": {"g": ""}}, "h": ["", {"i": null}, "j"],
        "k": 0, "l": false,
    });
    assert_eq!(
        without_empty(value),
        json!({"h": ["j"], "k": 0, "l": false})
    );
}

#[test]
fn cart_and_fees_are_sent_if_they_come_to_the_total_and_otherwise_neither_is() {
    let line = |amount, quantity| Line {
        amount,
        quantity,
        description: "a / \"b\" <c>".into(),
    };
    let sent = |total, cart: &[Line], fees: &[Line]| {
        let mut order = json!({});
        put_cart(&mut order, total, cart, fees);
        without_empty(order)
    };
    let told = sent(900, &[line(500, 2)], &[line(-100, 1)]);
    assert_eq!(told["shoppingCart"][0]["amount"], 500);
    assert_eq!(told["ancillaryFees"][0]["amount"], -100);
    let description = told["shoppingCart"][0]["description"].as_str().unwrap();
    assert!(!description.contains(['/', '"', '<', '>']), "{description}");
    for (total, cart, fees) in [
        (901, vec![line(500, 2)], vec![line(-100, 1)]),
        (1000, vec![line(500, 2)], vec![line(-100, 1)]),
        (0, vec![line(500, 1)], vec![line(-501, 1)]),
        (1, vec![line(i64::MAX, 2)], vec![]),
    ] {
        assert_eq!(sent(total, &cart, &fees), json!({}), "{total}");
    }
}

#[test]
fn a_billing_address_is_sent_where_the_platform_takes_it() {
    let billed = |country: &str, zip: Option<&str>| {
        let mut world = World::new(1000, "GBP", "REF-1");
        world.session.shopper.address = Address {
            line1: Some("1 rue de l'Été".into()),
            line2: None,
            postal_code: zip.map(str::to_owned),
            city: Some("Paris".into()),
            country: country.to_owned().try_into().ok(),
        };
        sent(&world)["billingDetails"].clone()
    };
    assert_eq!(
        billed("FR", Some("75001")),
        json!({"street": "1 rue de l'Ete", "city": "Paris", "zip": "75001", "country": "FR"})
    );
    assert_eq!(billed("FR", None), Value::Null);
    assert_eq!(billed("CA", Some("H2X 1Y4")), Value::Null);
    assert_eq!(billed("US", Some("10001")), Value::Null);
}

#[test]
fn a_token_is_never_asked_for_in_an_address() {
    let order = sent(&World::new(1000, "GBP", "REF-1"));
    assert!(!order.to_string().contains("paymentToken"));
    for redirect in order["redirect"].as_array().unwrap() {
        assert_eq!(redirect["returnKeys"], json!(["id", "transaction.status"]));
    }
}
