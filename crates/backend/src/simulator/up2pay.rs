//! Up2pay as a model: its books, its answers, and what it tells of itself.
//!
//! It does whatever it is asked to do with a transaction that it knows, also what would give back
//! more than was taken: that a platform refuses such a thing is nothing to rely on.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

use guichet_domain::operation::OperationKind;
use url::form_urlencoded;

use super::platform::{Act, Known, Mishap};

/// What pays.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Means {
    Card,
    Voucher,
    Complement,
}

/// One transaction of the platform's books.
#[derive(Clone, Debug)]
pub(super) struct Transaction {
    pub(super) number: u64,
    pub(super) call: u64,
    pub(super) reference: String,
    pub(super) means: Means,
    pub(super) amount: u64,
    pub(super) accepted: bool,
    pub(super) reserved_only: bool,
    /// What a signed message of it came to the shop's account for, and was taken.
    pub(super) told: bool,
    /// What was done with it.
    pub(super) acts: Vec<Act>,
}

impl Transaction {
    /// As the simulation sees it.
    pub(super) fn known(&self) -> Known {
        Known {
            name: self.number.to_string(),
            reference: self.reference.clone(),
            amount: self.amount,
            accepted: self.accepted,
            reserved_only: self.reserved_only,
            told: self.told,
            acts: self.acts.clone(),
        }
    }

    fn status(&self) -> &'static str {
        let own = self.known();
        if own.given_back() > 0 {
            "Rembours\u{e9}"
        } else if own.is_cancelled() {
            "Annul\u{e9}"
        } else if own.reserved_only && own.acts(OperationKind::Capture).is_empty() {
            "Autoris\u{e9}"
        } else {
            "Captur\u{e9}"
        }
    }

    /// What it tells of itself, signed.
    pub(super) fn message(&self) -> String {
        let (payment, card, authorisation) = match self.means {
            Means::Card => ("CARTE", "CB", "XXXXXX"),
            Means::Voucher => ("LIMONETIK", "SODEXO", ""),
            Means::Complement => ("LIMONETIK", "LIMOCB", "XXXXXX"),
        };
        let (code, authorisation) = if self.accepted {
            ("00000", authorisation)
        } else {
            ("00105", "")
        };
        let authorisation = match authorisation {
            "" => String::new(),
            number => format!("&Auto={number}"),
        };
        let Self {
            number,
            call,
            reference,
            amount,
            ..
        } = self;
        sign(&format!(
            "Mt={amount}&Ref={reference}{authorisation}&Appel={call}&ChoixPaiement={payment}\
             &ChoixCarte={card}&Erreur={code}&Transaction={number}"
        ))
    }
}

/// Its TYPE of what is done; none of what only asks.
fn act(kind: &str) -> Option<OperationKind> {
    match kind {
        "00002" => Some(OperationKind::Capture),
        "00005" => Some(OperationKind::Cancel),
        "00014" => Some(OperationKind::Refund),
        _ => None,
    }
}

/// The platform's books.
#[derive(Debug, Default)]
pub(super) struct Up2pay {
    pub(super) transactions: Vec<Transaction>,
}

impl Up2pay {
    /// A new transaction of a payment's page.
    pub(super) fn pay(&mut self, new: Transaction) -> usize {
        self.transactions.push(new);
        self.transactions.len() - 1
    }

    /// Treats a question of PPPS, and gives the answer in ISO-8859-1.
    pub(super) fn answer(&mut self, body: &[u8], mishap: Mishap) -> Vec<u8> {
        let fields: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let number = |name: &str| field(name).parse::<u64>().unwrap_or_default();
        let question = number("NUMQUESTION");
        let wanted = (number("NUMTRANS"), number("NUMAPPEL"), field("REFERENCE"));
        let found = self
            .transactions
            .iter_mut()
            .find(|own| (own.number, own.call, own.reference.as_str()) == wanted && own.accepted);
        let (mut code, mut own, mut status) = ("00018", 0, "");
        if mishap == Mishap::Unwell {
            code = "00001";
        } else if mishap == Mishap::Refused && act(field("TYPE")).is_some() {
            code = "00105";
        } else if let Some(found) = found {
            (code, own) = ("00000", found.number);
            if let Some(act) = act(field("TYPE")) {
                found.acts.push((act, number("MONTANT")));
                own = found.number * 100 + found.acts.len() as u64;
            }
            status = found.status();
        }
        let text = format!(
            "NUMTRANS={own:010}&NUMAPPEL={:010}&NUMQUESTION={question:010}&SITE={}&RANG={}\
             &AUTORISATION=XXXXXX&CODEREPONSE={code}&COMMENTAIRE=&REFABONNE=&PORTEUR=\
             &STATUS={status}",
            number("NUMAPPEL"),
            field("SITE"),
            field("RANG"),
        );
        let bytes = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
        bytes.collect()
    }
}

/// Runs `openssl` with `input`; gives what it printed.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl signs for the platform's model");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

/// The model's key, made for this run, and its public half as PEM.
pub(super) fn key() -> &'static (tempfile::TempDir, String) {
    static KEY: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    KEY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        let file = file.to_str().unwrap();
        openssl(&["genrsa", "-out", file, "1024"], b"");
        let public = openssl(&["rsa", "-in", file, "-pubout"], b"");
        (folder, String::from_utf8(public).unwrap())
    })
}

/// The text with its signature. Each text is signed once in a run: references are drawn from few.
fn sign(text: &str) -> String {
    static SIGNED: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let mut signed = SIGNED.lock().unwrap();
    let signed = signed.get_or_insert_default();
    if let Some(known) = signed.get(text) {
        return known.clone();
    }
    use base64::Engine as _;
    let file = key().0.path().join("key.pem");
    let arguments = ["dgst", "-sha1", "-sign", file.to_str().unwrap()];
    let raw = openssl(&arguments, text.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(raw);
    let signature: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    let whole = format!("{text}&Signature={signature}");
    signed.insert(text.to_owned(), whole.clone());
    whole
}
