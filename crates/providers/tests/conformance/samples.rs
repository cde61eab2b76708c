//! What the suite needs to know of each provider: its tables, and what its platform answers when it
//! is well. A new provider adds one function here.

use guichet_providers::contract::By;

/// Stands in every account's table as its key; must come out nowhere.
pub(crate) const CANARY: &str = "\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A";

/// What the platform's fields gave; must come out nowhere but in calls.
pub(crate) const TOKEN: &str = "tok_CA9A21";

/// The account to debit; must come out nowhere but in calls.
pub(crate) const IBAN: &str = "FR1420041010050500013M02606";

/// One provider.
pub(crate) struct Sample {
    /// An account in the sandbox, with all methods.
    pub(crate) table: toml::Table,
    /// The same in production, where a provider has payments that go on, or a vault.
    pub(crate) production: Option<toml::Table>,
    /// What the platform answers, by the end of the address.
    pub(crate) well: &'static [(&'static str, &'static str)],
    /// Ends of the addresses of calls that may move money.
    pub(crate) moving: &'static [&'static str],
    /// Payments of 50.00 EUR that go on after their beginning, one for each method and whoever may
    /// begin it: with these answers all of them are paid in the end.
    pub(crate) payments: &'static [Payment],
    /// What a sealed order gives to be saved, in the provider's own form.
    pub(crate) save: &'static str,
}

/// A payment that goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payment {
    pub(crate) method: &'static str,
    pub(crate) by: By<'static>,
    pub(crate) gift: Gift,
}

/// What the shopper gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gift {
    /// Nobody asks.
    Leaves,
    /// A token, and the wish to save the card.
    Token,
    /// A bank.
    Bank(&'static str),
    /// An account.
    Iban,
    /// Nothing: a saved card pays.
    Nothing,
}

pub(crate) fn sample(provider: &str) -> Sample {
    match provider {
        "up2pay" => up2pay(),
        "sogenactif" => sogenactif(),
        other => panic!("{other} has no sample: add one"),
    }
}

fn up2pay() -> Sample {
    let table = format!(
        r#"
        site = "1999888"
        rang = "32"
        identifiant = "2"
        hmac_key = "{CANARY}"
        page_hosts = ["http://127.0.0.1:8602"]
        ppps_hosts = ["http://127.0.0.1:8602"]
        "#
    );
    Sample {
        table: toml::from_str(&table).unwrap(),
        production: None,
        well: &[("/load.html", "<div id=\"server_status\">OK</div>")],
        moving: &[],
        payments: &[],
        save: "",
    }
}

const AWAY: &str = r#"{"responseCode":"00","redirectionData":"D","messageVersion":"2.2",
    "redirectionUrl":"https://bank.example/page"}"#;

const PAID: &str = r#"{"responseCode":"00","amount":"5000","currencyCode":"978",
    "tokenPan":"490700wTjS9D5677","panExpiryDate":"203012"}"#;

fn sogenactif() -> Sample {
    let methods = r#"methods = ["sogenactif_card", "sogenactif_paypal", "sogenactif_paylib",
        "sogenactif_bancontact", "sogenactif_ideal", "sogenactif_sepa"]"#;
    let table = format!(
        r#"
        merchant_id = "002001000000001"
        keys = {{ "1" = "{CANARY}" }}
        office_host = "http://127.0.0.1:8602"
        add_cards = true
        {methods}
        "#
    );
    let production = format!(
        r#"
        merchant_id = "201000000000001"
        keys = {{ "1" = "{CANARY}" }}
        {methods}
        "#
    );
    Sample {
        table: toml::from_str(&table).unwrap(),
        production: Some(toml::from_str(&production).unwrap()),
        well: SOGENACTIF,
        moving: &[
            "/cardCheckEnrollment",
            "/cardValidateAuthenticationAndOrder",
            "/walletCheckEnrollment",
            "/walletOrder",
            "/paymentProviderFinalize",
            "/creditTransferInitialize",
            "/creditTransferFinalizeAndOrder",
            "/finalizeMandate",
            "/directDebitOrder",
        ],
        payments: SOGENACTIF_PAYMENTS,
        save: r#"{"token":"490700wTjS9D5677","expiry":"203012","brand":"CB"}"#,
    }
}

const SOGENACTIF_PAYMENTS: &[Payment] = &[
    payment("sogenactif_card", By::Shopper, Gift::Token),
    payment(
        "sogenactif_card",
        By::ShopperWith { card: "1" },
        Gift::Nothing,
    ),
    payment("sogenactif_card", By::ShopWith { card: "1" }, Gift::Nothing),
    payment("sogenactif_paypal", By::Shopper, Gift::Leaves),
    payment("sogenactif_paylib", By::Shopper, Gift::Leaves),
    payment("sogenactif_bancontact", By::Shopper, Gift::Leaves),
    payment("sogenactif_ideal", By::Shopper, Gift::Bank("B1")),
    payment("sogenactif_sepa", By::Shopper, Gift::Iban),
];

const SOGENACTIF: &[(&str, &str)] = &[
    (
        "/hostedFieldsInitialize",
        r#"{"responseCode":"00","merchantSessionToken":"T","sdkUrl":"http://127.0.0.1/s.js"}"#,
    ),
    ("/cardCheckEnrollment", AWAY),
    ("/cardValidateAuthenticationAndOrder", PAID),
    (
        "/getWalletData",
        r#"{"walletResponseCode":"00","walletPaymentMeanDataList":[
            {"paymentMeanId":"1","maskedPan":"5017##########0400","panExpiryDate":"203012"}]}"#,
    ),
    ("/walletCheckEnrollment", AWAY),
    ("/walletOrder", PAID),
    ("/addCard", r#"{"walletResponseCode":"00"}"#),
    ("/deletePaymentMean", r#"{"walletResponseCode":"00"}"#),
    ("/paymentProviderInitialize", AWAY),
    ("/paymentProviderFinalize", PAID),
    (
        "/creditTransferInquire",
        r#"{"responseCode":"00","issuerList":[{"issuerCode":"B1","issuerName":"Bank"}]}"#,
    ),
    ("/creditTransferInitialize", AWAY),
    ("/creditTransferFinalizeAndOrder", PAID),
    ("/initializeMandate", AWAY),
    (
        "/finalizeMandate",
        r#"{"responseCode":"00","mandateId":"M1","mandateStatus":"ACTIVE"}"#,
    ),
    ("/directDebitOrder", PAID),
    (
        "/getTransactionData",
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"TO_CAPTURE",
            "originAmount":"5000","currencyCode":"978"}"#,
    ),
];

const fn payment(method: &'static str, by: By<'static>, gift: Gift) -> Payment {
    Payment { method, by, gift }
}
