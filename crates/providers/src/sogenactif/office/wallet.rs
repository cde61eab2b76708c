//! Group `wallet`, versions `WR_WS_…`: the means of payment that the platform keeps for a shopper.

use crate::sogenactif::codes::ResponseCode;
use crate::sogenactif::office::parts::{Container, Rest, WalletEntry, messages, requests};
use crate::sogenactif::types::{PanType, PaymentToken, TokenPan, WalletId};

requests! {
    /// Adds a card to a wallet, and makes the wallet if it is new. Token only. No source proves
    /// that the platform takes `paymentToken` here: the documentation asks for `cardNumber`, which
    /// a token may stand in for with `panType` TOKEN_PAN. 94 when it is there already.
    AddCard("addCard") -> WalletAnswer {
        merchant_wallet_id: WalletId,
        payment_token: Option<PaymentToken>,
        card_number: Option<TokenPan>,
        pan_type: Option<PanType>,
        card_expiry_date: Option<String>,
        payment_mean_alias: Option<String>,
        payment_mean_brand: Option<String>,
    }

    /// Adds a mandate to a wallet. 94 when it is there already.
    AddDirectDebit("addDirectDebit") -> WalletAnswer {
        merchant_wallet_id: WalletId,
        mandate_id: String,
        payment_mean_alias: Option<String>,
        payment_mean_brand: Option<String>,
    }

    /// Lists a wallet's entries. 01 when there is no such wallet.
    GetWalletData("getWalletData") -> WalletDataAnswer {
        merchant_wallet_id: WalletId,
    }

    /// Shows one entry. 01 when there is no such wallet or entry.
    GetPaymentMeanData("getPaymentMeanData") -> PaymentMeanAnswer {
        #[serde(flatten)]
        entry: WalletEntry,
    }

    /// Changes an entry. 01 when there is no such wallet or entry.
    UpdatePaymentMean("updatePaymentMean") -> WalletAnswer {
        #[serde(flatten)]
        entry: WalletEntry,
        payment_mean_alias: Option<String>,
        card_expiry_date: Option<String>,
    }

    /// Removes an entry for good. 01 when there is no such wallet or entry.
    DeletePaymentMean("deletePaymentMean") -> WalletAnswer {
        #[serde(flatten)]
        entry: WalletEntry,
    }

    /// Removes a wallet with all its entries. 01 when there is no such wallet.
    SignOff("signOff") -> WalletAnswer {
        merchant_wallet_id: WalletId,
    }
}

messages! {
    /// What a change of a wallet answers.
    #[derive(Default)]
    WalletAnswer {
        wallet_response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        masked_pan: Option<String>,
        payment_mean_id: Option<String>,
        wallet_action_date_time: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What getWalletData answers.
    #[derive(Default)]
    WalletDataAnswer {
        wallet_response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        wallet_creation_date_time: Option<String>,
        wallet_last_action_date_time: Option<String>,
        wallet_payment_mean_data_list: Option<Vec<PaymentMean>>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What getPaymentMeanData answers.
    #[derive(Default)]
    PaymentMeanAnswer {
        wallet_response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        wallet_payment_mean_data: Option<PaymentMean>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// One entry of a wallet.
    #[derive(Default)]
    PaymentMean {
        payment_mean_id: Option<String>,
        masked_pan: Option<String>,
        pan_expiry_date: Option<String>,
        payment_mean_alias: Option<String>,
        payment_mean_brand: Option<String>,
        mandate_id: Option<String>,
        issuer_wallet_id: Option<String>,
        issuer_wallet_type: Option<String>,
        transaction_actors: Option<String>,
        psp_data: Option<Container>,
        #[serde(flatten)]
        rest: Rest,
    }
}
