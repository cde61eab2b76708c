use proptest::prelude::*;

use super::super::testing::session;
use super::*;

fn text<'a>(container: &'a Container, name: &str) -> &'a str {
    container[name].as_str().unwrap()
}

#[test]
fn an_order_is_named_by_the_letters_and_digits_of_its_reference() {
    for (reference, id) in [
        ("CMD1", "CMD1"),
        ("2026-1042/B", "20261042B"),
        ("commande n° 42", "commanden42"),
        ("Été_7", "Ete7"),
        ("42", "42"),
        (
            "a-very-long-reference-of-a-shop-2026-000042",
            "rylongreferenceofashop2026000042",
        ),
    ] {
        let told = order_id(reference).unwrap();
        assert!(told.ends_with(id), "{reference}: {told}");
        assert!(
            told.len() == id.len() || told.len() == ORDER_ID_MAX,
            "{told}"
        );
    }
    assert_eq!(order_id("---"), None);
    assert_eq!(order_id(""), None);
}

#[test]
fn a_shopper_is_told_in_the_platforms_characters_and_lengths() {
    let mut session = session();
    session.items = 3;
    let shopper = &mut session.shopper;
    shopper.first_name = Some("Zoë 😀".into());
    shopper.last_name = Some("O’Brien-Łukasiewicz ".repeat(4));
    shopper.address.line1 = Some("12 bis, rue de l’Église\u{a0}".into());
    shopper.address.line2 = Some("Bâtiment Œdipe".into());
    shopper.address.city = Some("Saint-Étienne".into());
    let told = contact(&session.shopper);
    assert_eq!(told.firstname.as_deref(), Some("Zoe"));
    let last = told.lastname.unwrap();
    assert!(
        last.starts_with("O'Brien-Lukasiewicz O'Brien") && last.len() <= NAME_MAX,
        "{last}"
    );
    assert_eq!(told.mobile.as_deref(), Some("+33612345675"));
    assert_eq!(told.email.as_deref(), Some("lea@example.fr"));
    let told = address(&session.shopper.address);
    for (name, value) in [
        ("street", "12 bis rue de l'Eglise"),
        ("addressAdditional1", "Batiment OEdipe"),
        ("zipCode", "75001"),
        ("city", "Saint-Etienne"),
        ("country", "FRA"),
    ] {
        assert_eq!(text(&told, name), value);
    }
    let told = basket(&session);
    assert_eq!(text(&told, "shoppingCartTotalQuantity"), "3");
    assert_eq!(text(&told, "shoppingCartTotalAmount"), "1050");
}

proptest! {
    #[test]
    fn whatever_the_shop_wrote_fits(given in "\\PC{1,200}", items in 0..=u32::MAX) {
        let mut session = session();
        session.items = items;
        session.shopper.first_name = Some(given.clone());
        session.shopper.address.line1 = Some(given.clone());
        session.shopper.address.city = Some(given.clone());
        session.shopper.address.postal_code = Some(given.clone());
        let first = contact(&session.shopper).firstname;
        let told = address(&session.shopper.address);
        let told = |name| told.get(name).and_then(Value::as_str);
        for (value, max) in [
            (first.as_deref(), NAME_MAX),
            (told("street"), LINE_MAX),
            (told("city"), LINE_MAX),
            (told("zipCode"), POSTAL_CODE_MAX),
        ] {
            // Nothing is told of a text that holds no letter and no digit.
            let value = value.unwrap_or("-");
            prop_assert!((1..=max).contains(&value.len()) && value.is_ascii(), "{value}");
        }
        let quantity: u32 = text(&basket(&session), "shoppingCartTotalQuantity").parse().unwrap();
        prop_assert!((1..=99).contains(&quantity));
        if let Some(id) = order_id(&given) {
            prop_assert!(id.len() <= 32 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
        }
    }
}
