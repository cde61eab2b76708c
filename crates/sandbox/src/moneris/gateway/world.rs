//! What the gateway remembers.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde::Serialize;

/// All of it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Gateway {
    pub(super) transactions: Vec<Transaction>,
    pub(in crate::moneris) profiles: Vec<Profile>,
    pub(super) calls: Vec<Called>,
    /// The open batch.
    pub(in crate::moneris) batch: u32,
}

/// A transaction that the bank was asked about.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Transaction {
    pub(super) order: String,
    /// Its element.
    pub(super) name: String,
    pub(super) id: String,
    /// The one that it follows.
    pub(super) follows: Option<String>,
    /// Minor units.
    pub(super) amount: u64,
    pub(super) approved: bool,
    pub(super) batch: u32,
    /// The profile that paid.
    pub(super) profile: Option<String>,
    /// What was said of the card on file.
    pub(super) on_file: Vec<(String, String)>,
    /// The address that was to be compared.
    pub(super) address: Vec<(String, String)>,
    pub(super) receipt: Receipt,
}

/// A card of the vault.
#[derive(Clone, Debug, Serialize)]
pub(in crate::moneris) struct Profile {
    pub(super) key: String,
    pub(super) customer: String,
    pub(super) number: &'static str,
    /// `YYMM`.
    pub(in crate::moneris) expires: String,
    pub(super) issuer: String,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Called {
    pub(super) name: String,
    pub(super) order: String,
    /// It only asked.
    pub(super) asks: bool,
    pub(super) fault: Option<&'static str>,
}

/// An answer, by its fields. What is absent says `null`, as recorded.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Receipt {
    fields: Vec<(&'static str, String)>,
    profiles: Vec<Vec<(&'static str, String)>>,
}

/// The fields of every answer.
const FIELDS: [&str; 16] = [
    "ReceiptId",
    "ReferenceNum",
    "ResponseCode",
    "ISO",
    "AuthCode",
    "TransTime",
    "TransDate",
    "TransType",
    "Complete",
    "Message",
    "TransAmount",
    "CardType",
    "TransID",
    "TimedOut",
    "BankTotals",
    "Ticket",
];

impl Receipt {
    fn empty() -> Self {
        Self {
            fields: FIELDS.map(|name| (name, "null".to_owned())).into(),
            profiles: Vec::new(),
        }
    }

    /// What was not done: all is `null` but the reason.
    pub(super) fn refused(why: &str) -> Self {
        Self::empty()
            .with("Complete", "false")
            .with("TimedOut", "false")
            .with("Message", why)
    }

    /// Of an act of the vault: `null` for every number (*Vault*).
    pub(super) fn of_vault(done: bool, code: &str, message: &str) -> Self {
        Self::empty()
            .with("Complete", "true")
            .with("TimedOut", "false")
            .with("ResponseCode", code)
            .with("Message", message)
            .with("ResSuccess", if done { "true" } else { "false" })
            .with("PaymentType", "cc")
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(own, _)| *own != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    pub(super) fn with_profile(mut self, fields: Vec<(&'static str, String)>) -> Self {
        self.profiles.push(fields);
        self
    }

    /// A field's text, `null` where it tells nothing.
    pub(super) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(own, _)| *own == name);
        found.map_or("null", |(_, text)| text)
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.field(name) == value
    }

    pub(super) fn xml(&self) -> String {
        let mut xml = "<?xml version=\"1.0\" standalone=\"yes\"?><response><receipt>".to_owned();
        let put = |fields: &[(&'static str, String)]| {
            let mut all = String::new();
            for (name, value) in fields {
                let _ = write!(all, "<{name}>{}</{name}>", escape(value.as_str()));
            }
            all
        };
        // Before the other fields, as a public stub of several has it.
        for profile in &self.profiles {
            let _ = write!(xml, "<ResolveData>{}</ResolveData>", put(profile));
        }
        xml + &put(&self.fields) + "</receipt></response>"
    }
}
