//! Notices on their way to shops' servers, and where those take them.

use guichet_domain::id::Slug;
use guichet_domain::notice::{NoticeContent, NoticeKind};

/// For how long a notice that was taken is left to whoever sends it, in seconds: longer than
/// sending, and recording what came of it, takes.
pub const SENDING_SECONDS: i64 = 60;

/// The longest that a notice waits until it is sent again, in seconds.
pub const NOTICE_WAIT_MAX: i64 = 9 * 3600;

/// For how long a notice is sent again and again, and an endpoint may fail, in seconds: three days.
pub const NOTICE_TRIED_FOR: i64 = 3 * 24 * 3600;

/// A notice that is to be sent.
#[derive(Clone, Debug)]
pub struct OutgoingNotice {
    /// Its number in the books.
    pub seq: i64,
    /// Its id, the same at each try.
    pub id: String,
    /// The shop that is told.
    pub shop: Slug,
    /// Its place among those of its session: 1, 2, 3…
    pub place: u32,
    /// What it tells.
    pub kind: NoticeKind,
    /// The rest of it.
    pub content: NoticeContent,
    /// Unix second at which it became true.
    pub created_at: i64,
    /// How often it was sent, this time included.
    pub tries: u32,
}

/// What came of sending a notice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sent {
    /// The shop's server took it.
    Delivered,
    /// It did not, or could not be reached: why.
    Failed {
        /// In a few words, and nothing of the answer's body.
        why: String,
        /// Unix second of the next try.
        next_try_at: i64,
    },
    /// It wants no notice any more (410).
    Gone,
}

/// What follows for whoever watches over the backend.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Followed {
    /// Nothing to tell.
    Nothing,
    /// The endpoint took nothing for so long that nothing is sent to it any more; or it said so.
    Disabled(String),
    /// This notice was tried for long enough, while others were taken.
    GivenUp,
}

/// Where a shop takes notices, as it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The shop.
    pub shop: String,
    /// Its address.
    pub url: String,
    /// Unix second of the first failure since which nothing was delivered.
    pub failing_since: Option<i64>,
    /// Unix second since which nothing is sent to it.
    pub disabled_at: Option<i64>,
    /// Why.
    pub disabled_because: Option<String>,
    /// How many notices wait.
    pub waiting: u64,
    /// How many were given up.
    pub given_up: u64,
}

/// A notice as the operator sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptNotice {
    /// Its id.
    pub id: String,
    /// The shop.
    pub shop: String,
    /// The session.
    pub session: String,
    /// What it tells.
    pub kind: String,
    /// Unix second at which it became true.
    pub created_at: i64,
    /// Unix second of the next try; none once it was delivered or given up.
    pub next_try_at: Option<i64>,
    /// Unix second at which it was delivered.
    pub delivered_at: Option<i64>,
    /// How often it was sent.
    pub tries: u32,
    /// What came of it last.
    pub last_answer: Option<String>,
}

/// Which notices are sent again.
#[derive(Clone, Copy, Debug)]
pub enum Replay<'a> {
    /// The one with this id.
    One(&'a str),
    /// Those of a shop that became true at this Unix second or later.
    Since(&'a Slug, i64),
}
