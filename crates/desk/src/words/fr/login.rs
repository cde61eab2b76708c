//! The login, and who did what.

use guichet_domain::desk::{Role, Why};

use crate::words::{AuditWords, Deed, LoginWords};

pub(super) const LOGIN: LoginWords = LoginWords {
    title: "Se connecter",
    name: "Nom",
    password: "Mot de passe",
    log_in: "Se connecter",
    wrong: "Ce nom et ce mot de passe ne vont pas ensemble",
    wrong_advice: "Vérifiez les deux et réessayez. La personne qui gère Guichet peut vous donner \
                   un nouveau mot de passe.",
    wait: "Il y a eu trop d’essais",
    wait_advice: "Réessayez dans {age}.",
    busy: "Trop de personnes se connectent en ce moment",
    busy_advice: "Réessayez dans une minute.",
    foreign: "Ce formulaire ne vient pas d’une page du bureau",
    foreign_advice: "Rien n’a été fait. Ouvrez le bureau à son adresse et réessayez.",
    role,
    refused,
    refused_advice: "Rien n’a été fait. La personne qui gère Guichet peut vous donner un autre \
                     rôle.",
};

fn role(role: &Role) -> &'static str {
    match role {
        Role::Look => "consultation",
        Role::Refund(_) => "remboursements",
        Role::All => "tous les droits",
    }
}

fn refused(why: Why) -> &'static str {
    match why {
        Why::Looks => "Votre rôle permet de consulter, sans rien modifier",
        Why::GivesBack => "Votre rôle permet de rembourser, mais pas de faire cela",
    }
}

pub(super) const AUDIT: AuditWords = AuditWords {
    meaning: "Les plus récents d’abord. Rien ici ne peut être modifié ni supprimé.",
    when: "Quand",
    who: "Qui",
    what: "Quoi",
    origin: "D’où",
    no_origin: "sur le serveur",
    deed,
};

fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Added => "accès créé, ou nouveau mot de passe",
        Deed::RoleChanged => "autre rôle",
        Deed::Disabled => "accès fermé",
        Deed::LoggedIn => "connexion",
        Deed::Refused => "connexion refusée",
        Deed::LoggedOut => "déconnexion",
    }
}
