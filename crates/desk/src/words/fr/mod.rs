//! French.

mod acts;
mod login;
mod pages;
mod states;

use super::texts::{FrameWords, ShowWords, Words};

pub(super) const WORDS: Words = Words {
    frame: FrameWords {
        desk: "Le bureau",
        skip: "Aller au contenu",
        navigation: "Pages du bureau",
        log_out: "Se déconnecter",
        foot: "Toutes les heures sont celles de Paris.",
        today: "Aujourd’hui",
        payments: "Paiements",
        attention: "À traiter",
        accounting: "Comptabilité",
        rebillings: "Débits prévus",
        terminals: "Terminaux",
        webhooks: "Webhooks",
        settings: "Réglages",
        audit: "Journal des actes",
        account: "Mon accès",
    },
    show: ShowWords {
        months: [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        seconds: "{count} secondes",
        minutes: "{count} minutes",
        hours: "{count} heures",
        days: "{count} jours",
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
