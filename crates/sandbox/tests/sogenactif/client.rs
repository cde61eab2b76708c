//! A shop's server that speaks Office, with a seal of its own: whole paths sorted, then joined.

use hmac::{Hmac, Mac};
use reqwest::{Client, Response};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::common::{World, world};

pub(crate) const DEMO: &str = "002001000000001";

/// Name, path and version prefix of each method.
pub(crate) const METHODS: [(&str, &str, &str); 44] = [
    ("cardOrder", "checkout/cardOrder", "IR"),
    ("cardCheckEnrollment", "checkout/cardCheckEnrollment", "IR"),
    (
        "cardValidateAuthentication",
        "checkout/cardValidateAuthentication",
        "IR",
    ),
    (
        "cardValidateAuthenticationAndOrder",
        "checkout/cardValidateAuthenticationAndOrder",
        "IR",
    ),
    ("walletOrder", "checkout/walletOrder", "IR"),
    (
        "walletCheckEnrollment",
        "checkout/walletCheckEnrollment",
        "IR",
    ),
    ("directDebitOrder", "checkout/directDebitOrder", "IR"),
    (
        "creditTransferInquire",
        "checkout/creditTransferInquire",
        "IR",
    ),
    (
        "creditTransferInitialize",
        "checkout/creditTransferInitialize",
        "IR",
    ),
    (
        "creditTransferFinalizeAndOrder",
        "checkout/creditTransferFinalizeAndOrder",
        "IR",
    ),
    (
        "paymentProviderInitialize",
        "checkout/paymentProviderInitialize",
        "IR",
    ),
    (
        "paymentProviderGetContext",
        "checkout/paymentProviderGetContext",
        "IR",
    ),
    (
        "paymentProviderFinalize",
        "checkout/paymentProviderFinalize",
        "IR",
    ),
    (
        "paymentDataProviderCheck",
        "checkout/paymentDataProviderCheck",
        "IR",
    ),
    (
        "walletIssuerWalletInitialize",
        "checkout/walletIssuerWalletInitialize",
        "IR",
    ),
    (
        "walletIssuerWalletFinalize",
        "checkout/walletIssuerWalletFinalize",
        "IR",
    ),
    ("cancel", "cashManagement/cancel", "CR"),
    ("validate", "cashManagement/validate", "CR"),
    ("refund", "cashManagement/refund", "CR"),
    ("duplicate", "cashManagement/duplicate", "CR"),
    ("creditHolder", "cashManagement/creditHolder", "CR"),
    (
        "walletCreditHolder",
        "cashManagement/walletCreditHolder",
        "CR",
    ),
    ("acceptChallenge", "cashManagement/acceptChallenge", "CR"),
    ("refuseChallenge", "cashManagement/refuseChallenge", "CR"),
    ("addCard", "wallet/addCard", "WR"),
    ("addDirectDebit", "wallet/addDirectDebit", "WR"),
    ("getWalletData", "wallet/getWalletData", "WR"),
    ("getPaymentMeanData", "wallet/getPaymentMeanData", "WR"),
    ("updatePaymentMean", "wallet/updatePaymentMean", "WR"),
    ("deletePaymentMean", "wallet/deletePaymentMean", "WR"),
    ("signOff", "wallet/signOff", "WR"),
    ("getTransactionData", "diagnostic/getTransactionData", "DR"),
    ("getFraudData", "diagnostic/getFraudData", "DR"),
    ("getVelocityData", "fraud/getVelocityData", "FR"),
    ("addToFraudList", "fraud/addToFraudList", "FR"),
    ("removeFromFraudList", "fraud/removeFromFraudList", "FR"),
    ("initializeMandate", "mandate/initializeMandate", "MR"),
    ("finalizeMandate", "mandate/finalizeMandate", "MR"),
    ("searchMandate", "mandate/searchMandate", "MR"),
    ("getMandateData", "mandate/getMandateData", "MR"),
    ("getPdfMandate", "mandate/getPDFMandate", "MR"),
    ("getCardData", "paymentMeanInfo/getCardData", "PMR"),
    (
        "hostedFieldsInitialize",
        "authentication/hostedFieldsInitialize",
        "AUT",
    ),
    ("paymentTokenGenerate", "token/paymentTokenGenerate", "TR"),
];

/// Every value of a message with its path; list items have numbers in theirs.
fn paths(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(inner) => {
            for (name, value) in inner {
                paths(value, &format!("{path}\u{1}{name}"), out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                paths(item, &format!("{path}\u{1}{index:06}"), out);
            }
        }
        Value::String(text) => out.push((path.to_owned(), text.clone())),
        other => out.push((path.to_owned(), other.to_string())),
    }
}

/// The text that a seal covers.
pub(crate) fn covered(message: &Map<String, Value>) -> String {
    let mut rest = message.clone();
    for name in ["keyVersion", "sealAlgorithm", "seal"] {
        rest.remove(name);
    }
    let mut all = Vec::new();
    paths(&Value::Object(rest), "", &mut all);
    all.sort();
    all.into_iter().map(|(_, value)| value).collect()
}

pub(crate) fn seal(message: &Map<String, Value>, key: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(covered(message).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// One shop of the platform.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) client: Client,
    pub(crate) merchant: &'static str,
    pub(crate) key: String,
    pub(crate) key_version: &'static str,
}

pub(crate) async fn shop() -> Shop {
    let world = world().await;
    let client = world.client.clone();
    Shop {
        world,
        client,
        merchant: DEMO,
        key: format!("{DEMO}_KEY1"),
        key_version: "1",
    }
}

/// The card of most tests: CB and VISA, no page, accepted.
pub(crate) const SMOOTH: &str = "4300001000000000";
/// CB, the bank's page, accepted.
pub(crate) const CHALLENGED: &str = "4200000000000000";

impl Shop {
    pub(crate) fn become_shop(&mut self, merchant: &'static str) {
        self.merchant = merchant;
        self.key = format!("{merchant}_KEY1");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.world.url(path)
    }

    /// A message with its envelope, sealed.
    pub(crate) fn message(&self, method: &str, fields: Value) -> Map<String, Value> {
        let (_, _, prefix) = METHODS.iter().find(|(name, _, _)| *name == method).unwrap();
        let mut message = json!({
            "interfaceVersion": format!("{prefix}_WS_2.53"),
            "merchantId": self.merchant,
            "keyVersion": self.key_version,
        });
        let message = message.as_object_mut().unwrap();
        message.extend(fields.as_object().unwrap().clone());
        let seal = seal(message, &self.key);
        message.insert("seal".to_owned(), json!(seal));
        message.clone()
    }

    pub(crate) async fn post(&self, method: &str, message: &Map<String, Value>) -> Response {
        let (_, path, _) = METHODS.iter().find(|(name, _, _)| *name == method).unwrap();
        let url = self.url(&format!("/rs-services/v2/{path}"));
        self.client.post(url).json(message).send().await.unwrap()
    }

    /// Calls a method; the answer's seal is checked.
    pub(crate) async fn call(&self, method: &str, fields: Value) -> Value {
        let message = self.message(method, fields);
        let answer: Value = self.post(method, &message).await.json().await.unwrap();
        let sealed = answer.as_object().unwrap();
        let expected = seal(sealed, &self.key);
        assert_eq!(sealed["seal"], expected, "{method}: {answer:#}");
        assert_eq!(answer["merchantId"], self.merchant, "{method}");
        answer
    }

    /// Calls a method that has to answer this code.
    pub(crate) async fn expect(&self, method: &str, code: &str, fields: Value) -> Value {
        let answer = self.call(method, fields).await;
        let name = match method {
            "getTransactionData" => "getTransDataResponseCode",
            "getFraudData" => "fraudResponseCode",
            _ if answer.get("walletResponseCode").is_some() => "walletResponseCode",
            _ => "responseCode",
        };
        assert_eq!(answer[name], code, "{method}: {answer:#}");
        answer
    }

    /// What the frames do: a session, then a token for a card.
    pub(crate) async fn token(&self, number: &str) -> String {
        let session = self.expect("hostedFieldsInitialize", "00", json!({})).await;
        let typed = json!({
            "token": session["merchantSessionToken"],
            "number": number, "expiry": "12/49", "csc": "123",
        });
        let answer = self.tokenize(&typed).await;
        answer.1["paymentToken"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn tokenize(&self, typed: &Value) -> (u16, Value) {
        let url = self.url("/paymentprovider/hostedfields/services/tokens");
        let answer = self.client.post(url).json(typed).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The usual fields of an order of 42.00.
    pub(crate) async fn order(&self, reference: &str, number: &str) -> Value {
        json!({
            "amount": "4200", "currencyCode": "978", "orderChannel": "INTERNET",
            "transactionReference": reference, "paymentToken": self.token(number).await,
            "merchantReturnUrl": format!("{}/retour", self.world.merchant),
            "customerId": "camille",
        })
    }

    /// Authenticates without a page and orders; gives the order's answer.
    pub(crate) async fn pay(&self, reference: &str, number: &str, more: Value) -> Value {
        let mut fields = self.order(reference, number).await;
        extend(&mut fields, more);
        let enrolled = self.expect("cardCheckEnrollment", "00", fields).await;
        assert_eq!(enrolled.get("redirectionUrl"), None);
        self.call("cardValidateAuthenticationAndOrder", back(&enrolled))
            .await
    }

    /// The shopper arrives on a page and presses a button; gives the status and the address.
    pub(crate) async fn press(&self, redirect: &Value, button: &str) -> (u16, String) {
        let url = redirect["redirectionUrl"].as_str().unwrap();
        let form = form(redirect);
        let page = self.client.post(url).form(&form).send().await.unwrap();
        assert_eq!(page.status(), 200, "{}", page.text().await.unwrap());
        let url = format!("{url}/{button}");
        let answer = self.client.post(url).form(&form).send().await.unwrap();
        let to = crate::common::location(&answer);
        (answer.status().as_u16(), to)
    }

    pub(crate) async fn state(&self, reference: &str) -> (String, String) {
        let fields = json!({ "transactionReference": reference });
        let data = self.expect("getTransactionData", "00", fields).await;
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        (text("transactionStatus"), text("responseCode"))
    }

    pub(crate) async fn night(&self) {
        let url = "/sandbox/sogenactif/api/clock";
        self.world.post_api(url, json!({ "days": 1 })).await;
    }

    pub(crate) async fn break_it(&self, faults: Value) {
        let url = "/sandbox/sogenactif/api/faults";
        let all = self.world.post_api(url, faults).await;
        assert_eq!(all.get("error"), None, "{all}");
    }

    pub(crate) async fn book(&self, reference: &str) -> Value {
        let path = format!("/sandbox/sogenactif/api/books?reference={reference}");
        self.world.api(&path).await["transactions"][0].clone()
    }
}

pub(crate) fn extend(fields: &mut Value, more: Value) {
    let more = more.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(more);
}

/// What a finalising method needs of an answer that opened a redirection.
pub(crate) fn back(opened: &Value) -> Value {
    json!({
        "transactionReference": opened["transactionReference"],
        "redirectionData": opened["redirectionData"],
        "messageVersion": opened["messageVersion"],
    })
}

pub(crate) fn form(redirect: &Value) -> Vec<(&'static str, String)> {
    ["redirectionData", "messageVersion"]
        .into_iter()
        .map(|name| (name, redirect[name].as_str().unwrap().to_owned()))
        .collect()
}
