//! The pages.

use guichet_domain::event::ReturnOutcome;
use guichet_domain::ledger::Cause;
use guichet_domain::operation::{OperationKind, Progress};

use crate::words::pages::{
    AccountingWords, Act, FoundAs, HappenedWords, HookWords, ListWords, LookWords, PaymentWords,
    RebillingWords, SettingWords, TerminalWords, TodayWords,
};

pub(super) const LIST: ListWords = ListWords {
    search: "Recherche",
    anything: "Chercher",
    anything_hint: "Numéro de commande, d’appel ou de transaction, montant (42,00), ou e-mail",
    shop: "Boutique",
    state: "État",
    means: "Moyen",
    from: "Du",
    to: "Au",
    any: "Tous",
    find: "Chercher",
    views: "Recherches gardées",
    all: "Tous",
    paid_today: "Payés aujourd’hui",
    made: "Créé",
    reference: "Commande",
    amount: "Montant",
    nothing: "Aucun paiement ne correspond.",
    nothing_advice: "Retirez un critère, ou regardez tous les paiements.",
    newest: "Les plus récents",
    older: "Plus anciens",
    pages: "Pages de la liste",
    csv: "En tableur (CSV)",
    also: "Les mêmes mots sont aussi :",
    found_as,
    no_day: "n’est pas un jour : écrivez 2026-11-28",
    days_turned: "est avant le premier jour",
};

fn found_as(found: FoundAs) -> &'static str {
    match found {
        FoundAs::Reference => "une référence de commande",
        FoundAs::PlatformReference => "une référence chez la plateforme",
        FoundAs::Transaction => "un numéro de transaction",
        FoundAs::Call => "un numéro d’appel",
        FoundAs::Id => "le numéro d’un paiement ou d’une session",
        FoundAs::Amount => "un montant",
        FoundAs::Email => "une adresse e-mail",
    }
}

pub(super) const PAYMENT: PaymentWords = PaymentWords {
    title: "Commande {reference}",
    summary: "Où il en est",
    total: "La commande",
    accepted: "Payé à ce jour",
    missing: "Manque",
    reserved: "Réservé",
    taken: "Encaissé",
    given_back: "Remboursé",
    shop: "Boutique",
    contract: "Contrat",
    platform_reference: "Référence chez la plateforme",
    payment: "Paiement",
    session: "Session",
    acts: "Ce que vous pouvez faire",
    no_acts: "Rien à faire sur ce paiement pour l’instant.",
    act,
    because: "{act} : {why}.",
    not_now,
    timeline: "Ce qui s’est passé",
    parts: "Parts",
    no_parts: "Aucune plateforme n’a encore annoncé de transaction.",
    kind: "Payé par",
    brand: "Marque",
    call: "Appel",
    transaction: "Transaction",
    outcome: "Issue",
    not_counted: "Ne compte pas",
    not_confirmed: "Non confirmée",
    sum: "Somme des parts qui comptent : {sum}, sur {total}.",
    sum_fits: "Les parts font le total de la commande.",
    sum_differs: "Les parts ne font pas le total de la commande.",
    ledger: "Écritures",
    no_ledger: "Aucun mouvement d’argent.",
    transit: "Attend la banque chez",
    cause: "Pour",
    notices: "Ce qui a été dit au serveur de la boutique",
    no_notices: "Rien n’a encore été dit, ou la boutique ne prend pas de webhooks.",
    raw: "Messages des plateformes",
    no_raw: "Aucun message n’a été gardé.",
    raw_hint: "D’un champ qui peut nommer une personne ou ouvrir un accès, seul le nom est montré.",
    hidden: "(caché)",
    source,
    others: "Autres paiements de cette commande",
    unknown: "Ce paiement n’existe pas.",
    unknown_advice: "Cherchez-le par la référence de la commande.",
    happened: HappenedWords {
        made: "Le client a choisi {means} et est parti vers la plateforme",
        accepted: "{part} : {amount}, acceptée",
        refused: "{part} : {amount}, refusée",
        waits: "{part} : {amount}, la plateforme répondra plus tard",
        confirmed: "Notre propre compte confirme la transaction {transaction}",
        returned: "Le navigateur est revenu : {outcome}",
        outcome,
        deadline: "Le temps pour payer est écoulé",
        held: "La plateforme retient la transaction {transaction} pour décision",
        decided_yes: "Une personne a accepté ce que la plateforme retient",
        decided_no: "Une personne a refusé ce que la plateforme retient",
        reported: "Le rapport de la plateforme est d’accord avec nos livres",
        differs: "Le rapport de la plateforme diffère",
        rebilling: "Débite à nouveau le moyen du paiement {payment}",
        untold: "La plateforme n’a pas pu apprendre ce changement",
        called_off: "Le débit a été abandonné",
        rebilled: "Débité à nouveau par le paiement {payment}",
        operation: "{what} de {amount} : {progress}",
        kind,
        progress,
        cause,
    },
};

fn act(act: Act) -> &'static str {
    match act {
        Act::Capture => "Encaisser",
        Act::Cancel => "Annuler",
        Act::Refund => "Rembourser",
        Act::Accept => "Accepter",
        Act::Refuse => "Refuser",
        Act::Approve => "Approuver",
        Act::Decline => "Refuser la demande",
        Act::Expire => "Fermer la caisse",
        Act::Ask => "Interroger la plateforme",
        Act::Amend => "Changer le débit prévu",
        Act::CallOff => "Annuler le débit prévu",
        Act::Replay => "Renvoyer",
        Act::Check => "Demander son état",
        Act::TakeAttention => "S’en occuper",
        Act::EndAttention => "Terminé",
        Act::Export => "Exporter",
        Act::ExportJournal => "Emporter le journal",
        Act::SeeAudit => "Voir le journal",
        Act::SeeSettings => "Voir les réglages",
    }
}

fn not_now(act: Act) -> &'static str {
    match act {
        Act::Capture => "rien n’est réservé",
        Act::Cancel => "rien ne peut être annulé",
        Act::Refund => "il ne reste rien à rembourser",
        Act::Accept | Act::Refuse => "la plateforme ne retient rien pour décision",
        Act::Approve | Act::Decline => "rien n’attend une seconde personne",
        Act::Expire => "la caisse est déjà fermée",
        Act::Ask => "la plateforme ne doit aucune réponse",
        Act::Amend | Act::CallOff => "il est passé, ou annulé",
        Act::Replay => "rien n’a été envoyé",
        Act::Check => "il est occupé par un paiement",
        Act::TakeAttention => "quelqu’un s’en occupe déjà",
        Act::EndAttention => "c’est déjà fait",
        Act::Export | Act::ExportJournal => "il n’y a rien à exporter",
        Act::SeeAudit | Act::SeeSettings => "votre rôle ne le montre pas",
    }
}

fn source(word: &str) -> &'static str {
    match word {
        "notification" => "Notification",
        "return" => "Retour du navigateur",
        "query" => "Réponse à notre question",
        "clock" => "Notre horloge",
        "shop" => "Le serveur de la boutique",
        _ => "Une personne",
    }
}

fn outcome(outcome: ReturnOutcome) -> &'static str {
    match outcome {
        ReturnOutcome::Accepted => "accepté",
        ReturnOutcome::Refused => "refusé",
        ReturnOutcome::Cancelled => "abandonné",
        ReturnOutcome::Waiting => "en attente",
    }
}

fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "Encaissement",
        OperationKind::Cancel => "Annulation",
        OperationKind::Refund => "Remboursement",
        OperationKind::Duplicate => "Duplication",
    }
}

fn progress(progress: &Progress) -> &'static str {
    match progress {
        Progress::Asked => "demandé",
        Progress::Unknown => "pas encore de réponse",
        Progress::Undecided { .. } => "une personne doit décider",
        Progress::Refused { .. } => "refusé",
        Progress::Done { .. } => "fait",
    }
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Taking { .. } => "Paiement",
        Cause::Tip { .. } => "Pourboire",
        Cause::Operation { kind: of, .. } => kind(*of),
    }
}

pub(super) const LOOK: LookWords = LookWords {
    nothing: "Rien n’attend une personne.",
    oldest: "Le plus ancien attend depuis {age}.",
    advice: "Que faire : ",
    since: "Attend depuis",
    who: "Qui s’en occupe",
    who_is: "Qui s’en occupe : {who}",
    nobody: "Personne encore",
    taken: "{person}, depuis {age}",
    done: "{person} s’en est occupé, {moment} : {note}",
    gone: "Plus personne n’a à s’en occuper : un collègue l’a fait, ou la plateforme a dit ce \
        qui manquait.",
    meanwhile: "{person} s’en occupe maintenant. Parlez-vous, ou reprenez depuis la liste.",
    let_go: "Plus personne ne s’en occupe. Rouvrez depuis la liste.",
    anew: "Autre chose a été annoncé depuis que vous avez regardé. Regardez à nouveau, puis \
        décidez.",
    unmatched: "Messages sans paiement",
    unmatched_meaning: "Une plateforme les a signés et aucun de nos paiements ne correspond : de \
        l’argent a pu bouger. Cherchez la référence dans le back-office de la plateforme.",
    unreadable: "Messages illisibles",
    unreadable_meaning: "Une plateforme les a signés et nous ne les comprenons pas. La commande \
        guichet notifications les montre ; prévenez qui exploite Guichet.",
    why: "Pourquoi",
    times: "Fois",
    more: "Et {count} de plus.",
    expiring: "Cartes enregistrées qui expirent bientôt",
    expiring_meaning: "Elles paient jusqu’à ce mois-ci ou au prochain, pas au-delà. Invitez ces \
        clients à payer une fois au comptoir et à faire enregistrer leur nouvelle carte.",
    expiring_untold: "La plateforme du compte {account} ne dit pas quelles cartes expirent \
        bientôt ; la page redemandera quand vous reviendrez.",
    card_shop: "Boutique",
    card_shopper: "Client",
    card: "Carte",
    card_until: "Jusqu’à",
};

pub(super) const ACCOUNTING: AccountingWords = AccountingWords {
    close: "Clôture du {day}",
    close_hint: "Chaque ligne est versée à part par la banque ou l’émetteur, et forme une ligne du \
                 relevé : les entrées, moins ce qui a été remboursé ce jour-là. Les commissions \
                 n’y sont pas : aucune plateforme ne les donne, le relevé les porte.",
    nothing: "Aucun mouvement ce jour-là.",
    day: "Jour",
    show: "Voir ce jour",
    number: "Compte",
    expected: "Sur le relevé",
    journal: "Le journal, pour le comptable",
    journal_hint: "Toutes les écritures d’un exercice, au format du fichier des écritures \
                   comptables (FEC), à importer dans le logiciel de comptabilité. Il est vérifié \
                   pendant l’envoi : un fichier interrompu n’en est pas un.",
    closing: "Dernier jour de l’exercice",
    opening: "Premier jour de l’exercice",
    opening_hint: "Vide : douze mois avant sa fin.",
    separator: "Zones séparées par",
    tab: "une tabulation",
    pipe: "une barre |",
    take: "Emporter le journal",
    describe: "Emporter sa description",
    none: "Cette boutique n’a pas de journal.",
    none_advice: "Qui exploite Guichet écrit le SIREN de l’entreprise dans la configuration \
                  (shops.ledger).",
};

pub(super) const TODAY: TodayWords = TodayWords {
    money_in: "Entrées",
    money_back: "Remboursé",
    paid: "Payés",
    refused: "Refusés",
    open: "En attente d’une plateforme",
    by_contract: "Aujourd’hui par contrat et moyen",
    by_contract_hint: "Chaque ligne est versée à part par la banque, et forme une ligne du relevé.",
    nothing: "Aucun mouvement d’argent pour l’instant.",
    net: "Net",
    entries: "Écritures",
    yesterday: "Hier, comme la banque le verse",
    reasons: "Refusés ces 24 dernières heures",
    reason: "Raison",
    count: "Combien",
    no_refusals: "Aucun paiement n’a été refusé.",
    last_days: "Entrées des 30 derniers jours",
    by_hour: "Entrées selon l’heure du jour, 30 derniers jours",
    figures: "Les chiffres",
    day: "Jour",
    hour: "Heure",
    platforms: "Plateformes",
    platforms_well: "Toutes les plateformes ont répondu à tout.",
    waiting: "Paiements en attente",
    oldest_question: "La plus ancienne question attend depuis {age}.",
    other: "sans raison dite",
};

pub(super) const HOOKS: HookWords = HookWords {
    endpoints: "Où les boutiques sont averties",
    no_endpoints: "Aucune boutique ne prend de webhooks.",
    address: "Adresse",
    state: "État",
    well: "Bien",
    failing: "En échec depuis le {when}",
    disabled: "Coupé depuis le {when}",
    waiting: "En attente",
    given_up: "Abandonnés",
    latest: "Messages : d’abord ceux qui n’ont pas été pris, puis les plus récents",
    nothing: "Rien n’a encore été dit.",
    kind: "Dit",
    created: "Vrai depuis",
    tries: "Essais",
    answer: "Réponse",
    delivered: "Pris",
    waits: "Attend",
    over: "Abandonné",
    replay: "Renvoyer",
};

pub(super) const SETTINGS: SettingWords = SettingWords {
    hint: "Ils sont dans le fichier de configuration. Changez-les là, puis redémarrez Guichet.",
    installation: "Cette installation",
    environment: "Environnement",
    public_url: "Adresse publique",
    version: "Version",
    accounts: "Comptes chez les plateformes",
    platform: "Plateforme",
    account: "Compte",
    means: "Moyens",
    shops: "Boutiques",
    origins: "Pages",
    endpoint: "Les webhooks vont à",
    none: "Aucun",
    keys: "Clés secrètes",
    kept: "Données personnelles gardées",
    terminals: "Terminaux",
    keys_age: "Clés",
    keys_hint: "Depuis quand chaque clé sert, d’après ce que cette installation a vu. Sa valeur \
                n’est \
                montrée nulle part.",
    key: "Où elle est",
    since: "Sert depuis",
    age: "Depuis",
    unseen: "au prochain démarrage",
    health: "Tout va-t-il bien ?",
    health_hint: "Ce que dit guichet doctor : configuration, disque, plateformes, certificats, \
                  horloges et terminaux. Rien n’est commandé, rien ne bouge.",
    check: "Vérifier maintenant",
    not_checked: "Pas vérifié depuis le démarrage.",
    checking: "La vérification est en cours. Regardez à nouveau dans un instant.",
    again: "Regarder à nouveau",
    checked: "Vérifié il y a {age}",
    well: "Bien",
    look: "À regarder",
    bad: "Mauvais",
    verdict: "Verdict",
    what: "Quoi",
};

pub(super) const TERMINALS: TerminalWords = TerminalWords {
    hint: "Chacun traite un paiement à la fois. Demander l’état d’un terminal ne fait rien bouger.",
    terminal: "Terminal",
    reached: "Joint",
    by_cloud: "par la plateforme",
    by_network: "sur le réseau de la boutique",
    work: "Traite",
    free: "Rien",
    shows: "Affiche : {text}",
    health: "État",
    not_asked: "Pas encore demandé",
    well: "Répond",
    unwell: "À regarder",
    ago: "il y a {age}",
    no_answer: "il ne répond pas",
    busy: "Il traite un paiement. Demandez quand ce sera fini.",
    unknown: "Ce terminal n’existe pas.",
};

pub(super) const REBILLINGS: RebillingWords = RebillingWords {
    hint: "Ce qui est débité à nouveau sans l’acheteur, par un accord que détient la boutique. \
                Ceux \
           qui restent à venir sont en premier.",
    nothing: "Rien n’a été débité à nouveau, et rien n’est prévu.",
    of: "Débite à nouveau",
    due: "Jour",
    at_once: "aussitôt",
    waits: "Attend son jour",
    untold: "La plateforme ne le sait pas encore",
    called_off: "Annulé",
    change: "Changer",
    call_off: "Annuler",
    new_due: "Jour du débit",
    new_amount: "Montant",
    unknown_due: "n’est pas un jour : écrivez 2026-12-24",
    unknown_amount: "n’est pas un montant de cette devise, comme {sum}",
};
