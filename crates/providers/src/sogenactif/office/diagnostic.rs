//! Groups `diagnostic` (`DR_WS_…`) and `fraud` (`FR_WS_…`): what the platform knows.

use crate::sogenactif::codes::{AcquirerCode, HolderStatus, ResponseCode, TransactionStatus};
use crate::sogenactif::office::parts::{Container, Rest, TransactionId, messages, requests};
use crate::sogenactif::types::{Filled, PanType, TokenPan};

requests! {
    /// Shows a transaction. 25 when there is none.
    GetTransactionData("getTransactionData") -> TransactionAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
    }

    /// Shows what the fraud rules said of a transaction.
    GetFraudData("getFraudData") -> FraudAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
    }

    /// Counts a shopper's, or another element's, payments of a period.
    GetVelocityData("getVelocityData") -> VelocityAnswer {
        velocity_element_type: Filled,
        velocity_element_value: Filled,
        velocity_period: Filled,
    }

    /// Puts a token, or a transaction's card, on a fraud list. Token or transaction only: the
    /// platform takes a card's number too, we do not.
    AddToFraudList("addToFraudList") -> ListAnswer {
        #[serde(flatten)]
        subject: ListSubject,
    }

    /// Takes a token, or a transaction's card, off a fraud list. Token or transaction only.
    RemoveFromFraudList("removeFromFraudList") -> ListAnswer {
        #[serde(flatten)]
        subject: ListSubject,
    }
}

messages! {
    /// Who is put on, or taken off, which list. The names of the fields beyond the transaction are
    /// derived; no public source shows them.
    #[derive(Default)]
    ListSubject {
        #[serde(flatten)]
        transaction: TransactionId,
        card_number: Option<TokenPan>,
        pan_type: Option<PanType>,
        fraud_list_type: Option<String>,
        fraud_list_reason: Option<String>,
    }

    /// What getTransactionData answers. Its own code is `getTransDataResponseCode`; `responseCode`
    /// is that of the payment.
    #[derive(Default)]
    TransactionAnswer {
        get_trans_data_response_code: Option<ResponseCode>,
        response_code: Option<ResponseCode>,
        acquirer_response_code: Option<AcquirerCode>,
        authorisation_id: Option<String>,
        automatic_response_status: Option<String>,
        capture_limit_date: Option<String>,
        capture_mode: Option<String>,
        currency_code: Option<String>,
        current_amount: Option<String>,
        error_field_name: Option<String>,
        from_transaction_reference: Option<String>,
        holder_authent_status: Option<HolderStatus>,
        last_operation_date_time: Option<String>,
        last_operation_name: Option<String>,
        masked_pan: Option<String>,
        merchant_id: Option<String>,
        origin_amount: Option<String>,
        pan_expiry_date: Option<String>,
        payment_attempt_number: Option<String>,
        payment_mean_brand: Option<String>,
        payment_mean_type: Option<String>,
        remaining_amount: Option<String>,
        s10_transaction_reference: Option<Container>,
        token_pan: Option<String>,
        transaction_date_time: Option<String>,
        transaction_reference: Option<String>,
        transaction_status: Option<TransactionStatus>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What getFraudData answers.
    #[derive(Default)]
    FraudAnswer {
        fraud_response_code: Option<ResponseCode>,
        complementary_code: Option<String>,
        complementary_info: Option<String>,
        error_field_name: Option<String>,
        score_color: Option<String>,
        score_info: Option<String>,
        score_profile: Option<String>,
        score_threshold: Option<String>,
        score_value: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What getVelocityData answers. The platform sends JSON numbers here; they are kept as text.
    #[derive(Default)]
    VelocityAnswer {
        response_code: Option<ResponseCode>,
        currency_code: Option<String>,
        error_field_name: Option<String>,
        velocity_nb_transaction: Option<String>,
        velocity_profile_name: Option<String>,
        velocity_profil_max_nb_trans: Option<String>,
        velocity_profil_max_total_amount: Option<String>,
        velocity_profil_max_trans_amount: Option<String>,
        velocity_total_amount: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What a change of a fraud list answers.
    #[derive(Default)]
    ListAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }
}
