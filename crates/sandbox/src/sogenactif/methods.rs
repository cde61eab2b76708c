//! The 44 methods: path, version, code field, mandatory fields, and what each does.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2, and its data dictionary; the
//! mandatory fields of the pages that could not be read follow the public SDKs
//! (warehousenantes/sips-office-sdk-php). The envelope (`interfaceVersion`, `keyVersion`,
//! `merchantId`, `seal`) is mandatory everywhere.

use super::call::{Call, Outcome};
use super::{cash, checkout, diagnostic, external, fraud, hosted, mandate, wallet};

/// What a method does with the transaction's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// It names none.
    No,
    /// It makes a transaction.
    Makes,
    /// It is about a transaction that exists.
    Names,
}

/// One method.
pub(crate) struct Method {
    /// As the documentation spells it.
    pub(crate) name: &'static str,
    /// Below `/rs-services/v2/`.
    pub(crate) path: &'static str,
    /// Start of `interfaceVersion`, before `_WS_`.
    pub(crate) prefix: &'static str,
    /// The name of the answer's code.
    pub(crate) code_field: &'static str,
    pub(crate) identity: Identity,
    pub(crate) mandatory: &'static [&'static str],
    pub(crate) run: fn(&mut Call) -> Outcome,
}

const PAY: &[&str] = &["amount", "currencyCode", "orderChannel"];
const ENROL: &[&str] = &[
    "amount",
    "currencyCode",
    "orderChannel",
    "merchantReturnUrl",
];
const PAY_WALLET: &[&str] = &[
    "amount",
    "currencyCode",
    "orderChannel",
    "merchantWalletId",
    "paymentMeanId",
];
const ENROL_WALLET: &[&str] = &[
    "amount",
    "currencyCode",
    "orderChannel",
    "merchantWalletId",
    "paymentMeanId",
    "merchantReturnUrl",
];
const PROVIDER: &[&str] = &[
    "amount",
    "currencyCode",
    "orderChannel",
    "merchantReturnUrl",
    "paymentMeanBrand",
];
const ISSUER_WALLET: &[&str] = &[
    "amount",
    "currencyCode",
    "orderChannel",
    "merchantReturnUrl",
    "paymentMeanBrand",
    "merchantWalletId",
];
const BACK: &[&str] = &["redirectionData", "messageVersion"];
const OPERATION: &[&str] = &["operationAmount", "currencyCode"];
const AMOUNT: &[&str] = &["amount", "currencyCode"];
const CREDIT_WALLET: &[&str] = &[
    "amount",
    "currencyCode",
    "merchantWalletId",
    "paymentMeanId",
];
const MEAN: &[&str] = &["merchantWalletId", "paymentMeanId"];

type Run = fn(&mut Call) -> Outcome;

const fn method(
    name: &'static str,
    path: &'static str,
    prefix: &'static str,
    identity: Identity,
    mandatory: &'static [&'static str],
    run: Run,
) -> Method {
    Method {
        name,
        path,
        prefix,
        code_field: "responseCode",
        identity,
        mandatory,
        run,
    }
}

const fn makes(
    name: &'static str,
    path: &'static str,
    mandatory: &'static [&'static str],
    run: Run,
) -> Method {
    method(name, path, "IR", Identity::Makes, mandatory, run)
}

const fn follows(name: &'static str, path: &'static str, run: Run) -> Method {
    method(name, path, "IR", Identity::Names, BACK, run)
}

const fn cash(
    name: &'static str,
    path: &'static str,
    identity: Identity,
    mandatory: &'static [&'static str],
    run: Run,
) -> Method {
    method(name, path, "CR", identity, mandatory, run)
}

const fn wallet(
    name: &'static str,
    path: &'static str,
    mandatory: &'static [&'static str],
    run: Run,
) -> Method {
    with_code(
        method(name, path, "WR", Identity::No, mandatory, run),
        "walletResponseCode",
    )
}

const fn plain(
    name: &'static str,
    path: &'static str,
    prefix: &'static str,
    mandatory: &'static [&'static str],
    run: Run,
) -> Method {
    method(name, path, prefix, Identity::No, mandatory, run)
}

const fn with_code(method: Method, code_field: &'static str) -> Method {
    Method {
        code_field,
        ..method
    }
}

use Identity::{Makes, Names};

/// Every method, in the order of the groups.
static METHODS: &[Method] = &[
    makes("cardOrder", "checkout/cardOrder", PAY, checkout::card_order),
    makes(
        "cardCheckEnrollment",
        "checkout/cardCheckEnrollment",
        ENROL,
        checkout::card_enrol,
    ),
    follows(
        "cardValidateAuthentication",
        "checkout/cardValidateAuthentication",
        checkout::validate_authentication,
    ),
    follows(
        "cardValidateAuthenticationAndOrder",
        "checkout/cardValidateAuthenticationAndOrder",
        checkout::validate_and_order,
    ),
    makes(
        "walletOrder",
        "checkout/walletOrder",
        PAY_WALLET,
        checkout::wallet_order,
    ),
    makes(
        "walletCheckEnrollment",
        "checkout/walletCheckEnrollment",
        ENROL_WALLET,
        checkout::wallet_enrol,
    ),
    makes(
        "directDebitOrder",
        "checkout/directDebitOrder",
        &["amount", "currencyCode", "mandateId"],
        checkout::direct_debit,
    ),
    plain(
        "creditTransferInquire",
        "checkout/creditTransferInquire",
        "IR",
        &["currencyCode"],
        external::inquire,
    ),
    makes(
        "creditTransferInitialize",
        "checkout/creditTransferInitialize",
        &["amount", "currencyCode", "merchantReturnUrl"],
        external::transfer,
    ),
    follows(
        "creditTransferFinalizeAndOrder",
        "checkout/creditTransferFinalizeAndOrder",
        external::finalize_transfer,
    ),
    makes(
        "paymentProviderInitialize",
        "checkout/paymentProviderInitialize",
        PROVIDER,
        external::provider,
    ),
    method(
        "paymentProviderGetContext",
        "checkout/paymentProviderGetContext",
        "IR",
        Names,
        &["redirectionData"],
        external::context,
    ),
    follows(
        "paymentProviderFinalize",
        "checkout/paymentProviderFinalize",
        external::finalize_provider,
    ),
    makes(
        "paymentDataProviderCheck",
        "checkout/paymentDataProviderCheck",
        PAY,
        external::data_provider,
    ),
    makes(
        "walletIssuerWalletInitialize",
        "checkout/walletIssuerWalletInitialize",
        ISSUER_WALLET,
        external::issuer_wallet,
    ),
    follows(
        "walletIssuerWalletFinalize",
        "checkout/walletIssuerWalletFinalize",
        external::finalize_issuer_wallet,
    ),
    cash(
        "cancel",
        "cashManagement/cancel",
        Names,
        OPERATION,
        cash::cancel,
    ),
    cash(
        "validate",
        "cashManagement/validate",
        Names,
        OPERATION,
        cash::validate,
    ),
    cash(
        "refund",
        "cashManagement/refund",
        Names,
        OPERATION,
        cash::refund,
    ),
    cash(
        "duplicate",
        "cashManagement/duplicate",
        Makes,
        AMOUNT,
        cash::duplicate,
    ),
    cash(
        "creditHolder",
        "cashManagement/creditHolder",
        Makes,
        AMOUNT,
        cash::credit_holder,
    ),
    cash(
        "walletCreditHolder",
        "cashManagement/walletCreditHolder",
        Makes,
        CREDIT_WALLET,
        cash::wallet_credit_holder,
    ),
    cash(
        "acceptChallenge",
        "cashManagement/acceptChallenge",
        Names,
        &[],
        cash::accept_challenge,
    ),
    cash(
        "refuseChallenge",
        "cashManagement/refuseChallenge",
        Names,
        &[],
        cash::refuse_challenge,
    ),
    wallet(
        "addCard",
        "wallet/addCard",
        &["merchantWalletId"],
        wallet::add_card,
    ),
    wallet(
        "addDirectDebit",
        "wallet/addDirectDebit",
        &["merchantWalletId", "mandateId"],
        wallet::add_direct_debit,
    ),
    wallet(
        "getWalletData",
        "wallet/getWalletData",
        &["merchantWalletId"],
        wallet::get_wallet,
    ),
    wallet(
        "getPaymentMeanData",
        "wallet/getPaymentMeanData",
        MEAN,
        wallet::get_mean,
    ),
    wallet(
        "updatePaymentMean",
        "wallet/updatePaymentMean",
        MEAN,
        wallet::update_mean,
    ),
    wallet(
        "deletePaymentMean",
        "wallet/deletePaymentMean",
        MEAN,
        wallet::delete_mean,
    ),
    wallet(
        "signOff",
        "wallet/signOff",
        &["merchantWalletId"],
        wallet::sign_off,
    ),
    with_code(
        method(
            "getTransactionData",
            "diagnostic/getTransactionData",
            "DR",
            Names,
            &[],
            diagnostic::transaction,
        ),
        "getTransDataResponseCode",
    ),
    with_code(
        method(
            "getFraudData",
            "diagnostic/getFraudData",
            "DR",
            Names,
            &[],
            diagnostic::fraud,
        ),
        "fraudResponseCode",
    ),
    plain(
        "getVelocityData",
        "fraud/getVelocityData",
        "FR",
        &[
            "velocityElementType",
            "velocityElementValue",
            "velocityPeriod",
        ],
        fraud::velocity,
    ),
    plain(
        "addToFraudList",
        "fraud/addToFraudList",
        "FR",
        &[],
        fraud::add,
    ),
    plain(
        "removeFromFraudList",
        "fraud/removeFromFraudList",
        "FR",
        &[],
        fraud::remove,
    ),
    plain(
        "initializeMandate",
        "mandate/initializeMandate",
        "MR",
        &["iban", "merchantReturnUrl"],
        mandate::initialize,
    ),
    plain(
        "finalizeMandate",
        "mandate/finalizeMandate",
        "MR",
        BACK,
        mandate::finalize,
    ),
    plain(
        "searchMandate",
        "mandate/searchMandate",
        "MR",
        &["customerId"],
        mandate::search,
    ),
    plain(
        "getMandateData",
        "mandate/getMandateData",
        "MR",
        &["mandateId"],
        mandate::data,
    ),
    // The path spells PDF in capitals, the method's name does not.
    plain(
        "getPdfMandate",
        "mandate/getPDFMandate",
        "MR",
        &["mandateId"],
        mandate::pdf,
    ),
    plain(
        "getCardData",
        "paymentMeanInfo/getCardData",
        "PMR",
        &[],
        diagnostic::card,
    ),
    plain(
        "hostedFieldsInitialize",
        "authentication/hostedFieldsInitialize",
        "AUT",
        &[],
        hosted::initialize,
    ),
    plain(
        "paymentTokenGenerate",
        "token/paymentTokenGenerate",
        "TR",
        &[],
        hosted::generate,
    ),
];

/// The method of a path below `/rs-services/v2/`.
pub(crate) fn at(path: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.path == path)
}

/// Whether a method has this name.
pub(crate) fn is_name(name: &str) -> bool {
    METHODS.iter().any(|method| method.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_there_once() {
        let mut names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 44);
        let mut paths: Vec<&str> = METHODS.iter().map(|method| method.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), 44);
    }
}
