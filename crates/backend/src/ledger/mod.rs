//! The journal that a shop's accountant is given: the ledger in the layout of the *fichier des
//! écritures comptables* (article A47 A-1 of the Livre des procédures fiscales).

pub(crate) mod cfonb;
pub(crate) mod chart;
pub(crate) mod export;
pub(crate) mod fec;
pub(crate) mod matching;
pub(crate) mod proof;
pub(crate) mod statement;
