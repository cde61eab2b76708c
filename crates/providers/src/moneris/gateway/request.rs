//! Requests to the gateway. The order of the elements counts (SDK).

use std::fmt::Write as _;
use std::time::Duration;

use quick_xml::escape::escape;
use secrecy::ExposeSecret as _;

use crate::contract::{Body, HttpMethod, PlatformCall};
use crate::moneris::config::Gateway;

/// How long an answer is waited for. The SDK waits 35 s, which with the wait for a place is longer
/// than whoever waits may be silent.
const TIMEOUT: Duration = Duration::from_secs(30);

/// By which way the card's data were given: a shop's page, over TLS (SDK).
const CRYPT_TYPE: &str = "7";

/// A transaction, by the vendor's name of its element.
#[derive(Clone, Copy, Debug)]
pub(super) enum Transaction<'a> {
    ResPurchaseCc(Charge<'a>),
    ResPreauthCc(Charge<'a>),
    /// Of nothing, it lets go what was reserved.
    Completion(Following<'a>),
    PurchaseCorrection(Following<'a>),
    Refund(Following<'a>),
    ResTokenizeCc {
        order_id: &'a str,
        txn_number: &'a str,
        cust_id: &'a str,
    },
    ResLookupMasked {
        data_key: &'a str,
    },
    ResDelete {
        data_key: &'a str,
    },
    ResGetExpiring,
}

/// A charge of a card of the vault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charge<'a> {
    pub(super) data_key: &'a str,
    pub(super) order_id: &'a str,
    pub(super) cust_id: &'a str,
    /// Minor units.
    pub(super) amount: u64,
    /// The shopper is not there.
    pub(super) by_shop: bool,
    /// What the card's first payment was called by its issuer.
    pub(super) issuer_id: Option<&'a str>,
}

/// What follows a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Following<'a> {
    pub(super) order_id: &'a str,
    pub(super) txn_number: &'a str,
    /// Minor units.
    pub(super) amount: u64,
}

/// Dollars and two digits.
fn dollars(minor: u64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

impl Transaction<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Self::ResPurchaseCc(_) => "res_purchase_cc",
            Self::ResPreauthCc(_) => "res_preauth_cc",
            Self::Completion(_) => "completion",
            Self::PurchaseCorrection(_) => "purchasecorrection",
            Self::Refund(_) => "refund",
            Self::ResTokenizeCc { .. } => "res_tokenize_cc",
            Self::ResLookupMasked { .. } => "res_lookup_masked",
            Self::ResDelete { .. } => "res_delete",
            Self::ResGetExpiring => "res_get_expiring",
        }
    }

    /// What stands in it, in the vendor's order (SDK).
    fn fields(&self) -> String {
        let mut xml = String::new();
        match self {
            Self::ResPurchaseCc(charge) | Self::ResPreauthCc(charge) => {
                put(&mut xml, "data_key", charge.data_key);
                put(&mut xml, "order_id", charge.order_id);
                put(&mut xml, "cust_id", charge.cust_id);
                put(&mut xml, "amount", &dollars(charge.amount));
                put(&mut xml, "crypt_type", CRYPT_TYPE);
                // A later use of a card on file, with its holder there or not (SDK).
                let mut on_file = String::new();
                let indicator = if charge.by_shop { "U" } else { "Z" };
                put(&mut on_file, "payment_indicator", indicator);
                put(&mut on_file, "payment_information", "2");
                if let Some(issuer_id) = charge.issuer_id {
                    put(&mut on_file, "issuer_id", issuer_id);
                }
                let _ = write!(xml, "<cof_info>{on_file}</cof_info>");
            }
            Self::Completion(of) => {
                put(&mut xml, "order_id", of.order_id);
                put(&mut xml, "comp_amount", &dollars(of.amount));
                put(&mut xml, "txn_number", of.txn_number);
                put(&mut xml, "crypt_type", CRYPT_TYPE);
            }
            Self::PurchaseCorrection(of) => {
                put(&mut xml, "order_id", of.order_id);
                put(&mut xml, "txn_number", of.txn_number);
                put(&mut xml, "crypt_type", CRYPT_TYPE);
            }
            Self::Refund(of) => {
                put(&mut xml, "order_id", of.order_id);
                put(&mut xml, "amount", &dollars(of.amount));
                put(&mut xml, "txn_number", of.txn_number);
                put(&mut xml, "crypt_type", CRYPT_TYPE);
            }
            Self::ResTokenizeCc {
                order_id,
                txn_number,
                cust_id,
            } => {
                put(&mut xml, "order_id", order_id);
                put(&mut xml, "txn_number", txn_number);
                put(&mut xml, "cust_id", cust_id);
                put(&mut xml, "return_issuer_id", "true");
            }
            Self::ResLookupMasked { data_key } | Self::ResDelete { data_key } => {
                put(&mut xml, "data_key", data_key);
            }
            Self::ResGetExpiring => {}
        }
        xml
    }
}

fn put(xml: &mut String, name: &str, value: &str) {
    let _ = write!(xml, "<{name}>{}</{name}>", escape(value));
}

/// A call. `asks`: whether it only asks what became of the same before, where the gateway can be
/// asked that.
pub(super) fn call(
    gateway: &Gateway,
    transaction: &Transaction<'_>,
    asks: Option<bool>,
) -> PlatformCall {
    let mut inner = String::new();
    put(&mut inner, "store_id", &gateway.store_id);
    put(&mut inner, "api_token", gateway.api_token.expose_secret());
    if let Some(asks) = asks {
        put(
            &mut inner,
            "status_check",
            if asks { "true" } else { "false" },
        );
    }
    let (name, fields) = (transaction.name(), transaction.fields());
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <request>{inner}<{name}>{fields}</{name}></request>"
    );
    PlatformCall {
        method: HttpMethod::Post,
        url: gateway.url.to_string(),
        headers: Vec::new(),
        body: Some(Body {
            content_type: "text/xml; charset=utf-8",
            bytes: xml.into_bytes(),
        }),
        timeout: TIMEOUT,
        after: Duration::ZERO,
        cache_for: None,
        line: None,
        note: String::new(),
    }
}
