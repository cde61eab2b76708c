//! English.

mod acts;
mod login;
mod pages;
mod states;

use super::texts::{FrameWords, ShowWords, Words};

pub(super) const WORDS: Words = Words {
    frame: FrameWords {
        desk: "The desk",
        skip: "Skip to the page",
        navigation: "Pages of the desk",
        log_out: "Log out",
        foot: "All times are those of Paris.",
        today: "Today",
        payments: "Payments",
        attention: "To look at",
        accounting: "Accounting",
        rebillings: "Rebillings",
        terminals: "Terminals",
        webhooks: "Webhooks",
        settings: "Settings",
        audit: "Audit",
        account: "My login",
    },
    show: ShowWords {
        months: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        seconds: "{count} seconds",
        minutes: "{count} minutes",
        hours: "{count} hours",
        days: "{count} days",
    },
    states: states::STATES,
    list: pages::LIST,
    payment: pages::PAYMENT,
    acts: acts::ACTS,
    look: pages::LOOK,
    today: pages::TODAY,
    hooks: pages::HOOKS,
    accounting: pages::ACCOUNTING,
    rebillings: pages::REBILLINGS,
    terminals: pages::TERMINALS,
    settings: pages::SETTINGS,
    login: login::LOGIN,
    audit: login::AUDIT,
};
