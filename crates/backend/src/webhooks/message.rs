//! A message as the Standard Webhooks specification says: what is in it, and how it is signed.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guichet_domain::notice::NoticeContent;
use guichet_domain::payment::Attention;
use guichet_store::OutgoingNotice;
use guichet_wire::Status;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::WebhookSecret;

/// The version of the signature: HMAC with SHA-256.
const VERSION: &str = "v1";

/// A webhook's body, in UTF-8. Names, states and amounts, and nothing of the shopper.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookMessage {
    /// What it tells. Treat one that you don't know as taken.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "session.paid")]
    kind: &'static str,
    /// When it became true, in UTC; not when it is sent.
    #[schema(example = "2026-11-27T18:53:05Z")]
    timestamp: String,
    /// What of.
    data: WebhookData,
}

/// What a webhook is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookData {
    /// Its place among the webhooks of its session: 1, 2, 3… A gap is one that is still to come.
    sequence: u32,
    /// The session, `cs_…`.
    session: String,
    /// The shop's order reference.
    reference: String,
    /// Where the session stood.
    status: Status,
    /// Total of the order in minor units.
    amount: u64,
    /// ISO 4217 code.
    currency: String,
    /// The payment that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<WebhookPayment>,
    /// Why a person should look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    attention: Option<Attention>,
    /// What the shop had done with the payment, where that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<WebhookOperation>,
}

/// What the shop had done with a payment.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookOperation {
    /// Public id.
    id: String,
    /// How much of the payment it is about, in minor units.
    amount: u64,
}

/// The payment that a webhook is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookPayment {
    /// Public id, `pay_…`.
    id: String,
    /// The method chosen.
    method: String,
    /// Where it stood.
    status: Status,
    /// Sum of the parts that count, in minor units.
    accepted: u64,
}

impl WebhookData {
    fn new(sequence: u32, content: &NoticeContent) -> Self {
        let payment = content.payment.as_ref().map(|payment| WebhookPayment {
            id: payment.id.to_string(),
            method: payment.method.to_string(),
            status: payment.status,
            accepted: payment.accepted,
        });
        Self {
            sequence,
            session: content.session.to_string(),
            reference: content.reference.clone(),
            status: content.status,
            amount: content.amount.minor(),
            currency: content.currency.code().into(),
            payment,
            attention: content.attention,
            operation: content.operation.as_ref().map(|done| WebhookOperation {
                id: done.id.to_string(),
                amount: done.amount.minor(),
            }),
        }
    }
}

/// The body; the same bytes at each try. JSON, and nothing else: what is not, the libraries that
/// shops verify with do not take.
pub(crate) fn body(notice: &OutgoingNotice) -> anyhow::Result<Vec<u8>> {
    let message = WebhookMessage {
        kind: notice.kind.as_str(),
        timestamp: jiff::Timestamp::from_second(notice.created_at)?.to_string(),
        data: WebhookData::new(notice.place, &notice.content),
    };
    Ok(serde_json::to_vec(&message)?)
}

/// The value of `webhook-signature`: one signature by each secret, with one space between two,
/// which is what the libraries split at. `timestamp` is a Unix second.
pub(crate) fn signatures(
    secrets: &[WebhookSecret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let signed = secrets.iter().map(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.0.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("{VERSION},{}", STANDARD.encode(context.sign()))
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use guichet_domain::id::PaymentId;
    use guichet_domain::notice::{NoticeKind, NoticePayment};
    use secrecy::SecretSlice;

    use super::super::testing::notice;
    use super::*;

    fn secret(base64: &str) -> WebhookSecret {
        WebhookSecret(SecretSlice::from(STANDARD.decode(base64).unwrap()))
    }

    /// The vector that the specification's own libraries are tested with: `test_sign` in each of
    /// github.com/standard-webhooks/standard-webhooks/libraries.
    #[test]
    fn the_specifications_own_vector_is_signed_so() {
        let secret = secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signatures(
            &[secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn between_two_signatures_is_exactly_one_space_and_their_padding_is_kept() {
        let two = [
            secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            secret("C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ];
        let signed = signatures(&two, "msg_1", 1, b"{}");
        let parts: Vec<_> = signed.split(' ').collect();
        assert_eq!(parts.len(), 2, "{signed}");
        for part in parts {
            assert!(part.starts_with("v1,") && part.ends_with('='), "{signed}");
            assert_eq!(part.len(), "v1,".len() + 44);
        }
    }

    #[test]
    fn a_body_tells_ids_states_and_amounts() {
        let mut notice = notice("msg_1", 3);
        (notice.kind, notice.place) = (NoticeKind::SessionPaid, 2);
        notice.content.reference = "commande-é".into();
        notice.content.status = Status::Paid;
        notice.content.payment = Some(NoticePayment {
            id: PaymentId::from_random([2; 16]),
            method: "card".to_owned().try_into().unwrap(),
            status: Status::Paid,
            accepted: 4200,
        });
        let body = String::from_utf8(body(&notice).unwrap()).unwrap();
        assert_eq!(
            body,
            concat!(
                r#"{"type":"session.paid","timestamp":"2021-02-25T15:02:10Z","#,
                r#""data":{"sequence":2,"#,
                r#""session":"cs_01010101010101010101010101010101","reference":"commande-é","#,
                r#""status":"paid","amount":4200,"currency":"EUR","#,
                r#""payment":{"id":"pay_02020202020202020202020202020202","method":"card","#,
                r#""status":"paid","accepted":4200}}}"#
            )
        );
    }
}
