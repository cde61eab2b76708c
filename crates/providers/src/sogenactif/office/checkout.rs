//! Group `checkout`, versions `IR_WS_…`: payments.

use crate::sogenactif::codes::{HolderStatus, ResponseCode};
use crate::sogenactif::office::parts::{
    Container, PaymentAnswer, PaymentOptions, Purchase, RedirectionAnswer, RedirectionEcho, Rest,
    TransactionId, WalletEntry, messages, requests,
};
use crate::sogenactif::types::{
    CurrencyCode, Money, OrderChannel, PanType, PaymentToken, TokenPan, WalletId, WebAddress,
};

messages! {
    /// Which card pays: what the hosted fields made of it (`paymentToken`), or the token of a card
    /// known before (`cardNumber` with `panType` TOKEN_PAN). The platform takes a clear number in
    /// `cardNumber` too; there is no type for one here.
    #[derive(Default)]
    CardByToken {
        payment_token: Option<PaymentToken>,
        card_number: Option<TokenPan>,
        pan_type: Option<PanType>,
        card_expiry_date: Option<String>,
        card_effective_date: Option<String>,
        card_seq_number: Option<String>,
        payment_mean_brand: Option<String>,
    }
}

requests! {
    /// Pays by card in one step, without 3-D Secure: expect the soft decline A1 when the shopper is
    /// present. Token only.
    CardOrder("cardOrder") -> PaymentAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        card: CardByToken,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Opens a payment by card with 3-D Secure. Token only.
    CardCheckEnrollment("cardCheckEnrollment") -> RedirectionAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        merchant_return_url: WebAddress,
        #[serde(flatten)]
        card: CardByToken,
        merchant_name: Option<String>,
        customer_account_historic: Option<Container>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Reads what came of the 3-D Secure authentication, and orders nothing.
    CardValidateAuthentication("cardValidateAuthentication") -> AuthenticationAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        echo: RedirectionEcho,
        pa_res_message: Option<String>,
    }

    /// Second step of a payment with 3-D Secure: reads the authentication and orders the payment.
    /// Also without a redirection before it.
    CardValidateAuthenticationAndOrder("cardValidateAuthenticationAndOrder") -> PaymentAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        echo: RedirectionEcho,
        pa_res_message: Option<String>,
    }

    /// Pays with a wallet's card without the shopper: for the shop's own server.
    WalletOrder("walletOrder") -> PaymentAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        entry: WalletEntry,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Opens a payment with a wallet's card and 3-D Secure.
    WalletCheckEnrollment("walletCheckEnrollment") -> RedirectionAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        entry: WalletEntry,
        merchant_return_url: Option<WebAddress>,
        merchant_name: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Pays by direct debit: euros only, no immediate capture.
    DirectDebitOrder("directDebitOrder") -> PaymentAnswer {
        amount: Money,
        currency_code: CurrencyCode,
        order_channel: Option<OrderChannel>,
        #[serde(flatten)]
        transaction: TransactionId,
        mandate_id: Option<String>,
        payment_mean_brand: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Lists the banks that issue credit transfers: iDEAL only.
    CreditTransferInquire("creditTransferInquire") -> BanksAnswer {
        currency_code: CurrencyCode,
        payment_mean_brand: Option<String>,
    }

    /// Opens a credit transfer: iDEAL and Sofortüberweisung.
    CreditTransferInitialize("creditTransferInitialize") -> RedirectionAnswer {
        amount: Money,
        currency_code: CurrencyCode,
        order_channel: Option<OrderChannel>,
        #[serde(flatten)]
        transaction: TransactionId,
        merchant_return_url: WebAddress,
        payment_mean_brand: Option<String>,
        issuer_code: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Second step of a credit transfer: tells what came of it.
    CreditTransferFinalizeAndOrder("creditTransferFinalizeAndOrder") -> PaymentAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        echo: RedirectionEcho,
    }

    /// Opens a payment with an external wallet (PayPal, Bancontact and others).
    PaymentProviderInitialize("paymentProviderInitialize") -> RedirectionAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        merchant_return_url: WebAddress,
        payment_mean_brand: String,
        payment_mean_data: Option<Container>,
        response_key_version: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Who pays and where it is delivered, before the shopper confirms (PayPal).
    PaymentProviderGetContext("paymentProviderGetContext") -> ContextAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        redirection_data: Option<String>,
        message_version: Option<String>,
    }

    /// Second step of a payment with an external wallet: tells what came of it.
    PaymentProviderFinalize("paymentProviderFinalize") -> PaymentAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        echo: RedirectionEcho,
    }

    /// Has the platform decrypt what a phone's wallet sent (Google Pay and others), and pays.
    PaymentDataProviderCheck("paymentDataProviderCheck") -> RedirectionAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        merchant_return_url: Option<WebAddress>,
        payment_mean_brand: Option<String>,
        payment_mean_data: Option<Container>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Opens a one-click payment with an external wallet (Paylib) that is enrolled in a wallet.
    WalletIssuerWalletInitialize("walletIssuerWalletInitialize") -> RedirectionAnswer {
        #[serde(flatten)]
        purchase: Purchase,
        #[serde(flatten)]
        transaction: TransactionId,
        merchant_return_url: WebAddress,
        payment_mean_brand: String,
        merchant_wallet_id: WalletId,
        payment_mean_id: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Second step of a one-click payment with an external wallet.
    WalletIssuerWalletFinalize("walletIssuerWalletFinalize") -> PaymentAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        echo: RedirectionEcho,
    }
}

messages! {
    /// What cardValidateAuthentication answers.
    #[derive(Default)]
    AuthenticationAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        holder_authent_method: Option<String>,
        holder_authent_program: Option<String>,
        holder_authent_response_code: Option<ResponseCode>,
        holder_authent_status: Option<HolderStatus>,
        three_d: Option<Container>,
        #[serde(rename = "threeDV2")]
        three_d_v2: Option<Container>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What creditTransferInquire answers: the list's own name is not published, so that it is in
    /// `rest`.
    #[derive(Default)]
    BanksAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    /// What paymentProviderGetContext answers: the payer and the address of delivery.
    #[derive(Default)]
    ContextAnswer {
        response_code: Option<ResponseCode>,
        error_field_name: Option<String>,
        customer_contact: Option<Container>,
        delivery_address: Option<Container>,
        delivery_contact: Option<Container>,
        #[serde(flatten)]
        rest: Rest,
    }
}
