//! French. A narrow no-break space (`\u{202f}`) stands before `;`, `!` and `?`, and before `:` too,
//! so that no sign starts a line. Amounts are written by `money`.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Commande {reference}",
    to_pay: "Montant à payer",
    choose: "Comment souhaitez-vous payer\u{202f}?",
    choose_other: "Choisir un autre moyen de paiement",
    pay: "Payer {amount}",
    pay_busy: "Un instant…",
    card: "Carte bancaire",
    card_other: "Autre carte bancaire",
    direct_debit: "Prélèvement SEPA",
    terminal: "Carte sur le terminal",
    saved_name: "{brand}, carte se terminant par {digits}",
    saved_expires: "expire {date}",
    saved_remove: "Supprimer",
    saved_remove_this: "Supprimer la carte {brand} se terminant par {digits}",
    saved_confirm: "Supprimer cette carte\u{202f}?",
    saved_keep: "Garder",
    saved_removed: "La carte est supprimée.",
    saved_failed: "La carte n’a pas pu être supprimée. Réessayez dans un instant.",
    save_card: "Enregistrer cette carte pour mes prochains achats",
    platform_choice: "Choisir sur la page de paiement",
    formerly: "ex-{name}",
    next_wallet: "Vous paierez sur la page de {brand}, puis vous reviendrez ici.",
    next_card: "Vous saisirez votre carte sur la page sécurisée de paiement, puis vous reviendrez \
        ici.",
    next_transfer: "Vous choisirez votre banque et y confirmerez le paiement, puis vous reviendrez \
        ici.",
    next_debit: "Vous indiquerez votre IBAN et signerez un mandat de prélèvement, puis vous \
        reviendrez ici.",
    next_terminal: "Présentez votre carte au terminal de paiement du comptoir.",
    next_embedded: "Saisie sécurisée ici, sans quitter la boutique.",
    next_meal: "La page de paiement débitera d’abord votre carte {brand}. S’il manque une somme, \
        elle vous demandera ensuite une carte bancaire.",
    next_holiday: "Vous validerez le paiement avec votre compte Chèque-Vacances Connect. S’il \
        manque une somme, la page vous demandera ensuite une carte bancaire.",
    next_choice: "La page de paiement vous proposera tous les moyens que la boutique accepte.",
    eligible_meal: "Titres-restaurant\u{202f}: jusqu’à {eligible} sur {total}. {shop} fixe cette \
        limite et en répond\u{202f}; la page de paiement ne la vérifie pas.",
    voucher_daily: "Avec des titres-restaurant, au plus {limit} par jour, selon la loi.",
    voucher_rest_days: "Votre carte peut être refusée le dimanche et les jours fériés.",
    below_minimum: "À partir de {limit} d’achat",
    above_maximum: "Jusqu’à {limit} d’achat",
    choose_first: "Choisissez d’abord un moyen de paiement.",
    elsewhere_title: "Un paiement est peut-être déjà en cours",
    elsewhere_body: "Il a pu rester ouvert sur la page de paiement ou dans un autre onglet. \
        Terminez-le là-bas si vous le pouvez.",
    confirm_title: "Commencer un second paiement\u{202f}?",
    confirm_body: "Si le paiement déjà ouvert aboutit lui aussi, vous serez débité deux fois. La \
        boutique devra alors vous rembourser l’un des deux.",
    confirm_pay: "Payer quand même {amount}",
    confirm_stay: "Ne pas payer maintenant",
    card_title: "Votre carte bancaire",
    card_body: "Les champs ci-dessous sont ceux de la plateforme de paiement\u{202f}: {shop} ne \
        voit pas les données de votre carte.",
    card_opening: "Ouverture des champs de carte…",
    card_number: "Numéro de carte",
    card_expiry: "Date d’expiration",
    card_code: "Code de sécurité",
    number_empty: "Saisissez le numéro de votre carte.",
    expiry_empty: "Saisissez la date d’expiration.",
    code_empty: "Saisissez le code de sécurité.",
    number_wrong: "Ce numéro de carte n’est pas valable. Vérifiez-le.",
    expiry_wrong: "Cette date n’est pas valable, ou elle est passée.",
    code_wrong: "Ce code n’est pas complet. Il figure le plus souvent au dos de la carte.",
    card_brand: "Payer avec",
    card_unread: "Votre carte n’a pas pu être vérifiée. Rien n’a été payé. Vérifiez votre \
        connexion, puis réessayez.",
    card_unreachable: "La plateforme de paiement est injoignable pour le moment. Rien n’a été \
        payé. Réessayez dans un instant.",
    card_unknown: "Nous n’avons pas reçu de réponse. Réessayez\u{202f}: c’est le même paiement \
        qui reprend, vous ne paierez pas deux fois.",
    card_retype: "La plateforme de paiement demande de saisir la carte une nouvelle fois.",
    ask_title: "Votre banque",
    ask_bank: "Banque où le paiement sera confirmé",
    bank_choose: "Choisir dans la liste",
    bank_other: "Une autre banque, sur la page suivante",
    bank_empty: "Choisissez votre banque.",
    bank_wrong: "Cette banque n’est pas disponible. Choisissez-en une autre.",
    ask_iban: "IBAN du compte à débiter",
    iban_empty: "Saisissez votre IBAN.",
    iban_wrong: "Cet IBAN n’est pas valable\u{202f}: un caractère est erroné. Comparez-le à \
        celui de votre banque.",
    iban_characters: "Un IBAN commence par deux lettres, et n’a que des lettres et des chiffres.",
    iban_length: "Cet IBAN n’est pas valable\u{202f}: il est trop court ou trop long. Comparez-le \
        à celui de votre banque.",
    iban_country: "Un compte de ce pays ne peut pas être débité ici. Utilisez un autre compte ou \
        choisissez un autre moyen de paiement.",
    mandate: "En signant le mandat, vous autorisez {shop} à demander à votre banque de débiter \
        votre compte, et votre banque à le débiter. Vous pouvez en obtenir le remboursement auprès \
        de votre banque pendant les 8 semaines qui suivent le débit.",
    mandate_next: "Vous signerez le mandat à la page suivante.",
    go_on: "Continuer",
    leaving_title: "Ouverture de la page de paiement",
    leaving_body: "Vous allez saisir vos données sur la page sécurisée de paiement. Ne fermez pas \
        cette fenêtre.",
    waiting_title: "Confirmation en attente",
    waiting_body: "Nous attendons la réponse de la plateforme de paiement. Cette page se met à \
        jour toute seule\u{202f}: inutile de payer une seconde fois.",
    waiting_other: "Je n’ai pas payé\u{202f}: voir les moyens de paiement",
    terminal_title: "Suivez le terminal",
    terminal_body: "{amount} à payer à «\u{202f}{till}\u{202f}». Présentez votre carte et suivez \
        le terminal. Sa touche rouge annule.",
    terminal_left: "Il attend encore {minutes} min.",
    paid_title: "Paiement accepté",
    paid_body: "Merci\u{202f}! {shop} a bien reçu votre paiement de {amount}.",
    paid_debit: "Merci\u{202f}! Votre compte sera débité de {amount} au profit de {shop}.",
    authorised_title: "Paiement autorisé",
    authorised_body: "Merci\u{202f}! La somme de {amount} est réservée. {shop} la débitera au \
        moment de traiter votre commande.",
    parts: "Détail du paiement",
    part_voucher: "Titre {brand}",
    part_complement: "Complément par carte bancaire",
    part_card: "Carte bancaire",
    part_pending: "en attente",
    part_refused: "refusé",
    refused_title: "Paiement refusé",
    refusal_issuer: "Votre banque ou l’émetteur de votre titre a refusé ce paiement, sans donner \
        de raison.",
    refusal_funds: "Le solde ou le plafond de cette carte ne suffit pas pour ce montant.",
    refusal_card_data: "Le numéro, la date ou le code de sécurité n’est pas le bon, ou la carte \
        n’est plus valable.",
    refusal_authentication: "L’authentification demandée par votre banque n’a pas abouti.",
    refusal_not_accepted: "Cette carte n’est pas acceptée pour ce paiement.",
    refusal_timed_out: "Le temps prévu sur la page de paiement est écoulé.",
    refusal_held: "Paiement refusé. Votre banque peut afficher le montant comme réservé \
        pendant quelques jours\u{202f}; il n’est pas débité.",
    refusal_technical: "La banque ou la plateforme n’a pas répondu à temps.",
    refusal_cancelled: "Le paiement a été annulé sur le terminal.",
    refusal_busy: "Le terminal est occupé par un autre paiement. Rien n’a été commencé. Réessayez \
        dans un instant.",
    cancelled_title: "Paiement abandonné",
    cancelled_body: "Vous avez quitté la page de paiement avant la fin. Votre commande n’est pas \
        payée.",
    incomplete_title: "Paiement incomplet",
    incomplete_body: "{accepted} ont été acceptés sur {total}. Le reste n’a pas été payé\u{202f}: \
        votre commande n’est pas réglée.",
    held_title: "Une partie peut rester bloquée",
    held_body: "La part payée par titre, {accepted}, peut rester bloquée chez l’émetteur. Si elle \
        ne vous est pas rendue, contactez {shop} en indiquant la commande {reference}.",
    held_full: "Un nouveau paiement porte sur le total\u{202f}: {total}.",
    surplus_title: "Un second paiement a aussi été pris",
    surplus_body: "{accepted} ont été pris en plus pour cette commande. Contactez {shop} en \
        indiquant la référence {reference} pour vous faire rembourser.",
    no_more: "Aucun autre paiement n’est possible ici. Contactez {shop} en indiquant la commande \
        {reference}.",
    expired_title: "Le délai de paiement est dépassé",
    expired_body: "Retournez à votre panier pour recommencer.",
    expired_started: "Si vous venez de payer, la boutique en sera informée\u{202f}: vérifiez votre \
        commande avant de payer à nouveau.",
    paid_elsewhere_title: "Cette commande est déjà payée",
    paid_elsewhere_body: "Son paiement a été fait dans une autre page. Il n’y a plus rien à payer \
        ici. En cas de doute, contactez {shop} en indiquant la commande {reference}.",
    offline_title: "Connexion interrompue",
    offline_body: "Le service de paiement ne répond pas. Vérifiez votre connexion\u{202f}: votre \
        choix est gardé, et nous vérifierons où en est le paiement avant de continuer.",
    broken_title: "Le paiement n’est pas disponible",
    broken_body: "Cette page ne peut pas prendre de paiement pour le moment. Contactez la \
        boutique\u{202f}; inutile de réessayer.",
    broken_retry: "Le service de paiement a rencontré un problème. Réessayez dans un instant.",
    retry: "Réessayer",
    trouble_platform: "La page de paiement est injoignable pour le moment. Aucun paiement n’a été \
        commencé. Réessayez dans un instant.",
    trouble_method: "Ce moyen de paiement n’est plus proposé. Choisissez-en un autre.",
    trouble_too_many: "Trop de paiements ont été commencés pour cette commande. Contactez la \
        boutique.",
    trouble_fields: "Les champs de carte ne s’ouvrent pas. Rien n’a été payé. Réessayez, ou \
        choisissez un autre moyen de paiement.",
    trouble_expired: "Le temps de saisie est écoulé. Pour recommencer, appuyez à nouveau sur le \
        bouton de paiement.",
    trouble_card: "Cette carte n’est plus enregistrée. Choisissez un autre moyen de paiement.",
    trouble_leave: "Cette page empêche votre navigateur d’aller vers la page de paiement. Rien n’a \
        été payé. Choisissez un autre moyen de paiement, ou contactez la boutique.",
    trouble_other: "Le paiement n’a pas pu commencer. Réessayez dans un instant.",
    back_to_shop: "Retour vers {shop}",
    link_title: "Payer votre commande",
    link_body: "Ce lien ne sert qu’une fois. Continuez pour choisir comment payer.",
    link_over: "Ce lien a déjà servi ou a expiré. Demandez-en un nouveau à la boutique.",
};
