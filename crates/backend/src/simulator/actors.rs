//! Who has the backend do something: shoppers, the platform, the shop, and the jobs. Each does what
//! the real one does, by the same use cases.

use std::sync::{Arc, Mutex};

use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::money::Amount;
use guichet_providers::contract::{Given, Headers, HttpMethod, Incoming};
use guichet_store::{AskedBy, Idempotency, Store};
use guichet_wire::NextAction;

use super::tasks::{Actor, Task};
use super::world::{Intent, Later, Led, Letter, Shared, World};
use crate::app::App;
use crate::clock;
use crate::jobs::conversations::Conversations;
use crate::jobs::deadlines::Deadlines;
use crate::jobs::due::Job;
use crate::jobs::expiries::Expiries;
use crate::jobs::notices::Notices;
use crate::jobs::operations::Operations;
use crate::jobs::questions::Questions;
use crate::payments::operations::ask::{Asked, Received};
use crate::payments::operations::find::{self, Whose};
use crate::payments::operations::plan::Wanted;
use crate::payments::start::{self, Choice, Who};
use crate::payments::started::Started;
use crate::payments::{back, go_on, notified};

/// How many kinds of jobs there are.
pub(super) const JOBS: usize = 6;

/// What all have in common.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) app: Arc<App>,
    pub(super) world: Shared,
    /// The books, without a step.
    pub(super) books: Arc<dyn Store>,
    pub(super) session: SessionId,
    /// What was begun meanwhile.
    pub(super) begun: Arc<Mutex<Vec<Task>>>,
}

impl Stage {
    /// The piece of work that an actor begins.
    pub(super) fn begin(&self, actor: Actor) -> Task {
        let stage = self.clone();
        match actor.clone() {
            Actor::Page { number, method } => {
                Task::new(actor, async move { stage.press(number, method).await })
            }
            Actor::Token(payment) => {
                Task::new(actor, async move { stage.type_card(&payment).await })
            }
            Actor::Back(payment) => {
                Task::new(actor, async move { stage.come_back(&payment).await })
            }
            Actor::Letter(letter) => Task::new(actor, async move { stage.deliver(&letter).await }),
            Actor::Shop(intent) => Task::new(actor, async move { stage.ask(intent).await }),
            Actor::Job(0) => Task::new(actor, async move { stage.take::<Deadlines>().await }),
            Actor::Job(1) => Task::new(actor, async move { stage.take::<Questions>().await }),
            Actor::Job(2) => Task::new(actor, async move { stage.take::<Conversations>().await }),
            Actor::Job(3) => Task::new(actor, async move { stage.take::<Expiries>().await }),
            Actor::Job(4) => Task::new(actor, async move { stage.take::<Notices>().await }),
            Actor::Job(_) => Task::new(actor, async move { stage.take::<Operations>().await }),
            Actor::Work => Task::new(actor, async {}),
        }
    }

    async fn take<J: Job>(&self) {
        for work in J::take(&self.app, 20).await.unwrap() {
            self.work::<J>(work);
        }
    }

    /// Begins a piece of a job's work.
    pub(super) fn work<J: Job>(&self, work: J::Work) {
        let app = Arc::clone(&self.app);
        let task = Task::new(Actor::Work, async move {
            J::perform(&app, &work).await.unwrap();
        });
        self.begun.lock().unwrap().push(task);
    }

    async fn press(&self, number: usize, method: &str) {
        let shop = self.app.config.shop(&demo()).unwrap();
        let mark = Idempotency {
            scope: format!("session/{}", self.session),
            key: format!("page {number}"),
            fingerprint: vec![0],
        };
        let asked = start::Asked {
            app: &self.app,
            shop,
            session: &self.session,
            who: Who::Shopper,
            back_to_page: false,
            language: None,
            client: None,
            mark: &mark,
        };
        let choice = Choice {
            method,
            card: None,
            save: false,
        };
        let came = async { asked.take().await?.run(choice).await }.await;
        match came {
            Ok(started) => {
                self.browser_goes_on(&started).await;
                let payment = started.payment;
                let (made, _) = self.books.payment(&payment).await.unwrap().unwrap();
                let led = Led {
                    payment,
                    reference: made.reference,
                    method: method.to_owned(),
                };
                let mut world = self.world.lock();
                world.note(format!("page {number} is led to the platform for {led:?}"));
                if !world.payments.contains(&led) {
                    world.payments.push(led);
                }
            }
            Err(error) => self.world.lock().note(format!("page {number}: {error:?}")),
        }
    }

    /// What the browser does next, if it was told to do something at Sogenactif. Some are closed.
    async fn browser_goes_on(&self, started: &Started) {
        let payment = &started.payment;
        let (made, _) = self.books.payment(payment).await.unwrap().unwrap();
        if made.provider != "sogenactif" {
            return;
        }
        let mut world = self.world.lock();
        let World {
            dice, sogenactif, ..
        } = &mut *world;
        let goes_on = match &started.next_action {
            NextAction::HostedFields { .. } => Later::Token(payment.clone()),
            NextAction::FormPost { .. } => {
                if made.method.as_str() == "sogenactif_paypal" {
                    sogenactif.visit(&made.reference, dice);
                }
                Later::Back(payment.clone())
            }
            _ => return,
        };
        if dice.percent(85) {
            world.later.push(goes_on);
        }
    }

    async fn type_card(&self, payment: &PaymentId) {
        let mark = Idempotency {
            scope: format!("session/{}/payment/{payment}", self.session),
            key: "token".into(),
            fingerprint: vec![0],
        };
        let asked = go_on::Asked {
            app: &self.app,
            shop: self.app.config.shop(&demo()).unwrap(),
            session: &self.session,
            payment,
            language: None,
            client: None,
            mark: &mark,
        };
        let given = Given::Token {
            token: "a-token-of-the-card",
            brand: None,
            save: false,
        };
        let came = async {
            match asked.take().await? {
                go_on::Received::Before(started) => Ok(started),
                go_on::Received::New(going) => going.run(&given).await,
            }
        };
        match came.await {
            Ok(started) => self.browser_goes_on(&started).await,
            Err(error) => self.world.lock().note(format!("a card: {error:?}")),
        }
    }

    async fn come_back(&self, payment: &PaymentId) {
        let (made, _) = self.books.payment(payment).await.unwrap().unwrap();
        let conversation = self.books.conversation(payment).await.unwrap().unwrap();
        let incoming = Incoming {
            method: HttpMethod::Post,
            query: b"",
            headers: Headers::default(),
            body: b"redirectionData=D",
            secret: None,
        };
        back::keep(&self.app, &made, &conversation.ending, &incoming).await;
    }

    async fn deliver(&self, letter: &Letter) {
        let account = self.app.accounts.find("up2pay", "main").unwrap();
        let incoming = Incoming {
            method: HttpMethod::Get,
            query: letter.text.as_bytes(),
            headers: Headers::default(),
            body: b"",
            secret: None,
        };
        let taken = match &letter.returned_to {
            Some(payment) => {
                let (payment, _) = self.books.payment(payment).await.unwrap().unwrap();
                back::keep(&self.app, &payment, "accepted", &incoming).await;
                letter.genuine
            }
            None => match account.notifications().unwrap().verify(&incoming) {
                Ok(told) => {
                    assert!(letter.genuine, "what was altered on its way was taken");
                    notified::record(&self.app, account, &told).await.is_ok()
                }
                Err(error) => {
                    assert!(!letter.genuine, "{error}");
                    let raw = incoming.message();
                    notified::keep_refused(&self.app, account, &error, raw)
                        .await
                        .unwrap();
                    false
                }
            },
        };
        let mut world = self.world.lock();
        world.note(format!(
            "a message of {} was taken: {taken}",
            letter.transaction
        ));
        world.up2pay.transactions[letter.transaction].told |= taken;
    }

    async fn ask(&self, intent: Intent) {
        if clock::unix_now() < intent.from {
            return self.world.lock().later.push(Later::Shop(intent));
        }
        let led = self.world.lock().payments.get(intent.payment).cloned();
        let Some(Led { payment, .. }) = led else {
            return self.ask_later(intent);
        };
        let mark = Idempotency {
            scope: format!("shop/demo/payment/{payment}/{}", intent.kind),
            key: intent.key.clone(),
            fingerprint: vec![0],
        };
        let wanted = Wanted {
            amount: intent.amount.and_then(|minor| Amount::try_from(minor).ok()),
            give_up: true,
            ..Wanted::default()
        };
        self.world.lock().asked.insert(intent.key.clone());
        let asked = async {
            let book = find::book(&self.app, Whose::Shop(&demo()), &payment).await?;
            let asked = Asked {
                app: &self.app,
                book: &book,
                payment: &payment,
                kind: intent.kind,
            };
            match asked.take(AskedBy::Shop, &mark).await? {
                Received::Before(id) => Ok(id),
                Received::New(asking) => asking.run(&wanted).await,
            }
        };
        match asked.await {
            Ok(id) => {
                let mut world = self.world.lock();
                world.note(format!("{intent:?} is {id}"));
                let before = world.instructions.insert(intent.key, id.clone());
                assert!(
                    before.is_none_or(|before| before == id),
                    "one key, two instructions"
                );
            }
            Err(error) => {
                self.world.lock().note(format!("{intent:?}: {error:?}"));
                self.ask_later(intent);
            }
        }
    }

    /// It is asked for again, as long as the shop has patience.
    fn ask_later(&self, mut intent: Intent) {
        if let Some(left) = intent.patience.checked_sub(1) {
            intent.patience = left;
            self.world.lock().later.push(Later::Shop(intent));
        }
    }
}

pub(super) fn demo() -> Slug {
    Slug::try_from("demo".to_owned()).unwrap()
}
