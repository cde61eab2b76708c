//! What a language has to have. Each group is of one page, or of what pages share.

use guichet_domain::payment::{Attention, Money};
use guichet_domain::{PartKind, PartStatus, Refusal, Status};

use super::acts::ActWords;
use super::login::{AuditWords, LoginWords};
use super::pages::{
    AccountingWords, HookWords, ListWords, LookWords, PaymentWords, RebillingWords, SettingWords,
    TerminalWords, TodayWords,
};

/// All texts of a language.
#[derive(Debug)]
pub struct Words {
    /// What every page stands in.
    pub frame: FrameWords,
    /// How amounts, moments and ages are told.
    pub show: ShowWords,
    /// Where something stands.
    pub states: StateWords,
    /// The list of payments.
    pub list: ListWords,
    /// One payment.
    pub payment: PaymentWords,
    /// What is done with a payment.
    pub acts: ActWords,
    /// What needs a person.
    pub look: LookWords,
    /// Today.
    pub today: TodayWords,
    /// The close of a day and the journal.
    pub accounting: AccountingWords,
    /// What is charged anew without the shopper.
    pub rebillings: RebillingWords,
    /// The terminals on the counters.
    pub terminals: TerminalWords,
    /// Webhooks.
    pub hooks: HookWords,
    /// Settings.
    pub settings: SettingWords,
    /// The login.
    pub login: LoginWords,
    /// Who did what.
    pub audit: AuditWords,
}

/// What every page stands in.
#[derive(Debug)]
pub struct FrameWords {
    /// The desk's name.
    pub desk: &'static str,
    /// The link to the page's content.
    pub skip: &'static str,
    /// The navigation's name.
    pub navigation: &'static str,
    /// The button that ends the login.
    pub log_out: &'static str,
    /// What stands at the foot.
    pub foot: &'static str,
    /// [`crate::Place::Today`].
    pub today: &'static str,
    /// [`crate::Place::Payments`].
    pub payments: &'static str,
    /// [`crate::Place::Attention`].
    pub attention: &'static str,
    /// [`crate::Place::Accounting`].
    pub accounting: &'static str,
    /// [`crate::Place::Rebillings`].
    pub rebillings: &'static str,
    /// [`crate::Place::Terminals`].
    pub terminals: &'static str,
    /// [`crate::Place::Webhooks`].
    pub webhooks: &'static str,
    /// [`crate::Place::Settings`].
    pub settings: &'static str,
    /// [`crate::Place::Audit`].
    pub audit: &'static str,
    /// [`crate::Place::Account`].
    pub account: &'static str,
}

/// How amounts, moments and ages are told.
#[derive(Debug)]
pub struct ShowWords {
    /// The months, short.
    pub months: [&'static str; 12],
    /// `{count}` seconds.
    pub seconds: &'static str,
    /// `{count}` minutes.
    pub minutes: &'static str,
    /// `{count}` hours.
    pub hours: &'static str,
    /// `{count}` days.
    pub days: &'static str,
}

/// Where something stands, in a word or two.
#[derive(Debug)]
pub struct StateWords {
    /// A payment's status.
    pub status: fn(Status) -> &'static str,
    /// Where a payment's money stands.
    pub money: fn(Money) -> &'static str,
    /// What a part was paid with.
    pub part: fn(PartKind) -> &'static str,
    /// What became of a part.
    pub part_status: fn(PartStatus) -> &'static str,
    /// Why it was refused.
    pub refusal: fn(Refusal) -> &'static str,
    /// Why a person should look.
    pub attention: fn(Attention) -> AttentionText,
    /// Paid although another payment had paid the order.
    pub surplus: &'static str,
    /// A person should look.
    pub look: &'static str,
    /// The name of a means that has one of its own here.
    pub means: fn(&str) -> Option<&'static str>,
}

/// Why a person should look at a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AttentionText {
    /// In a few words.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub advice: &'static str,
}
