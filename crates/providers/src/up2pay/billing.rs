//! PBX_BILLING and PBX_SHOPPINGCART: what 3-D Secure 2 wants to know of the shopper, as XML on one
//! line.
//!
//! Element order, header and character set are those of Crédit Agricole's modules (WooCommerce
//! 3.0.5, PrestaShop 6.0.1) and Verifone's PrestaShop 3.2.0; where their lengths differ, the
//! shortest is taken: 22, 22, 40, 40, 10 and 40 characters.

use guichet_domain::shopper::{Phone, Shopper};

use crate::plain::fit;

const HEADER: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// The value of PBX_SHOPPINGCART: the number of items, 1 to 99.
pub(super) fn shopping_cart(items: u32) -> String {
    let quantity = items.clamp(1, 99);
    format!(
        "{HEADER}<shoppingcart><total><totalQuantity>{quantity}</totalQuantity></total>\
         </shoppingcart>"
    )
}

/// The value of PBX_BILLING.
pub(super) fn billing(shopper: &Shopper) -> String {
    let address = &shopper.address;
    let mut xml = format!("{HEADER}<Billing><Address>");
    let mut element = |name: &str, value: &str| {
        xml.push_str(&format!("<{name}>{value}</{name}>"));
    };
    element("FirstName", &fit(&shopper.first_name, 22));
    element("LastName", &fit(&shopper.last_name, 22));
    element("Address1", &fit(&address.line1, 40));
    if let Some(line2) = &address.line2 {
        element("Address2", &fit(line2, 40));
    }
    element("ZipCode", &postal_code(&address.postal_code));
    element("City", &fit(&address.city, 40));
    element("CountryCode", &country(address.country.numeric()));
    let (calling_code, national) = split_phone(&shopper.phone);
    element("CountryCodeMobilePhone", &calling_code);
    element("MobilePhone", &national);
    xml.push_str("</Address></Billing>");
    xml
}

/// Three digits, zero-padded (`056` for Belgium). Nothing for an unknown country, never `000`.
fn country(numeric: u16) -> String {
    if numeric == 0 {
        String::new()
    } else {
        format!("{numeric:03}")
    }
}

/// At most 10 letters, digits, spaces and hyphens. Spaces go first when it is longer.
fn postal_code(text: &str) -> String {
    let wide = fit(text, 40);
    let kept: String = wide
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'))
        .collect();
    let mut code = if kept.len() > 10 {
        kept.replace(' ', "")
    } else {
        kept
    };
    code.truncate(10);
    let code = code.trim();
    if code.is_empty() {
        "-".to_owned()
    } else {
        code.to_owned()
    }
}

/// ITU calling codes of one and two digits (ITU-T E.164, list of assigned country codes); every
/// other has three. No code begins with another.
const SHORT_CODES: [&str; 45] = [
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
    "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95",
];

/// One more of two digits, apart so that the table above stays in full lines.
const IRAN: &str = "98";

/// France and its overseas departments: national numbers are written with a leading 0.
const LEADING_ZERO: [&str; 5] = ["33", "262", "590", "594", "596"];

/// `+33` and `0612345675`: CountryCodeMobilePhone and MobilePhone.
fn split_phone(phone: &Phone) -> (String, String) {
    let digits = phone.as_str().trim_start_matches('+');
    let mut short = SHORT_CODES.into_iter().chain([IRAN]);
    let length = short
        .find(|code| digits.starts_with(code))
        .map_or(3, str::len);
    let (code, national) = digits.split_at_checked(length).unwrap_or((digits, ""));
    let national = if LEADING_ZERO.contains(&code) {
        format!("0{}", national.trim_start_matches('0'))
    } else {
        national.to_owned()
    };
    (format!("+{code}"), national)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(number: &str) -> (String, String) {
        split_phone(&Phone::try_from(number.to_owned()).unwrap())
    }

    #[test]
    fn a_phone_is_split_after_its_calling_code() {
        for (number, code, national) in [
            ("+33612345675", "+33", "0612345675"),
            ("+330612345675", "+33", "0612345675"),
            ("+262692123456", "+262", "0692123456"),
            ("+32470123456", "+32", "470123456"),
            ("+352621123456", "+352", "621123456"),
            ("+14165550123", "+1", "4165550123"),
            ("+79161234567", "+7", "9161234567"),
            ("+989121234567", "+98", "9121234567"),
            ("+447700900123", "+44", "7700900123"),
            ("+377612345678", "+377", "612345678"),
        ] {
            assert_eq!(
                split(number),
                (code.to_owned(), national.to_owned()),
                "{number}"
            );
        }
    }

    #[test]
    fn no_calling_code_begins_with_another() {
        for code in SHORT_CODES {
            let longer = SHORT_CODES
                .iter()
                .filter(|c| **c != code && c.starts_with(code));
            assert_eq!(longer.count(), 0, "{code}");
        }
    }

    #[test]
    fn a_postal_code_is_ten_characters_at_most() {
        assert_eq!(postal_code("75001"), "75001");
        assert_eq!(postal_code("SW1A 1AA"), "SW1A 1AA");
        assert_eq!(postal_code("AB 12 CD 34 EF 5"), "AB12CD34EF");
        assert_eq!(postal_code("〒100-0001"), "100-0001");
    }

    #[test]
    fn a_country_has_three_digits() {
        assert_eq!(country(56), "056");
        assert_eq!(country(250), "250");
        assert_eq!(country(0), "");
    }

    #[test]
    fn a_basket_counts_one_to_ninety_nine() {
        assert!(shopping_cart(0).contains("<totalQuantity>1<"));
        assert!(shopping_cart(7).contains("<totalQuantity>7<"));
        assert!(shopping_cart(100).contains("<totalQuantity>99<"));
    }
}
