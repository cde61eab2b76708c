//! Requests to the gateway. The order of the elements counts (SDK).

use std::fmt::Write as _;
use std::time::Duration;

use quick_xml::escape::escape;
use secrecy::ExposeSecret as _;

use crate::contract::{Body, HttpMethod, PlatformCall};
use crate::moneris::config::Gateway;

/// How long a call takes at most: 20 s until it is connected, and 35 s until it is answered (SDK).
/// The client gives up connecting by itself after the first of both.
const TIMEOUT: Duration = Duration::from_secs(55);

/// How long the list of cards that expire is not asked for anew.
const LISTED_FOR: Duration = Duration::from_secs(12 * 3600);

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
    /// What a completion left of a reservation is reserved anew.
    Reauth {
        order_id: &'a str,
        cust_id: &'a str,
        /// Minor units.
        amount: u64,
        orig_order_id: &'a str,
        txn_number: &'a str,
    },
    /// Gives money to a card of the vault that did not pay here.
    ResIndRefundCc {
        data_key: &'a str,
        order_id: &'a str,
        cust_id: &'a str,
        /// Minor units.
        amount: u64,
    },
    ResCardVerificationCc {
        data_key: &'a str,
        order_id: &'a str,
        address: Option<&'a Address>,
    },
    /// Makes a profile of a temporary token.
    ResAddToken {
        data_key: &'a str,
        cust_id: &'a str,
        /// `YYMM`.
        expdate: &'a str,
    },
    ResUpdateCc {
        data_key: &'a str,
        /// `YYMM`.
        expdate: &'a str,
    },
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
    /// To be compared.
    pub(super) address: Option<&'a Address>,
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
            Self::Reauth { .. } => "reauth",
            Self::ResIndRefundCc { .. } => "res_ind_refund_cc",
            Self::ResCardVerificationCc { .. } => "res_card_verification_cc",
            Self::ResAddToken { .. } => "res_add_token",
            Self::ResUpdateCc { .. } => "res_update_cc",
            Self::ResTokenizeCc { .. } => "res_tokenize_cc",
            Self::ResLookupMasked { .. } => "res_lookup_masked",
            Self::ResDelete { .. } => "res_delete",
            Self::ResGetExpiring => "res_get_expiring",
        }
    }

    /// What stands in it, in the vendor's order: flat fields, then blocks (SDK).
    fn fields(&self) -> String {
        let mut xml = String::new();
        let mut all = |fields: &[(&str, &str)]| {
            for (name, value) in fields {
                put(&mut xml, name, value);
            }
        };
        match self {
            Self::ResPurchaseCc(charge) | Self::ResPreauthCc(charge) => return charge.fields(),
            Self::Completion(of) => all(&[
                ("order_id", of.order_id),
                ("comp_amount", &dollars(of.amount)),
                ("txn_number", of.txn_number),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::PurchaseCorrection(of) => all(&[
                ("order_id", of.order_id),
                ("txn_number", of.txn_number),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::Refund(of) => all(&[
                ("order_id", of.order_id),
                ("amount", &dollars(of.amount)),
                ("txn_number", of.txn_number),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::Reauth {
                order_id,
                cust_id,
                amount,
                orig_order_id,
                txn_number,
            } => all(&[
                ("order_id", order_id),
                ("cust_id", cust_id),
                ("amount", &dollars(*amount)),
                ("orig_order_id", orig_order_id),
                ("txn_number", txn_number),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::ResIndRefundCc { .. }
            | Self::ResCardVerificationCc { .. }
            | Self::ResAddToken { .. }
            | Self::ResUpdateCc { .. }
            | Self::ResTokenizeCc { .. }
            | Self::ResLookupMasked { .. }
            | Self::ResDelete { .. }
            | Self::ResGetExpiring => return self.fields_of_vault(),
        }
        xml
    }

    /// The same of what names a card of the vault, or makes one, and is no charge.
    fn fields_of_vault(&self) -> String {
        let mut xml = String::new();
        let mut all = |fields: &[(&str, &str)]| {
            for (name, value) in fields {
                put(&mut xml, name, value);
            }
        };
        match self {
            Self::ResIndRefundCc {
                data_key,
                order_id,
                cust_id,
                amount,
            } => all(&[
                ("data_key", data_key),
                ("order_id", order_id),
                ("cust_id", cust_id),
                ("amount", &dollars(*amount)),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::ResCardVerificationCc {
                data_key,
                order_id,
                address,
            } => {
                all(&[
                    ("data_key", data_key),
                    ("order_id", order_id),
                    ("crypt_type", CRYPT_TYPE),
                ]);
                xml.extend(address.map(Address::block));
            }
            Self::ResAddToken {
                data_key,
                cust_id,
                expdate,
            } => all(&[
                ("data_key", data_key),
                ("cust_id", cust_id),
                ("expdate", expdate),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::ResUpdateCc { data_key, expdate } => all(&[
                ("data_key", data_key),
                ("expdate", expdate),
                ("crypt_type", CRYPT_TYPE),
            ]),
            Self::ResTokenizeCc {
                order_id,
                txn_number,
                cust_id,
            } => all(&[
                ("order_id", order_id),
                ("txn_number", txn_number),
                ("cust_id", cust_id),
                ("return_issuer_id", "true"),
            ]),
            Self::ResLookupMasked { data_key } | Self::ResDelete { data_key } => {
                all(&[("data_key", data_key)]);
            }
            _ => {}
        }
        xml
    }
}

impl Charge<'_> {
    fn fields(&self) -> String {
        let mut xml = String::new();
        put(&mut xml, "data_key", self.data_key);
        put(&mut xml, "order_id", self.order_id);
        put(&mut xml, "cust_id", self.cust_id);
        put(&mut xml, "amount", &dollars(self.amount));
        put(&mut xml, "crypt_type", CRYPT_TYPE);
        xml.extend(self.address.map(Address::block));
        // A later use of a card on file, with its holder there or not (SDK).
        let mut on_file = String::new();
        let indicator = if self.by_shop { "U" } else { "Z" };
        put(&mut on_file, "payment_indicator", indicator);
        put(&mut on_file, "payment_information", "2");
        if let Some(issuer_id) = self.issuer_id {
            put(&mut on_file, "issuer_id", issuer_id);
        }
        let _ = write!(xml, "<cof_info>{on_file}</cof_info>");
        xml
    }
}

/// An address that is compared (AVS): a street's number, its name, a postal code. All three or
/// none (GUIDE, chapter 8).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::moneris) struct Address {
    number: String,
    street: String,
    postal_code: String,
}

/// Most characters of a street's number and name together, and of a postal code (DOC).
const STREET_MAX: usize = 19;
const POSTAL_MAX: usize = 9;

impl Address {
    /// Of its three parts; none where one of them is empty, or none of what is compared.
    pub(in crate::moneris) fn of(number: &str, street: &str, postal_code: &str) -> Option<Self> {
        let plain = |text: &str| -> String {
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-');
            let kept: String = text.chars().filter(kept).collect();
            kept.trim().to_owned()
        };
        let number = plain(number);
        let left = STREET_MAX.checked_sub(number.chars().count())?;
        let street: String = plain(street).chars().take(left).collect();
        let street = street.trim().to_owned();
        let code: String = postal_code
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let fits = (1..=POSTAL_MAX).contains(&code.len());
        let all = fits && !number.is_empty() && !street.is_empty();
        all.then_some(Self {
            number,
            street,
            postal_code: code.to_ascii_uppercase(),
        })
    }

    /// Of the shopper's billing address, whose line begins with the street's number.
    pub(super) fn of_shopper(address: &guichet_domain::shopper::Address) -> Option<Self> {
        let line = address.line1.as_deref()?.trim();
        let (number, street) = line.split_once([' ', ','])?;
        let is_number = number.starts_with(|c: char| c.is_ascii_digit());
        let of = |code| Self::of(number, street, code);
        address
            .postal_code
            .as_deref()
            .filter(|_| is_number)
            .and_then(of)
    }

    fn block(&self) -> String {
        let mut block = String::new();
        put(&mut block, "avs_street_number", &self.number);
        put(&mut block, "avs_street_name", &self.street);
        put(&mut block, "avs_zipcode", &self.postal_code);
        format!("<avs_info>{block}</avs_info>")
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
        // The list is the same all day, and may not be asked for often (DOC).
        cache_for: matches!(transaction, Transaction::ResGetExpiring).then_some(LISTED_FOR),
        line: None,
        note: String::new(),
    }
}
