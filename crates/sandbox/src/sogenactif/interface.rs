//! What an answer may hold at an older version of the interface.
//!
//! Source: the answer classes of worldline/sips-sdk-php's Office part, which speaks version 2.27.
//! They are typed and closed: that client reads `newAmount` and `captureDay` as integers.

use super::call::Fields;

const SEALED: &[&str] = &["errorFieldName", "seal"];

const OPERATION: &[&str] = &[
    "acquirerResponseCode",
    "authorisationId",
    "newAmount",
    "newStatus",
    "operationDateTime",
    "responseCode",
];

/// `cardOrder` and `walletOrder`; the former knows some more.
const ORDER: &[&str] = &[
    "acquirerResponseCode",
    "authorisationId",
    "captureDay",
    "captureMode",
    "cardCSCResultCode",
    "guaranteeIndicator",
    "holderAuthentStatus",
    "maskedPan",
    "orderId",
    "responseCode",
    "returnContext",
    "s10TransactionReference",
    "scoreColor",
    "tokenPan",
    "transactionDateTime",
    "transactionPlatform",
    "transactionReference",
];

const CARD_ORDER: &[&str] = &[
    "panEntryMode",
    "paymentMeanBrand",
    "paymentMeanBrandSelectionStatus",
];

const AFTER_AUTHENTICATION: &[&str] = &[
    "amount",
    "currencyCode",
    "holderAuthentMethod",
    "holderAuthentProgram",
    "holderAuthentResponseCode",
    "merchantId",
];

const ENROLMENT: &[&str] = &[
    "messageVersion",
    "paymentMeanBrandSelectionStatus",
    "redirectionData",
    "redirectionStatusCode",
    "redirectionUrl",
    "responseCode",
];

const TRANSACTION: &[&str] = &[
    "acquirerResponseCode",
    "authorisationId",
    "captureLimitDate",
    "currencyCode",
    "currentAmount",
    "customerId",
    "fromTransactionReference",
    "getTransDataResponseCode",
    "holderAuthentMethod",
    "holderAuthentProgram",
    "holderAuthentStatus",
    "lastOperationDateTime",
    "lastOperationName",
    "maskedPan",
    "merchantId",
    "orderChannel",
    "orderId",
    "originAmount",
    "panExpiryDate",
    "paymentAttemptNumber",
    "paymentMeanBrand",
    "paymentMeanType",
    "remainingAmount",
    "responseCode",
    "s10TransactionReference",
    "scoreColor",
    "tokenPan",
    "transactionDateTime",
    "transactionReference",
    "transactionStatus",
];

/// The members that a method's answer has at version 2.27; none where no source tells.
fn known(method: &str) -> Option<[&'static [&'static str]; 3]> {
    Some(match method {
        "cardCheckEnrollment" => [ENROLMENT, &[], &[]],
        "cardOrder" => [ORDER, CARD_ORDER, &[]],
        "walletOrder" => [ORDER, &[], &[]],
        "cardValidateAuthenticationAndOrder" => [ORDER, CARD_ORDER, AFTER_AUTHENTICATION],
        "validate" => [OPERATION, &["captureLimitDate"], &[]],
        "refund" => [OPERATION, &[], &[]],
        "addCard" => [
            &["maskedPan", "paymentMeanId"],
            &["walletActionDateTime", "walletResponseCode"],
            &[],
        ],
        "signOff" => [&["walletActionDateTime", OTHER_SIGN_OFF.1], &[], &[]],
        "getTransactionData" => [TRANSACTION, &[], &[]],
        _ => return None,
    })
}

/// Leaves out what version 2.27 does not know.
pub(crate) fn only_2_27(method: &str, fields: &mut Fields) {
    if let Some(known) = known(method) {
        fields.retain(|name, _| {
            let lists = known.iter().chain([&SEALED]);
            lists.into_iter().any(|list| list.contains(&name.as_str()))
        });
    }
}

/// `signOff`'s code and the other name that it has: the documentation of 24.2 says the former, the
/// SDK the latter.
const OTHER_SIGN_OFF: (&str, &str) = ("walletResponseCode", "walletOrderResponseCode");

/// Tells the code of `signOff` under both names.
pub(crate) fn both_names(method: &str, fields: &mut Fields) {
    let (name, other) = OTHER_SIGN_OFF;
    if method == "signOff"
        && let Some(code) = fields.get(name).cloned()
    {
        fields.insert(other.to_owned(), code);
    }
}
