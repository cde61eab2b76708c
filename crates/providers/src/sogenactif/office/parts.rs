//! What several methods' messages share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sogenactif::codes::{
    AcquirerCode, HolderStatus, RedirectionCode, ResponseCode, TransactionStatus,
};
use crate::sogenactif::types::{
    CaptureMode, CurrencyCode, Money, OrderChannel, S10, TransactionReference, WalletId,
};

/// Fields that have no type of their own here, by name. Scalars are texts; the numbers' raw text is
/// kept.
pub type Rest = BTreeMap<String, Value>;

/// A container whose inner fields no public source lists in full.
pub type Container = BTreeMap<String, Value>;

/// Declares messages: serde with the platform's lower camel case, every field public. `Debug` shows
/// the message's name alone: tokens, accounts and names of people travel in them.
macro_rules! messages {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, serde::Deserialize, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[doc = concat!("`", stringify!($field), "`, as in the data dictionary.")]
                pub $field: $type,
            )*
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

/// Declares requests: the message, the method's name and the type of its answer.
macro_rules! requests {
    ($($(#[$meta:meta])* $name:ident($method:literal) -> $answer:ty {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $crate::sogenactif::office::parts::messages! {
            $(#[$meta])*
            $name { $($(#[$field_meta])* $field: $type,)* }
        }

        impl $crate::sogenactif::office::info::OfficeRequest for $name {
            const METHOD: &'static str = $method;
            type Answer = $answer;
        }
    )*};
}

pub(super) use {messages, requests};

/// Which transaction is meant: one of the two identities, by the shop's registration; never both. A
/// shop whose references the platform generates sends none when it creates one.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionId {
    /// The shop's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_reference: Option<TransactionReference>,
    /// The number within a day, of shops that came from the platform's first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s10_transaction_reference: Option<S10>,
}

impl From<TransactionReference> for TransactionId {
    fn from(reference: TransactionReference) -> Self {
        Self {
            transaction_reference: Some(reference),
            s10_transaction_reference: None,
        }
    }
}

impl From<S10> for TransactionId {
    fn from(s10: S10) -> Self {
        Self {
            transaction_reference: None,
            s10_transaction_reference: Some(s10),
        }
    }
}

messages! {
    /// What is paid: `amount`, `currencyCode`, `orderChannel` (C: cardOrder in
    /// warehousenantes/sips-office-sdk-php and VTEX's connector).
    Purchase {
        amount: Money,
        currency_code: CurrencyCode,
        order_channel: OrderChannel,
    }

    /// Which entry of which wallet pays (A: getPaymentMeanData).
    WalletEntry {
        merchant_wallet_id: WalletId,
        payment_mean_id: String,
    }

    /// What a redirection brings back to its second step, exactly as it was received (C:
    /// cardValidateAuthenticationAndOrder).
    RedirectionEcho {
        redirection_data: String,
        message_version: String,
    }

    /// `customerContact`, `billingContact` and their like (C: warehousenantes/sips-sdk-php).
    #[derive(Default)]
    Contact {
        email: Option<String>,
        firstname: Option<String>,
        lastname: Option<String>,
        gender: Option<String>,
        mobile: Option<String>,
        phone: Option<String>,
        work_phone: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// `fraudData`: wishes for the authentication, and what helps the issuer to do without it (C:
    /// warehousenantes/sips-sdk-php).
    #[derive(Default)]
    FraudData {
        #[serde(rename = "challengeMode3DS")]
        challenge_mode_3ds: Option<String>,
        merchant_customer_authent_method: Option<String>,
        merchant_customer_authent_data: Option<String>,
        merchant_customer_authent_date_time: Option<String>,
        address_delivery_billing_match_indicator: Option<String>,
        name_delivery_customer_match_indicator: Option<String>,
        product_availability_indicator: Option<String>,
        product_availability_date: Option<String>,
        reorder_product_indicator: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What may be said of a payment beyond what it needs (C: cardOrder in
    /// warehousenantes/sips-office-sdk-php, warehousenantes/sips-sdk-php and VTEX's connector).
    #[derive(Default)]
    PaymentOptions {
        authentication_data: Option<Container>,
        billing_address: Option<Container>,
        billing_contact: Option<Contact>,
        capture_day: Option<String>,
        capture_mode: Option<CaptureMode>,
        customer_address: Option<Container>,
        customer_contact: Option<Contact>,
        customer_data: Option<Container>,
        customer_id: Option<String>,
        customer_ip_address: Option<String>,
        customer_language: Option<String>,
        delivery_address: Option<Container>,
        delivery_contact: Option<Contact>,
        delivery_data: Option<Container>,
        fraud_data: Option<FraudData>,
        holder_address: Option<Container>,
        holder_contact: Option<Contact>,
        holder_data: Option<Container>,
        /// Of a payment without the shopper: what the first one with the shopper was answered as
        /// `schemeTransactionIdentifier` (C: Opencell, AtosWalletGatewayPayment).
        initial_scheme_transaction_identifier: Option<String>,
        invoice_reference: Option<String>,
        merchant_transaction_date_time: Option<String>,
        order_context: Option<Container>,
        order_id: Option<String>,
        payment_mean_brand_selection_status: Option<String>,
        payment_pattern: Option<String>,
        return_context: Option<String>,
        risk_management_custom_data_list: Option<Vec<Container>>,
        shopping_cart_detail: Option<Container>,
        statement_reference: Option<String>,
        transaction_origin: Option<String>,
        travel_context: Option<Container>,
    }

    /// The end of a payment: cardOrder, walletOrder, cardValidateAuthenticationAndOrder,
    /// paymentProviderFinalize and their like (C: warehousenantes/sips-office-sdk-php, VTEX's
    /// connector).
    #[derive(Default)]
    PaymentAnswer {
        response_code: Option<ResponseCode>,
        acquirer_response_code: Option<AcquirerCode>,
        acquirer_native_response_code: Option<String>,
        amount: Option<String>,
        authorisation_id: Option<String>,
        capture_day: Option<String>,
        capture_limit_date: Option<String>,
        capture_mode: Option<String>,
        #[serde(rename = "cardCSCResultCode")]
        card_csc_result_code: Option<String>,
        card_data: Option<Container>,
        card_scheme: Option<String>,
        complementary_code: Option<String>,
        complementary_info: Option<String>,
        currency_code: Option<String>,
        error_field_name: Option<String>,
        guarantee_indicator: Option<String>,
        holder_authent_method: Option<String>,
        holder_authent_program: Option<String>,
        holder_authent_relegation_code: Option<String>,
        holder_authent_response_code: Option<String>,
        holder_authent_status: Option<HolderStatus>,
        holder_authent_type: Option<String>,
        masked_pan: Option<String>,
        merchant_id: Option<String>,
        order_id: Option<String>,
        pan_entry_mode: Option<String>,
        pan_expiry_date: Option<String>,
        payment_mean_brand: Option<String>,
        payment_mean_type: Option<String>,
        response_code_detail: Option<String>,
        return_context: Option<String>,
        s10_transaction_reference: Option<Container>,
        scheme_transaction_identifier: Option<String>,
        score_color: Option<String>,
        score_value: Option<String>,
        token_pan: Option<String>,
        transaction_date_time: Option<String>,
        transaction_platform: Option<String>,
        transaction_reference: Option<String>,
        transaction_status: Option<TransactionStatus>,
        wallet_type: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// The first step of a payment that may leave for another page (A: cardCheckEnrollment,
    /// paymentProviderInitialize; C: VTEX's connector).
    #[derive(Default)]
    RedirectionAnswer {
        response_code: Option<ResponseCode>,
        redirection_status_code: Option<RedirectionCode>,
        redirection_url: Option<String>,
        redirection_data: Option<String>,
        message_version: Option<String>,
        pa_req_message: Option<String>,
        outer_redirection_url: Option<String>,
        payment_provider_session_id: Option<String>,
        acquirer_response_code: Option<AcquirerCode>,
        acquirer_native_response_code: Option<String>,
        amount: Option<String>,
        currency_code: Option<String>,
        error_field_name: Option<String>,
        masked_pan: Option<String>,
        merchant_id: Option<String>,
        payment_mean_brand_selection_status: Option<String>,
        s10_transaction_reference: Option<Container>,
        token_pan: Option<String>,
        transaction_reference: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// An operation on a transaction (C: cancel and validate in
    /// warehousenantes/sips-office-sdk-php; VTEX's sample of refund).
    #[derive(Default)]
    OperationAnswer {
        response_code: Option<ResponseCode>,
        acquirer_response_code: Option<AcquirerCode>,
        authorisation_id: Option<String>,
        capture_limit_date: Option<String>,
        currency_code: Option<String>,
        error_field_name: Option<String>,
        new_amount: Option<String>,
        new_status: Option<TransactionStatus>,
        operation_date_time: Option<String>,
        s10_transaction_reference: Option<Container>,
        transaction_reference: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }
}
