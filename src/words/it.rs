//! Italian. It addresses nobody, neither as *tu* nor as *Lei*: instructions stand in the
//! infinitive, buttons in the form that buttons have. Not yet read by somebody whose language it
//! is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Ordine {reference}",
    to_pay: "Importo da pagare",
    choose: "Come pagare?",
    choose_other: "Scegliere un altro metodo di pagamento",
    pay: "Paga {amount}",
    pay_busy: "Un momento…",
    card: "Carta di credito o di debito",
    card_other: "Un’altra carta",
    direct_debit: "Addebito diretto SEPA",
    terminal: "Carta al terminale",
    saved_name: "{brand}, carta che termina con {digits}",
    saved_expires: "scadenza {date}",
    saved_remove: "Rimuovi",
    saved_remove_this: "Rimuovi la carta {brand} che termina con {digits}",
    saved_confirm: "Rimuovere questa carta?",
    saved_keep: "Conserva",
    saved_removed: "La carta è stata rimossa.",
    saved_failed: "Non è stato possibile rimuovere la carta. Riprovare tra qualche istante.",
    save_card: "Salva questa carta per i prossimi acquisti",
    platform_choice: "Scelta sulla pagina di pagamento",
    formerly: "ex {name}",
    next_wallet: "Il pagamento avviene sulla pagina di {brand}, poi si torna qui.",
    next_card: "I dati della carta si inseriscono sulla pagina di pagamento sicura, poi si torna \
        qui.",
    next_transfer: "Si sceglie la propria banca, vi si conferma il pagamento, poi si torna qui.",
    next_debit: "Si indica il proprio IBAN, si firma un mandato di addebito diretto, poi si torna \
        qui.",
    next_terminal: "Si avvicina la carta al terminale di pagamento del banco.",
    next_embedded: "Inserimento sicuro qui, senza lasciare il negozio.",
    next_meal: "La pagina di pagamento addebita prima la carta {brand}. Se non basta, chiede poi \
        una carta di credito o di debito.",
    next_holiday: "Il pagamento si conferma con il proprio conto Chèque-Vacances Connect. Se non \
        basta, la pagina chiede poi una carta di credito o di debito.",
    next_choice: "La pagina di pagamento propone tutti i metodi accettati dal negozio.",
    eligible_meal: "Buoni pasto (titres-restaurant): fino a {eligible} su {total}. Questo limite è \
        stabilito da {shop}, che ne risponde; la pagina di pagamento non lo verifica.",
    voucher_daily: "Per legge, con i buoni pasto si pagano al massimo {limit} al giorno.",
    voucher_rest_days: "La carta può essere rifiutata la domenica e nei giorni festivi.",
    below_minimum: "Per acquisti a partire da {limit}",
    above_maximum: "Per acquisti fino a {limit}",
    choose_first: "Scegliere prima un metodo di pagamento.",
    elsewhere_title: "Un pagamento potrebbe essere già in corso",
    elsewhere_body: "Potrebbe essere ancora aperto sulla pagina di pagamento o in un’altra scheda. \
        Se possibile, completarlo lì.",
    confirm_title: "Iniziare un secondo pagamento?",
    confirm_body: "Se anche il pagamento già aperto va a buon fine, l’importo sarà addebitato due \
        volte. Il negozio dovrà allora rimborsare uno dei due pagamenti.",
    confirm_pay: "Paga comunque {amount}",
    confirm_stay: "Non pagare ora",
    card_title: "Dati della carta",
    card_body: "I campi qui sotto sono quelli della piattaforma di pagamento: {shop} non vede i \
        dati della carta.",
    card_opening: "Apertura dei campi della carta…",
    card_number: "Numero della carta",
    card_expiry: "Data di scadenza",
    card_code: "Codice di sicurezza",
    number_empty: "Inserire il numero della carta.",
    expiry_empty: "Inserire la data di scadenza.",
    code_empty: "Inserire il codice di sicurezza.",
    number_wrong: "Questo numero di carta non è valido. Controllarlo.",
    expiry_wrong: "Questa data non è valida o è già passata.",
    code_wrong: "Questo codice non è completo. Di solito si trova sul retro della carta.",
    card_brand: "Pagare con",
    card_unread: "Non è stato possibile verificare la carta. Non è stato pagato nulla. Controllare \
        la connessione, poi riprovare.",
    card_unreachable: "La piattaforma di pagamento non è raggiungibile al momento. Non è stato \
        pagato nulla. Riprovare tra qualche istante.",
    card_unknown: "Non abbiamo ricevuto risposta. Riprovare: riprende lo stesso pagamento, non si \
        paga due volte.",
    card_retype: "La piattaforma di pagamento chiede di inserire la carta un’altra volta.",
    ask_title: "La banca",
    ask_bank: "Banca presso cui confermare il pagamento",
    bank_choose: "Scegliere dall’elenco",
    bank_other: "Un’altra banca, nella pagina successiva",
    bank_empty: "Scegliere la propria banca.",
    bank_wrong: "Questa banca non è disponibile. Sceglierne un’altra.",
    ask_iban: "IBAN del conto da addebitare",
    iban_empty: "Inserire il proprio IBAN.",
    iban_wrong: "Questo IBAN non è valido: un carattere è sbagliato. Confrontarlo con quello \
        fornito dalla banca.",
    iban_characters: "Un IBAN inizia con due lettere e contiene solo lettere e cifre.",
    iban_length: "Questo IBAN non è valido: è troppo corto o troppo lungo. Confrontarlo con quello \
        fornito dalla banca.",
    iban_country: "Un conto di questo Paese non può essere addebitato qui. Utilizzare un altro \
        conto o scegliere un altro metodo di pagamento.",
    mandate: "La sottoscrizione del mandato comporta l’autorizzazione a {shop} a richiedere alla \
        propria banca l’addebito del conto, e l’autorizzazione alla banca a procedere con tale \
        addebito. Il rimborso può essere richiesto alla propria banca nel termine di \
        8\u{a0}settimane a decorrere dalla data di addebito in conto.",
    mandate_next: "Il mandato si firma nella pagina successiva.",
    go_on: "Continua",
    leaving_title: "Apertura della pagina di pagamento",
    leaving_body: "I dati si inseriscono sulla pagina di pagamento sicura. Non chiudere questa \
        finestra.",
    waiting_title: "In attesa di conferma",
    waiting_body: "Attendiamo la risposta della piattaforma di pagamento. Questa pagina si \
        aggiorna da sola: non occorre pagare una seconda volta.",
    waiting_other: "Non ho pagato: mostra i metodi di pagamento",
    terminal_title: "Seguire il terminale",
    terminal_body: "{amount} da pagare a {till}: avvicinare la carta e seguire il terminale. Il \
        tasto rosso annulla.",
    terminal_left: "Attende ancora {minutes} min.",
    paid_title: "Pagamento accettato",
    paid_body: "Grazie! {shop} ha ricevuto il pagamento di {amount}.",
    paid_debit: "Grazie! {shop} addebiterà {amount} sul conto indicato.",
    authorised_title: "Pagamento autorizzato",
    authorised_body: "Grazie! L’importo di {amount} è riservato. {shop} lo addebiterà al momento \
        di evadere l’ordine.",
    parts: "Dettagli del pagamento",
    part_voucher: "Buono {brand}",
    part_complement: "Resto con carta",
    part_card: "Carta di credito o di debito",
    part_pending: "in attesa",
    part_refused: "rifiutato",
    refused_title: "Pagamento rifiutato",
    refusal_issuer: "La banca o l’emittente del buono ha rifiutato questo pagamento senza indicare \
        il motivo.",
    refusal_funds: "Il saldo o il massimale di questa carta non basta per questo importo.",
    refusal_card_data: "Il numero, la data o il codice di sicurezza non è corretto, oppure la \
        carta è scaduta.",
    refusal_authentication: "L’autenticazione richiesta dalla banca non è riuscita.",
    refusal_not_accepted: "Questa carta non è accettata per questo pagamento.",
    refusal_timed_out: "Il tempo sulla pagina di pagamento è scaduto.",
    refusal_held: "Rifiutato. La banca può mostrare l’importo come riservato per qualche giorno; \
        non viene addebitato.",
    refusal_technical: "La banca o la piattaforma non ha risposto in tempo.",
    refusal_cancelled: "Il pagamento è stato annullato sul terminale.",
    refusal_busy: "Il terminale è occupato da un altro pagamento. Non è stato avviato nulla. \
        Riprovare tra un istante.",
    cancelled_title: "Pagamento interrotto",
    cancelled_body: "La pagina di pagamento è stata lasciata prima della fine. L’ordine non è \
        pagato.",
    incomplete_title: "Pagamento incompleto",
    incomplete_body: "Importo accettato: {accepted} su {total}. Il resto non è stato pagato: \
        l’ordine non è saldato.",
    held_title: "Una parte può restare bloccata",
    held_body: "La parte pagata con buono, {accepted}, può restare bloccata presso l’emittente. Se \
        non viene restituita, contattare {shop} indicando l’ordine {reference}.",
    held_full: "Un nuovo pagamento riguarda l’intero importo: {total}.",
    surplus_title: "È stato incassato anche un secondo pagamento",
    surplus_body: "Importo incassato in più per questo ordine: {accepted}. Per il rimborso, \
        contattare {shop} indicando il riferimento {reference}.",
    no_more: "Qui non sono possibili altri pagamenti. Contattare {shop} indicando l’ordine \
        {reference}.",
    expired_title: "Il tempo per pagare è scaduto",
    expired_body: "Tornare al carrello per ricominciare.",
    expired_started: "Se il pagamento è appena stato fatto, il negozio ne sarà informato: \
        controllare l’ordine prima di pagare di nuovo.",
    paid_elsewhere_title: "Questo ordine è già pagato",
    paid_elsewhere_body: "È stato pagato in un’altra pagina. Qui non c’è più nulla da pagare. In \
        caso di dubbio, contattare {shop} indicando l’ordine {reference}.",
    offline_title: "Connessione interrotta",
    offline_body: "Il servizio di pagamento non risponde. Controllare la connessione: la scelta è \
        conservata, e prima di continuare verificheremo a che punto è il pagamento.",
    broken_title: "Il pagamento non è disponibile",
    broken_body: "Al momento non è possibile pagare in questa pagina. Contattare il negozio; \
        riprovare non serve.",
    broken_retry: "Il servizio di pagamento ha un problema. Riprovare tra qualche istante.",
    retry: "Riprova",
    trouble_platform: "La pagina di pagamento non è raggiungibile al momento. Nessun pagamento è \
        stato iniziato. Riprovare tra qualche istante.",
    trouble_method: "Questo metodo di pagamento non è più disponibile. Sceglierne un altro.",
    trouble_too_many: "Sono stati iniziati troppi pagamenti per questo ordine. Contattare il \
        negozio.",
    trouble_fields: "I campi della carta non si aprono. Non è stato pagato nulla. Riprovare, o \
        scegliere un altro metodo di pagamento.",
    trouble_expired: "Il tempo per inserire i dati è scaduto. Premere di nuovo il pulsante di \
        pagamento per ricominciare.",
    trouble_card: "Questa carta non è più salvata. Scegliere un altro metodo di pagamento.",
    trouble_leave: "Questa pagina impedisce al browser di andare alla pagina di pagamento. Non è \
        stato pagato nulla. Scegliere un altro metodo di pagamento o contattare il negozio.",
    trouble_other: "Non è stato possibile iniziare il pagamento. Riprovare tra qualche istante.",
    back_to_shop: "Torna a {shop}",
    link_title: "Pagare l’ordine",
    link_body: "Questo link funziona una sola volta. Continuare per scegliere come pagare.",
    link_over: "Questo link è già stato usato o è scaduto. Chiederne uno nuovo al negozio.",
};
