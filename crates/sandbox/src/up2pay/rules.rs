//! Every rule that a payment-page call must keep, and the refusal when one is broken.
//!
//! Sources: Paybox System manual (field formats), and Up2pay e-Transactions, manuel d'intégration
//! CONECS / CV-CONNECT, 01/03/2021, §3.1.5 to §3.1.9, §3.2.4 to §3.2.2, §3.3.3.2, §3.3.6.

use axum::http::StatusCode;
use url::Url;

use super::call::{Addresses, Call, Preset};
use super::letters;
use super::method::{CARD_TYPES, LIMOCB, LIMONETIK, Method};
use super::xml;
use crate::accounts::Account;
use crate::pairs::{Pairs, sealed_message, value};
use crate::seal::hmac_matches;

/// A call that the platform refuses, with the page's words.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The error as the platform names it.
    pub(crate) platform: String,
    /// What only the sandbox tells: each rule broken.
    pub(crate) rules: Vec<String>,
}

impl Refusal {
    fn access(rule: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            platform: "PAYBOX 3 : Problème d'identification du commerce. Accès refusé !".to_owned(),
            rules: vec![rule.into()],
        }
    }

    fn missing(names: &[&str]) -> Self {
        let rule = |name: &&str| format!("{name} est obligatoire et absent ou vide");
        Self {
            status: StatusCode::BAD_REQUEST,
            platform: format!("PAYBOX 4 : variable manquante ({})", names.join(", ")),
            rules: names.iter().map(rule).collect(),
        }
    }

    fn invalid(rules: Vec<Rule>) -> Self {
        let field = rules.first().map_or("", |rule| rule.field);
        Self {
            status: StatusCode::BAD_REQUEST,
            platform: format!("PAYBOX 4 : variable incorrecte ({field})"),
            rules: rules.into_iter().map(|rule| rule.text).collect(),
        }
    }
}

/// One broken rule.
struct Rule {
    field: &'static str,
    text: String,
}

/// Fields without which no page opens.
const MANDATORY: [&str; 13] = [
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
    "PBX_HMAC",
];

/// Longest reference of a voucher payment (§3.1.6, §3.2.5).
const LONGEST_VOUCHER_REFERENCE: usize = 20;

/// Checks a call; gives the merchant's index and what the page needs.
pub(crate) fn check(pairs: &Pairs, accounts: &[Account]) -> Result<(usize, Call), Refusal> {
    for (index, (name, _)) in pairs.iter().enumerate() {
        if pairs.iter().take(index).any(|(before, _)| before == name) {
            return Err(Refusal::access(format!("{name} figure deux fois")));
        }
    }
    let text = |name| value(pairs, name).unwrap_or_default();
    let missing: Vec<&str> = MANDATORY
        .into_iter()
        .filter(|name| text(name).is_empty())
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    let account = accounts.iter().enumerate().find(|(_, account)| {
        account.site == text("PBX_SITE")
            && account.has_rank(text("PBX_RANG"))
            && account.identifiant == text("PBX_IDENTIFIANT")
    });
    let Some((index, account)) = account else {
        return Err(Refusal::access(
            "PBX_SITE, PBX_RANG et PBX_IDENTIFIANT ne désignent aucun commerçant connu",
        ));
    };
    if text("PBX_HASH") != "SHA512" {
        return Err(Refusal::access(
            "PBX_HASH : ce bac à sable ne joue que SHA512",
        ));
    }
    let message = sealed_message(pairs, "PBX_HMAC");
    if !hmac_matches(account.key.bytes(), message.as_bytes(), text("PBX_HMAC")) {
        return Err(Refusal::access(
            "PBX_HMAC ne correspond pas : champs dans l'ordre du formulaire, valeurs brutes, clé \
             décodée de l'hexadécimal",
        ));
    }
    read(pairs)
        .map(|call| (index, call))
        .map_err(Refusal::invalid)
}

/// Collects broken rules while the call is read.
struct Reader<'a> {
    pairs: &'a Pairs,
    broken: Vec<Rule>,
}

impl<'a> Reader<'a> {
    fn text(&self, name: &str) -> &'a str {
        value(self.pairs, name).unwrap_or_default()
    }

    fn given(&self, name: &str) -> Option<&'a str> {
        value(self.pairs, name).filter(|text| !text.is_empty())
    }

    fn want(&mut self, kept: bool, field: &'static str, rule: &str) {
        if !kept {
            self.broken.push(Rule {
                field,
                text: format!("{field} : {rule}"),
            });
        }
    }

    fn digits(&mut self, field: &'static str, shortest: usize, longest: usize) {
        let Some(text) = self.given(field) else {
            return;
        };
        let kept = is_digits(text, shortest, longest);
        self.want(kept, field, &format!("{shortest} à {longest} chiffres"));
    }

    fn one_of(&mut self, field: &'static str, allowed: &[&str]) {
        let Some(text) = self.given(field) else {
            return;
        };
        self.want(
            allowed.contains(&text),
            field,
            &format!("parmi {}", allowed.join(" ")),
        );
    }

    fn address(&mut self, field: &'static str) -> Option<String> {
        let text = self.given(field)?;
        let absolute = Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        self.want(absolute, field, "adresse absolue, http ou https");
        let short = text.len() <= 150 && text.is_ascii() && !text.contains(' ');
        self.want(short, field, "150 caractères ASCII au plus");
        self.want(!text.contains('#'), field, "sans fragment (#)");
        Some(text.to_owned())
    }
}

fn is_digits(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read(pairs: &Pairs) -> Result<Call, Vec<Rule>> {
    let mut reader = Reader {
        pairs,
        broken: Vec::new(),
    };
    check_formats(&mut reader);
    check_shopper(&mut reader);
    let addresses = Addresses {
        done: reader.address("PBX_EFFECTUE"),
        refused: reader.address("PBX_REFUSE"),
        cancelled: reader.address("PBX_ANNULE"),
        waiting: reader.address("PBX_ATTENTE"),
        notification: reader.address("PBX_REPONDRE_A"),
    };
    let wanted = match letters::parse_wanted(reader.text("PBX_RETOUR")) {
        Ok(wanted) => wanted,
        Err(rule) => {
            reader.want(false, "PBX_RETOUR", &rule);
            Vec::new()
        }
    };
    let preset = read_preset(&mut reader);
    let barred = voucher_rule(&reader, &wanted);
    if let (Some((field, rule)), true) = (
        &barred,
        preset
            .as_ref()
            .is_some_and(|preset| preset.method.is_voucher()),
    ) {
        reader.want(false, field, rule);
    }
    let total = reader.text("PBX_TOTAL").parse().unwrap_or(0);
    reader.want(total > 0, "PBX_TOTAL", "supérieur à zéro");
    if !reader.broken.is_empty() {
        return Err(reader.broken);
    }
    Ok(Call {
        total,
        currency: reader.text("PBX_DEVISE").to_owned(),
        reference: reader.text("PBX_CMD").to_owned(),
        wanted,
        addresses,
        notify_by_post: reader.text("PBX_RUF1") == "POST",
        display: reader
            .given("PBX_DISPLAY")
            .and_then(|text| text.parse().ok())
            .unwrap_or(900),
        authorise_only: reader.text("PBX_AUTOSEULE") == "O",
        preset,
        forced_code: reader.given("PBX_ERRORCODETEST").map(str::to_owned),
        vouchers_barred: barred.map(|(field, rule)| format!("{field} : {rule}")),
    })
}

fn check_formats(reader: &mut Reader<'_>) {
    reader.digits("PBX_SITE", 7, 7);
    reader.digits("PBX_RANG", 2, 3);
    reader.digits("PBX_IDENTIFIANT", 1, 9);
    reader.digits("PBX_TOTAL", 3, 10);
    reader.digits("PBX_DEVISE", 3, 3);
    reader.one_of("PBX_DEVISE", &["978", "756", "826", "840"]);
    reader.digits("PBX_DISPLAY", 3, 10);
    reader.digits("PBX_DIFF", 1, 2);
    reader.one_of(
        "PBX_LANGUE",
        &["FRA", "GBR", "ESP", "ITA", "DEU", "NLD", "SWE", "PRT"],
    );
    reader.one_of("PBX_SOURCE", &["HTML", "WAP", "IMODE", "XHTML", "RWD"]);
    reader.one_of("PBX_RUF1", &["GET", "POST"]);
    reader.one_of("PBX_AUTOSEULE", &["O", "N"]);
    reader.one_of("PBX_SOUHAITAUTHENT", &["01", "02", "03", "04"]);
    if let Some(text) = reader.given("PBX_ERRORCODETEST") {
        let kept = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        reader.want(kept, "PBX_ERRORCODETEST", "5 caractères");
    }
    if let Some(text) = reader.given("PBX_ARCHIVAGE") {
        let kept = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        reader.want(
            kept,
            "PBX_ARCHIVAGE",
            "12 caractères alphanumériques au plus",
        );
    }
    let time = reader.text("PBX_TIME");
    // pretix-paybox 0.9.9 sends a time without an offset.
    let known =
        time.parse::<jiff::Timestamp>().is_ok() || time.parse::<jiff::civil::DateTime>().is_ok();
    reader.want(
        time.contains('T') && known,
        "PBX_TIME",
        "ISO 8601, comme 2021-03-01T10:00:00+01:00",
    );
}

fn check_shopper(reader: &mut Reader<'_>) {
    let reference = reader.text("PBX_CMD");
    let kept = (1..=250).contains(&reference.len())
        && reference
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    reader.want(kept, "PBX_CMD", "1 à 250 caractères ASCII");
    let mail = reader.text("PBX_PORTEUR");
    let (before, after) = mail.split_once('@').unwrap_or_default();
    let kept = (6..=120).contains(&mail.chars().count())
        && !before.is_empty()
        && after.contains('.')
        && !after.contains('@')
        && !mail.contains(char::is_whitespace);
    reader.want(
        kept,
        "PBX_PORTEUR",
        "adresse de 6 à 120 caractères, avec @ et point",
    );
    if let Err(text) = xml::check_cart(reader.text("PBX_SHOPPINGCART")) {
        reader.broken.push(Rule {
            field: "PBX_SHOPPINGCART",
            text,
        });
    }
    if let Err(text) = xml::check_billing(reader.text("PBX_BILLING")) {
        reader.broken.push(Rule {
            field: "PBX_BILLING",
            text,
        });
    }
}

fn read_preset(reader: &mut Reader<'_>) -> Option<Preset> {
    let payment = reader.given("PBX_TYPEPAIEMENT");
    let card = reader.given("PBX_TYPECARTE");
    let (payment, card) = match (payment, card) {
        (None, None) => return None,
        (Some(payment), Some(card)) => (payment, card),
        (None, Some(_)) => {
            reader.want(false, "PBX_TYPEPAIEMENT", "va toujours avec PBX_TYPECARTE");
            return None;
        }
        (Some(_), None) => {
            reader.want(false, "PBX_TYPECARTE", "va toujours avec PBX_TYPEPAIEMENT");
            return None;
        }
    };
    let method = match payment {
        "CARTE" if CARD_TYPES.contains(&card) => Some(Method::Card),
        LIMONETIK => Method::from_voucher_code(card),
        _ => None,
    };
    if card == LIMOCB {
        reader.want(
            false,
            "PBX_TYPECARTE",
            "LIMOCB ne se demande jamais (§3.3.6)",
        );
        return None;
    }
    let Some(method) = method else {
        reader.want(
            false,
            "PBX_TYPECARTE",
            "moyen de paiement que ce bac à sable ne joue pas",
        );
        return None;
    };
    Some(Preset {
        method,
        card_type: card.to_owned(),
    })
}

/// The first voucher rule that the call breaks (§2.1.2.2, §3.1.6, §3.1.7).
fn voucher_rule(
    reader: &Reader<'_>,
    wanted: &[(String, char)],
) -> Option<(&'static str, &'static str)> {
    let one_click = ["PBX_REFABONNE", "PBX_TOKEN", "PBX_IDABT", "PBX_EMPREINTE"];
    if reader.text("PBX_DEVISE") != "978" {
        return Some((
            "PBX_DEVISE",
            "les titres se paient en euros seulement (§2.1.2.2)",
        ));
    }
    if reader.text("PBX_CMD").chars().count() > LONGEST_VOUCHER_REFERENCE {
        return Some((
            "PBX_CMD",
            "1 à 20 caractères pour un titre (§3.1.6, §3.2.5)",
        ));
    }
    if wanted.iter().any(|(_, letter)| *letter == 'U') {
        return Some((
            "PBX_RETOUR",
            "la valeur U est refusée pour un titre (§3.1.7, §3.3.3.2)",
        ));
    }
    if reader.given("PBX_DIFF").is_some() {
        return Some(("PBX_DIFF", "pas de débit différé pour un titre"));
    }
    one_click
        .into_iter()
        .find(|field| reader.given(field).is_some())
        .map(|field| {
            (
                field,
                "pas de carte enregistrée ni d'abonnement pour un titre",
            )
        })
}
