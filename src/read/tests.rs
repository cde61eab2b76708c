//! What serde writes, the hand-written reader reads.

use serde::Serialize;
use serde_json::{Value, json};

use super::*;

impl Json for Value {
    fn get(&self, name: &str) -> Option<Self> {
        self.as_object()?
            .get(name)
            .filter(|found| !found.is_null())
            .cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(Into::into)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn a_payment(status: Status, refusal: Option<Refusal>) -> PaymentView {
    let part = |kind, status| PartView {
        kind,
        brand: "CB".into(),
        amount: 1840,
        status,
    };
    PaymentView {
        id: "pay_1".into(),
        method: "apetiz".into(),
        status,
        surplus: true,
        accepted: 1840,
        parts: vec![
            part(PartKind::Voucher, PartStatus::Accepted),
            part(PartKind::Complement, PartStatus::Refused),
            part(PartKind::Card, PartStatus::Pending),
            part(PartKind::Account, PartStatus::Pending),
        ],
        refusal,
        voucher_may_be_held: true,
    }
}

fn a_session() -> CheckoutSession {
    let offer = |method: &str, kind, unavailable, eligible_amount: Option<u64>| MethodOffer {
        method: method.into(),
        label: eligible_amount.map(|_| "Titre".into()),
        kind,
        unavailable,
        embedded: method == "sogenactif_card",
        saved_cards: method == "sogenactif_card",
        can_save: method == "sogenactif_card",
        eligible_amount,
    };
    let below = Unavailable::BelowMinimum { minimum: 2000 };
    let above = Unavailable::AboveMaximum { maximum: 9000 };
    CheckoutSession {
        id: "cs_1".into(),
        shop: "Épicerie".into(),
        reference: "A&B \"42\"".into(),
        amount: 4200,
        currency: "EUR".into(),
        currency_exponent: 2,
        locale: Some("pt-BR".into()),
        language: Some("fr".into()),
        manual_capture: true,
        voucher_eligible_amount: Some(1840),
        expires_at: 1_800_000_000,
        methods: vec![
            offer("card", MethodKind::Card, None, None),
            offer("sogenactif_card", MethodKind::Card, None, None),
            offer("apetiz", MethodKind::MealVoucher, None, Some(1840)),
            offer("cvconnect", MethodKind::HolidayVoucher, Some(below), None),
            offer("up2pay_choice", MethodKind::Choice, Some(above), None),
            offer("sogenactif_paypal", MethodKind::Wallet, None, None),
            offer("sogenactif_ideal", MethodKind::CreditTransfer, None, None),
            offer("sogenactif_sepa", MethodKind::DirectDebit, None, None),
        ],
        status: CheckoutStatus {
            status: Status::Open,
            can_pay: true,
            open_elsewhere: false,
            paid_elsewhere: true,
            payment: Some(a_payment(Status::Paid, None)),
            others: vec![a_payment(Status::Incomplete, Some(Refusal::Funds))],
        },
    }
}

#[test]
fn a_session_comes_back_as_it_was() {
    let session = a_session();
    assert_eq!(super::session(&written(&session)), Some(session));
}

#[test]
fn every_status_and_refusal_comes_back_as_it_was() {
    let statuses = [
        Status::Open,
        Status::Pending,
        Status::Authorised,
        Status::Paid,
        Status::Refused,
        Status::Cancelled,
        Status::Incomplete,
        Status::Expired,
    ];
    let refusals = [
        Refusal::Issuer,
        Refusal::Funds,
        Refusal::CardData,
        Refusal::Authentication,
        Refusal::NotAccepted,
        Refusal::TimedOut,
        Refusal::Technical,
    ];
    for status in statuses {
        for refusal in refusals {
            let payment = a_payment(status, Some(refusal));
            assert_eq!(super::payment(&written(&payment)), Some(payment));
            assert_eq!(written(&refusal), crate::face::refusal_name(refusal));
        }
    }
}

#[test]
fn what_to_do_next_comes_back_as_it_was() {
    let fields =
        [("PBX_SITE", "1999888"), ("PBX_BILLING", "<é>&\"")].map(|(name, value)| FormField {
            name: name.into(),
            value: value.into(),
        });
    let url = "https://platform.example/php/".into();
    for next_action in [
        NextAction::FormPost {
            url,
            fields: fields.into(),
        },
        NextAction::HostedFields {
            integrity: Some("sha384-AbC=".into()),
            sdk_url: "https://platform.example/sdk.js".into(),
            session_token: "eyJ.a.b".into(),
            brands: vec!["CB".into(), "VISA".into()],
        },
        NextAction::Ask {
            question: Question::Bank {
                banks: vec![Bank {
                    code: "INGBNL2A".into(),
                    name: "ING".into(),
                }],
            },
        },
        NextAction::Ask {
            question: Question::Iban,
        },
        NextAction::Wait,
    ] {
        let started = StartedPayment {
            payment: "pay_1".into(),
            next_action,
        };
        assert_eq!(super::started(&written(&started)), Some(started));
    }
}

#[test]
fn saved_cards_come_back_as_they_were() {
    let card = |expires: Option<&str>| SavedCard {
        method: "sogenactif_card".into(),
        card: "7".into(),
        brand: "VISA".into(),
        last_digits: "0700".into(),
        expires: expires.map(Into::into),
    };
    let cards = SavedCards {
        cards: vec![card(Some("2027-12")), card(None)],
    };
    assert_eq!(super::cards(&written(&cards)), Some(cards));
    let none = SavedCards::default();
    assert_eq!(super::cards(&written(&none)), Some(none));
    for bad in [
        json!({}),
        json!({"cards": [{}]}),
        json!({"cards": 7}),
        json!(null),
    ] {
        assert_eq!(super::cards(&bad), None, "{bad}");
    }
}

#[test]
fn a_question_without_a_bank_to_choose_is_not_read() {
    let read = |question: Value| {
        let action = json!({"type": "ask", "question": question});
        super::started(&json!({"payment": "pay_1", "next_action": action}))
    };
    assert!(read(json!({"type": "iban"})).is_some());
    for bad in [
        json!(null),
        json!({"type": "colour"}),
        json!({"type": "bank"}),
        json!({"type": "bank", "banks": []}),
        json!({"type": "bank", "banks": [{"code": "A"}]}),
    ] {
        assert_eq!(read(bad.clone()), None, "{bad}");
    }
}

#[test]
fn a_problem_names_its_code_and_the_field_at_fault() {
    let mut problem = guichet_wire::Problem {
        type_: "about:blank".into(),
        title: "Unprocessable".into(),
        status: 422,
        code: guichet_wire::ProblemCode::FieldInvalid,
        detail: "is not an IBAN".into(),
        field: Some("iban".into()),
        errors: Vec::new(),
    };
    let read = super::problem(&written(&problem));
    assert_eq!(read, Some(("field_invalid".into(), Some("iban".into()))));
    problem.field = None;
    let read = super::problem(&written(&problem));
    assert_eq!(read, Some(("field_invalid".into(), None)));
}

#[test]
fn fields_without_a_token_or_with_brands_of_another_shape_are_not_read() {
    let action = json!({
        "type": "hosted_fields", "sdk_url": "https://x.example/", "session_token": "t",
        "brands": ["CB"],
    });
    let read = |action: &Value| {
        super::started(&json!({"payment": "pay_1", "next_action": action.clone()}))
    };
    assert!(read(&action).is_some());
    for (name, bad) in [
        ("sdk_url", json!(null)),
        ("session_token", json!(7)),
        ("brands", json!([7])),
        ("brands", json!("CB")),
    ] {
        let mut changed = action.clone();
        changed[name] = bad.clone();
        assert_eq!(read(&changed), None, "{name}: {bad}");
    }
}

#[test]
fn what_is_not_as_agreed_is_not_read() {
    let good = written(&a_session());
    for (name, bad) in [
        ("amount", json!(-1)),
        ("amount", json!(1.5)),
        ("amount", json!(1e300)),
        ("amount", json!("42")),
        ("shop", json!(7)),
        ("methods", json!({})),
        ("methods", json!([{"method": "card", "kind": "stone"}])),
        (
            "status",
            json!({"status": "stolen", "can_pay": true, "open_elsewhere": false}),
        ),
        ("currency_exponent", json!(300)),
    ] {
        let mut changed = good.clone();
        changed[name] = bad.clone();
        assert_eq!(super::session(&changed), None, "{name}: {bad}");
    }
    for nothing in [json!(null), json!([]), json!("x"), json!(1), json!({})] {
        assert_eq!(super::session(&nothing), None);
        assert_eq!(super::status(&nothing), None);
        assert_eq!(super::started(&nothing), None);
        assert_eq!(super::problem(&nothing), None);
    }
}
