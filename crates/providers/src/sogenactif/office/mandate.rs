//! Group `mandate`, versions `MR_WS_…`: mandates of SEPA direct debit.

use crate::sogenactif::codes::ResponseCode;
use crate::sogenactif::office::parts::{
    Contact, Container, RedirectionAnswer, RedirectionEcho, Rest, messages, requests,
};
use crate::sogenactif::types::{AccountNumber, Filled, WebAddress};

requests! {
    /// Opens the signing of a mandate. Without `customerId`, searchMandate will not find it.
    InitializeMandate("initializeMandate") -> RedirectionAnswer {
        iban: AccountNumber,
        merchant_return_url: WebAddress,
        customer_address: Option<Container>,
        customer_contact: Option<Contact>,
        customer_id: Option<String>,
        customer_language: Option<String>,
        payment_mean_alias: Option<String>,
    }

    /// Second step of the signing: tells what came of it.
    FinalizeMandate("finalizeMandate") -> MandateAnswer {
        #[serde(flatten)]
        echo: RedirectionEcho,
    }

    /// Finds a customer's mandates.
    SearchMandate("searchMandate") -> MandatesAnswer {
        customer_id: Filled,
    }

    /// Shows a mandate: its state, its account and its transactions.
    GetMandateData("getMandateData") -> MandateAnswer {
        mandate_id: Filled,
    }

    /// Fetches a mandate's PDF, in Base64.
    GetPdfMandate("getPdfMandate") -> MandateAnswer {
        mandate_id: Filled,
    }
}

messages! {
    /// What speaks of one mandate. Beyond the code, the names of its fields are derived.
    #[derive(Default)]
    MandateAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        mandate_id: Option<String>,
        mandate_status: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What searchMandate answers: the list's own name is not published, so that it is in `rest`.
    #[derive(Default)]
    MandatesAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }
}
