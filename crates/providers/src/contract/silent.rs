//! A card that is typed on a page of ours, in a form that the browser posts straight to the
//! platform.

/// Where the platform takes a card from a form of the shop's. What is typed never comes here: the
/// page names its inputs when the form leaves, and the form leads to the platform.
pub trait CardForms: Send + Sync {
    /// The form of the payment with this memo; none where it has none.
    fn form(&self, memo: Option<&str>) -> Option<CardForm>;
}

/// A form that the browser posts, and what its inputs are called then.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CardForm {
    /// Where it is posted to: the platform's address, as it was given.
    pub action: String,
    /// The card's number, digits alone.
    pub number: &'static str,
    /// Its security code.
    pub code: &'static str,
    /// The month of its end, 1 to 12.
    pub month: &'static str,
    /// The year of its end, four digits.
    pub year: &'static str,
}
