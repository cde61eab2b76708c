//! The pages.

use guichet_domain::event::ReturnOutcome;
use guichet_domain::ledger::Cause;
use guichet_domain::operation::{OperationKind, Progress};

use crate::words::pages::{
    AccountingWords, Act, FoundAs, HappenedWords, HookWords, ListWords, LookWords, PaymentWords,
    RebillingWords, SettingWords, TerminalWords, TodayWords,
};

pub(super) const LIST: ListWords = ListWords {
    search: "Search",
    anything: "Look for",
    anything_hint: "Order, call or transaction number, amount such as 42.00, or e-mail address",
    shop: "Shop",
    state: "State",
    means: "Means",
    from: "From",
    to: "To",
    any: "Any",
    find: "Find",
    views: "Kept searches",
    all: "All",
    paid_today: "Paid today",
    made: "Made",
    reference: "Order",
    amount: "Amount",
    nothing: "No payment fits.",
    nothing_advice: "Leave something out of the search, or look at all payments.",
    newest: "Newest",
    older: "Older",
    pages: "Pages of the list",
    csv: "As a spreadsheet (CSV)",
    also: "The same words are also:",
    found_as,
    no_day: "is no day: write it as 2026-11-28",
    days_turned: "is before the first day",
};

fn found_as(found: FoundAs) -> &'static str {
    match found {
        FoundAs::Reference => "an order's reference",
        FoundAs::PlatformReference => "a reference at the platform",
        FoundAs::Transaction => "a transaction number",
        FoundAs::Call => "a call number",
        FoundAs::Id => "the number of a payment or a session",
        FoundAs::Amount => "an amount",
        FoundAs::Email => "an e-mail address",
    }
}

pub(super) const PAYMENT: PaymentWords = PaymentWords {
    title: "Order {reference}",
    summary: "Where it stands",
    total: "The order",
    accepted: "Paid so far",
    missing: "Missing",
    reserved: "Reserved",
    taken: "Taken",
    given_back: "Given back",
    shop: "Shop",
    contract: "Contract",
    platform_reference: "Reference at the platform",
    payment: "Payment",
    session: "Session",
    acts: "What you can do now",
    no_acts: "Nothing can be done with this payment now.",
    act,
    because: "{act}: {why}.",
    not_now,
    timeline: "What happened",
    parts: "Parts",
    no_parts: "No platform has told of a transaction yet.",
    kind: "Paid by",
    brand: "Brand",
    call: "Call",
    transaction: "Transaction",
    outcome: "Outcome",
    not_counted: "Does not count",
    not_confirmed: "Not confirmed",
    sum: "Sum of the parts that count: {sum}, of {total}.",
    sum_fits: "The parts sum up to the order.",
    sum_differs: "The parts do not sum up to the order.",
    ledger: "Ledger",
    no_ledger: "No money has moved.",
    transit: "Waits for the bank at",
    cause: "For",
    notices: "What the shop's server was told",
    no_notices: "Nothing was told yet, or the shop takes no webhooks.",
    raw: "Messages of the platforms",
    no_raw: "No message was kept.",
    raw_hint: "Of each field that may name a person or open something, only the name is shown.",
    hidden: "(hidden)",
    source,
    others: "Other payments of this order",
    unknown: "There is no such payment.",
    unknown_advice: "Look for it by the order's reference.",
    happened: HappenedWords {
        made: "The shopper chose {means} and left for the platform",
        accepted: "{part} of {amount} accepted",
        refused: "{part} of {amount} refused",
        waits: "{part} of {amount}: the platform will tell later",
        confirmed: "Our own account confirmed transaction {transaction}",
        returned: "The browser came back: {outcome}",
        outcome,
        deadline: "The time to pay was over",
        held: "The platform holds transaction {transaction} for a person",
        decided_yes: "A person accepted what the platform holds",
        decided_no: "A person refused what the platform holds",
        reported: "The platform's report agrees with the books",
        differs: "The platform's report differs",
        rebilling: "Charges anew what payment {payment} was made with",
        untold: "The platform could not be told how it is to run",
        called_off: "The charge was called off",
        rebilled: "Charged anew by payment {payment}",
        operation: "{what} of {amount}: {progress}",
        kind,
        progress,
        cause,
    },
};

fn act(act: Act) -> &'static str {
    match act {
        Act::Capture => "Capture",
        Act::Cancel => "Cancel",
        Act::Refund => "Give back",
        Act::Accept => "Accept",
        Act::Refuse => "Refuse",
        Act::Approve => "Approve",
        Act::Decline => "Decline",
        Act::Expire => "Close the checkout",
        Act::Ask => "Ask the platform",
        Act::Amend => "Change the rebilling",
        Act::CallOff => "Call the rebilling off",
        Act::Replay => "Send again",
        Act::Check => "Ask how it is",
        Act::TakeAttention => "Look after it",
        Act::EndAttention => "Done",
        Act::Export => "Export",
        Act::ExportJournal => "Take the journal away",
        Act::SeeAudit => "See the audit",
        Act::SeeSettings => "See the settings",
    }
}

fn not_now(act: Act) -> &'static str {
    match act {
        Act::Capture => "nothing is reserved",
        Act::Cancel => "nothing can be let go",
        Act::Refund => "nothing is left to give back",
        Act::Accept | Act::Refuse => "the platform holds nothing for a decision",
        Act::Approve | Act::Decline => "nothing waits for a second person",
        Act::Expire => "the checkout is over already",
        Act::Ask => "no answer of the platform is missing",
        Act::Amend | Act::CallOff => "it has run, or is called off",
        Act::Replay => "nothing was sent",
        Act::Check => "it works on a payment",
        Act::TakeAttention => "somebody looks after it already",
        Act::EndAttention => "it is done already",
        Act::Export | Act::ExportJournal => "there is nothing to export",
        Act::SeeAudit | Act::SeeSettings => "your role does not show it",
    }
}

fn source(word: &str) -> &'static str {
    match word {
        "notification" => "Notification",
        "return" => "The browser's return",
        "query" => "Answer to our question",
        "clock" => "Our clock",
        "shop" => "The shop's server",
        _ => "A person",
    }
}

fn outcome(outcome: ReturnOutcome) -> &'static str {
    match outcome {
        ReturnOutcome::Accepted => "accepted",
        ReturnOutcome::Refused => "refused",
        ReturnOutcome::Cancelled => "given up",
        ReturnOutcome::Waiting => "waiting",
    }
}

fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "Capture",
        OperationKind::Cancel => "Cancellation",
        OperationKind::Refund => "Refund",
        OperationKind::Duplicate => "Duplicate",
    }
}

fn progress(progress: &Progress) -> &'static str {
    match progress {
        Progress::Asked => "asked for",
        Progress::Unknown => "no answer yet",
        Progress::Undecided { .. } => "a person has to decide",
        Progress::Refused { .. } => "refused",
        Progress::Done { .. } => "done",
    }
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Taking { .. } => "Payment",
        Cause::Tip { .. } => "Tip",
        Cause::Operation { kind: of, .. } => kind(*of),
    }
}

pub(super) const LOOK: LookWords = LookWords {
    nothing: "Nothing needs a person.",
    oldest: "The oldest has waited for {age}.",
    advice: "What to do: ",
    since: "Waits for",
    who: "Who looks after it",
    who_is: "Who looks after it: {who}",
    nobody: "Nobody yet",
    taken: "{person}, for {age}",
    done: "{person} has looked after it, {moment}: {note}",
    gone: "This needs nobody any more: a colleague has looked after it, or the platform has told \
        what was missing.",
    meanwhile: "{person} looks after it now. Speak with them, or take it over from the list.",
    let_go: "Nobody looks after it any more. Open it again from the list.",
    anew: "More was told of it since you looked. Look at it again, then decide.",
    unmatched: "Messages that fit no payment",
    unmatched_meaning: "A platform signed them, and no payment of ours fits: money may have moved. \
        Look the reference up in the platform's back office.",
    unreadable: "Messages that can't be read",
    unreadable_meaning: "A platform signed them, and they can't be understood. The command \
        guichet notifications shows them; tell whoever runs Guichet.",
    why: "Why",
    times: "Times",
    more: "And {count} more.",
    expiring: "Saved cards that end soon",
    expiring_meaning: "They pay until this month or the next and no longer. Ask these shoppers to \
        pay at the counter once more, and to have their new card saved.",
    expiring_untold: "The platform of the account {account} does not tell which cards end soon; \
        the page asks again when you come back.",
    card_shop: "Shop",
    card_shopper: "Shopper",
    card: "Card",
    card_until: "Until",
};

pub(super) const ACCOUNTING: AccountingWords = AccountingWords {
    close: "Close of {day}",
    close_hint: "Each line is one that the bank or the issuer pays by itself, and so one line of \
                 the statement: what came in, less what was given back that day. Fees are not in \
                 it: no platform tells them, the statement does.",
    nothing: "Nothing moved on that day.",
    day: "Day",
    show: "Show this day",
    number: "Account",
    expected: "On the statement",
    journal: "The journal, for the accountant",
    journal_hint: "All entries of a year, in the layout of the French tax office (FEC), to be \
                   imported into the accounting program. It is checked while it is sent: a file \
                   that breaks off is none.",
    closing: "Last day of the year",
    opening: "First day of the year",
    opening_hint: "Empty: twelve months before its end.",
    separator: "Columns are divided by",
    tab: "a tab",
    pipe: "a bar |",
    take: "Take the journal away",
    describe: "Take its description away",
    none: "This shop has no journal.",
    none_advice: "Whoever runs Guichet writes the company's SIREN into the configuration \
                  (shops.ledger).",
};

pub(super) const TODAY: TodayWords = TodayWords {
    money_in: "Money in",
    money_back: "Given back",
    paid: "Paid",
    refused: "Refused",
    open: "Waiting for a platform",
    by_contract: "Today by contract and means",
    by_contract_hint: "Each line is one that the bank pays by itself: it comes as a line of its \
        own on the statement.",
    nothing: "No money has moved yet.",
    net: "Net",
    entries: "Entries",
    yesterday: "Yesterday, as the bank pays it",
    reasons: "Refused in the last 24 hours",
    reason: "Reason",
    count: "How many",
    no_refusals: "No payment was refused.",
    last_days: "Money in, the last 30 days",
    by_hour: "Money in by the hour of the day, the last 30 days",
    figures: "The figures",
    day: "Day",
    hour: "Hour",
    platforms: "Platforms",
    platforms_well: "Every platform has answered everything.",
    waiting: "Payments that wait",
    oldest_question: "The oldest question has waited for {age}.",
    other: "no reason told",
};

pub(super) const HOOKS: HookWords = HookWords {
    endpoints: "Where shops are told",
    no_endpoints: "No shop takes webhooks.",
    address: "Address",
    state: "State",
    well: "Well",
    failing: "Failing since {when}",
    disabled: "Switched off since {when}",
    waiting: "Waiting",
    given_up: "Given up",
    latest: "Messages: first what was not taken, then the latest",
    nothing: "Nothing was told yet.",
    kind: "Tells",
    created: "True since",
    tries: "Tries",
    answer: "Answered",
    delivered: "Taken",
    waits: "Waits",
    over: "Given up",
    replay: "Send again",
};

pub(super) const SETTINGS: SettingWords = SettingWords {
    hint: "These stand in the configuration file. Change them there, and start Guichet again.",
    installation: "This installation",
    environment: "Environment",
    public_url: "Public address",
    version: "Version",
    accounts: "Accounts at the platforms",
    platform: "Platform",
    account: "Account",
    means: "Means",
    shops: "Shops",
    origins: "Pages",
    endpoint: "Webhooks go to",
    none: "None",
    keys: "Secret keys",
    kept: "Personal data is kept for",
    terminals: "Terminals",
    keys_age: "Keys",
    keys_hint: "Since when each key is in use, as far as this installation has seen. Its value \
                is shown \
                nowhere.",
    key: "Where it stands",
    since: "In use since",
    age: "For",
    unseen: "from the next start on",
    health: "Whether all is well",
    health_hint: "What guichet doctor tells: configuration, disk, platforms, certificates, \
                clocks and \
                  terminals. Nothing is ordered, and nothing moves.",
    check: "Check now",
    not_checked: "Not checked since this backend was started.",
    checking: "It is being checked. Look again in a moment.",
    again: "Look again",
    checked: "Checked {age} ago",
    well: "Well",
    look: "Look at it",
    bad: "Bad",
    verdict: "Verdict",
    what: "What",
};

pub(super) const TERMINALS: TerminalWords = TerminalWords {
    hint: "Each takes one payment at a time. Asking a terminal how it is moves nothing.",
    terminal: "Terminal",
    reached: "Reached",
    by_cloud: "through the platform",
    by_network: "on the shop’s network",
    work: "Works on",
    free: "Nothing",
    shows: "Shows: {text}",
    health: "How it is",
    not_asked: "Not asked yet",
    well: "Answers",
    unwell: "Look at it",
    ago: "{age} ago",
    no_answer: "it does not answer",
    busy: "It works on a payment. Ask once that is over.",
    unknown: "There is no such terminal.",
};

pub(super) const REBILLINGS: RebillingWords = RebillingWords {
    hint: "What is charged anew without the shopper, by an agreement that the shop holds. Those \
                that \
           have not run stand first.",
    nothing: "Nothing was charged anew, and nothing is to be.",
    of: "Charges anew",
    due: "Day",
    at_once: "at once",
    waits: "Waits for its day",
    untold: "The platform does not know yet",
    called_off: "Called off",
    change: "Change",
    call_off: "Call off",
    new_due: "Day on which it is to run",
    new_amount: "Amount",
    unknown_due: "is no day: write it as 2026-12-24",
    unknown_amount: "is no amount of this currency, such as {sum}",
};
