//! One plan, from its seed to what came of it.

use std::sync::{Arc, Mutex};

use guichet_domain::FieldError;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::{OperationKind, OperationStage};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Email, Shopper};
use guichet_store::memory::{MemoryStore, Planted};
use guichet_store::{Idempotency, Store};

use super::actors::{JOBS, Stage, demo};
use super::check::{Seen, Wrong, check};
use super::process;
use super::stepped::Stepped;
use super::tasks::{Actor, Task};
use super::up2pay::{Means, Transaction};
use super::world::{Intent, Led, Shared};
use crate::app::Handed;
use crate::jobs::questions::Questions;
use crate::payments::operations::settle::settle;
use crate::seam::{self, Dice};
use crate::sessions::create;

/// 2026-03-02T08:00:00Z.
const BEGINNING: i64 = 1_772_438_400;

/// Most steps until nothing goes wrong any more.
const STEPS: usize = 700;

/// Most seconds that pass until then: what is asked for three days must be answered by its end.
const PASSES: i64 = 2 * 24 * 3600;

/// Seconds that pass one after the other once nothing goes wrong any more.
const QUIET: [i64; 27] = [
    0, 1, 2, 5, 15, 60, 61, 120, 300, 600, 600, 600, 3600, 3600, 3600, 7200, 7200, 14_400, 32_400,
    32_400, 600, 600, 32_400, 32_400, 32_400, 600, 600,
];

/// What the pages pay with.
const METHODS: [&str; 4] = ["card", "sodexo", "sogenactif_card", "sogenactif_paypal"];

/// The books that a plan is tried on.
pub(super) enum Books {
    /// In memory, with a bug if one is planted.
    Memory(Option<Planted>),
    /// The real ones.
    Real(Arc<dyn Store>),
}

/// What a shopper does at the platform's page.
#[derive(Clone, Copy, Debug)]
enum Visit {
    Refused,
    Card,
    Voucher,
    Rest,
}

struct Run {
    stage: Stage,
    handed: Handed,
    stepped: Arc<dyn Store>,
    memory: Option<Arc<MemoryStore>>,
    dice: Dice,
    tasks: Vec<Task>,
    /// Who has not begun yet.
    waiting: Vec<Actor>,
    /// How many payments were led to the platform, and what is done there.
    led: usize,
    visits: Vec<(usize, Visit)>,
    manual: bool,
    amount: u64,
    kills: u32,
    passed: i64,
    seen: Seen,
    /// Whether a job has found work since this was last taken back.
    worked: bool,
}

/// Runs the plan of this seed. Gives what happened, and what is wrong with it.
pub(super) async fn run(seed: u64, books: Books) -> Result<Vec<String>, (Wrong, Vec<String>)> {
    let mut dice = Dice(seed);
    let world = Shared::new(Dice(dice.next()));
    seam::enter(BEGINNING, Box::new(world.clone()));
    let (memory, books): (_, Arc<dyn Store>) = match books {
        Books::Memory(planted) => {
            let memory = Arc::new(MemoryStore::with(planted));
            (Some(Arc::clone(&memory)), memory)
        }
        Books::Real(books) => (None, books),
    };
    let came = match Run::new(seed, dice, world.clone(), memory, books).await {
        Ok(mut run) => run.through().await,
        Err(wrong) => Err(wrong),
    };
    seam::leave();
    let log = world.lock().log.clone();
    match came {
        Ok(()) => Ok(log),
        Err(wrong) => Err((wrong, log)),
    }
}

impl Run {
    async fn new(
        seed: u64,
        mut dice: Dice,
        world: Shared,
        memory: Option<Arc<MemoryStore>>,
        books: Arc<dyn Store>,
    ) -> Result<Self, Wrong> {
        let stepped: Arc<dyn Store> = Arc::new(Stepped(Arc::clone(&books)));
        // Whatever the plan, its order is made.
        let (app, _) = process::start(&process::text(), &books, Arc::clone(&books)).await;
        let shop = Arc::clone(app.config.shop(&demo()).ok_or("no shop")?);
        let manual = dice.percent(50);
        let amount = [1500, 4200][dice.one_of(2)];
        let order = order(seed, amount, manual).map_err(|error| format!("{error:?}"))?;
        let mark = Idempotency {
            scope: "shop/demo".into(),
            key: format!("order {seed}"),
            fingerprint: vec![0],
        };
        let made = create::make(&app, &shop, &shop.secret_keys[0], order, &mark).await;
        let session = made.map_err(|error| format!("{error:?}"))?.book.session.id;
        let (app, handed) = process::start(&process::text(), &books, Arc::clone(&stepped)).await;
        let stage = Stage {
            app,
            world,
            books,
            session,
            begun: Arc::new(Mutex::new(Vec::new())),
        };
        let mut run = Self {
            stage,
            handed,
            stepped,
            memory,
            tasks: Vec::new(),
            waiting: Vec::new(),
            led: 0,
            visits: Vec::new(),
            manual,
            amount,
            kills: u32::try_from(dice.one_of(4)).unwrap_or_default(),
            passed: 0,
            seen: Seen::default(),
            worked: false,
            dice,
        };
        run.cast();
        Ok(run)
    }

    /// Who acts in this plan.
    fn cast(&mut self) {
        let several = [&METHODS[..2], &METHODS[2..3], &METHODS[2..], &METHODS];
        let methods = several[self.dice.one_of(several.len())];
        for number in 0..=self.dice.one_of(2) {
            let method = methods[self.dice.one_of(methods.len())];
            let page = Actor::Page { number, method };
            // A button that is pressed twice.
            if self.dice.percent(20) {
                self.waiting.push(page.clone());
            }
            self.waiting.push(page);
        }
        for number in 0..self.dice.one_of(5) {
            let kind = match self.dice.one_of(5) {
                0 | 1 if self.manual => OperationKind::Capture,
                // Where Sogenactif has let an authorisation expire.
                3 if self.manual && self.dice.percent(50) => OperationKind::Duplicate,
                2 => OperationKind::Cancel,
                _ => OperationKind::Refund,
            };
            // Some come right after the payment, some once an authorisation has expired.
            let late = kind == OperationKind::Duplicate || (self.manual && self.dice.percent(30));
            let waits = match late {
                true => self.dice.between(6 * 3600, 34 * 3600),
                false => self.dice.between(0, 3600),
            };
            let intent = Actor::Shop(Intent {
                key: format!("intent {number}"),
                payment: self.dice.one_of(2),
                kind,
                amount: match kind {
                    OperationKind::Duplicate => None,
                    _ => [None, Some(500), Some(900)][self.dice.one_of(3)],
                },
                patience: 12,
                from: BEGINNING + waits,
            });
            if self.dice.percent(30) {
                self.waiting.push(intent.clone());
            }
            self.waiting.push(intent);
        }
    }

    async fn through(&mut self) -> Result<(), Wrong> {
        for _ in 0..STEPS {
            match self.dice.one_of(100) {
                0 | 1 => self.kill().await,
                2..=9 => self.pass(),
                10..=21 => {
                    let job = self.dice.one_of(JOBS);
                    self.begin(Actor::Job(job));
                }
                22..=27 => self.visit(),
                28..=39 => self.begin_one(),
                _ => self.step().await?,
            }
        }
        self.settle().await?;
        let book = self.stage.books.book(&self.stage.session).await;
        let book = book.map_err(|error| error.to_string())?.ok_or("no book")?;
        // Nobody else is there any more.
        let world = std::mem::take(&mut *self.stage.world.lock());
        let came = check(&*self.stage.books, &book, &world).await;
        *self.stage.world.lock() = world;
        came
    }

    fn begin(&mut self, actor: Actor) {
        if self.tasks.len() < 12 {
            let task = self.stage.begin(actor);
            self.tasks.push(task);
        }
    }

    /// Somebody comes who has not begun, or a message.
    fn begin_one(&mut self) {
        if self.tasks.len() >= 12 {
            return;
        }
        let later = std::mem::take(&mut self.stage.world.lock().later);
        self.waiting.extend(later.into_iter().map(Actor::from));
        let letters = self.stage.world.lock().letters.len();
        let all = letters + self.waiting.len();
        if all == 0 {
            return;
        }
        let chosen = self.dice.one_of(all);
        let actor = if chosen < self.waiting.len() {
            self.waiting.swap_remove(chosen)
        } else {
            let place = chosen - self.waiting.len();
            Actor::Letter(self.stage.world.lock().letters.swap_remove(place))
        };
        self.begin(actor);
    }

    /// One of those that are under way comes to its next step.
    async fn step(&mut self) -> Result<(), Wrong> {
        if !self.tasks.is_empty() {
            let chosen = self.dice.one_of(self.tasks.len());
            let task = &mut self.tasks[chosen];
            let mut over = task.step().await;
            // What does two things at once could hold the real books while it stops at a step.
            while !over && self.memory.is_none() && matches!(task.actor, Actor::Letter(_)) {
                over = task.step().await;
            }
            if over {
                drop(self.tasks.swap_remove(chosen));
                self.look().await?;
            }
        }
        self.collect();
        Ok(())
    }

    /// What was begun meanwhile, or handed over, is under way as well.
    fn collect(&mut self) {
        while let Ok(taken) = self.handed.questions.try_recv() {
            self.stage.work::<Questions>(taken.work);
        }
        let mut begun = self.stage.begun.lock().unwrap();
        self.worked |= !begun.is_empty();
        self.tasks.append(&mut begun);
    }

    async fn look(&mut self) -> Result<(), Wrong> {
        let book = self.stage.books.book(&self.stage.session).await;
        let book = book.map_err(|error| error.to_string())?.ok_or("no book")?;
        self.seen.look(&book)
    }

    fn pass(&mut self) {
        let seconds = match self.dice.one_of(20) {
            0..=9 => self.dice.between(1, 3),
            10..=15 => self.dice.between(20, 200),
            16..=18 => self.dice.between(600, 5000),
            _ => self.dice.between(20 * 3600, 30 * 3600),
        };
        if self.passed + seconds <= PASSES {
            self.passed += seconds;
            seam::pass(seconds);
        }
    }

    /// The process ends where it is, and another one starts. Shoppers and the shop, who got no
    /// answer, ask again; the platform may not.
    async fn kill(&mut self) {
        if self.kills == 0 {
            return;
        }
        self.kills -= 1;
        let stage = &mut self.stage;
        stage.world.lock().note("killed");
        self.tasks.append(&mut stage.begun.lock().unwrap());
        for task in self.tasks.drain(..) {
            match task.actor {
                Actor::Page { .. } | Actor::Token(_) | Actor::Back(_) | Actor::Shop(_) => {
                    self.waiting.push(task.actor);
                }
                Actor::Letter(letter) if self.dice.percent(50) => {
                    stage.world.lock().letters.push(letter);
                }
                Actor::Letter(_) | Actor::Job(_) | Actor::Work => {}
            }
        }
        if let Some(memory) = &self.memory {
            memory.kill().await;
        }
        let stepped = Arc::clone(&self.stepped);
        (stage.app, self.handed) = process::start(&process::text(), &stage.books, stepped).await;
    }

    /// A shopper does something at the platform's page.
    fn visit(&mut self) {
        let mut world = self.stage.world.lock();
        if self.led < world.payments.len() {
            let place = self.led;
            self.led += 1;
            let dice = &mut self.dice;
            if world.payments[place].method.starts_with("sogenactif") {
                return;
            }
            let by_card = world.payments[place].method == "card";
            let card = by_card != dice.percent(3);
            let refused = dice.percent(30).then_some(Visit::Refused);
            let visits = match (card, dice.one_of(10)) {
                (_, 0) => vec![],
                (true, _) => vec![Visit::Card],
                (false, 1..=3) => vec![Visit::Voucher],
                (false, _) => vec![Visit::Voucher, Visit::Rest],
            };
            let visits = refused.into_iter().chain(visits);
            self.visits.extend(visits.map(|visit| (place, visit)));
            return;
        }
        if self.visits.is_empty() {
            return;
        }
        let (place, visit) = self.visits.remove(0);
        let Led {
            payment, reference, ..
        } = world.payments[place].clone();
        let voucher = 1000;
        let (means, amount) = match visit {
            Visit::Refused | Visit::Card => (Means::Card, self.amount),
            Visit::Voucher => (Means::Voucher, voucher),
            Visit::Rest => (Means::Complement, self.amount - voucher),
        };
        let number = 1001 + world.up2pay.transactions.len() as u64;
        let new = Transaction {
            number,
            call: 501 + place as u64,
            reference,
            means,
            amount,
            accepted: !matches!(visit, Visit::Refused),
            reserved_only: self.manual,
            told: false,
            acts: Vec::new(),
        };
        world.pay(new, &payment);
    }

    /// Nothing goes wrong any more: what is under way ends, and what becomes due is done.
    async fn settle(&mut self) -> Result<(), Wrong> {
        self.stage.world.lock().well = true;
        for seconds in QUIET {
            seam::pass(seconds);
            // Who was refused asks again later.
            let letters = self.stage.world.lock().letters.len();
            for _ in 0..self.waiting.len() + letters + 1 {
                self.begin_one();
                self.finish().await?;
            }
            // The operator has notices sent again to an endpoint that was disabled.
            let now = crate::clock::unix_now();
            let enabled = self.stage.books.enable_endpoint(&demo(), true, now).await;
            enabled.map_err(|error| error.to_string())?;
            // What one job does may be work for the one before it; where none found any, none is
            // left.
            for _ in 0..3 {
                self.worked = false;
                for job in 0..JOBS {
                    self.begin(Actor::Job(job));
                    self.finish().await?;
                }
                if !self.worked {
                    break;
                }
            }
            self.decide().await?;
        }
        Ok(())
    }

    /// All that is under way ends.
    async fn finish(&mut self) -> Result<(), Wrong> {
        self.collect();
        for _ in 0..5000 {
            if self.tasks.is_empty() {
                return Ok(());
            }
            self.step().await?;
        }
        Err("no end of it".into())
    }

    /// A person looks up at the platform what is undecided.
    async fn decide(&mut self) -> Result<(), Wrong> {
        let stage = &self.stage;
        let book = stage.books.book(&stage.session).await;
        let book = book.map_err(|error| error.to_string())?.ok_or("no book")?;
        for (entry, state) in book.payments.iter().zip(book.states()) {
            for operation in &state.operations {
                let event = &operation.event;
                let kept = stage.books.operation(&event.operation).await;
                let kept = kept.map_err(|error| error.to_string())?;
                if kept.is_none_or(|kept| kept.stage != OperationStage::Undecided) {
                    continue;
                }
                let known = stage.world.lock().known();
                let own = known.iter().find(|own| {
                    (&own.name, &own.reference) == (&event.part, &entry.payment.reference)
                });
                let acts = own.map_or(0, |own| own.acts(event.kind).len());
                let done = state.operations.iter().map(|other| &other.event);
                let done = done.filter(|other| {
                    (&other.part, other.kind) == (&event.part, event.kind)
                        && other.progress.is_done()
                });
                let was_done = acts > done.count();
                let (app, id) = (Arc::clone(&stage.app), event.operation.clone());
                let task = Task::new(Actor::Work, async move {
                    settle(&app, &id, was_done).await.unwrap();
                });
                stage.begun.lock().unwrap().push(task);
            }
        }
        self.finish().await
    }
}

/// The order that a plan is about.
fn order(seed: u64, amount: u64, manual: bool) -> Result<Session, FieldError> {
    let email = Email::try_from("camille@example.com".to_owned())?;
    Ok(Session {
        id: create::new_id().map_err(|error| FieldError::new("id", format!("{error:?}")))?,
        shop: demo(),
        reference: format!("order {seed}"),
        amount: Amount::try_from(amount)?,
        currency: Currency::EUR,
        shopper: Shopper {
            email: Some(email),
            ..Shopper::default()
        },
        items: 1,
        locale: None,
        methods: None,
        voucher_eligible_amount: None,
        terminal: None,
        capture: match manual {
            true => Capture::Manual,
            false => Capture::Automatic,
        },
        return_url: "https://shop.example/order".into(),
        expires_at: BEGINNING + 3600,
        created_at: BEGINNING,
        metadata: Default::default(),
        references_repeat: false,
        replaces: None,
        settled_by: None,
        paid_in: None,
    })
}
