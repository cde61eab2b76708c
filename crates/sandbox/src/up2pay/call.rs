//! A payment-page call that passed every rule.

use super::method::{LIMONETIK, Method};

/// What the page needs from a call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) total: u64,
    pub(crate) currency: String,
    pub(crate) reference: String,
    /// `PBX_RETOUR`: names and letters, in the order asked.
    pub(crate) wanted: Vec<(String, char)>,
    pub(crate) addresses: Addresses,
    pub(crate) notify_by_post: bool,
    /// `PBX_DISPLAY`, seconds.
    pub(crate) display: u64,
    /// `PBX_AUTOSEULE=O`.
    pub(crate) authorise_only: bool,
    pub(crate) preset: Option<Preset>,
    /// `PBX_ERRORCODETEST`: the code that every attempt gets.
    pub(crate) forced_code: Option<String>,
    /// Why vouchers can't be chosen with this call, if so.
    pub(crate) vouchers_barred: Option<String>,
}

impl Call {
    /// P of a page that was left without any attempt: what the call asked for, or what the shopper
    /// chose. A card that the call did not ask for is `3DSECURE`: a signed return of 2022 has it.
    pub(crate) fn payment_type(&self, chosen: Option<Method>) -> &'static str {
        let asked = self.preset.as_ref().map(|preset| preset.method);
        match (asked, asked.or(chosen)) {
            (_, Some(method)) if method.is_voucher() => LIMONETIK,
            (Some(_), _) => "CARTE",
            (None, _) => "3DSECURE",
        }
    }
}

/// `PBX_TYPEPAIEMENT` and `PBX_TYPECARTE`.
#[derive(Clone, Debug)]
pub(crate) struct Preset {
    pub(crate) method: Method,
    pub(crate) card_type: String,
}

/// The addresses of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) done: Option<String>,
    pub(crate) refused: Option<String>,
    pub(crate) cancelled: Option<String>,
    pub(crate) waiting: Option<String>,
    pub(crate) notification: Option<String>,
}
