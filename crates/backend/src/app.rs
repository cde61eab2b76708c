//! What every request and job shares.

use std::sync::Arc;

use guichet_domain::id::{OperationId, PaymentId, SessionId};
use guichet_store::{OutgoingNotice, Question, Store};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::config::Config;
use crate::desk::memory::{Asked, Checks};
use crate::holds::Holds;
use crate::limiter::Limiter;
use crate::locks::{Locked, Locks};
use crate::metrics::Metrics;
use crate::platform::Platform;
use crate::queue::{Piece, Queue};
use crate::quiet::Quiet;
use crate::webhooks::sender::Sender;

/// How many of each kind of work are under way at a time.
const DEADLINES_MAX: usize = 50;
const QUESTIONS_MAX: usize = 200;
const CONVERSATIONS_MAX: usize = 100;
const OPERATIONS_MAX: usize = 50;

/// How many notices of one shop are under way at a time. Each shop has as much room of its own, so
/// that one whose server is slow holds up no other.
pub(crate) const NOTICES_EACH: u32 = 8;

/// The running backend.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) accounts: Accounts,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) platform: Platform,
    /// Tells shops' servers.
    pub(crate) sender: Sender,
    pub(crate) limiter: Arc<Limiter>,
    /// What is being worked on.
    pub(crate) locks: Arc<Locks>,
    pub(crate) queues: Queues,
    /// Which payment each terminal works on.
    pub(crate) terminals: Holds,
    /// How each was when a person asked it last.
    pub(crate) asked_terminals: Asked,
    /// What was found out about the installation when a person asked last.
    pub(crate) checks: Checks,
    /// What goes on though nobody waits for it any more.
    pub(crate) tasks: TaskTracker,
    /// What was logged lately, of what anybody can cause.
    pub(crate) quiet: Quiet,
}

/// What the jobs do.
pub(crate) struct Queues {
    /// Payments whose deadline has passed.
    pub(crate) deadlines: Queue<(PaymentId, Locked)>,
    /// Questions to the platforms.
    pub(crate) questions: Queue<Question>,
    /// Payments that go on.
    pub(crate) conversations: Queue<(PaymentId, Locked)>,
    /// Sessions whose time has passed.
    pub(crate) expiries: Queue<Vec<SessionId>>,
    /// What shops' servers are told.
    pub(crate) notices: Queue<OutgoingNotice>,
    /// Captures, cancellations and refunds.
    pub(crate) operations: Queue<(OperationId, Locked)>,
}

/// What is handed over to the jobs.
pub(crate) struct Handed {
    pub(crate) deadlines: UnboundedReceiver<Piece<(PaymentId, Locked)>>,
    pub(crate) questions: UnboundedReceiver<Piece<Question>>,
    pub(crate) conversations: UnboundedReceiver<Piece<(PaymentId, Locked)>>,
    pub(crate) expiries: UnboundedReceiver<Piece<Vec<SessionId>>>,
    pub(crate) notices: UnboundedReceiver<Piece<OutgoingNotice>>,
    pub(crate) operations: UnboundedReceiver<Piece<(OperationId, Locked)>>,
}

impl App {
    /// With what the jobs take their work from.
    pub(crate) fn new(
        config: Config,
        accounts: Accounts,
        store: Arc<dyn Store>,
        platform: Platform,
        sender: Sender,
        metrics: Arc<Metrics>,
    ) -> (Arc<Self>, Handed) {
        let (deadlines, handed_deadlines) = Queue::new(DEADLINES_MAX);
        let (questions, handed_questions) = Queue::new(QUESTIONS_MAX);
        let (conversations, handed_conversations) = Queue::new(CONVERSATIONS_MAX);
        let (expiries, handed_expiries) = Queue::new(1);
        let told = config.shops.iter().filter(|shop| shop.webhook.is_some());
        let each = usize::try_from(NOTICES_EACH).unwrap_or(usize::MAX);
        let (notices, handed_notices) = Queue::new(told.count().max(1) * each);
        let (operations, handed_operations) = Queue::new(OPERATIONS_MAX);
        let app = Self {
            limiter: Arc::new(Limiter::new(&config.limits, metrics)),
            config,
            accounts,
            store,
            platform,
            sender,
            locks: Arc::default(),
            queues: Queues {
                deadlines,
                questions,
                conversations,
                expiries,
                notices,
                operations,
            },
            terminals: Holds::default(),
            asked_terminals: Asked::default(),
            checks: Checks::default(),
            tasks: TaskTracker::new(),
            quiet: Quiet::default(),
        };
        let handed = Handed {
            deadlines: handed_deadlines,
            questions: handed_questions,
            conversations: handed_conversations,
            expiries: handed_expiries,
            notices: handed_notices,
            operations: handed_operations,
        };
        (Arc::new(app), handed)
    }
}
