//! What a language has to have for the pages that are read.
//!
//! Longer than others: it is one list of texts a page.

pub use guichet_domain::desk::Act;
use guichet_domain::event::ReturnOutcome;
use guichet_domain::ledger::Cause;
use guichet_domain::operation::{OperationKind, Progress};

/// The list of payments, and its search.
#[derive(Debug)]
pub struct ListWords {
    /// The search's name.
    pub search: &'static str,
    /// The one field for everything.
    pub anything: &'static str,
    /// What may be typed there.
    pub anything_hint: &'static str,
    /// Which shop.
    pub shop: &'static str,
    /// Where the money stands.
    pub state: &'static str,
    /// By what was paid.
    pub means: &'static str,
    /// Made on this day or later.
    pub from: &'static str,
    /// Made on this day or earlier.
    pub to: &'static str,
    /// No choice was made.
    pub any: &'static str,
    /// The button.
    pub find: &'static str,
    /// Searches that are kept.
    pub views: &'static str,
    /// Everything.
    pub all: &'static str,
    /// What was paid today.
    pub paid_today: &'static str,
    /// The heading of the moment.
    pub made: &'static str,
    /// The heading of the order's reference.
    pub reference: &'static str,
    /// The heading of the amount.
    pub amount: &'static str,
    /// Nothing was found.
    pub nothing: &'static str,
    /// What to do then.
    pub nothing_advice: &'static str,
    /// To the first page.
    pub newest: &'static str,
    /// To the next page.
    pub older: &'static str,
    /// The pages' name.
    pub pages: &'static str,
    /// The list as a spreadsheet.
    pub csv: &'static str,
    /// The same words were found as something else too.
    pub also: &'static str,
    /// What the words were found as.
    pub found_as: fn(FoundAs) -> &'static str,
    /// What is no day.
    pub no_day: &'static str,
    /// The last day is before the first.
    pub days_turned: &'static str,
}

/// What the words of a search were found as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FoundAs {
    /// An order's reference.
    Reference,
    /// Our reference at the platform.
    PlatformReference,
    /// A transaction's number.
    Transaction,
    /// A call's number.
    Call,
    /// A payment's or a session's own id.
    Id,
    /// An order's amount.
    Amount,
    /// The shopper's e-mail address.
    Email,
}

/// One payment.
#[derive(Debug)]
pub struct PaymentWords {
    /// `{reference}` of the order.
    pub title: &'static str,
    /// The summary's heading.
    pub summary: &'static str,
    /// Total of the order.
    pub total: &'static str,
    /// Sum of the parts that count.
    pub accepted: &'static str,
    /// What is left to pay.
    pub missing: &'static str,
    /// Reserved.
    pub reserved: &'static str,
    /// Taken.
    pub taken: &'static str,
    /// Given back.
    pub given_back: &'static str,
    /// The shop.
    pub shop: &'static str,
    /// The contract: platform and account.
    pub contract: &'static str,
    /// Our reference at the platform.
    pub platform_reference: &'static str,
    /// The payment's id.
    pub payment: &'static str,
    /// The session's id.
    pub session: &'static str,
    /// What can be done.
    pub acts: &'static str,
    /// Nothing can be done.
    pub no_acts: &'static str,
    /// The name of an act.
    pub act: fn(Act) -> &'static str,
    /// That `{act}` can't be done, and `{why}`.
    pub because: &'static str,
    /// Why an act can't be done.
    pub not_now: fn(Act) -> &'static str,
    /// The line of time.
    pub timeline: &'static str,
    /// The parts.
    pub parts: &'static str,
    /// There are none yet.
    pub no_parts: &'static str,
    /// By what it was paid.
    pub kind: &'static str,
    /// Its brand.
    pub brand: &'static str,
    /// The number of the call.
    pub call: &'static str,
    /// The number of the transaction.
    pub transaction: &'static str,
    /// What became of it.
    pub outcome: &'static str,
    /// It does not count.
    pub not_counted: &'static str,
    /// Our account has not confirmed it.
    pub not_confirmed: &'static str,
    /// Sum of the parts and the order's total.
    pub sum: &'static str,
    /// The sum is the order's total.
    pub sum_fits: &'static str,
    /// It is not.
    pub sum_differs: &'static str,
    /// The ledger.
    pub ledger: &'static str,
    /// Nothing has moved.
    pub no_ledger: &'static str,
    /// Where the money waits for the bank.
    pub transit: &'static str,
    /// What an entry is for.
    pub cause: &'static str,
    /// Webhooks of this order.
    pub notices: &'static str,
    /// There are none.
    pub no_notices: &'static str,
    /// What the platforms sent.
    pub raw: &'static str,
    /// Nothing was kept.
    pub no_raw: &'static str,
    /// What of it is not shown.
    pub raw_hint: &'static str,
    /// In place of what is hidden.
    pub hidden: &'static str,
    /// How a message came.
    pub source: fn(&str) -> &'static str,
    /// Other payments of the order.
    pub others: &'static str,
    /// There is none with this id.
    pub unknown: &'static str,
    /// What to do then.
    pub unknown_advice: &'static str,
    /// What happened.
    pub happened: HappenedWords,
}

/// What happened, on the line of time.
#[derive(Debug)]
pub struct HappenedWords {
    /// The payment was made, by `{means}`.
    pub made: &'static str,
    /// `{amount}` by `{part}` was accepted.
    pub accepted: &'static str,
    /// It was refused.
    pub refused: &'static str,
    /// It waits.
    pub waits: &'static str,
    /// Our own account confirmed `{transaction}`.
    pub confirmed: &'static str,
    /// The browser came back and told `{outcome}`.
    pub returned: &'static str,
    /// What it told.
    pub outcome: fn(ReturnOutcome) -> &'static str,
    /// Its time was over.
    pub deadline: &'static str,
    /// The platform holds `{transaction}`.
    pub held: &'static str,
    /// A person accepted it.
    pub decided_yes: &'static str,
    /// A person refused it.
    pub decided_no: &'static str,
    /// The report agrees.
    pub reported: &'static str,
    /// It differs.
    pub differs: &'static str,
    /// It charges another payment anew.
    pub rebilling: &'static str,
    /// The platform could not be told that.
    pub untold: &'static str,
    /// That was called off.
    pub called_off: &'static str,
    /// Another payment charges this one anew.
    pub rebilled: &'static str,
    /// An operation, `{what}` of `{amount}`: how far it is.
    pub operation: &'static str,
    /// What an operation does.
    pub kind: fn(OperationKind) -> &'static str,
    /// How far it is.
    pub progress: fn(&Progress) -> &'static str,
    /// What an entry of the ledger is for.
    pub cause: fn(&Cause) -> &'static str,
}

/// What needs a person.
#[derive(Debug)]
pub struct LookWords {
    /// Nothing does.
    pub nothing: &'static str,
    /// How long the oldest has waited: `{age}`.
    pub oldest: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Since when.
    pub since: &'static str,
    /// The column of who looks after it.
    pub who: &'static str,
    /// The same in a line: `{who}`.
    pub who_is: &'static str,
    /// Nobody does.
    pub nobody: &'static str,
    /// `{person}` has for `{age}`.
    pub taken: &'static str,
    /// `{person}` has done it, at `{moment}`; `{note}`.
    pub done: &'static str,
    /// It needs nobody any more.
    pub gone: &'static str,
    /// `{person}` looks after it now.
    pub meanwhile: &'static str,
    /// Whoever did does no longer.
    pub let_go: &'static str,
    /// More was told of it than the reader has seen.
    pub anew: &'static str,
    /// Heading of what fits no payment.
    pub unmatched: &'static str,
    /// What that means.
    pub unmatched_meaning: &'static str,
    /// Heading of what can't be read.
    pub unreadable: &'static str,
    /// What that means.
    pub unreadable_meaning: &'static str,
    /// Why it can't be read.
    pub why: &'static str,
    /// How often it came.
    pub times: &'static str,
    /// `{count}` more are not listed.
    pub more: &'static str,
    /// Heading of the saved cards that end soon.
    pub expiring: &'static str,
    /// What to do about them.
    pub expiring_meaning: &'static str,
    /// The platform of `{account}` did not tell.
    pub expiring_untold: &'static str,
    /// Whose card it is: the shop.
    pub card_shop: &'static str,
    /// Whose card it is: the shop's own name of the shopper.
    pub card_shopper: &'static str,
    /// The card.
    pub card: &'static str,
    /// Its last month.
    pub card_until: &'static str,
}

/// Today.
#[derive(Debug)]
pub struct TodayWords {
    /// What came in.
    pub money_in: &'static str,
    /// What was given back.
    pub money_back: &'static str,
    /// How many were paid.
    pub paid: &'static str,
    /// How many were refused.
    pub refused: &'static str,
    /// How many wait for a platform.
    pub open: &'static str,
    /// Money in by contract and means.
    pub by_contract: &'static str,
    /// How to read it.
    pub by_contract_hint: &'static str,
    /// Nothing moved yet.
    pub nothing: &'static str,
    /// Difference of both.
    pub net: &'static str,
    /// How many entries.
    pub entries: &'static str,
    /// Yesterday.
    pub yesterday: &'static str,
    /// Refused, by reason.
    pub reasons: &'static str,
    /// The reason.
    pub reason: &'static str,
    /// How many.
    pub count: &'static str,
    /// None was refused.
    pub no_refusals: &'static str,
    /// The picture of the last days.
    pub last_days: &'static str,
    /// The picture by the hour of the day.
    pub by_hour: &'static str,
    /// The figures of a picture.
    pub figures: &'static str,
    /// The day.
    pub day: &'static str,
    /// The hour.
    pub hour: &'static str,
    /// The platforms.
    pub platforms: &'static str,
    /// None has anything open.
    pub platforms_well: &'static str,
    /// Payments that wait for one.
    pub waiting: &'static str,
    /// How long the oldest question waits: `{age}`.
    pub oldest_question: &'static str,
    /// Other.
    pub other: &'static str,
}

/// Webhooks.
#[derive(Debug)]
pub struct HookWords {
    /// The end-points.
    pub endpoints: &'static str,
    /// There are none.
    pub no_endpoints: &'static str,
    /// Its address.
    pub address: &'static str,
    /// How it is.
    pub state: &'static str,
    /// Well.
    pub well: &'static str,
    /// Failing since `{when}`.
    pub failing: &'static str,
    /// Switched off since `{when}`.
    pub disabled: &'static str,
    /// How many wait.
    pub waiting: &'static str,
    /// How many were given up.
    pub given_up: &'static str,
    /// The latest messages.
    pub latest: &'static str,
    /// There are none.
    pub nothing: &'static str,
    /// What it tells.
    pub kind: &'static str,
    /// When it became true.
    pub created: &'static str,
    /// How often it was sent.
    pub tries: &'static str,
    /// What was answered.
    pub answer: &'static str,
    /// It was taken.
    pub delivered: &'static str,
    /// It waits.
    pub waits: &'static str,
    /// Nobody tries any more.
    pub over: &'static str,
    /// Sends it again.
    pub replay: &'static str,
}

/// Settings.
#[derive(Debug)]
pub struct SettingWords {
    /// How to change them.
    pub hint: &'static str,
    /// The installation.
    pub installation: &'static str,
    /// Sandbox, test or production.
    pub environment: &'static str,
    /// The address.
    pub public_url: &'static str,
    /// The version.
    pub version: &'static str,
    /// The accounts.
    pub accounts: &'static str,
    /// The platform.
    pub platform: &'static str,
    /// The account.
    pub account: &'static str,
    /// Means that it takes.
    pub means: &'static str,
    /// The shops.
    pub shops: &'static str,
    /// Its pages.
    pub origins: &'static str,
    /// Its end-point.
    pub endpoint: &'static str,
    /// It has none.
    pub none: &'static str,
    /// How many secret keys.
    pub keys: &'static str,
    /// How long personal data is kept: `{months}` months.
    pub kept: &'static str,
    /// Till.
    pub terminals: &'static str,
    /// The keys and their ages.
    pub keys_age: &'static str,
    /// What an age means.
    pub keys_hint: &'static str,
    /// Where a key stands.
    pub key: &'static str,
    /// Since when it is in use.
    pub since: &'static str,
    /// For how long.
    pub age: &'static str,
    /// No backend has seen it yet.
    pub unseen: &'static str,
    /// Whether all is well.
    pub health: &'static str,
    /// What is looked at.
    pub health_hint: &'static str,
    /// The button.
    pub check: &'static str,
    /// Nobody has.
    pub not_checked: &'static str,
    /// It goes on.
    pub checking: &'static str,
    /// The link to the same page.
    pub again: &'static str,
    /// `{age}` ago.
    pub checked: &'static str,
    /// All is well with it.
    pub well: &'static str,
    /// A person should look.
    pub look: &'static str,
    /// It does not work so.
    pub bad: &'static str,
    /// The column of those.
    pub verdict: &'static str,
    /// The column of what it is about.
    pub what: &'static str,
}

/// The close of a day and the journal.
#[derive(Debug)]
pub struct AccountingWords {
    /// The close of `{day}`.
    pub close: &'static str,
    /// How to read it.
    pub close_hint: &'static str,
    /// Nothing moved on that day.
    pub nothing: &'static str,
    /// Chooses the day.
    pub day: &'static str,
    /// Shows it.
    pub show: &'static str,
    /// The account of the journal in which the money waits.
    pub number: &'static str,
    /// What stands in the bank's line.
    pub expected: &'static str,
    /// The journal.
    pub journal: &'static str,
    /// What it is.
    pub journal_hint: &'static str,
    /// The last day of its year.
    pub closing: &'static str,
    /// The first one.
    pub opening: &'static str,
    /// Where it may be left out.
    pub opening_hint: &'static str,
    /// What divides the columns.
    pub separator: &'static str,
    /// A tab.
    pub tab: &'static str,
    /// A bar.
    pub pipe: &'static str,
    /// Takes it away.
    pub take: &'static str,
    /// Takes its description away.
    pub describe: &'static str,
    /// The shop has no journal.
    pub none: &'static str,
    /// What to do then.
    pub none_advice: &'static str,
}

/// The terminals on the counters.
#[derive(Debug)]
pub struct TerminalWords {
    /// What the page is.
    pub hint: &'static str,
    /// The till, and its terminal's name.
    pub terminal: &'static str,
    /// How it is reached.
    pub reached: &'static str,
    /// By the platform.
    pub by_cloud: &'static str,
    /// By the shop's own network.
    pub by_network: &'static str,
    /// What it works on.
    pub work: &'static str,
    /// Nothing.
    pub free: &'static str,
    /// It shows `{text}`.
    pub shows: &'static str,
    /// How it is.
    pub health: &'static str,
    /// Nobody has asked.
    pub not_asked: &'static str,
    /// It answered.
    pub well: &'static str,
    /// It did not, or with a complaint.
    pub unwell: &'static str,
    /// `{age}` ago.
    pub ago: &'static str,
    /// It does not answer.
    pub no_answer: &'static str,
    /// It can't be asked now.
    pub busy: &'static str,
    /// There is none of that name.
    pub unknown: &'static str,
}

/// What is charged anew without the shopper.
#[derive(Debug)]
pub struct RebillingWords {
    /// What the page is.
    pub hint: &'static str,
    /// There is none.
    pub nothing: &'static str,
    /// The payment that is charged anew.
    pub of: &'static str,
    /// On which day.
    pub due: &'static str,
    /// On no day of its own.
    pub at_once: &'static str,
    /// It did not run yet.
    pub waits: &'static str,
    /// The platform is still to be told of a change.
    pub untold: &'static str,
    /// It is not to run.
    pub called_off: &'static str,
    /// The link that changes it.
    pub change: &'static str,
    /// The link that calls it off.
    pub call_off: &'static str,
    /// The field of the day.
    pub new_due: &'static str,
    /// The field of the amount.
    pub new_amount: &'static str,
    /// What was typed is no day.
    pub unknown_due: &'static str,
    /// It is no amount, such as `{sum}`.
    pub unknown_amount: &'static str,
}
