//! What is kept of a payment between its steps: names, and nothing that opens anything.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answer::{Order, OrderId};
use super::calls::unexpected;
use crate::contract::Failure;

/// Of a payment whose order was made.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Memo {
    pub(super) order: OrderId,
    /// It has no page: a refusal is its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) direct: bool,
    /// Of *Silent Post*: where the card's form is posted to. It opens no more than the order's
    /// page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
}

/// Of one that a saved card is going to pay. Who repeats a request says nothing of who made it.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Chosen {
    pub(super) card: String,
    /// The shop's server pays, without the shopper.
    pub(super) by_shop: bool,
}

/// Of one that is going to charge an order anew.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Anew {
    pub(super) again: OrderId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) by_profile: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<Date>,
}

pub(super) fn read<T: DeserializeOwned>(memo: Option<&str>) -> Option<T> {
    serde_json::from_str(memo?).ok()
}

pub(super) fn write<T: Serialize>(memo: &T) -> Result<String, Failure> {
    serde_json::to_string(memo).map_err(|error| unexpected(error.to_string()))
}

impl Memo {
    pub(super) fn of(order: &Order, direct: bool) -> Result<String, Failure> {
        let order = order.id.clone();
        write(&Self {
            order,
            direct,
            form: None,
        })
    }

    /// Of an order whose card is typed on a page of ours.
    pub(super) fn with_form(order: &Order, form: String) -> Result<String, Failure> {
        write(&Self {
            order: order.id.clone(),
            direct: false,
            form: Some(form),
        })
    }
}

/// Whether the payment with this memo, whose order is not known yet, has no page.
pub(super) fn is_direct(memo: Option<&str>) -> bool {
    let by_shop = read::<Chosen>(memo).is_some_and(|chosen| chosen.by_shop);
    by_shop || read::<Anew>(memo).is_some()
}
