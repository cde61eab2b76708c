//! Every method of Sogenactif's connector Office, as an operator calls it: `guichet sogenactif`
//! against the sandbox, there and back, with its seals.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{CHALLENGED, SMOOTH, Stack, StackOptions};

/// Accepted without a page, with an orange score.
const ORANGE: &str = "4200006000000000";
const IBAN: &str = "FR7630006000011234567890189";

const METHODS: [&str; 44] = [
    "acceptChallenge",
    "addCard",
    "addDirectDebit",
    "addToFraudList",
    "cancel",
    "cardCheckEnrollment",
    "cardOrder",
    "cardValidateAuthentication",
    "cardValidateAuthenticationAndOrder",
    "creditHolder",
    "creditTransferFinalizeAndOrder",
    "creditTransferInitialize",
    "creditTransferInquire",
    "deletePaymentMean",
    "directDebitOrder",
    "duplicate",
    "finalizeMandate",
    "getCardData",
    "getFraudData",
    "getMandateData",
    "getPaymentMeanData",
    "getPdfMandate",
    "getTransactionData",
    "getVelocityData",
    "getWalletData",
    "hostedFieldsInitialize",
    "initializeMandate",
    "paymentDataProviderCheck",
    "paymentProviderFinalize",
    "paymentProviderGetContext",
    "paymentProviderInitialize",
    "paymentTokenGenerate",
    "refund",
    "refuseChallenge",
    "removeFromFraudList",
    "searchMandate",
    "signOff",
    "updatePaymentMean",
    "validate",
    "walletCheckEnrollment",
    "walletCreditHolder",
    "walletIssuerWalletFinalize",
    "walletIssuerWalletInitialize",
    "walletOrder",
];

/// One line of the table.
enum Step {
    /// The shopper types this card into the fields; the token is kept under this name.
    Token(&'static str, &'static str),
    /// The operator calls a method that answers this code; the answer is kept under its reference.
    Call(&'static str, &'static str, &'static str, Value),
    /// The shopper presses a button of the page that this answer led to.
    Press(&'static str, &'static str),
    /// A day passes at the platform.
    Night,
}

use Step::{Call, Night, Press, Token};

/// What was kept so far: `$NAME.field` in a request is a field of it.
struct Operator<'a> {
    stack: &'a Stack,
    kept: BTreeMap<&'static str, Value>,
    done: BTreeSet<&'static str>,
}

impl Operator<'_> {
    /// The request with what was kept put in.
    fn fill(&self, request: &Value) -> Value {
        match request {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect(),
            Value::String(text) => match text.strip_prefix('$') {
                Some(place) => {
                    let (name, field) = place.split_once('.').unwrap();
                    let found = self.kept[name][field].clone();
                    assert!(!found.is_null(), "{place} in {}", self.kept[name]);
                    found
                }
                None => request.clone(),
            },
            other => other.clone(),
        }
    }

    async fn play(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Token(name, number) => {
                    let (status, session, errors) = self
                        .stack
                        .office("hostedFieldsInitialize", &json!({}))
                        .await;
                    assert_eq!(status, 0, "{errors}");
                    let session = session["merchantSessionToken"].as_str().unwrap();
                    let token = self.stack.token_of(session, number).await;
                    self.kept.insert(name, json!({ "token": token }));
                }
                Call(name, method, code, request) => self.call(name, method, code, &request).await,
                Press(name, button) => self.press(name, button).await,
                Night => self.stack.move_office_clock(json!({ "days": 1 })).await,
            }
        }
    }

    async fn call(&mut self, name: &'static str, method: &'static str, code: &str, fields: &Value) {
        let request = self.fill(fields);
        let (status, answer, errors) = self.stack.office(method, &request).await;
        assert_eq!(
            code_of(&answer),
            code,
            "{method} {request}: {answer:#}\n{errors}"
        );
        let success = i32::from(code != "00");
        assert_eq!(status, success, "{method} {request}: {answer:#}\n{errors}");
        assert!(answer["seal"].is_string(), "{method}: {answer:#}");
        assert_eq!(answer["merchantId"], "002001000000001", "{method}");
        for same in ["transactionReference", "currencyCode"] {
            if let (Some(asked), Some(told)) = (request.get(same), answer.get(same)) {
                assert_eq!(asked, told, "{method}: {same}");
            }
        }
        // Asked for in a text, told as a JSON number.
        if let (Some(asked), Some(told)) = (request.get("amount"), answer.get("amount")) {
            assert_eq!(
                asked,
                &json!(told.as_u64().unwrap().to_string()),
                "{method}"
            );
        }
        if code == "00" {
            self.done.insert(method);
        } else {
            assert!(
                errors.contains(code),
                "{method}: the code is explained: {errors}"
            );
        }
        self.kept.insert(name, answer);
    }

    async fn press(&self, name: &str, button: &str) {
        let opened = &self.kept[name];
        let url = opened["redirectionUrl"].as_str().unwrap();
        let form = ["redirectionData", "messageVersion"].map(|field| (field, &opened[field]));
        let form = form.map(|(field, value)| (field, value.as_str().unwrap()));
        let client = self.stack.http.client();
        self.stack
            .http
            .send(client.post(url).form(&form))
            .await
            .expect(200);
        let press = client.post(format!("{url}/{button}")).form(&form);
        self.stack.http.send(press).await.expect(307);
    }
}

/// An answer's own code.
fn code_of(answer: &Value) -> &str {
    let names = [
        "getTransDataResponseCode",
        "fraudResponseCode",
        "walletResponseCode",
        "responseCode",
    ];
    let found = names.iter().find_map(|name| answer[*name].as_str());
    found.unwrap_or_default()
}

/// Fields of one object after those of the other.
fn with(fields: &Value, more: Value) -> Value {
    let mut all = fields.clone();
    let more = more.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    all
}

fn order(reference: &str, more: Value) -> Value {
    let order = json!({
        "transactionReference": reference, "amount": "4200", "currencyCode": "978",
        "orderChannel": "INTERNET", "merchantReturnUrl": "https://shop.example/retour",
        "customerId": "camille",
    });
    with(&order, more)
}

/// Without what only an enrolment takes.
fn without_return(mut order: Value) -> Value {
    order.as_object_mut().unwrap().remove("merchantReturnUrl");
    order
}

fn named(reference: &str) -> Value {
    json!({ "transactionReference": reference })
}

fn operation(reference: &str, amount: &str) -> Value {
    with(
        &named(reference),
        json!({ "operationAmount": amount, "currencyCode": "978" }),
    )
}

/// What follows the page that the answer of this name led to.
fn back(name: &str) -> Value {
    json!({
        "redirectionData": format!("${name}.redirectionData"),
        "messageVersion": format!("${name}.messageVersion"),
    })
}

fn back_of(name: &str) -> Value {
    with(
        &back(name),
        json!({ "transactionReference": format!("${name}.transactionReference") }),
    )
}

/// A card that pays without a page.
fn paid(name: &'static str, number: &'static str, more: Value) -> Vec<Step> {
    let token = json!({ "paymentToken": "$token.token" });
    vec![
        Token("token", number),
        Call(
            name,
            "cardCheckEnrollment",
            "00",
            order(name, with(&token, more)),
        ),
        Call(
            "paid",
            "cardValidateAuthenticationAndOrder",
            "00",
            back_of(name),
        ),
    ]
}

fn cards() -> Vec<Step> {
    let token = || json!({ "paymentToken": "$token.token" });
    vec![
        Call(
            "session",
            "hostedFieldsInitialize",
            "00",
            json!({
                "customerIpAddress": "127.0.0.1",
                "paymentMeanBrandList": ["CB", "MASTERCARD", "VISA"],
            }),
        ),
        Token("token", CHALLENGED),
        Call(
            "CARD1",
            "cardCheckEnrollment",
            "00",
            order("CARD1", token()),
        ),
        Press("CARD1", "success"),
        Call("seen", "cardValidateAuthentication", "00", back_of("CARD1")),
        Call(
            "paid",
            "cardValidateAuthenticationAndOrder",
            "00",
            back_of("CARD1"),
        ),
        Call("part", "cancel", "00", operation("CARD1", "200")),
        Call("early", "refund", "24", operation("CARD1", "500")),
        Night,
        Call("back", "refund", "00", operation("CARD1", "500")),
        Call("data", "getTransactionData", "00", named("CARD1")),
        Token("token", SMOOTH),
        Call(
            "soft",
            "cardOrder",
            "05",
            without_return(order("CARD2", token())),
        ),
        Call(
            "CARD3",
            "cardOrder",
            "00",
            without_return(order(
                "CARD3",
                with(&token(), json!({ "paymentPattern": "RECURRING_N" })),
            )),
        ),
    ]
}

fn later_cash() -> Vec<Step> {
    let mut steps = paid("CARD4", SMOOTH, json!({ "captureMode": "VALIDATION" }));
    steps.extend([
        Call("valid", "validate", "00", operation("CARD4", "4000")),
        Call(
            "copy",
            "duplicate",
            "00",
            json!({
                "transactionReference": "CARD5", "fromTransactionReference": "CARD4",
                "amount": "1000", "currencyCode": "978",
            }),
        ),
        Call(
            "credit",
            "creditHolder",
            "00",
            json!({
                "transactionReference": "CARD6", "amount": "700", "currencyCode": "978",
                "cardNumber": "$copy.tokenPan", "panType": "TOKEN_PAN",
            }),
        ),
        Call(
            "made",
            "paymentTokenGenerate",
            "00",
            json!({
                "cardNumber": "$copy.tokenPan", "panType": "TOKEN_PAN",
            }),
        ),
        Call(
            "card",
            "getCardData",
            "00",
            json!({ "cardNumber": "430000" }),
        ),
    ]);
    steps
}

fn challenges_and_fraud() -> Vec<Step> {
    let black = || json!({ "transactionReference": "ORANGE1", "fraudListType": "BLACK" });
    let mut steps = paid("ORANGE1", ORANGE, json!({}));
    steps.extend(paid("ORANGE2", ORANGE, json!({})));
    steps.extend([
        Call("score", "getFraudData", "00", named("ORANGE1")),
        Call("yes", "acceptChallenge", "00", named("ORANGE1")),
        Call("again", "acceptChallenge", "24", named("ORANGE1")),
        Call("no", "refuseChallenge", "00", named("ORANGE2")),
        Call("listed", "addToFraudList", "00", black()),
        Call("twice", "addToFraudList", "94", black()),
        Call("off", "removeFromFraudList", "00", black()),
        Call("gone", "removeFromFraudList", "25", black()),
        Call(
            "speed",
            "getVelocityData",
            "00",
            json!({
                "velocityElementType": "customerId", "velocityElementValue": "camille",
                "velocityPeriod": "7",
            }),
        ),
    ]);
    steps
}

fn mandates() -> Vec<Step> {
    let id = || json!({ "mandateId": "$signed.mandateId" });
    vec![
        Call(
            "sign",
            "initializeMandate",
            "00",
            json!({
                "iban": IBAN, "customerId": "camille",
                "merchantReturnUrl": "https://shop.example/retour",
            }),
        ),
        Call("early", "finalizeMandate", "60", back("sign")),
        Press("sign", "success"),
        Call("signed", "finalizeMandate", "00", back("sign")),
        Call(
            "debit",
            "directDebitOrder",
            "00",
            with(
                &id(),
                json!({
                    "transactionReference": "DEBIT1", "amount": "900", "currencyCode": "978",
                }),
            ),
        ),
        Call(
            "found",
            "searchMandate",
            "00",
            json!({ "customerId": "camille" }),
        ),
        Call("data", "getMandateData", "00", id()),
        Call("pdf", "getPdfMandate", "00", id()),
        Call(
            "none",
            "getPdfMandate",
            "25",
            json!({ "mandateId": "ABSENT" }),
        ),
    ]
}

fn wallet() -> Value {
    json!({ "merchantWalletId": "camille" })
}

fn mean() -> Value {
    json!({ "merchantWalletId": "camille", "paymentMeanId": "$added.paymentMeanId" })
}

fn wallets() -> Vec<Step> {
    vec![
        Call("none", "getWalletData", "01", wallet()),
        Token("token", SMOOTH),
        Call(
            "added",
            "addCard",
            "00",
            with(
                &wallet(),
                json!({
                    "paymentToken": "$token.token", "paymentMeanAlias": "la bleue",
                }),
            ),
        ),
        Call(
            "iban",
            "addDirectDebit",
            "00",
            with(
                &wallet(),
                json!({
                    "mandateId": "$signed.mandateId",
                }),
            ),
        ),
        Call("wallet", "getWalletData", "00", wallet()),
        Call(
            "named",
            "updatePaymentMean",
            "00",
            with(
                &mean(),
                json!({
                    "paymentMeanAlias": "la rouge",
                }),
            ),
        ),
        Call("mean", "getPaymentMeanData", "00", mean()),
    ]
}

fn wallet_payments() -> Vec<Step> {
    let pays = |reference: &str| with(&mean(), order(reference, json!({})));
    vec![
        Call("WALLET1", "walletCheckEnrollment", "00", pays("WALLET1")),
        Call(
            "paid",
            "cardValidateAuthenticationAndOrder",
            "00",
            back_of("WALLET1"),
        ),
        Call("soft", "walletOrder", "05", without_return(pays("WALLET2"))),
        Call(
            "later",
            "walletOrder",
            "00",
            without_return(with(
                &pays("WALLET3"),
                json!({ "paymentPattern": "RECURRING_N" }),
            )),
        ),
        Call(
            "credit",
            "walletCreditHolder",
            "00",
            with(
                &mean(),
                json!({
                    "transactionReference": "WALLET4", "amount": "100", "currencyCode": "978",
                }),
            ),
        ),
        Call(
            "PAYLIB1",
            "walletIssuerWalletInitialize",
            "00",
            with(
                &wallet(),
                order("PAYLIB1", json!({ "paymentMeanBrand": "PAYLIB" })),
            ),
        ),
        Press("PAYLIB1", "success"),
        Call(
            "paid",
            "walletIssuerWalletFinalize",
            "00",
            back_of("PAYLIB1"),
        ),
        Call("out", "deletePaymentMean", "00", mean()),
        Call("gone", "getPaymentMeanData", "01", mean()),
        Call("off", "signOff", "00", wallet()),
        Call("gone", "signOff", "01", wallet()),
    ]
}

fn elsewhere() -> Vec<Step> {
    let brand = |reference, brand: &str| order(reference, json!({ "paymentMeanBrand": brand }));
    let mut ideal = brand("IDEAL1", "IDEAL");
    ideal.as_object_mut().unwrap().remove("orderChannel");
    vec![
        Call(
            "PAYPAL1",
            "paymentProviderInitialize",
            "00",
            brand("PAYPAL1", "PAYPAL"),
        ),
        Call("early", "paymentProviderFinalize", "60", back_of("PAYPAL1")),
        Press("PAYPAL1", "success"),
        Call(
            "payer",
            "paymentProviderGetContext",
            "00",
            json!({
                "transactionReference": "PAYPAL1", "redirectionData": "$PAYPAL1.redirectionData",
            }),
        ),
        Call("paid", "paymentProviderFinalize", "00", back_of("PAYPAL1")),
        Call("twice", "paymentProviderFinalize", "94", back_of("PAYPAL1")),
        Call(
            "banks",
            "creditTransferInquire",
            "00",
            json!({
                "currencyCode": "978", "paymentMeanBrand": "IDEAL",
            }),
        ),
        Call("IDEAL1", "creditTransferInitialize", "00", ideal),
        Press("IDEAL1", "success"),
        Call(
            "paid",
            "creditTransferFinalizeAndOrder",
            "00",
            back_of("IDEAL1"),
        ),
        Call(
            "oem",
            "paymentDataProviderCheck",
            "00",
            without_return(brand("OEM1", "CB")),
        ),
    ]
}

async fn stack() -> Stack {
    Stack::start(StackOptions {
        sogenactif: true,
        ..Default::default()
    })
    .await
}

#[tokio::test]
async fn each_of_the_44_methods_can_be_called_by_an_operator() {
    let stack = stack().await;
    let mut operator = Operator {
        stack: &stack,
        kept: BTreeMap::new(),
        done: BTreeSet::new(),
    };
    operator.play(cards()).await;
    operator.play(later_cash()).await;
    let seen = &operator.kept;
    assert_eq!(seen["seen"]["holderAuthentStatus"], "SUCCESS");
    assert_eq!(seen["part"]["newAmount"], 4000);
    assert_eq!(seen["data"]["transactionStatus"], "TO_CREDIT");
    assert_eq!(seen["soft"]["acquirerResponseCode"], "A1");
    assert_eq!(seen["card"]["cardBrandList"], json!(["CB", "VISA"]));
    operator.play(challenges_and_fraud()).await;
    let seen = &operator.kept;
    assert_eq!(seen["no"]["newStatus"], "REFUSED");
    // The one answer with numbers that are no texts: its seal covers them as they were written.
    assert!(
        seen["speed"]["velocityTotalAmount"].is_number(),
        "{}",
        seen["speed"]
    );
    operator.play(mandates()).await;
    let seen = &operator.kept;
    assert_eq!(
        seen["data"]["transactionList"][0]["transactionReference"],
        "DEBIT1"
    );
    operator.play(wallets()).await;
    operator.play(wallet_payments()).await;
    let seen = &operator.kept;
    let alias = &seen["mean"]["walletPaymentMeanData"]["paymentMeanAlias"];
    assert_eq!(alias, "la rouge");
    assert_eq!(
        seen["wallet"]["walletPaymentMeanDataList"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    operator.play(elsewhere()).await;
    assert!(operator.kept["banks"]["issuerList"].is_array());
    let done: Vec<_> = operator.done.iter().copied().collect();
    assert_eq!(done, METHODS);
    let books = stack.office_books().await;
    let called = books["calls"].as_object().unwrap();
    assert!(
        METHODS.iter().all(|name| called.contains_key(*name)),
        "{called:?}"
    );
}

#[tokio::test]
async fn an_operator_is_told_why_the_platform_refuses() {
    let stack = stack().await;
    let mut operator = Operator {
        stack: &stack,
        kept: BTreeMap::new(),
        done: BTreeSet::new(),
    };
    operator.play(paid("ONCE", SMOOTH, json!({}))).await;
    let refuse = |code, method, request| vec![Call("answer", method, code, request)];
    let token = json!({ "paymentToken": "$token.token" });
    operator
        .play(refuse("24", "refund", operation("ONCE", "100")))
        .await;
    operator.play(vec![Token("token", SMOOTH)]).await;
    operator
        .play(refuse("94", "cardCheckEnrollment", order("ONCE", token)))
        .await;
    for method in ["getTransactionData", "getFraudData", "acceptChallenge"] {
        operator.play(refuse("25", method, named("NOWHERE"))).await;
    }
    operator
        .play(refuse("25", "cancel", operation("NOWHERE", "100")))
        .await;
    operator
        .play(refuse("51", "cancel", operation("ONCE", "4300")))
        .await;
    let dollars = with(&operation("ONCE", "100"), json!({ "currencyCode": "840" }));
    operator.play(refuse("12", "cancel", dollars)).await;
    assert_eq!(operator.kept["answer"]["errorFieldName"], "currencyCode");
    let book = stack.office_book("ONCE").await;
    assert_eq!(
        book["transactionStatus"], "TO_CAPTURE",
        "nothing of that moved anything: {book}"
    );
}

/// A configuration with one account of Sogenactif.
fn account(stack: &Stack, lines: &str) -> PathBuf {
    let path = stack.folder().join("office.toml");
    let host = stack.platform();
    let text = format!(
        "environment = \"sandbox\"\n[[accounts]]\nid = \"office\"\nprovider = \"sogenactif\"\n\
         office_host = {host:?}\n{lines}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn a_wrong_key_or_version_is_told_and_its_answer_counts_for_nothing() {
    let stack = stack().await;
    let shop = "merchant_id = \"002001000000001\"";
    let key = "002001000000001_KEY1";
    let version = account(&stack, &format!("{shop}\nkeys = {{ \"7\" = {key:?} }}"));
    let (status, answer, errors) = stack
        .office_as(&version, "getTransactionData", &named("ONCE"))
        .await;
    assert_eq!((status, code_of(&answer)), (1, "34"), "{answer} {errors}");
    let wrong = "a-key-that-is-nobodys-0123456789";
    let config = account(&stack, &format!("{shop}\nkeys = {{ \"1\" = {wrong:?} }}"));
    let (status, answer, errors) = stack
        .office_as(&config, "getTransactionData", &named("ONCE"))
        .await;
    assert_eq!((status, answer), (2, Value::Null), "{errors}");
    assert!(
        errors.contains("34") && errors.contains("counts for nothing"),
        "{errors}"
    );
    assert!(!errors.contains(wrong) && !errors.contains(key), "{errors}");
    // The key's second version, and either one of both: a renewal refuses nothing.
    let second = "bac-a-sable-cle-de-version-2";
    for keys in [
        format!("{{ \"2\" = {second:?} }}"),
        format!("{{ \"1\" = {key:?}, \"2\" = {second:?} }}"),
    ] {
        let config = account(&stack, &format!("{shop}\nkeys = {keys}"));
        let (status, answer, errors) = stack
            .office_as(&config, "hostedFieldsInitialize", &json!({}))
            .await;
        assert_eq!((status, code_of(&answer)), (0, "00"), "{errors}");
    }
}

#[tokio::test]
async fn the_other_algorithms_seal_as_well() {
    let stack = stack().await;
    for algorithm in ["HMAC-SHA-256", "SHA-256", "HMAC-SHA-512"] {
        let lines = format!(
            "merchant_id = \"002001000000001\"\nseal_algorithm = {algorithm:?}\n\
             keys = {{ \"1\" = \"002001000000001_KEY1\" }}"
        );
        let config = account(&stack, &lines);
        let wish = json!({ "paymentMeanBrandList": ["VISA", "CB"] });
        let (status, answer, errors) = stack
            .office_as(&config, "hostedFieldsInitialize", &wish)
            .await;
        assert_eq!(
            (status, code_of(&answer)),
            (0, "00"),
            "{algorithm}: {answer} {errors}"
        );
        assert!(answer["seal"].is_string(), "{algorithm}");
    }
}

#[tokio::test]
async fn a_shop_whose_identity_is_another_one_is_told_which_field_is_wrong() {
    let stack = stack().await;
    for (merchant, identity, wrong, right) in [
        (
            "002001000000003",
            "s10",
            ("reference", "s10TransactionReference"),
            json!({ "s10TransactionReference": { "s10TransactionId": "000001" } }),
        ),
        (
            "002001000000002",
            "platform",
            ("reference", "transactionReference"),
            json!({}),
        ),
        (
            "002001000000001",
            "reference",
            ("s10", "s10TransactionReference"),
            named("MODE1"),
        ),
    ] {
        let lines = |identity: &str| {
            format!(
                "merchant_id = {merchant:?}\nkeys = {{ \"1\" = \"{merchant}_KEY1\" }}\n\
                 transaction_identity = {identity:?}"
            )
        };
        let (identity_asked, field) = wrong;
        let config = account(&stack, &lines(identity_asked));
        let order = json!({
            "amount": "4200", "currencyCode": "978", "orderChannel": "INTERNET",
            "paymentMeanBrand": "CB",
        });
        let mistaken = match identity_asked {
            "s10" => json!({ "s10TransactionReference": { "s10TransactionId": "000001" } }),
            _ => named("MODE1"),
        };
        let method = "paymentDataProviderCheck";
        let request = with(&order, mistaken);
        let (status, answer, errors) = stack.office_as(&config, method, &request).await;
        assert_eq!(
            (status, code_of(&answer)),
            (1, "12"),
            "{merchant}: {answer} {errors}"
        );
        assert_eq!(answer["errorFieldName"], field, "{merchant}: {answer}");
        // What the account itself says is checked before anything is sent.
        let config = account(&stack, &lines(identity));
        let (status, _, errors) = stack.office_as(&config, method, &request).await;
        assert_eq!(status, 2, "{merchant}: {errors}");
        let (status, answer, errors) = stack.office_as(&config, method, &with(&order, right)).await;
        assert_eq!(
            (status, code_of(&answer)),
            (0, "00"),
            "{merchant}: {answer} {errors}"
        );
    }
}

#[tokio::test]
async fn an_operator_never_takes_an_answer_for_another_ones_or_a_lost_one_for_none() {
    let stack = stack().await;
    let order = json!({
        "transactionReference": "OEM1", "amount": "4200", "currencyCode": "978",
        "orderChannel": "INTERNET", "paymentMeanBrand": "CB",
    });
    let method = "paymentDataProviderCheck";
    stack
        .break_office(json!({ "office_answer_lost": { method: 1 } }))
        .await;
    let (status, answer, errors) = stack.office(method, &order).await;
    assert_eq!((status, answer), (2, Value::Null), "{errors}");
    assert!(errors.contains("may have been done"), "{errors}");
    let book = stack.office_book("OEM1").await;
    assert_eq!(
        book["calls"],
        json!({ method: 1 }),
        "it is not sent twice: {book}"
    );
    for fault in [
        "office_wrong_seal",
        "office_tampered_amount",
        "office_other_transaction",
    ] {
        stack.mend_office().await;
        stack.break_office(json!({ fault: true })).await;
        let (status, answer, errors) = stack.office("getTransactionData", &named("OEM1")).await;
        assert_eq!((status, answer), (2, Value::Null), "{fault}: {errors}");
    }
    stack.mend_office().await;
    stack.break_office(json!({ "office_down": true })).await;
    let (status, _, errors) = stack.office(method, &order).await;
    assert_eq!(status, 2, "{errors}");
    // What only reads is asked once more.
    stack.mend_office().await;
    let lost = json!({ "office_answer_lost": { "getTransactionData": 1 } });
    stack.break_office(lost).await;
    let (status, answer, errors) = stack.office("getTransactionData", &named("OEM1")).await;
    assert_eq!((status, code_of(&answer)), (0, "00"), "{errors}");
}
