//! The table of methods.

use super::cash::{
    AcceptChallenge, Cancel, CreditHolder, Duplicate, Refund, RefuseChallenge, Validate,
    WalletCreditHolder,
};
use super::checkout::{
    CardCheckEnrollment, CardOrder, CardValidateAuthentication, CardValidateAuthenticationAndOrder,
    CreditTransferFinalizeAndOrder, CreditTransferInitialize, CreditTransferInquire,
    DirectDebitOrder, PaymentDataProviderCheck, PaymentProviderFinalize, PaymentProviderGetContext,
    PaymentProviderInitialize, WalletCheckEnrollment, WalletIssuerWalletFinalize,
    WalletIssuerWalletInitialize, WalletOrder,
};
use super::diagnostic::{
    AddToFraudList, GetFraudData, GetTransactionData, GetVelocityData, RemoveFromFraudList,
};
use super::info::{Confidence, Effect, MethodInfo, OfficeRequest, TransactionRule, check, read};
use super::mandate::{
    FinalizeMandate, GetMandateData, GetPdfMandate, InitializeMandate, SearchMandate,
};
use super::token::{GetCardData, HostedFieldsInitialize, PaymentTokenGenerate};
use super::wallet::{
    AddCard, AddDirectDebit, DeletePaymentMean, GetPaymentMeanData, GetWalletData, SignOff,
    UpdatePaymentMean,
};
use Confidence::{A, B, C, D};

/// Short names of the sources.
const SOGENACTIF: &str = "Sogenactif documentation, data dictionary, Office";
const SIPS: &str = "Sips documentation";
const OFFICE_SDK: &str = "warehousenantes/sips-office-sdk-php";
const VTEX: &str = "VTEX's connector, worldline.d.ts";
const OFFICE_SDK_VTEX: &str = "warehousenantes/sips-office-sdk-php; VTEX's connector";
const DERIVED: &str = "derived from its group and its sister methods";

/// What is taken in the place of a card's number.
const TOKEN: &str = "paymentToken, or cardNumber with a token and panType TOKEN_PAN";
const TOKEN_IN_PLACE: &str = "cardNumber with a token and panType TOKEN_PAN";

const CARD: &[&str] = &["cardNumber", "paymentToken"];
const ORDER: &[&str] = &["amount", "currencyCode", "orderChannel"];
const ORDER_BACK: &[&str] = &[
    "amount",
    "currencyCode",
    "merchantReturnUrl",
    "orderChannel",
];
const WALLET_ORDER: &[&str] = &[
    "amount",
    "currencyCode",
    "merchantWalletId",
    "orderChannel",
    "paymentMeanId",
];
const ECHO: &[&str] = &["messageVersion", "redirectionData"];
const OPERATION: &[&str] = &["currencyCode", "operationAmount"];
const ENTRY: &[&str] = &["merchantWalletId", "paymentMeanId"];

/// Every method of the connector Office, by name.
pub const METHODS: [MethodInfo; 44] = [
    cash::<AcceptChallenge>().existing().known(C, D, OFFICE_SDK),
    wallet::<AddCard>(&["merchantWalletId"])
        .one_of(CARD)
        .instead(TOKEN)
        .known(A, A, SOGENACTIF),
    wallet::<AddDirectDebit>(&["mandateId", "merchantWalletId"]).known(D, D, DERIVED),
    fraud::<AddToFraudList>()
        .optional()
        .one_of(&[
            "cardNumber",
            "s10TransactionReference",
            "transactionReference",
        ])
        .effect(Effect::Keeps)
        .instead(TOKEN_IN_PLACE)
        .known(D, D, DERIVED),
    cash::<Cancel>()
        .existing()
        .needs(OPERATION)
        .known(C, C, OFFICE_SDK),
    checkout::<CardCheckEnrollment>(ORDER_BACK)
        .creates()
        .one_of(CARD)
        .instead(TOKEN)
        .known(A, C, VTEX),
    checkout::<CardOrder>(ORDER)
        .creates()
        .one_of(CARD)
        .instead(TOKEN)
        .known(C, C, OFFICE_SDK_VTEX),
    checkout::<CardValidateAuthentication>(ECHO)
        .existing()
        .known(C, C, OFFICE_SDK),
    checkout::<CardValidateAuthenticationAndOrder>(ECHO)
        .existing()
        .known(C, C, OFFICE_SDK_VTEX),
    cash::<CreditHolder>()
        .creates()
        .needs(&["amount", "currencyCode"])
        .one_of(CARD)
        .instead(TOKEN)
        .known(D, D, SIPS),
    checkout::<CreditTransferFinalizeAndOrder>(ECHO)
        .existing()
        .known(D, D, DERIVED),
    checkout::<CreditTransferInitialize>(&["amount", "currencyCode", "merchantReturnUrl"])
        .creates()
        .known(A, A, SOGENACTIF),
    checkout::<CreditTransferInquire>(&["currencyCode"])
        .effect(Effect::Reads)
        .known(A, A, SOGENACTIF),
    wallet::<DeletePaymentMean>(ENTRY).known(C, C, OFFICE_SDK),
    checkout::<DirectDebitOrder>(&["amount", "currencyCode"])
        .creates()
        .known(B, B, SIPS),
    cash::<Duplicate>()
        .creates()
        .needs(&["amount", "currencyCode"])
        .one_of(&["fromTransactionReference", "s10FromTransactionReference"])
        .known(C, C, OFFICE_SDK),
    mandate::<FinalizeMandate>(ECHO)
        .effect(Effect::Keeps)
        .known(B, D, SIPS),
    info::<GetCardData>().known(B, D, SIPS),
    diagnostic::<GetFraudData>()
        .code_in("fraudResponseCode")
        .known(A, A, SOGENACTIF),
    mandate::<GetMandateData>(&["mandateId"])
        .effect(Effect::Reads)
        .known(B, B, SIPS),
    wallet::<GetPaymentMeanData>(ENTRY)
        .effect(Effect::Reads)
        .known(A, A, SOGENACTIF),
    mandate::<GetPdfMandate>(&["mandateId"])
        .effect(Effect::Reads)
        .segment("getPDFMandate")
        .known(B, B, SIPS),
    diagnostic::<GetTransactionData>()
        .code_in("getTransDataResponseCode")
        .known(C, C, OFFICE_SDK),
    fraud::<GetVelocityData>()
        .needs(&[
            "velocityElementType",
            "velocityElementValue",
            "velocityPeriod",
        ])
        .known(A, A, SOGENACTIF),
    wallet::<GetWalletData>(&["merchantWalletId"])
        .effect(Effect::Reads)
        .known(A, A, SOGENACTIF),
    MethodInfo::new::<HostedFieldsInitialize>("authentication", "AUT_WS_")
        .effect(Effect::Opens)
        .known(A, A, SOGENACTIF),
    mandate::<InitializeMandate>(&["iban", "merchantReturnUrl"])
        .effect(Effect::Opens)
        .known(A, A, SOGENACTIF),
    checkout::<PaymentDataProviderCheck>(ORDER)
        .creates()
        .known(D, D, DERIVED),
    checkout::<PaymentProviderFinalize>(ECHO)
        .existing()
        .known(C, C, OFFICE_SDK),
    checkout::<PaymentProviderGetContext>(&[])
        .existing()
        .effect(Effect::Reads)
        .known(D, D, DERIVED),
    checkout::<PaymentProviderInitialize>(&[
        "amount",
        "currencyCode",
        "merchantReturnUrl",
        "orderChannel",
        "paymentMeanBrand",
    ])
    .creates()
    .known(A, A, SOGENACTIF),
    MethodInfo::new::<PaymentTokenGenerate>("token", "TR_WS_")
        .effect(Effect::Opens)
        .instead(TOKEN_IN_PLACE)
        .known(A, A, SOGENACTIF),
    cash::<Refund>()
        .existing()
        .needs(OPERATION)
        .known(B, C, "Sips documentation; VTEX"),
    cash::<RefuseChallenge>().existing().known(D, D, DERIVED),
    fraud::<RemoveFromFraudList>()
        .optional()
        .one_of(&[
            "cardNumber",
            "s10TransactionReference",
            "transactionReference",
        ])
        .effect(Effect::Keeps)
        .instead(TOKEN_IN_PLACE)
        .known(D, D, DERIVED),
    mandate::<SearchMandate>(&["customerId"])
        .effect(Effect::Reads)
        .known(B, B, SIPS),
    // The SDK reads its code under the second name, and under no other.
    wallet::<SignOff>(&["merchantWalletId"])
        .code_in_too("walletOrderResponseCode")
        .known(C, C, OFFICE_SDK),
    wallet::<UpdatePaymentMean>(ENTRY).known(C, C, OFFICE_SDK),
    cash::<Validate>()
        .existing()
        .needs(OPERATION)
        .known(C, C, OFFICE_SDK),
    checkout::<WalletCheckEnrollment>(WALLET_ORDER)
        .creates()
        .known(A, A, SOGENACTIF),
    cash::<WalletCreditHolder>()
        .creates()
        .needs(&[
            "amount",
            "currencyCode",
            "merchantWalletId",
            "paymentMeanId",
        ])
        .known(D, D, DERIVED),
    checkout::<WalletIssuerWalletFinalize>(ECHO)
        .existing()
        .known(D, D, DERIVED),
    checkout::<WalletIssuerWalletInitialize>(&[
        "amount",
        "currencyCode",
        "merchantReturnUrl",
        "merchantWalletId",
        "orderChannel",
        "paymentMeanBrand",
    ])
    .creates()
    .known(A, A, SOGENACTIF),
    checkout::<WalletOrder>(WALLET_ORDER)
        .creates()
        .known(C, C, OFFICE_SDK),
];

const fn checkout<R: OfficeRequest>(mandatory: &'static [&'static str]) -> MethodInfo {
    MethodInfo::new::<R>("checkout", "IR_WS_")
        .needs(mandatory)
        .effect(Effect::Moves)
}

const fn cash<R: OfficeRequest>() -> MethodInfo {
    MethodInfo::new::<R>("cashManagement", "CR_WS_").effect(Effect::Moves)
}

const fn wallet<R: OfficeRequest>(mandatory: &'static [&'static str]) -> MethodInfo {
    let method = MethodInfo::new::<R>("wallet", "WR_WS_").needs(mandatory);
    method.code_in("walletResponseCode").effect(Effect::Keeps)
}

const fn diagnostic<R: OfficeRequest>() -> MethodInfo {
    MethodInfo::new::<R>("diagnostic", "DR_WS_").existing()
}

const fn fraud<R: OfficeRequest>() -> MethodInfo {
    MethodInfo::new::<R>("fraud", "FR_WS_")
}

const fn mandate<R: OfficeRequest>(mandatory: &'static [&'static str]) -> MethodInfo {
    MethodInfo::new::<R>("mandate", "MR_WS_").needs(mandatory)
}

const fn info<R: OfficeRequest>() -> MethodInfo {
    MethodInfo::new::<R>("paymentMeanInfo", "PMR_WS_")
        .needs(&["cardNumber"])
        .instead("cardNumber with a token, or an IIN of 6 to 11 digits")
}

impl MethodInfo {
    /// The method of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.name == name)
    }

    /// The method of that request.
    #[must_use]
    pub fn of<R: OfficeRequest>() -> Option<&'static Self> {
        Self::find(R::METHOD)
    }

    const fn new<R: OfficeRequest>(group: &'static str, prefix: &'static str) -> Self {
        Self {
            name: R::METHOD,
            group,
            segment: R::METHOD,
            prefix,
            code_field: "responseCode",
            code_field_too: None,
            transaction: TransactionRule::None,
            mandatory: &[],
            one_of: &[],
            effect: Effect::Reads,
            instead_of_number: None,
            path_known: D,
            fields_known: D,
            source: "",
            check: check::<R>,
            read: read::<R>,
        }
    }

    const fn segment(mut self, segment: &'static str) -> Self {
        self.segment = segment;
        self
    }

    const fn code_in(mut self, field: &'static str) -> Self {
        self.code_field = field;
        self
    }

    const fn code_in_too(mut self, field: &'static str) -> Self {
        self.code_field_too = Some(field);
        self
    }

    const fn creates(mut self) -> Self {
        self.transaction = TransactionRule::New;
        self
    }

    const fn existing(mut self) -> Self {
        self.transaction = TransactionRule::Existing;
        self
    }

    const fn optional(mut self) -> Self {
        self.transaction = TransactionRule::Optional;
        self
    }

    const fn needs(mut self, mandatory: &'static [&'static str]) -> Self {
        self.mandatory = mandatory;
        self
    }

    const fn one_of(mut self, fields: &'static [&'static str]) -> Self {
        self.one_of = fields;
        self
    }

    const fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    const fn instead(mut self, taken: &'static str) -> Self {
        self.instead_of_number = Some(taken);
        self
    }

    const fn known(mut self, path: Confidence, fields: Confidence, source: &'static str) -> Self {
        self.path_known = path;
        self.fields_known = fields;
        self.source = source;
        self
    }
}
