//! Where something stands.

use guichet_domain::payment::{Attention, Money};
use guichet_domain::{PartKind, PartStatus, Refusal, Status};

use crate::words::texts::{AttentionText, StateWords};

pub(super) const STATES: StateWords = StateWords {
    status,
    money,
    part,
    part_status,
    refusal,
    attention,
    surplus: "Payé deux fois",
    look: "À traiter",
    means,
};

fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "Ouvert",
        Status::Pending => "En attente",
        Status::Authorised => "Réservé",
        Status::Paid => "Payé",
        Status::Refused => "Refusé",
        Status::Cancelled => "Abandonné",
        Status::Incomplete => "Incomplet",
        Status::Expired => "Expiré",
    }
}

fn money(money: Money) -> &'static str {
    match money {
        Money::Pending => "En attente",
        Money::Expired => "Expiré",
        Money::Refused => "Refusé",
        Money::Incomplete => "Incomplet",
        Money::Authorised => "Réservé",
        Money::Paid => "Payé",
    }
}

fn part(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Voucher => "Titre",
        PartKind::Complement => "Carte, complément",
        PartKind::Card => "Carte",
        PartKind::Account => "Compte bancaire",
    }
}

fn part_status(status: PartStatus) -> &'static str {
    match status {
        PartStatus::Pending => "En attente",
        PartStatus::Refused => "Refusée",
        PartStatus::Accepted => "Acceptée",
    }
}

fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Issuer => "la banque a refusé sans dire pourquoi",
        Refusal::Funds => "provision insuffisante ou plafond atteint",
        Refusal::CardData => "numéro, date ou code de la carte erroné",
        Refusal::Authentication => "l’authentification forte a échoué",
        Refusal::NotAccepted => "cette carte n’est pas acceptée ici",
        Refusal::TimedOut => "le client a mis trop de temps",
        Refusal::Held => "refusé, mais la banque peut retenir la somme quelques jours",
        Refusal::Technical => "la plateforme ou la banque était injoignable",
        Refusal::Cancelled => "annulé sur le terminal",
        Refusal::Busy => "le terminal était occupé",
    }
}

fn attention(attention: Attention) -> AttentionText {
    AttentionText {
        title: title(attention),
        meaning: meaning(attention),
        advice: advice(attention),
    }
}

fn title(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => "Une part est retenue",
        Attention::VoucherUntold => "Rien n’a été dit du titre",
        Attention::Surplus => "Payé deux fois",
        Attention::Overpaid => "Plus que le total",
        Attention::Conflict => "Deux versions d’une transaction",
        Attention::Mismatch => "Une part qui ne convient pas",
        Attention::StillPending => "Pas de réponse définitive",
        Attention::Unconfirmed => "Non confirmé",
        Attention::Ineligible => "Trop en titres-restaurant",
        Attention::OperationUndecided => "Issue inconnue",
        Attention::Review => "Retenu jusqu’à votre décision",
        Attention::Offline => "Approuvé sans la banque",
        Attention::Differs => "Le rapport diffère",
        Attention::ChangeUntold => "Un changement n’est pas arrivé",
        Attention::ChangeLost => "Débité comme avant un changement",
    }
}

fn meaning(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => {
            "Une part a été prise et le reste non. La plateforme peut retenir cette part."
        }
        Attention::VoucherUntold => {
            "La carte a payé le complément d’un titre dont la plateforme n’a rien dit."
        }
        Attention::Surplus => {
            "Ce paiement a été payé alors qu’un autre avait déjà payé la commande."
        }
        Attention::Overpaid => "La somme des parts dépasse la commande.",
        Attention::Conflict => {
            "La plateforme a annoncé une même transaction avec des contenus différents."
        }
        Attention::Mismatch => {
            "Une part acceptée ne correspond pas au moyen ou au montant demandé."
        }
        Attention::StillPending => "La plateforme doit encore son dernier mot.",
        Attention::Unconfirmed => "Notre propre compte n’a pas confirmé ce qu’un message annonce.",
        Attention::Ineligible => {
            "Les titres-restaurant ont payé plus que ce qu’ils peuvent payer ici."
        }
        Attention::OperationUndecided => {
            "On ne sait pas ce qu’est devenu un encaissement, une annulation ou un remboursement."
        }
        Attention::Review => {
            "La plateforme retient le paiement pour qu’une personne l’accepte ou le refuse."
        }
        Attention::Offline => "Le terminal l’a approuvé sans interroger la banque.",
        Attention::Differs => {
            "Le rapport de la plateforme ne dit pas la même chose que nos livres."
        }
        Attention::ChangeUntold => {
            "La plateforme ignore le nouveau montant ou jour : elle peut débiter comme avant."
        }
        Attention::ChangeLost => {
            "Un nouveau montant ou jour a été refusé ou trop tardif : le débit est comme avant."
        }
    }
}

fn advice(attention: Attention) -> &'static str {
    match attention {
        Attention::PartHeld => "Demandez au client de payer le reste, ou rendez la part.",
        Attention::VoucherUntold => {
            "Cherchez la commande par sa référence dans le back-office de la plateforme."
        }
        Attention::Surplus => "Remboursez celui-ci.",
        Attention::Overpaid => "Remboursez ce qui est en trop.",
        Attention::Conflict => "Cherchez la transaction dans le back-office de la plateforme.",
        Attention::Mismatch => "Regardez les parts. Remboursez ce qui a été pris par erreur.",
        Attention::StillPending => "Interrogez la plateforme. Ne livrez rien avant sa réponse.",
        Attention::Unconfirmed => {
            "Interrogez la plateforme. Si elle ignore la transaction, le message était faux."
        }
        Attention::Ineligible => {
            "La boutique en répond : remboursez la différence, ou gardez une note."
        }
        Attention::OperationUndecided => {
            "Cherchez-le dans le back-office de la plateforme, puis dites ce que vous avez vu."
        }
        Attention::Review => "Regardez la commande, puis acceptez ou refusez.",
        Attention::Offline => {
            "Vérifiez sur le portail de la plateforme s’il a été réglé, puis acceptez-le ou \
             refusez-le."
        }
        Attention::Differs => "Comparez les deux et demandez à la plateforme lequel est juste.",
        Attention::ChangeUntold => {
            "L’envoi est répété. Avant ce jour, changez-le dans le back-office de la plateforme."
        }
        Attention::ChangeLost => "Remboursez ce qui a été pris en trop, ou débitez le reste.",
    }
}

fn means(code: &str) -> Option<&'static str> {
    Some(match code {
        "card" => "Carte bancaire",
        "apetiz" => "Titre-restaurant Apetiz",
        "sodexo" => "Titre-restaurant Pluxee",
        "upchequdej" => "Titre-restaurant Up Déjeuner",
        "cvconnect" => "Chèque-Vacances Connect",
        "up2pay_choice" => "Choix chez la plateforme",
        "complement" => "Carte, complément",
        "amex" => "American Express",
        _ => return None,
    })
}
