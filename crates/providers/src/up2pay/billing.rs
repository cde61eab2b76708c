//! PBX_BILLING and PBX_SHOPPINGCART: what 3-D Secure 2 wants to know of the shopper, as XML on one
//! line.
//!
//! Element order, header and character set are those of Crédit Agricole's modules (WooCommerce
//! 3.0.5, PrestaShop 6.0.1) and Verifone's PrestaShop 3.2.0; where their lengths differ, the
//! shortest is taken: 22, 22, 40, 40, 10 and 40 characters.

use guichet_domain::gate::{plain, two_lines};
use guichet_domain::shopper::{Country, Shopper};

const HEADER: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// What stands where nothing is known: 3-D Secure refuses an empty element.
const NOTHING: &str = "-";

/// The value of PBX_SHOPPINGCART: the number of items, 1 to 99.
pub(super) fn shopping_cart(items: u32) -> String {
    let quantity = items.clamp(1, 99);
    format!(
        "{HEADER}<shoppingcart><total><totalQuantity>{quantity}</totalQuantity></total>\
         </shoppingcart>"
    )
}

/// The value of PBX_BILLING. What the shop does not know and the account does not demand is a
/// hyphen; a phone that it does not know is left out, as Crédit Agricole's WooCommerce module does.
pub(super) fn billing(shopper: &Shopper) -> String {
    let address = &shopper.address;
    let mut xml = format!("{HEADER}<Billing><Address>");
    let mut element = |name: &str, value: &str| {
        xml.push_str(&format!("<{name}>{value}</{name}>"));
    };
    let fit = |text: Option<&str>, max| text.and_then(|text| plain(text, max));
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    // Who has one name, a company among them, has it in both places: it is a name wherever the
    // platform looks for one.
    let (first, last) = (shopper.first_name.as_deref(), shopper.last_name.as_deref());
    element("FirstName", &or_nothing(fit(first.or(last), 22)));
    element("LastName", &or_nothing(fit(last.or(first), 22)));
    let line1 = address.line1.as_deref().unwrap_or_default();
    let (line1, line2) = two_lines(line1, address.line2.as_deref(), 40);
    element("Address1", &or_nothing(line1));
    if let Some(line2) = line2 {
        element("Address2", &line2);
    }
    element(
        "ZipCode",
        &or_nothing(address.postal_code.as_deref().and_then(postal_code)),
    );
    element("City", &or_nothing(fit(address.city.as_deref(), 40)));
    element("CountryCode", &country(address.country.as_ref()));
    if let Some((code, national)) = shopper.phone.as_ref().and_then(|phone| phone.split()) {
        element("CountryCodeMobilePhone", &format!("+{code}"));
        element("MobilePhone", &national);
    }
    xml.push_str("</Address></Billing>");
    xml
}

/// Three digits, zero-padded (`056` for Belgium). Nothing for a country without a number, which is
/// Kosovo: never `000`, which is none.
fn country(country: Option<&Country>) -> String {
    let numeric = country.and_then(Country::numeric);
    numeric.map_or_else(String::new, |numeric| format!("{numeric:03}"))
}

/// At most 10 letters, digits, spaces and hyphens. Spaces go first when it is longer.
fn postal_code(text: &str) -> Option<String> {
    let kept = plain(text, 40)?.replace(['\'', '/'], "");
    if kept.len() <= 10 {
        return plain(&kept, 10);
    }
    plain(&kept.replace(' ', ""), 10)
}

#[cfg(test)]
mod tests {
    use guichet_domain::shopper::Typed;

    use super::*;

    fn element(xml: &str, name: &str) -> Option<String> {
        let (_, after) = xml.split_once(&format!("<{name}>"))?;
        Some(after.split_once("</")?.0.to_owned())
    }

    fn sent(typed: &Typed<'_>, name: &str) -> Option<String> {
        element(&billing(&Shopper::read(typed).unwrap()), name)
    }

    #[test]
    fn one_name_stands_in_both_places() {
        for (first, last, both) in [
            (None, Some("ACME & Fils SARL"), "ACME Fils SARL"),
            (Some("Suharto"), Some("-"), "Suharto"),
            (None, None, "-"),
        ] {
            let typed = Typed {
                first_name: first,
                last_name: last,
                ..Typed::default()
            };
            assert_eq!(sent(&typed, "FirstName").as_deref(), Some(both));
            assert_eq!(sent(&typed, "LastName").as_deref(), Some(both));
        }
    }

    #[test]
    fn what_is_not_known_is_a_hyphen_and_a_phone_is_left_out() {
        let typed = Typed {
            email: Some("a@b.fr"),
            ..Typed::default()
        };
        for name in ["FirstName", "Address1", "ZipCode", "City"] {
            assert_eq!(sent(&typed, name).as_deref(), Some("-"), "{name}");
        }
        assert_eq!(sent(&typed, "Address2"), None);
        assert_eq!(sent(&typed, "CountryCode").as_deref(), Some(""));
        assert_eq!(sent(&typed, "CountryCodeMobilePhone"), None);
        assert_eq!(sent(&typed, "MobilePhone"), None);
    }

    #[test]
    fn names_and_addresses_are_written_in_the_platforms_signs() {
        let typed = Typed {
            first_name: Some("Ka\u{2bb}iulani"),
            last_name: Some("Du\u{ad}pont\u{200d}"),
            line1: Some("12½ rue\r\ndu Général de Gaulle, Résidence des Tilleuls"),
            line2: Some("3e étage"),
            phone: Some("06 12 34 56 75"),
            country: Some("FR"),
            ..Typed::default()
        };
        for (name, text) in [
            ("FirstName", "Ka'iulani"),
            ("LastName", "Dupont"),
            ("Address1", "12 1/2 rue du General de Gaulle"),
            ("Address2", "Residence des Tilleuls 3e etage"),
            ("CountryCode", "250"),
            ("CountryCodeMobilePhone", "+33"),
            ("MobilePhone", "0612345675"),
        ] {
            assert_eq!(sent(&typed, name).as_deref(), Some(text), "{name}");
        }
    }

    #[test]
    fn a_postal_code_is_ten_characters_at_most() {
        for (typed, sent) in [
            ("75001", Some("75001")),
            ("SW1A 1AA", Some("SW1A 1AA")),
            ("AB 12 CD 34 EF 5", Some("AB12CD34EF")),
            ("〒100-0001", Some("100-0001")),
            ("''", None),
        ] {
            assert_eq!(postal_code(typed).as_deref(), sent, "{typed}");
        }
    }

    #[test]
    fn a_country_has_three_digits_or_none() {
        for (code, digits) in [("BE", "056"), ("FR", "250"), ("XK", "")] {
            let known = Country::try_from(code.to_owned()).unwrap();
            assert_eq!(country(Some(&known)), digits);
        }
        assert_eq!(country(None), "");
    }

    #[test]
    fn a_basket_counts_one_to_ninety_nine() {
        assert!(shopping_cart(0).contains("<totalQuantity>1<"));
        assert!(shopping_cart(7).contains("<totalQuantity>7<"));
        assert!(shopping_cart(100).contains("<totalQuantity>99<"));
    }
}
