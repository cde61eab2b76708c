//! What tests of providers begin with, in every crate.

use crate::contract::Addresses;

/// The addresses of a payment, whose last part is what each is for.
#[must_use]
pub fn addresses() -> Addresses {
    let at = |word: &str| format!("https://pay.example/return/{word}");
    Addresses {
        notify: "https://pay.example/notify/main".into(),
        callback: "https://pay.example/notify/main/pay_1/back".into(),
        accepted: at("accepted"),
        refused: at("refused"),
        cancelled: at("cancelled"),
        waiting: at("waiting"),
        back: at("back"),
    }
}
