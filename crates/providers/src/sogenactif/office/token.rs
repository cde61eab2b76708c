//! Groups `paymentMeanInfo` (`PMR_WS_…`), `authentication` (`AUT_WS_…`) and `token` (`TR_WS_…`).

use crate::sogenactif::codes::ResponseCode;
use crate::sogenactif::office::parts::{Rest, messages, requests};
use crate::sogenactif::types::{PanType, TokenOrIin, TokenPan};

requests! {
    /// Shows what is known of a card's product. Token or the issuer's first digits (IIN) only: the
    /// platform takes a card's number too, we do not. 05 when nothing is known.
    GetCardData("getCardData") -> CardAnswer {
        card_number: TokenOrIin,
        pan_type: Option<PanType>,
    }

    /// Opens a session of the hosted fields.
    HostedFieldsInitialize("hostedFieldsInitialize") -> HostedFieldsAnswer {
        customer_ip_address: Option<String>,
        payment_mean_brand_list: Option<Vec<String>>,
    }

    /// Makes a payment token. Token only: from a card's number it is the hosted fields' own work,
    /// in the browser, and never ours.
    PaymentTokenGenerate("paymentTokenGenerate") -> TokenAnswer {
        card_number: Option<TokenPan>,
        pan_type: Option<PanType>,
        card_expiry_date: Option<String>,
    }
}

messages! {
    /// What getCardData answers.
    #[derive(Default)]
    CardAnswer {
        response_code: Option<ResponseCode>,
        card_brand: Option<String>,
        card_corporate_indicator: Option<String>,
        card_product_code: Option<String>,
        card_scheme: Option<String>,
        error_field_name: Option<String>,
        issuer_country_code: Option<String>,
        pan_length_max: Option<String>,
        pan_length_min: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What hostedFieldsInitialize answers (C: VTEX's connector, `worldline.d.ts`). The token is a
    /// JWT of the platform's; it is opaque, and good for one page.
    #[derive(Default)]
    HostedFieldsAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        merchant_session_token: Option<String>,
        sdk_url: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What paymentTokenGenerate answers: no public source shows it; `paymentToken` is derived.
    #[derive(Default)]
    TokenAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        payment_token: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }
}
