//! What the backend tells of a session.

use serde::{Deserialize, Serialize};

/// The truth about a session; unknown fields are ignored.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct SessionState {
    pub(crate) status: String,
    pub(crate) payments: Vec<PaymentState>,
    /// The element as HTML, where it was asked for.
    #[serde(skip_serializing)]
    pub(crate) markup: Option<String>,
}

/// One payment of a session.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct PaymentState {
    pub(crate) id: String,
    pub(crate) method: String,
    #[serde(alias = "status")]
    pub(crate) state: String,
    pub(crate) surplus: bool,
    pub(crate) parts: Vec<PartState>,
}

/// One part of a payment.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct PartState {
    pub(crate) kind: String,
    pub(crate) brand: Option<String>,
    pub(crate) amount: u64,
    #[serde(alias = "status")]
    pub(crate) state: String,
}

/// What the shop says of each status. Only `paid` starts the work.
pub(crate) fn words(status: &str) -> (&'static str, &'static str) {
    match status {
        "paid" => (
            "Commande payée, nous la préparons",
            "Merci ! Un e-mail suit à l'expédition.",
        ),
        "authorised" => (
            "Paiement autorisé",
            "Votre banque a donné son accord ; le débit se fera à l'expédition.",
        ),
        "pending" => (
            "Paiement en cours",
            "Nous attendons la confirmation de la plateforme.",
        ),
        "open" => ("Commande à payer", "Le paiement n'a pas encore eu lieu."),
        "refused" => (
            "Paiement refusé",
            "Vous pouvez choisir un autre moyen de paiement.",
        ),
        "cancelled" => (
            "Paiement annulé",
            "Vous pouvez reprendre le paiement quand vous voulez.",
        ),
        "incomplete" => (
            "Paiement incomplet",
            "Une partie seulement a été payée. Vous pouvez payer la commande autrement.",
        ),
        "expired" => (
            "Commande expirée",
            "Le délai de paiement est passé. Repassez commande.",
        ),
        _ => (
            "État inconnu",
            "Nous ne pouvons pas lire l'état du paiement pour le moment.",
        ),
    }
}
