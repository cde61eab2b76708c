//! What the suite needs to know of each provider: its tables, and what its platform answers when it
//! is well. A new provider adds one function here.

use std::sync::LazyLock;

use guichet_domain::id::PaymentId;
use guichet_domain::session::Session;
use guichet_domain::shopper::{Shopper, ShopperId};
use guichet_domain::testing;
use guichet_providers::contract::{Again, By, Owner};
use jiff::civil::date;

/// Stands in every account's table as its key; must come out nowhere.
pub(crate) const CANARY: &str = "\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A";

/// What the platform's fields gave; must come out nowhere but in calls.
pub(crate) const TOKEN: &str = "tok_CA9A21";

/// The account to debit; must come out nowhere but in calls.
pub(crate) const IBAN: &str = "FR1420041010050500013M02606";
/// What a saved card's first payment left, in the form of each provider that has such cards.
pub(crate) const FIRST: &str = r#"{"scheme":"S1","key":"LAmXQeZwdtzUtz1QI1vF6etR2"}"#;

/// One provider.
pub(crate) struct Sample {
    /// An account in the sandbox, with all methods.
    pub(crate) table: toml::Table,
    /// The same in production, where a provider has payments that go on, or a vault.
    pub(crate) production: Option<toml::Table>,
    /// What the platform answers, by the end of the address.
    pub(crate) well: Vec<(&'static str, String)>,
    /// Ends of the addresses of calls that may move money, or make what is found again later; with
    /// the method before it where other calls go to the same address.
    pub(crate) moving: &'static [&'static str],
    /// Payments of 50.00 EUR that go on after their beginning, one for each method and whoever may
    /// begin it: with these answers all of them are paid in the end.
    pub(crate) payments: &'static [Payment],
    /// Whether a payment is found by our reference alone. Otherwise nothing that could be ordered
    /// exists before the platform's name of it is kept.
    pub(crate) found_by_reference: bool,
    /// Whether answers are sealed, so that one that is not counts for nothing in production. Other
    /// answers are vouched for by the connection that they came on.
    pub(crate) seals: bool,
    /// What a sealed order gives to be saved, in the provider's own form; empty where the
    /// platform's page adds a card by itself.
    pub(crate) save: &'static str,
}

/// A payment that goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payment {
    pub(crate) method: &'static str,
    pub(crate) by: By<'static>,
    pub(crate) gives: Gives,
}

/// What the shopper gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gives {
    /// Nobody asks.
    Leaves,
    /// A token, and the wish to save the card.
    Token,
    /// A bank.
    Bank(&'static str),
    /// An account.
    Iban,
    /// Nothing: a saved card pays, or a terminal takes one.
    Nothing,
}

/// What every sample pays: of a shopper whom the shop knows.
pub(crate) fn session() -> Session {
    let shopper = Shopper {
        id: ShopperId::try_from("customer-42".to_owned()).ok(),
        ..testing::shopper()
    };
    testing::session_of("1", 5000, shopper)
}

/// Samples of a provider: one for each kind of account that differs in what is promised here.
pub(crate) fn samples(provider: &str) -> Vec<Sample> {
    match provider {
        "up2pay" => vec![up2pay()],
        "sogenactif" => vec![sogenactif(), sogenactif_s10(), sogenactif_platform()],
        "netbanx" => vec![netbanx()],
        "moneris" => vec![moneris()],
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
        well: vec![(
            "/load.html",
            "<div id=\"server_status\">OK</div>".to_owned(),
        )],
        moving: &[],
        payments: &[],
        found_by_reference: true,
        seals: true,
        save: "",
    }
}

/// A card on the hosted page.
fn netbanx() -> Sample {
    let table = |own: &str| {
        let table = format!("key_id = \"shop\"\nkey_password = \"{CANARY}\"\n{own}");
        toml::from_str(&table).unwrap()
    };
    let reference = "07".repeat(16);
    let order = |more: &str| {
        format!(
            r#"{{"id":"1","merchantRefNum":"{reference}","currencyCode":"EUR",
                "totalAmount":"5000",{more}}}"#
        )
    };
    let keyed = format!("https://shop:{CANARY}@api.netbanx.com/hosted/v1/orders/1");
    let made = order(&format!(
        r#""link":[{{"rel":"self","uri":"{keyed}"}},
            {{"rel":"hosted_payment","uri":"https://pay.netbanx.com/hosted/v1/payment/1"}}]"#
    ));
    let paid = order(&format!(
        r#""link":[{{"rel":"self","uri":"{keyed}"}}],"profile":{{"id":"1",
            "paymentToken":"{CANARY}"}},"transaction":{{"status":"success",
            "authType":"purchase","amount":5000,"settled":true,"confirmationNumber":7}}"#
    ));
    let session = session();
    let name = Owner::of(&session).map(|owner| owner.pseudonym("guichet/netbanx/profile/1"));
    let profile = format!(
        r#"{{"id":"1","merchantCustomerId":{name:?},"cards":[{{"id":"1","status":"ACTIVE",
            "cardType":"VI","lastDigits":"2345","cardExpiry":{{"year":2030,"month":12}},
            "paymentToken":"{CANARY}"}}]}}"#,
        name = name.unwrap()
    );
    Sample {
        table: table(
            "api_base = \"http://127.0.0.1:8602/hosted/v1\"\n\
             saved_cards = true\nsilent_post = true",
        ),
        production: Some(table("")),
        well: vec![
            ("/orders?num=50", format!(r#"{{"records":[{paid}]}}"#)),
            ("/orders/1", paid.clone()),
            ("/orders", made),
            ("&fields=cards", profile),
            ("/cards/1", "{}".to_owned()),
        ],
        moving: &["/orders", "POST /orders/1"],
        payments: &NETBANX_PAYMENTS,
        found_by_reference: true,
        seals: false,
        save: "",
    }
}

/// A terminal, through the cloud. A command whose outcome is known is answered with it at once.
fn moneris() -> Sample {
    let (token, code) = (&CANARY[..20], &CANARY[..50]);
    let table = |own: &str| {
        let table = format!(
            "store_id = \"mogo-1\"\napi_token = \"{token}\"\nist_config_code = \"{code}\"\n{own}\n\
             [[terminals]]\nname = \"counter\"\nid = \"A1234567\"\n"
        );
        toml::from_str(&table).unwrap()
    };
    let reference = "07".repeat(16);
    let paid = format!(
        r#"{{"receipt":{{"data":{{"response":[{{"statusCode":"5207","responseCode":"027",
            "completed":"true","orderId":"{reference}","idempotencyKey":"{reference}",
            "totalAmount":"5000","approvedAmount":"5000","transactionId":"1-0_1"}}]}}}}}}"#
    );
    // One for everything: whoever asks reads what is told of that.
    let gateway = format!(
        "<response><receipt><ReceiptId>{reference}</ReceiptId><ResponseCode>027</ResponseCode>\
         <Complete>true</Complete><TransAmount>50.00</TransAmount><TransID>58-0_3</TransID>\
         <DataKey>LAmXQeZwdtzUtz1QI1vF6etR2</DataKey><ResSuccess>true</ResSuccess><ResolveData>\
         <masked_pan>4242***4242</masked_pan><expdate>3012</expdate></ResolveData></receipt>\
         </response>"
    );
    let sandbox = "saved_cards = true\ncloud_url = \"http://127.0.0.1:8602/v3/Terminal/\"\n\
                   gateway_url = \"http://127.0.0.1:8602/gateway2/servlet/MpgRequest\"";
    Sample {
        table: table(sandbox),
        production: Some(table("")),
        well: vec![
            ("/v3/Terminal/", paid),
            ("/gateway2/servlet/MpgRequest", gateway),
        ],
        moving: &["/v3/Terminal/", "/gateway2/servlet/MpgRequest"],
        payments: MONERIS_PAYMENTS,
        found_by_reference: false,
        seals: false,
        save: r#"{"order":"1","transaction":"1-0_1","tender":"Credit","offline":false}"#,
    }
}

const AWAY: &str = r#""responseCode":"00","redirectionData":"D","messageVersion":"2.2",
    "redirectionUrl":"https://bank.example/page""#;

const STRAIGHT: &str = r#""responseCode":"00","redirectionData":"D","messageVersion":"2.2""#;

const PAID: &str = r#""responseCode":"00","amount":"5000","currencyCode":"978",
    "tokenPan":"490700wTjS9D5677","panExpiryDate":"203012""#;

/// A shop that names its transactions by references of its own.
fn sogenactif() -> Sample {
    Sample {
        well: well("", AWAY, AWAY),
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
        found_by_reference: true,
        ..sogenactif_named("reference", &[])
    }
}

/// A shop that came from the platform's first version. Typed cards need no challenge.
fn sogenactif_s10() -> Sample {
    let name = r#""s10TransactionReference":
        {"s10TransactionId":"000007","s10TransactionIdDate":"20260301"},"#;
    Sample {
        well: well(name, STRAIGHT, AWAY),
        ..sogenactif_named("s10", &["sogenactif_sepa"])
    }
}

/// A shop whose references the platform makes. Saved cards need no challenge.
fn sogenactif_platform() -> Sample {
    let name = r#""transactionReference":"PLATFORM1","#;
    Sample {
        well: well(name, AWAY, STRAIGHT),
        ..sogenactif_named("platform", &["sogenactif_sepa"])
    }
}

/// A shop of that identity, without the answers: what every method has but those.
fn sogenactif_named(identity: &str, but: &[&str]) -> Sample {
    let mut methods = vec![
        "sogenactif_card",
        "sogenactif_paypal",
        "sogenactif_paylib",
        "sogenactif_bancontact",
        "sogenactif_ideal",
        "sogenactif_sepa",
    ];
    methods.retain(|method| !but.contains(method));
    let common = format!(
        r#"
        keys = {{ "1" = "{CANARY}" }}
        methods = {methods:?}
        transaction_identity = {identity:?}
        ask_bank = true
        "#
    );
    let sandbox = r#"
        merchant_id = "002001000000001"
        office_host = "http://127.0.0.1:8602"
        add_cards = true
        "#;
    let production = r#"merchant_id = "201000000000001""#;
    let table = |own: &str| toml::from_str(&format!("{own}{common}")).unwrap();
    Sample {
        table: table(sandbox),
        production: Some(table(production)),
        well: Vec::new(),
        moving: &[
            "/cardValidateAuthenticationAndOrder",
            "/paymentProviderFinalize",
            "/creditTransferFinalizeAndOrder",
        ],
        payments: NAMED_LATER,
        found_by_reference: false,
        seals: true,
        save: r#"{"token":"490700wTjS9D5677","expiry":"203012","brand":"CB"}"#,
    }
}

const SOGENACTIF_PAYMENTS: &[Payment] = &[
    payment("sogenactif_card", By::Shopper, Gives::Token),
    payment(
        "sogenactif_card",
        By::ShopperWith { card: "1" },
        Gives::Nothing,
    ),
    payment(
        "sogenactif_card",
        By::ShopWith { card: "1" },
        Gives::Nothing,
    ),
    payment("sogenactif_paypal", By::Shopper, Gives::Leaves),
    payment("sogenactif_paylib", By::Shopper, Gives::Leaves),
    payment("sogenactif_bancontact", By::Shopper, Gives::Leaves),
    payment("sogenactif_ideal", By::Shopper, Gives::Bank("B1")),
    payment("sogenactif_sepa", By::Shopper, Gives::Iban),
];

/// With the rebillings, by the order and by its profile, at once and on a day to come.
static NETBANX_PAYMENTS: LazyLock<Vec<Payment>> = LazyLock::new(|| {
    let again = |by_profile, due| {
        let again = Again {
            of: &FIRST_PAYMENT,
            transaction: "1",
            by_profile,
            due,
        };
        payment("netbanx_card", By::Again(again), Gives::Nothing)
    };
    let card = "1";
    vec![
        payment("netbanx_card", By::Shopper, Gives::Leaves),
        payment("netbanx_card", By::ShopperWith { card }, Gives::Nothing),
        payment("netbanx_card", By::ShopWith { card }, Gives::Nothing),
        payment("netbanx_silent", By::Shopper, Gives::Leaves),
        again(false, None),
        again(true, None),
        again(false, Some(date(2026, 12, 24))),
        again(true, Some(date(2026, 12, 24))),
    ]
});

/// The payment that is charged anew.
static FIRST_PAYMENT: LazyLock<PaymentId> = LazyLock::new(|| PaymentId::from_random([7; 16]));

const MONERIS_PAYMENTS: &[Payment] = &[
    payment("moneris_terminal", By::Shopper, Gives::Nothing),
    payment(
        "moneris_vault",
        By::ShopperWith { card: "1" },
        Gives::Nothing,
    ),
    payment("moneris_vault", By::ShopWith { card: "1" }, Gives::Nothing),
];

/// What can be paid where transactions are not named by a reference of ours.
const NAMED_LATER: &[Payment] = &[
    payment("sogenactif_card", By::Shopper, Gives::Token),
    payment(
        "sogenactif_card",
        By::ShopperWith { card: "1" },
        Gives::Nothing,
    ),
    payment("sogenactif_paypal", By::Shopper, Gives::Leaves),
    payment("sogenactif_paylib", By::Shopper, Gives::Leaves),
    payment("sogenactif_bancontact", By::Shopper, Gives::Leaves),
    payment("sogenactif_ideal", By::Shopper, Gives::Bank("B1")),
];

/// What the platform answers: a transaction's name, and how typed and saved cards are opened.
fn well(name: &str, typed: &str, saved: &str) -> Vec<(&'static str, String)> {
    let named = |end, fields: &str| (end, format!("{{{name}{fields}}}"));
    let plain = |end, text: &str| (end, text.to_owned());
    vec![
        plain(
            "/hostedFieldsInitialize",
            r#"{"responseCode":"00","merchantSessionToken":"T","sdkUrl":"http://127.0.0.1/s.js"}"#,
        ),
        named("/cardCheckEnrollment", typed),
        named("/cardValidateAuthenticationAndOrder", PAID),
        plain(
            "/getWalletData",
            r#"{"walletResponseCode":"00","walletPaymentMeanDataList":[
                {"paymentMeanId":"1","maskedPan":"5017##########0400","panExpiryDate":"203012"}]}"#,
        ),
        named("/walletCheckEnrollment", saved),
        named("/walletOrder", PAID),
        plain("/addCard", r#"{"walletResponseCode":"00"}"#),
        plain("/deletePaymentMean", r#"{"walletResponseCode":"00"}"#),
        named("/paymentProviderInitialize", AWAY),
        named("/paymentProviderFinalize", PAID),
        plain(
            "/creditTransferInquire",
            r#"{"responseCode":"00","issuerList":[{"issuerCode":"B1","issuerName":"Bank"}]}"#,
        ),
        named("/creditTransferInitialize", AWAY),
        named("/creditTransferFinalizeAndOrder", PAID),
        named("/initializeMandate", AWAY),
        plain(
            "/finalizeMandate",
            r#"{"responseCode":"00","mandateId":"M1","mandateStatus":"ACTIVE"}"#,
        ),
        named("/directDebitOrder", PAID),
        named(
            "/getTransactionData",
            r#""getTransDataResponseCode":"00","responseCode":"00","originAmount":"5000",
                "transactionStatus":"TO_CAPTURE","currencyCode":"978""#,
        ),
    ]
}

const fn payment(method: &'static str, by: By<'static>, gives: Gives) -> Payment {
    Payment { method, by, gives }
}
