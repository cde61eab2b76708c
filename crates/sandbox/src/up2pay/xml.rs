//! A strict reader for the two XML fields of 3-D Secure v2.
//!
//! The platform wants the XML header and the elements in a fixed order; so this is not a general
//! XML parser: it accepts exactly that, with white space between elements, and names the first
//! thing that differs. What real clients send and is therefore accepted stands in the sandbox's
//! documentation.

/// Reads a document from left to right.
struct Cursor<'a> {
    field: &'static str,
    rest: &'a str,
}

type Checked<T> = Result<T, String>;

impl<'a> Cursor<'a> {
    fn open(field: &'static str, text: &'a str) -> Checked<Self> {
        let lower = text.to_ascii_lowercase();
        let starts = [
            r#"<?xml version="1.0" encoding="utf-8""#,
            "<?xml version='1.0' encoding='utf-8'",
        ];
        let start = starts.into_iter().find(|start| lower.starts_with(*start));
        let rest = start
            .and_then(|start| text.get(start.len()..))
            .and_then(|rest| rest.trim_start().strip_prefix("?>"));
        rest.map(|rest| Self { field, rest })
            .ok_or_else(|| format!("{field} : en-tête <?xml version=\"1.0\" …?> attendu"))
    }

    /// The next tag; white space before it counts for nothing.
    fn tag(&mut self, tag: &str) -> Checked<()> {
        match self.rest.trim_start().strip_prefix(tag) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(format!(
                "{} : {tag} attendu à cet endroit (ordre fixe)",
                self.field
            )),
        }
    }

    fn is_next(&self, tag: &str) -> bool {
        self.rest.trim_start().starts_with(tag)
    }

    /// `<name>text</name>`.
    fn element(&mut self, name: &str) -> Checked<&'a str> {
        self.tag(&format!("<{name}>"))?;
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.tag(&format!("</{name}>"))?;
        if text.contains(char::is_control) {
            return Err(format!("{} : {name} tient sur une ligne", self.field));
        }
        Ok(text)
    }

    fn end(&self) -> Checked<()> {
        if self.rest.trim_start().is_empty() {
            return Ok(());
        }
        Err(format!("{} : du texte suit le dernier élément", self.field))
    }
}

/// `PBX_SHOPPINGCART`: `shoppingcart > total > totalQuantity`, 1 to 99.
pub(crate) fn check_cart(text: &str) -> Checked<()> {
    let mut cursor = Cursor::open("PBX_SHOPPINGCART", text)?;
    cursor.tag("<shoppingcart>")?;
    cursor.tag("<total>")?;
    let quantity = cursor.element("totalQuantity")?;
    cursor.tag("</total>")?;
    cursor.tag("</shoppingcart>")?;
    cursor.end()?;
    let digits = quantity.bytes().all(|byte| byte.is_ascii_digit());
    match quantity.parse::<u8>() {
        Ok(1..=99) if digits => Ok(()),
        _ => Err("PBX_SHOPPINGCART : totalQuantity de 1 à 99".to_owned()),
    }
}

/// `PBX_BILLING`: `Billing > Address` and its elements in their order.
pub(crate) fn check_billing(text: &str) -> Checked<()> {
    let mut cursor = Cursor::open("PBX_BILLING", text)?;
    cursor.tag("<Billing>")?;
    cursor.tag("<Address>")?;
    for (name, longest) in [("FirstName", 22), ("LastName", 22), ("Address1", 50)] {
        plain(name, cursor.element(name)?, 1, longest)?;
    }
    if cursor.is_next("<Address2/>") {
        cursor.tag("<Address2/>")?;
    } else if cursor.is_next("<Address2>") {
        plain("Address2", cursor.element("Address2")?, 0, 50)?;
    }
    plain("ZipCode", cursor.element("ZipCode")?, 1, 16)?;
    plain("City", cursor.element("City")?, 1, 50)?;
    let country = cursor.element("CountryCode")?;
    // A phone is left out by the platform's own configuration test, and by eopayment.
    let phone = if cursor.is_next("</Address>") {
        None
    } else {
        let prefix = cursor.element("CountryCodeMobilePhone")?;
        Some((prefix, cursor.element("MobilePhone")?))
    };
    cursor.tag("</Address>")?;
    cursor.tag("</Billing>")?;
    cursor.end()?;
    check_country(country)?;
    phone.map_or(Ok(()), |(prefix, phone)| check_phone(prefix, phone))
}

fn plain(name: &str, text: &str, shortest: usize, longest: usize) -> Checked<()> {
    let length = text.chars().count();
    if length < shortest || length > longest {
        return Err(format!(
            "PBX_BILLING : {name} de {shortest} à {longest} caractères"
        ));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || " -'/.,".contains(c);
    if text.chars().all(allowed) {
        return Ok(());
    }
    Err(format!(
        "PBX_BILLING : {name} sans accent ni caractère spécial"
    ))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Empty for a country without a number, which is Kosovo.
fn check_country(code: &str) -> Checked<()> {
    if code.is_empty() || (code.len() == 3 && all_digits(code) && code != "000") {
        return Ok(());
    }
    Err(
        "PBX_BILLING : CountryCode numérique sur 3 chiffres (ISO 3166-1, 056 pour la Belgique)"
            .to_owned(),
    )
}

fn check_phone(prefix: &str, phone: &str) -> Checked<()> {
    let code = prefix.strip_prefix('+').unwrap_or_default();
    if !(all_digits(code) && code.len() <= 4) {
        return Err("PBX_BILLING : CountryCodeMobilePhone de la forme +33".to_owned());
    }
    if !(all_digits(phone) && (4..=15).contains(&phone.len())) {
        return Err("PBX_BILLING : MobilePhone en chiffres, 10 pour la France".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

    fn billing(country: &str) -> String {
        format!(
            "{HEADER}<Billing><Address><FirstName>Camille</FirstName><LastName>Durand</LastName>\
             <Address1>12 rue des Lilas</Address1><ZipCode>75011</ZipCode><City>Paris</City>\
             <CountryCode>{country}</CountryCode>\
             <CountryCodeMobilePhone>+33</CountryCodeMobilePhone>\
             <MobilePhone>0612345678</MobilePhone></Address></Billing>"
        )
    }

    #[test]
    fn an_address_in_order_passes() {
        assert_eq!(check_billing(&billing("250")), Ok(()));
    }

    #[test]
    fn what_real_clients_send_passes() {
        // The configuration test of the platform's WooCommerce module 3.0.9; eopayment 3.15.
        let official = format!(
            "{HEADER}<Billing><Address><FirstName>John</FirstName><LastName>Doe</LastName>\
             <Address1>1 AVENUE DE L'OPERA</Address1><ZipCode>75001</ZipCode><City>PARIS</City>\
             <CountryCode>250</CountryCode></Address></Billing>"
        );
        assert_eq!(check_billing(&official), Ok(()));
        // pretix-paybox 0.9.9 has a space before the header's end.
        let spaced = official.replacen("?>", " ?>", 1);
        assert_eq!(check_billing(&spaced), Ok(()));
        let lines = billing("250").replace("><", ">\r\n\t<");
        assert_eq!(check_billing(&format!("{lines}\n")), Ok(()));
    }

    #[test]
    fn what_differs_is_named() {
        assert!(
            check_billing(&billing("56"))
                .unwrap_err()
                .contains("CountryCode")
        );
        assert!(check_billing(&billing("000")).is_err());
        assert_eq!(check_billing(&billing("")), Ok(()));
        let swapped = billing("250").replace("FirstName", "Prenom");
        assert!(check_billing(&swapped).unwrap_err().contains("<FirstName>"));
        let broken = billing("250").replace("Lilas", "Li\nlas");
        assert!(check_billing(&broken).unwrap_err().contains("Address1"));
        let half = billing("250").replace("<MobilePhone>0612345678</MobilePhone>", "");
        assert!(check_billing(&half).unwrap_err().contains("<MobilePhone>"));
        assert!(
            check_billing("<Billing></Billing>")
                .unwrap_err()
                .contains("en-tête")
        );
        let accent = billing("250").replace("Camille", "Zoé");
        assert!(check_billing(&accent).unwrap_err().contains("accent"));
    }

    #[test]
    fn a_cart_holds_1_to_99() {
        let cart = |n: &str| {
            check_cart(&format!(
                "{HEADER}<shoppingcart><total><totalQuantity>{n}</totalQuantity></total>\
                 </shoppingcart>"
            ))
        };
        assert_eq!(cart("1"), Ok(()));
        assert_eq!(cart("99"), Ok(()));
        for bad in ["0", "100", "", "+5", "1.5"] {
            assert!(cart(bad).is_err(), "{bad}");
        }
    }
}
