//! The commands but `serve`: each reads what is there, and prints.

mod account;
pub(crate) mod arguments;
pub(crate) mod backup;
pub(crate) mod copying;
mod demo;
pub(crate) mod desk;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod inspect;
pub(crate) mod inventory;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod matching;
pub(crate) mod migrate;
pub(crate) mod moneris;
pub(crate) mod notifications;
mod opened;
pub(crate) mod operations;
pub(crate) mod payments;
mod platform;
pub(crate) mod policy;
mod rebill;
pub(crate) mod restore;
pub(crate) mod sogenactif;
pub(crate) mod terminal;
pub(crate) mod texts;
pub(crate) mod webhooks;
