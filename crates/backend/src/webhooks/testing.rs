//! A notice for tests.

use guichet_domain::id::{SessionId, Slug};
use guichet_domain::money::{Amount, Currency};
use guichet_domain::notice::{NoticeContent, NoticeKind};
use guichet_store::OutgoingNotice;
use guichet_wire::Status;

pub(crate) fn notice(id: &str, tries: u32) -> OutgoingNotice {
    OutgoingNotice {
        seq: 1,
        id: id.into(),
        shop: Slug::try_from("demo".to_owned()).unwrap(),
        place: 1,
        kind: NoticeKind::SessionExpired,
        content: NoticeContent {
            session: SessionId::from_random([1; 16]),
            reference: "1".into(),
            status: Status::Expired,
            amount: Amount::try_from(4200).unwrap(),
            currency: Currency::EUR,
            payment: None,
            attention: None,
            operation: None,
        },
        created_at: 1_614_265_330,
        tries,
    }
}
