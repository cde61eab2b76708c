//! The rules of a request, one by one. Sources as in `request.rs` of this folder's parent.

use url::Url;

use super::field::{Field, value};

/// A rule that a request breaks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Broken {
    /// The field, such as `PBX_SITE`.
    pub field: String,
    /// The rule, in words.
    pub rule: String,
}

/// Fields without which the platform refuses (Verifone "Paybox System" V8.0; the last two since the
/// 3-D Secure 2 of Crédit Agricole's modules).
const MANDATORY: [&str; 12] = [
    "PBX_SITE",
    "PBX_RANG",
    "PBX_IDENTIFIANT",
    "PBX_TOTAL",
    "PBX_DEVISE",
    "PBX_CMD",
    "PBX_PORTEUR",
    "PBX_RETOUR",
    "PBX_HASH",
    "PBX_TIME",
    "PBX_SHOPPINGCART",
    "PBX_BILLING",
];

/// Letters of PBX_RETOUR.
const LETTERS: &str = "MRTABCDEFGHIJKNOPQSUVWYZcov";

struct Rules<'a> {
    fields: &'a [Field],
    broken: Vec<Broken>,
}

/// Every rule that the fields break, in the order of the rules.
pub(super) fn broken(fields: &[Field]) -> Vec<Broken> {
    let mut rules = Rules {
        fields,
        broken: Vec::new(),
    };
    rules.names();
    rules.formats();
    rules.addresses();
    rules.return_list();
    rules.method();
    rules.three_d_secure();
    rules.seal();
    rules.broken
}

impl<'a> Rules<'a> {
    fn value(&self, name: &str) -> Option<&'a str> {
        value(self.fields, name)
    }

    fn want(&mut self, kept: bool, field: &str, rule: impl Into<String>) {
        if !kept {
            self.broken.push(Broken {
                field: field.to_owned(),
                rule: rule.into(),
            });
        }
    }

    fn names(&mut self) {
        for name in MANDATORY {
            self.want(
                self.value(name).is_some_and(|v| !v.is_empty()),
                name,
                "is missing or empty",
            );
        }
        for (index, (name, value)) in self.fields.iter().enumerate() {
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            self.want(
                plain,
                name,
                "the name holds something other than letters, digits and _",
            );
            let earlier = self.fields[..index]
                .iter()
                .any(|(before, _)| before == name);
            self.want(!earlier, name, "stands twice");
            self.want(
                value.trim() == value,
                name,
                "a stray space or line break around the value",
            );
        }
    }

    fn digits(&mut self, name: &str, least: usize, most: usize) {
        let Some(value) = self.value(name) else {
            return;
        };
        let fits =
            (least..=most).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
        let count = if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        };
        self.want(fits, name, format!("must be {count} digits"));
    }

    fn one_of(&mut self, name: &str, allowed: &[&str]) {
        let Some(value) = self.value(name) else {
            return;
        };
        self.want(
            allowed.contains(&value),
            name,
            format!("must be one of {}", allowed.join(", ")),
        );
    }

    fn formats(&mut self) {
        self.digits("PBX_SITE", 7, 7);
        self.digits("PBX_RANG", 2, 3);
        self.digits("PBX_IDENTIFIANT", 1, 9);
        self.digits("PBX_TOTAL", 3, 10);
        self.digits("PBX_DEVISE", 3, 3);
        self.digits("PBX_DISPLAY", 3, 10);
        self.digits("PBX_DIFF", 2, 2);
        let total = self.value("PBX_TOTAL").unwrap_or("1");
        self.want(
            total.bytes().any(|b| b != b'0'),
            "PBX_TOTAL",
            "must not be zero",
        );
        let languages = ["FRA", "GBR", "ESP", "ITA", "DEU", "NLD", "SWE", "PRT"];
        self.one_of("PBX_LANGUE", &languages);
        self.one_of("PBX_SOURCE", &["HTML", "WAP", "IMODE", "XHTML", "RWD"]);
        self.one_of("PBX_RUF1", &["GET", "POST"]);
        self.one_of("PBX_AUTOSEULE", &["O", "N"]);
        self.one_of("PBX_SOUHAITAUTHENT", &["01", "02", "03", "04"]);
        let hashes = ["SHA512", "SHA224", "SHA256", "SHA384", "RIPEMD160", "MDC2"];
        self.one_of("PBX_HASH", &hashes);
        if let Some(reference) = self.value("PBX_CMD") {
            let length = reference.chars().count();
            self.want(
                (1..=250).contains(&length),
                "PBX_CMD",
                "must be 1 to 250 characters",
            );
        }
        if let Some(mail) = self.value("PBX_PORTEUR") {
            let fits = (6..=120).contains(&mail.len()) && mail.contains('@') && mail.contains('.');
            self.want(
                fits,
                "PBX_PORTEUR",
                "must be 6 to 120 characters with @ and a point",
            );
        }
        if let Some(time) = self.value("PBX_TIME") {
            let fits = time.parse::<jiff::Timestamp>().is_ok() && time.contains('T');
            let rule = "must be ISO 8601 with an offset, such as 2021-03-01T10:00:00+01:00";
            self.want(fits, "PBX_TIME", rule);
        }
    }

    fn addresses(&mut self) {
        let names = [
            "PBX_EFFECTUE",
            "PBX_REFUSE",
            "PBX_ANNULE",
            "PBX_ATTENTE",
            "PBX_REPONDRE_A",
        ];
        for name in names {
            let Some(address) = self.value(name) else {
                continue;
            };
            let absolute = Url::parse(address)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            self.want(absolute, name, "must be an absolute http or https address");
            let short = address.len() <= 150 && address.is_ascii();
            self.want(short, name, "must be at most 150 ASCII characters");
            let notification = name == "PBX_REPONDRE_A";
            let plain = !notification || !address.contains('?');
            let rule = "should have no query string: the platform does not sign it";
            self.want(plain, name, rule);
        }
    }

    fn return_list(&mut self) {
        let name = "PBX_RETOUR";
        let Some(list) = self.value(name) else { return };
        let list = list.strip_suffix(';').unwrap_or(list);
        self.want(
            !list.contains(char::is_whitespace),
            name,
            "holds a stray space or line break",
        );
        let items: Vec<(&str, &str)> = list
            .split(';')
            .map(|item| item.split_once(':').unwrap_or((item, "")))
            .collect();
        for (item, letter) in &items {
            let one = letter.trim().chars().count() == 1 && LETTERS.contains(letter.trim());
            self.want(
                one,
                name,
                format!("{item:?} is not name:letter, with a known letter"),
            );
        }
        let signature = items.iter().position(|(_, letter)| letter.trim() == "K");
        self.want(
            signature.is_some(),
            name,
            "asks for no signature: add one, such as Signature:K",
        );
        let last = signature.is_none_or(|at| at + 1 == items.len());
        self.want(
            last,
            name,
            "K must be the last: what follows it is not signed",
        );
        let stored = items.iter().any(|(_, letter)| letter.trim() == "U");
        let rule = "the letter U is refused with LIMONETIK: the page does not open";
        self.want(!(stored && self.limonetik_possible()), name, rule);
    }

    /// A voucher is asked for, or may be chosen on the platform's page.
    fn limonetik_possible(&self) -> bool {
        matches!(self.value("PBX_TYPEPAIEMENT"), None | Some("LIMONETIK"))
    }

    fn method(&mut self) {
        let payment = self.value("PBX_TYPEPAIEMENT");
        let card = self.value("PBX_TYPECARTE");
        let both = payment.is_some() == card.is_some();
        self.want(
            both,
            "PBX_TYPEPAIEMENT",
            "goes with PBX_TYPECARTE: both or none",
        );
        if payment == Some("LIMONETIK") {
            self.one_of(
                "PBX_TYPECARTE",
                &["APETIZ", "SODEXO", "UPCHEQUDEJ", "CVCONNECT"],
            );
        }
        self.want(
            card != Some("LIMOCB"),
            "PBX_TYPECARTE",
            "a complement can't be asked for",
        );
        if !self.limonetik_possible() {
            return;
        }
        let when = if payment.is_none() {
            " when a voucher may be chosen on the page"
        } else {
            " with LIMONETIK"
        };
        let length = self
            .value("PBX_CMD")
            .map_or(1, |reference| reference.chars().count());
        self.want(
            length <= 20,
            "PBX_CMD",
            format!("must be at most 20 characters{when}"),
        );
        let currency = self.value("PBX_DEVISE").unwrap_or("978");
        self.want(
            currency == "978",
            "PBX_DEVISE",
            format!("must be 978{when}"),
        );
        let never = [
            "PBX_DIFF",
            "PBX_REFABONNE",
            "PBX_TOKEN",
            "PBX_DATEVAL",
            "PBX_EMPREINTE",
            "PBX_IDABT",
            "PBX_2MONT1",
            "PBX_2MONT2",
            "PBX_2MONT3",
        ];
        for name in never {
            self.want(
                self.value(name).is_none(),
                name,
                format!("must be absent{when}"),
            );
        }
    }

    fn three_d_secure(&mut self) {
        for (name, root) in [
            ("PBX_SHOPPINGCART", "shoppingcart"),
            ("PBX_BILLING", "Billing"),
        ] {
            let Some(xml) = self.value(name) else {
                continue;
            };
            let header = xml.starts_with("<?xml version=");
            self.want(
                header,
                name,
                "must begin with the header <?xml version=\"1.0\" …?>",
            );
            self.want(!xml.contains(['\r', '\n', '\t']), name, "must be one line");
            let rooted = xml.contains(&format!("<{root}>")) && xml.ends_with(&format!("</{root}>"));
            self.want(rooted, name, format!("must have the root element {root}"));
        }
        if let Some(xml) = self.value("PBX_SHOPPINGCART") {
            let quantity = element(xml, "totalQuantity").and_then(|text| text.parse::<u32>().ok());
            let fits = quantity.is_some_and(|quantity| (1..=99).contains(&quantity));
            self.want(fits, "PBX_SHOPPINGCART", "totalQuantity must be 1 to 99");
        }
        if let Some(xml) = self.value("PBX_BILLING") {
            self.billing(xml);
        }
    }

    fn billing(&mut self, xml: &str) {
        let elements: [(&str, usize, bool); 9] = [
            ("FirstName", 22, true),
            ("LastName", 22, true),
            ("Address1", 50, true),
            ("Address2", 50, false),
            ("ZipCode", 16, true),
            ("City", 50, true),
            ("CountryCode", 3, true),
            ("CountryCodeMobilePhone", 5, false),
            ("MobilePhone", 15, false),
        ];
        let name = "PBX_BILLING";
        let mut last = 0;
        for (tag, most, mandatory) in elements {
            let Some(text) = element(xml, tag) else {
                self.want(!mandatory, name, format!("{tag} is missing"));
                continue;
            };
            let at = xml.find(&format!("<{tag}>")).unwrap_or_default();
            self.want(at >= last, name, format!("{tag} is out of order"));
            last = last.max(at);
            let filled = !mandatory || !text.is_empty() || tag == "CountryCode";
            self.want(filled, name, format!("{tag} is empty"));
            let short = text.chars().count() <= most;
            self.want(
                short,
                name,
                format!("{tag} is longer than {most} characters"),
            );
            let plain = |c: char| c.is_ascii_alphanumeric() || " -'/.,+".contains(c);
            let rule = format!("{tag} holds accents, markup or other signs: write plain letters");
            self.want(text.chars().all(plain), name, rule);
        }
        if let Some(country) = element(xml, "CountryCode") {
            let digits = country.len() == 3 && country.bytes().all(|b| b.is_ascii_digit());
            let fits = country.is_empty() || (digits && country != "000");
            self.want(
                fits,
                name,
                "CountryCode must be 3 digits, such as 250 or 056, or empty where there are none",
            );
        }
    }

    fn seal(&mut self) {
        let name = "PBX_HMAC";
        let Some(seal) = self.value(name) else { return };
        let last = self.fields.last().is_some_and(|(last, _)| last == name);
        self.want(last, name, "must be the last field");
        let length = match self.value("PBX_HASH") {
            Some("SHA224") => 56,
            Some("SHA256") => 64,
            Some("SHA384") => 96,
            _ => 128,
        };
        let hex = seal.bytes().all(|b| b.is_ascii_hexdigit());
        let found = seal.chars().count();
        let rule = format!("must be {length} hexadecimal digits; it has {found} characters");
        self.want(hex && found == length, name, rule);
    }
}

/// The text of the first element of that name.
fn element<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{tag}>"))?;
    after.split_once(&format!("</{tag}>")).map(|(text, _)| text)
}
