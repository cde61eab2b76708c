//! Group `cashManagement`, versions `CR_WS_…`: what the shop does with a transaction afterwards.

use crate::sogenactif::office::parts::{
    Contact, Container, OperationAnswer, PaymentAnswer, PaymentOptions, TransactionId, WalletEntry,
    messages, requests,
};
use crate::sogenactif::types::{
    CurrencyCode, Money, OrderChannel, PanType, PaymentToken, S10, TokenPan, TransactionReference,
};

messages! {
    /// How much of which transaction.
    Operation {
        operation_amount: Money,
        currency_code: CurrencyCode,
        operation_origin: Option<String>,
        #[serde(flatten)]
        transaction: TransactionId,
    }
}

requests! {
    /// Cancels all or a part before the remittance. It can't be undone.
    Cancel("cancel") -> OperationAnswer {
        #[serde(flatten)]
        operation: Operation,
        customer_contact: Option<Contact>,
    }

    /// Captures a transaction that waits for it: all or a part, never more. The platform writes
    /// asynchronously: right after the payment, 25 may mean "not yet".
    Validate("validate") -> OperationAnswer {
        #[serde(flatten)]
        operation: Operation,
        last_recovery_indicator: Option<String>,
    }

    /// Gives money back after the remittance. Not between 22:00 and 23:00.
    Refund("refund") -> OperationAnswer {
        #[serde(flatten)]
        operation: Operation,
        customer_contact: Option<Contact>,
        shopping_cart_detail: Option<Container>,
        payment_mean_data: Option<Container>,
    }

    /// Makes a new transaction from an earlier one, such as one that expired unvalidated.
    Duplicate("duplicate") -> PaymentAnswer {
        amount: Money,
        currency_code: CurrencyCode,
        #[serde(flatten)]
        transaction: TransactionId,
        from_transaction_reference: Option<TransactionReference>,
        s10_from_transaction_reference: Option<S10>,
        from_merchant_id: Option<String>,
        order_channel: Option<OrderChannel>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Credits a holder without an original transaction. Token only: the platform takes a card's
    /// number too, we do not.
    CreditHolder("creditHolder") -> OperationAnswer {
        amount: Money,
        currency_code: CurrencyCode,
        #[serde(flatten)]
        transaction: TransactionId,
        payment_token: Option<PaymentToken>,
        card_number: Option<TokenPan>,
        pan_type: Option<PanType>,
        card_expiry_date: Option<String>,
        order_channel: Option<OrderChannel>,
        payment_mean_brand: Option<String>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Credits the holder of a wallet's entry.
    WalletCreditHolder("walletCreditHolder") -> OperationAnswer {
        amount: Money,
        currency_code: CurrencyCode,
        #[serde(flatten)]
        transaction: TransactionId,
        #[serde(flatten)]
        entry: WalletEntry,
        order_channel: Option<OrderChannel>,
        #[serde(flatten)]
        options: PaymentOptions,
    }

    /// Accepts a transaction whose fraud score is orange: it goes on as usual.
    AcceptChallenge("acceptChallenge") -> OperationAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        operation_origin: Option<String>,
    }

    /// Refuses a transaction whose fraud score is orange.
    RefuseChallenge("refuseChallenge") -> OperationAnswer {
        #[serde(flatten)]
        transaction: TransactionId,
        operation_origin: Option<String>,
    }
}
