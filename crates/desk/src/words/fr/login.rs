//! The login, and who did what.

use guichet_domain::desk::{Role, Why};

use crate::words::{AuditWords, Deed, LoginWords, SsoFault};

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
    code_title: "Code de votre téléphone",
    code: "Code",
    code_hint: "Les six chiffres que l’application de votre téléphone montre pour Guichet.",
    go_on: "Continuer",
    set_up: "Préparez votre téléphone",
    set_up_steps: [
        "Votre rôle déplace de l’argent : chaque connexion demande, outre le mot de passe, un \
         code de votre téléphone. Installez une application de codes à usage unique, ou prenez \
         la vôtre.",
        "Faites lire cette image par l’application.",
        "Saisissez ci-dessous les six chiffres qu’elle montre.",
    ],
    picture: "Code QR avec la clé de vos codes, pour une application de codes à usage unique",
    set_up_key: "Si l’image ne peut pas être lue, saisissez cette clé dans l’application :",
    code_wrong: "Ce code ne convient pas",
    code_wrong_advice: "Chaque code sert une fois, pendant moins d’une minute. Attendez le \
                        suivant. Si aucun ne convient, vérifiez l’heure de votre téléphone.",
    no_codes: "Vous ne pouvez pas encore vous connecter",
    no_codes_advice: "Votre rôle demande des codes d’un téléphone, et il n’y a pas de clé pour \
                      eux. La personne qui gère Guichet doit écrire code_key sous [desk] dans la \
                      configuration.",
    again_title: "Votre mot de passe, encore une fois",
    again_why: "Avant de déplacer de l’argent, il vous est redemandé si vous l’avez donné il y a \
                plus d’un quart d’heure.",
    busy: "Trop de personnes se connectent en ce moment",
    busy_advice: "Réessayez dans une minute.",
    foreign: "Ce formulaire ne vient pas d’une page du bureau",
    foreign_advice: "Rien n’a été fait. Ouvrez le bureau à son adresse et réessayez.",
    sso: "Se connecter avec le compte du magasin",
    sso_again: "Avant de déplacer de l’argent, reconnectez-vous si vous l’avez fait il y a plus \
                d’un quart d’heure.",
    sso_fault,
    role,
    refused,
    refused_advice: "Rien n’a été fait. La personne qui gère Guichet peut vous donner un autre \
                     rôle.",
};

fn sso_fault(fault: SsoFault) -> (&'static str, &'static str) {
    match fault {
        SsoFault::Unreachable => (
            "La connexion unique de votre magasin ne répond pas",
            "Réessayez dans une minute. La personne qui gère Guichet en trouve la raison dans le \
             journal.",
        ),
        SsoFault::Refused => (
            "La connexion unique de votre magasin ne vous a pas laissé entrer",
            "Vous y avez renoncé, ou elle a refusé. Réessayez, ou demandez à qui la gère.",
        ),
        SsoFault::Stale => (
            "Cette connexion n’est plus valable",
            "Elle a trop duré, a déjà servi ou a commencé dans un autre navigateur. Recommencez.",
        ),
        SsoFault::Unknown => (
            "Vous n’avez pas accès au bureau",
            "La connexion unique vous connaît. La personne qui gère Guichet doit vous donner un \
             rôle ici.",
        ),
        SsoFault::Taken => (
            "Quelqu’un d’autre a votre nom ici",
            "La personne connectée n’est pas celle qui porte ce nom. La personne qui gère Guichet \
             peut donner un autre nom à l’une des deux.",
        ),
        SsoFault::Untrue => (
            "Ce que dit la connexion unique de votre magasin n’est pas valable",
            "Personne n’a été connecté. Recommencez ; si cela persiste, la personne qui gère \
             Guichet en trouve la raison dans le journal.",
        ),
    }
}

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
    payments_meaning: "Ce qui a été fait des paiements, du plus récent au \
        plus ancien. Rien ici ne peut être modifié ni retiré.",
    to_payments: "Ce qui a été fait des paiements",
    meaning: "Les plus récents d’abord. Rien ici ne peut être modifié ni supprimé.",
    refused_meaning: "Connexions et codes refusés, les plus récents d’abord. S’il y en a beaucoup \
                      d’un même nom ou d’une même adresse, quelqu’un devine peut-être.",
    to_refused: "Ce qui a été refusé",
    to_done: "Ce qui a été fait",
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
        Deed::CodeReset => "codes retirés : la prochaine connexion prépare un téléphone",
        Deed::PasswordGiven => "mot de passe donné, code demandé",
        Deed::CodeSet => "téléphone préparé, connexion",
        Deed::CodeRefused => "code refusé",
        Deed::ProvedAgain => "mot de passe redonné",
        Deed::LoggedIn => "connexion",
        Deed::Refused => "connexion refusée",
        Deed::LoggedOut => "déconnexion",
    }
}
