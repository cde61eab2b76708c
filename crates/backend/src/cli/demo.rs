//! `guichet desk demo`: what the demo's desk has to show. People with published passwords, and
//! payments of every kind over the last 30 days, the same each time; written through the books'
//! own rules, as everything else is.

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use guichet_domain::desk::Role;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact, ReturnOutcome, Trust};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::{
    OperationEvent, OperationKind, OperationStage, PlatformNumbers, Progress,
};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Email, Shopper};
use guichet_domain::{MethodKind, PartKind, PartStatus, Refusal};
use guichet_providers::contract::Environment;
use guichet_store::{
    AskedBy, DeskAct, DeskDeed, DeskPerson, Idempotency, Instruction, Message, NewOperation,
    OperationAdvance, Payment, People, SecretDigest, Source, Store,
};

use super::terminal::print;
use crate::books::open_store;
use crate::clock;
use crate::config::Config;
use crate::desk::password;
use crate::digest::sha256;

/// How many orders there are.
const ORDERS: u32 = 300;

/// Seconds from one to the next: together they are 30 days.
const APART: i64 = 30 * 24 * 3600 / 300;

const CARD: (&str, &str) = ("card", "CB");

/// What orders are paid with: the method's code and the platform's word for it.
const VOUCHERS: [(&str, &str); 3] = [
    ("apetiz", "APETIZ"),
    ("sodexo", "SODEXO"),
    ("upchequdej", "UPCHEQUDEJ"),
];

const REFUSALS: [(Refusal, &str); 4] = [
    (Refusal::Funds, "00151"),
    (Refusal::Authentication, "00159"),
    (Refusal::Issuer, "00105"),
    (Refusal::CardData, "00114"),
];

/// What becomes of an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Course {
    Paid,
    Voucher,
    Mixed,
    GivenBack,
    Reserved,
    Refused,
    GivenUp,
    Expired,
    Incomplete,
    Surplus,
    TooMuch,
}

impl Course {
    /// What becomes of the order of that number: each of twenty has one of the rare ones.
    fn of(number: u32) -> Self {
        match number % 20 {
            0..=7 => Self::Paid,
            8..=10 => Self::Voucher,
            11..=13 => Self::Mixed,
            14 => Self::GivenBack,
            15 => Self::Reserved,
            16 | 17 => Self::Refused,
            18 => Self::GivenUp,
            _ => match number / 20 % 5 {
                0 => Self::Incomplete,
                1 => Self::Surplus,
                2 => Self::TooMuch,
                _ => Self::Expired,
            },
        }
    }

    fn takes_voucher(self) -> bool {
        matches!(self, Self::Voucher | Self::Mixed | Self::Incomplete)
    }
}

/// Fills the books of the demo, unless they are filled.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    ensure!(
        config.environment == Environment::Sandbox,
        "these people have published passwords, and these payments never were: only the \
         environment sandbox takes them"
    );
    let store = open_store(config).await?;
    let filled = fill(&*store, clock::unix_now()).await;
    store.close().await;
    let text = if filled? {
        "The books have the demo's people and payments.\n"
    } else {
        "The books have the demo's people already.\n"
    };
    print(text)
}

async fn fill(store: &dyn Store, now: i64) -> anyhow::Result<bool> {
    let people = store.desk_people().context("these books keep no people")?;
    let roles = roles()?;
    if people.person(roles[0].word()).await?.is_some() {
        return Ok(false);
    }
    payments(store, now).await?;
    // Last: whoever is stopped in between fills them anew.
    for role in roles.into_iter().rev() {
        add(people, role, now).await?;
    }
    Ok(true)
}

fn roles() -> anyhow::Result<[Role; 3]> {
    let limits = "EUR=50.00".parse()?;
    Ok([Role::Look, Role::Refund(limits), Role::All])
}

/// A person, whose name is their role.
async fn add(people: &dyn People, role: Role, now: i64) -> anyhow::Result<()> {
    let name = role.word().to_owned();
    let password = password::published(&name);
    let person = DeskPerson {
        name: name.clone(),
        password: password::hash(&password)?,
        role,
        created_at: now,
        disabled_at: None,
        code: None,
    };
    let act = DeskAct {
        happened_at: now,
        person: name,
        act: DeskDeed::Added,
        origin: String::new(),
    };
    people.add_person(&person, None, &act).await?;
    Ok(())
}

/// Sixteen bytes that are the same each time.
fn bytes(what: &str, number: u32) -> [u8; 16] {
    let digest = sha256(format!("demo {what} {number}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes
}

/// Many at once share a transaction; what follows from another waits for all of it.
async fn payments(store: &dyn Store, now: i64) -> anyhow::Result<()> {
    let orders = (0..ORDERS).map(|number| Order::new(number, now));
    let orders: Vec<Order> = orders.collect::<anyhow::Result<_>>()?;
    try_join_all(orders.iter().map(|order| order.begin(store))).await?;
    try_join_all(orders.iter().map(|order| order.start(store, 0))).await?;
    let double = |order: &&Order| order.course == Course::Surplus;
    let double: Vec<_> = orders.iter().filter(double).collect();
    try_join_all(double.iter().map(|order| order.start(store, 1))).await?;
    try_join_all(orders.iter().map(|order| order.go(store))).await?;
    try_join_all(orders.iter().map(|order| order.complete(store))).await?;
    try_join_all(orders.iter().map(|order| order.give_back(store))).await?;
    let account = slug("demo")?;
    for (genuine, why, content) in [
        (
            true,
            "no payment has this reference",
            "Mt=1890&Ref=ancienne-caisse-17&Erreur=00000",
        ),
        (
            false,
            "the signature is not the platform's",
            "Mt=1&Ref=essai",
        ),
    ] {
        let content = content.as_bytes();
        let message = Message {
            account: &account,
            genuine,
            why,
            content,
        };
        store.keep_message(&message, now - 7_200).await?;
    }
    Ok(())
}

fn slug(name: &str) -> anyhow::Result<Slug> {
    Ok(Slug::try_from(name.to_owned())?)
}

/// One order and what becomes of it.
struct Order {
    number: u32,
    course: Course,
    session: Session,
    method: Method,
    kind: MethodKind,
    brand: &'static str,
}

impl Order {
    fn new(number: u32, now: i64) -> anyhow::Result<Self> {
        let course = Course::of(number);
        let back = i64::from(ORDERS - number) * APART - i64::from(number * 37 % 100) * 60;
        let created_at = now - back.max(600);
        let place = usize::try_from(number).unwrap_or_default();
        let (code, brand) = match course.takes_voucher() {
            true => VOUCHERS[place % VOUCHERS.len()],
            false => CARD,
        };
        let kind = match course.takes_voucher() {
            true => MethodKind::MealVoucher,
            false => MethodKind::Card,
        };
        let minor = 890 + u64::from(number * 7_919 % 6_500);
        let email = Email::try_from(format!("client{}@example.fr", number % 40))?;
        let session = Session {
            id: SessionId::from_random(bytes("session", number)),
            shop: slug("demo")?,
            reference: format!("CMD-{}", 10_000 + number),
            amount: Amount::try_from(minor)?,
            currency: Currency::EUR,
            shopper: Shopper {
                email: Some(email),
                ..Shopper::default()
            },
            items: 1 + number % 4,
            locale: None,
            methods: None,
            voucher_eligible_amount: None,
            capture: match course {
                Course::Reserved => Capture::Manual,
                _ => Capture::Automatic,
            },
            terminal: None,
            return_url: "http://127.0.0.1:8600/".into(),
            expires_at: created_at + 1_800,
            created_at,
            metadata: Default::default(),
            references_repeat: false,
            replaces: None,
            settled_by: None,
            paid_in: None,
        };
        Ok(Self {
            number,
            course,
            session,
            method: Method::try_from(code.to_owned())?,
            kind,
            brand,
        })
    }

    fn mark(&self, what: &str) -> Idempotency {
        Idempotency {
            scope: "demo".into(),
            key: format!("{what} {}", self.number),
            fingerprint: bytes(what, self.number).to_vec(),
        }
    }

    async fn begin(&self, store: &dyn Store) -> anyhow::Result<()> {
        let secret = SecretDigest {
            hash: sha256(format!("demo secret {}", self.number).as_bytes()).to_vec(),
            salt: bytes("salt", self.number).to_vec(),
        };
        let mut session = self.session.clone();
        let mark = self.mark("session");
        store.add_session(&mut session, &secret, &mark).await?;
        Ok(())
    }

    fn payment(&self, which: u32) -> Payment {
        let number = self.number + which * ORDERS;
        let created_at = self.session.created_at + 40 + i64::from(which) * 90;
        Payment {
            id: PaymentId::from_random(bytes("payment", number)),
            session: self.session.id.clone(),
            provider: "up2pay".into(),
            account: self.session.shop.clone(),
            method: self.method.clone(),
            kind: self.kind,
            reference: format!("DEMO{number:05}"),
            created_at,
            deadline_at: created_at + 900,
        }
    }

    async fn start(&self, store: &dyn Store, which: u32) -> anyhow::Result<()> {
        let mark = self.mark(&format!("payment {which}"));
        let payment = self.payment(which);
        store.add_payment(&payment, None, &mark, "{}").await?;
        Ok(())
    }

    /// What the platform tells first.
    async fn go(&self, store: &dyn Store) -> anyhow::Result<()> {
        let total = self.session.amount.minor();
        let payment = self.payment(0);
        let hint = match self.course {
            Course::GivenUp => PaymentEvent::Returned {
                outcome: ReturnOutcome::Cancelled,
            },
            Course::Expired => return self.end(store).await,
            Course::Voucher => {
                return self.tell(store, 0, PartKind::Voucher, total, None).await;
            }
            Course::Mixed | Course::Incomplete => {
                let some = total * 2 / 3;
                return self.tell(store, 0, PartKind::Voucher, some, None).await;
            }
            Course::Refused => {
                let place = usize::try_from(self.number / 10).unwrap_or_default();
                let why = REFUSALS[place % REFUSALS.len()];
                return self.tell(store, 0, PartKind::Card, total, Some(why)).await;
            }
            Course::TooMuch => {
                return self.tell(store, 0, PartKind::Card, total + 100, None).await;
            }
            Course::Paid | Course::GivenBack | Course::Reserved | Course::Surplus => {
                return self.tell(store, 0, PartKind::Card, total, None).await;
            }
        };
        let at = payment.created_at + 75;
        store
            .record_hint(&payment.id, &hint, Source::Return, at)
            .await?;
        Ok(())
    }

    /// What it tells next.
    async fn complete(&self, store: &dyn Store) -> anyhow::Result<()> {
        let total = self.session.amount.minor();
        let rest = total - total * 2 / 3;
        match self.course {
            Course::Mixed => self.tell(store, 0, PartKind::Complement, rest, None).await,
            Course::Incomplete => {
                let why = Some((Refusal::Funds, "00151"));
                self.tell(store, 0, PartKind::Complement, rest, why).await?;
                self.end(store).await
            }
            Course::TooMuch => self.end(store).await,
            Course::Surplus => self.tell(store, 1, PartKind::Card, total, None).await,
            _ => Ok(()),
        }
    }

    /// Its page is over, and nothing more was told.
    async fn end(&self, store: &dyn Store) -> anyhow::Result<()> {
        let payment = self.payment(0);
        let (hint, at) = (PaymentEvent::DeadlinePassed, payment.deadline_at + 60);
        store
            .record_hint(&payment.id, &hint, Source::Clock, at)
            .await?;
        Ok(())
    }

    /// Records one transaction of one of its payments.
    async fn tell(
        &self,
        store: &dyn Store,
        which: u32,
        kind: PartKind,
        minor: u64,
        refusal: Option<(Refusal, &str)>,
    ) -> anyhow::Result<()> {
        let payment = self.payment(which);
        let complement = kind == PartKind::Complement;
        let transaction = self.transaction(which * 2 + u32::from(complement));
        let call = format!("{}", 40_000_000 + self.number + which * ORDERS);
        let code = refusal.map_or("00000", |(_, code)| code);
        let reference = &payment.reference;
        let raw = format!(
            "Mt={minor}&Ref={reference}&NumTrans={transaction}&NumAppel={call}&Erreur={code}"
        );
        let part = Part {
            transaction: transaction.clone(),
            call,
            kind,
            method: (!complement).then(|| self.method.clone()),
            brand: if complement { CARD.1 } else { self.brand }.into(),
            amount: Amount::try_from(minor)?,
            status: match refusal {
                None => PartStatus::Accepted,
                Some(_) => PartStatus::Refused,
            },
            code: code.into(),
            refusal: refusal.map(|(why, _)| why),
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: String::new(),
            at_terminal: None,
        };
        let fact = PlatformFact {
            account: payment.account.clone(),
            reference: payment.reference.clone(),
            identity: format!("part:{transaction}"),
            event: PaymentEvent::Part(part),
        };
        let at = payment.created_at + 60 + i64::from(complement) * 30;
        let raw = Some(raw.as_bytes());
        store
            .record_fact(&fact, Source::Notification, raw, at)
            .await?;
        Ok(())
    }

    fn transaction(&self, which: u32) -> String {
        format!("{}", 700_000_000 + self.number + which * ORDERS)
    }

    /// Half of it goes back, a day later or now.
    async fn give_back(&self, store: &dyn Store) -> anyhow::Result<()> {
        if self.course != Course::GivenBack {
            return Ok(());
        }
        let payment = self.payment(0);
        let created_at = payment.created_at + 300;
        let kind = OperationKind::Refund;
        let instruction = Instruction {
            id: InstructionId::from_random(bytes("instruction", self.number)),
            payment: payment.id.clone(),
            kind,
            currency: Currency::EUR,
            by: AskedBy::Shop,
            reason: Some("un plat manquait".into()),
            left_out: "[]".into(),
            created_at,
        };
        let operation = NewOperation {
            id: OperationId::from_random(bytes("operation", self.number)),
            part: self.transaction(0),
            amount: Amount::try_from(self.session.amount.minor() / 2)?,
            next_try_at: created_at + 60,
        };
        let mark = self.mark("refund");
        let wanted = std::slice::from_ref(&operation);
        store.instruct(&instruction, wanted, &mark).await?;
        let event = OperationEvent {
            operation: operation.id.clone(),
            kind,
            part: operation.part.clone(),
            amount: operation.amount,
            currency: Currency::EUR,
            at: created_at + 2,
            progress: Progress::Done {
                numbers: Some(PlatformNumbers {
                    transaction: self.transaction(9),
                    call: format!("{}", 50_000_000 + self.number),
                    authorisation: None,
                }),
            },
        };
        let over = OperationAdvance {
            id: &operation.id,
            from: None,
            to: OperationStage::Over,
            next_try_at: None,
            tries: 0,
            due: None,
            answer: None,
            event: Some((&event, Source::Query)),
        };
        store.advance_operation(&over).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use guichet_domain::Status;
    use guichet_store::sqlite::SqliteStore;

    use super::*;
    use crate::sessions::folded::Folded;

    async fn filled(now: i64) -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        let store = SqliteStore::open(&path).await.unwrap();
        assert!(fill(&store, now).await.unwrap());
        (folder, store)
    }

    /// How many payments stand where, how many a person should look at, of how many something was
    /// given back.
    async fn standing(store: &SqliteStore) -> (BTreeMap<String, usize>, usize, usize) {
        let (mut states, mut look, mut back) = (BTreeMap::new(), 0, 0);
        for number in 0..ORDERS {
            let id = SessionId::from_random(bytes("session", number));
            let book = store.book(&id).await.unwrap().unwrap();
            let folded = Folded::new(&book, clock::unix_now());
            for (_, attempt) in folded.attempts() {
                let status: Status = attempt.status(&book.session);
                *states.entry(format!("{status:?}")).or_default() += 1;
                look += usize::from(!attempt.attention(&book.session).is_empty());
                back += usize::from(attempt.state.balance().given_back > 0);
            }
        }
        (states, look, back)
    }

    #[tokio::test]
    async fn the_demos_books_have_payments_of_every_kind_the_same_each_time() {
        let now = clock::unix_now();
        let (_first, one) = filled(now).await;
        let (_second, other) = filled(now).await;
        let told = standing(&one).await;
        assert_eq!(told, standing(&other).await);
        let (states, look, back) = told;
        for status in [
            "Paid",
            "Authorised",
            "Refused",
            "Incomplete",
            "Cancelled",
            "Expired",
        ] {
            assert!(
                states.get(status).is_some_and(|count| *count > 2),
                "{status}: {states:?}"
            );
        }
        assert_eq!(back, 15);
        assert!((6..60).contains(&look), "{look}");
        assert_eq!(one.messages(10).await.unwrap().len(), 2);
        assert!(!fill(&one, now).await.unwrap(), "once");
        for role in Role::WORDS {
            let person = one.person(role).await.unwrap().unwrap();
            assert_eq!(person.role.word(), role);
        }
    }
}
