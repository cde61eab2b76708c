//! Ce que l'on fait d'un paiement.

use guichet_domain::desk::Act;

use crate::words::acts::{ActWords, Outcome, SecondWords};

pub(super) const ACTS: ActWords = ActWords {
    meaning,
    amount: "Montant",
    most: "Au plus {sum}.",
    no_amount: "Écrivez un montant possible, par exemple 12,50.",
    show: "Voir ce que cela fait",
    changed: "Le montant a changé : rien n'a été fait. Vérifiez ce qui le sera, puis confirmez.",
    will: "Ce qui sera fait",
    gives_up: "{sum} de ce qui est réservé ne pourront plus être encaissés : une partie ne \
               s'encaisse qu'une fois.",
    left_out: "Ce qui ne sera pas fait, et pourquoi",
    why: "Pourquoi",
    impossible: "Impossible pour le moment",
    reason: "Motif",
    note: "Ce qui a été fait",
    reason_hint: "Pour qui lit les livres : une ligne de 200 caractères au plus.",
    reason_free: "Peut rester vide. Pour qui lit les livres : une ligne de 200 caractères au plus.",
    no_reason: "Écrivez pourquoi, en une ligne de 200 caractères au plus.",
    confirm,
    back,
    outcome,
    outcome_meaning,
    again: "Regarder à nouveau",
    parts: "Partie par partie",
    second: SecondWords {
        needed: "C'est plus que ce qu'une personne peut faire seule ici : un collègue doit \
                 l'approuver avant que rien ne soit fait.",
        ask: "Demander l'accord d'un collègue pour {sum}",
        waits: "En attente d'une seconde personne",
        waits_meaning: "Un collègue le demande, et rien n'est fait avant l'accord d'une autre \
                        personne. Regardez d'abord le paiement et le motif.",
        asked_by: "Demandé par",
        asked_at: "Demandé le",
        until: "Peut être approuvé jusqu'au",
        own: "Vous l'avez demandé : une autre personne qui fait tout doit l'approuver. Elle le \
              trouve dans ce qui attend une personne.",
        approved: "{person} l'a approuvé, {moment}.",
        declined: "{person} l'a refusé, {moment}.",
        lapsed: "Personne ne l'a approuvé à temps : rien n'a été fait.",
        gone: "Plus personne n'a à l'approuver : le délai est passé, autre chose a été demandé à \
               la place, ou qui l'a demandé ne peut plus se connecter.",
        own_refused: "Vous l'avez demandé vous-même : une autre personne doit l'approuver.",
        look: "Regarder",
    },
    undone: "Rien n'a été fait",
    meanwhile: "Autre chose a été fait de ce paiement entre-temps, peut-être par un collègue. \
                Regardez le paiement et décidez à nouveau.",
    too_much: "C'est plus que ce que votre rôle peut encore rembourser aujourd'hui : il reste \
               {sum}.",
    stale: "Ce formulaire a déjà servi à autre chose, ou n'est plus complet. Rouvrez-le depuis le \
            paiement.",
    not_asked: "La plateforme ne peut pas être interrogée maintenant : le client est peut-être en \
                train de payer, ou elle a déjà répondu.",
    under_way: "Un des paiements de la commande peut encore prendre de l'argent.",
    paid: "La commande est payée.",
};

fn meaning(act: Act) -> &'static str {
    match act {
        Act::Capture => "Encaisse ce que la plateforme a réservé.",
        Act::Cancel => {
            "Libère ce qui n'a pas encore été remis en banque : le client n'est jamais débité."
        }
        Act::Refund => "Rend l'argent au moyen qui a payé, et à aucun autre.",
        Act::Accept => "Encaisse le paiement que la plateforme retient pour que vous l'examiniez.",
        Act::Refuse => "Libère le paiement que la plateforme retient pour que vous l'examiniez.",
        Act::Approve => "C'est fait aussitôt, comme votre collègue l'a demandé.",
        Act::Decline => "Rien n'est fait. Votre collègue voit que c'est vous, et pourquoi.",
        Act::Expire => "Plus personne ne peut commencer un paiement de cette commande.",
        Act::Ask => {
            "Demande maintenant à la plateforme ce qu'est devenu ce paiement. L'argent ne bouge \
             pas."
        }
        Act::Amend => {
            "La plateforme débitera un autre jour, ou un autre montant. Ce qui est déjà \
             débité ne change pas."
        }
        Act::CallOff => {
            "La plateforme ne débitera plus. C’est définitif : il faudra en créer un autre."
        }
        Act::Replay => "Envoie à nouveau le message au serveur de la boutique.",
        Act::Check => "Demande son état. Aucun argent ne bouge.",
        Act::TakeAttention => "Vos collègues voient que vous vous en occupez, et depuis quand.",
        Act::EndAttention => {
            "Le retire de la liste, avec votre note. Il y revient de lui-même si sa cause se \
             présente à nouveau."
        }
        Act::Export | Act::ExportJournal | Act::SeeAudit | Act::SeeSettings => "",
    }
}

fn back(act: Act) -> &'static str {
    match act {
        Act::TakeAttention | Act::EndAttention | Act::Approve | Act::Decline => "Retour à la liste",
        Act::Replay => "Retour aux webhooks",
        Act::Check => "Retour",
        _ => "Retour au paiement",
    }
}

fn confirm(act: Act) -> &'static str {
    match act {
        Act::Capture => "Encaisser {sum}",
        Act::Cancel => "Annuler {sum}",
        Act::Refund => "Rembourser {sum}",
        Act::Accept => "Accepter le paiement",
        Act::Refuse => "Refuser le paiement",
        Act::Approve => "Approuver {sum}",
        Act::Decline => "Refuser la demande",
        Act::Expire => "Fermer la commande",
        Act::Ask => "Interroger la plateforme",
        Act::Amend => "Changer le débit prévu",
        Act::CallOff => "Annuler le débit prévu",
        Act::Replay => "Envoyer à nouveau",
        Act::Check => "Demander son état",
        Act::TakeAttention => "Je m’en occupe",
        Act::EndAttention => "C’est fait",
        Act::Export | Act::ExportJournal | Act::SeeAudit | Act::SeeSettings => "",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Fait",
        Outcome::PartlyDone => "Fait en partie",
        Outcome::Pending => "En cours",
        Outcome::Unknown => "Pas encore connu",
        Outcome::Undecided => "Quelqu'un doit regarder",
        Outcome::Refused => "Refusé",
    }
}

fn outcome_meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "La plateforme l'a fait.",
        Outcome::PartlyDone => "La plateforme en a fait une partie et refusé le reste.",
        Outcome::Pending => {
            "La demande va partir, ou part en ce moment. Ne la faites pas d'une autre façon."
        }
        Outcome::Unknown => {
            "La demande est partie et la plateforme n'a pas répondu. Elle est interrogée à nouveau \
             toute seule. Ne faites pas la demande d'une autre façon."
        }
        Outcome::Undecided => {
            "La réponse de la plateforme ne dit pas si cela a été fait. Vérifiez dans son propre \
             back-office."
        }
        Outcome::Refused => "La plateforme ne l'a pas fait, et ne le fera pas.",
    }
}
