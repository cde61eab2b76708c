//! What is stored, and what is asked and answered about it.

mod approval;
mod book;
mod card;
mod conversation;
mod deed;
mod erased;
mod event;
mod figures;
mod idempotency;
mod ledger;
mod left_behind;
mod link;
mod list;
mod matter;
mod message;
mod notice;
mod operation;
mod payment;
mod person;
mod question;
mod reading;
mod search;
mod session;

pub use self::approval::{Approval, Asking, Decided};
pub use self::book::{Book, Dated, Entry};
pub use self::card::{CardName, KeptCard};
pub use self::conversation::{Advance, Answer, Beside, Conversation};
pub use self::deed::{Deed, DeedLimit, Second, Written, WrittenDeed};
pub(crate) use self::deed::{DeedRow, deed_of, written_before};
pub use self::erased::Erased;
pub use self::event::{Recorded, Source};
pub use self::figures::{DueOf, Figures, PaymentsOf};
pub use self::idempotency::{Idempotency, Kept};
pub use self::ledger::{Audited, LedgerEntry};
pub use self::left_behind::{DEAD_AFTER, LeftBehind};
pub use self::link::{Link, LinkState};
pub use self::list::{Attended, AttentionCounts, OpenAccount, UnmatchedEvent};
pub(crate) use self::matter::MatterRow;
pub use self::matter::{ByWhom, Handled, KeptMatter, LookedAfter};
pub use self::message::{KeptMessage, Message};
pub use self::notice::{
    Endpoint, Followed, KeptNotice, NOTICE_TRIED_FOR, NOTICE_WAIT_MAX, OutgoingNotice, Replay,
    SENDING_SECONDS, Sent,
};
pub use self::operation::{
    AskedBy, Instructed, Instruction, Instructions, NewOperation, Operation, OperationAdvance,
};
pub use self::payment::{AddedPayment, Payment};
pub(crate) use self::person::{
    ActRow, LOGIN_FORGOTTEN_AFTER, LoginRow, PersonRow, numbered, words_of,
};
pub use self::person::{DeskAct, DeskCode, DeskDeed, DeskLogin, DeskPerson, KeySeen, Vouched};
pub(crate) use self::question::QuestionState;
pub use self::question::{ASKING_SECONDS, Question, Unconfirmed, WAIT_MAX};
pub(crate) use self::reading::TakingRow;
pub use self::reading::{Arrived, Taking};
pub use self::search::{FoundPayment, Search};
pub use self::session::{Closed, SecretDigest};
