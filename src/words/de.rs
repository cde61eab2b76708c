//! German. The shopper is called *Sie*; quotation marks are „…“. Not yet read by
//! somebody whose language it is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Bestellung {reference}",
    to_pay: "Zu zahlender Betrag",
    choose: "Wie möchten Sie bezahlen?",
    choose_other: "Andere Zahlungsart wählen",
    pay: "{amount} bezahlen",
    pay_busy: "Einen Moment…",
    card: "Kredit- oder Debitkarte",
    card_other: "Andere Karte",
    direct_debit: "SEPA-Lastschrift",
    terminal: "Karte am Terminal",
    saved_name: "{brand}, Karte mit den Endziffern {digits}",
    saved_expires: "gültig bis {date}",
    saved_remove: "Entfernen",
    saved_remove_this: "{brand}-Karte mit den Endziffern {digits} entfernen",
    saved_confirm: "Diese Karte entfernen?",
    saved_keep: "Behalten",
    saved_removed: "Die Karte wurde entfernt.",
    saved_failed: "Die Karte konnte nicht entfernt werden. Versuchen Sie es gleich noch einmal.",
    save_card: "Diese Karte für meine nächsten Einkäufe speichern",
    platform_choice: "Auf der Zahlungsseite auswählen",
    formerly: "früher {name}",
    next_wallet: "Sie bezahlen auf der Seite von {brand} und kommen danach hierher zurück.",
    next_card: "Sie geben Ihre Karte auf der sicheren Zahlungsseite ein und kommen danach hierher \
        zurück.",
    next_transfer: "Sie wählen Ihre Bank, bestätigen dort die Zahlung und kommen danach hierher \
        zurück.",
    next_debit: "Sie geben Ihre IBAN an, unterschreiben ein Lastschriftmandat und kommen danach \
        hierher zurück.",
    next_terminal: "Halten Sie Ihre Karte an das Zahlungsterminal an der Kasse.",
    next_embedded: "Sichere Eingabe gleich hier, ohne den Shop zu verlassen.",
    next_meal: "Die Zahlungsseite belastet zuerst Ihre Karte von {brand}. Reicht sie nicht aus, \
        werden Sie danach nach einer Kredit- oder Debitkarte gefragt.",
    next_holiday: "Sie bestätigen die Zahlung mit Ihrem Konto bei Chèque-Vacances Connect. Reicht \
        es nicht aus, werden Sie danach nach einer Kredit- oder Debitkarte gefragt.",
    next_choice: "Die Zahlungsseite bietet Ihnen alle Zahlungsarten an, die der Shop akzeptiert.",
    eligible_meal: "Essensgutscheine (Titres-Restaurant): bis zu {eligible} von {total}. Diese \
        Grenze legt {shop} fest und steht dafür ein; die Zahlungsseite prüft sie nicht.",
    voucher_daily: "Mit Essensgutscheinen sind laut Gesetz höchstens {limit} am Tag erlaubt.",
    voucher_rest_days: "An Sonn- und Feiertagen kann Ihre Karte abgelehnt werden.",
    below_minimum: "Für Einkäufe ab {limit}",
    above_maximum: "Für Einkäufe bis {limit}",
    choose_first: "Wählen Sie zuerst eine Zahlungsart.",
    elsewhere_title: "Möglicherweise läuft bereits eine Zahlung",
    elsewhere_body: "Sie kann auf der Zahlungsseite oder in einem anderen Tab noch offen sein. \
        Schließen Sie sie nach Möglichkeit dort ab.",
    confirm_title: "Eine zweite Zahlung beginnen?",
    confirm_body: "Wenn auch die bereits offene Zahlung gelingt, wird Ihnen der Betrag zweimal \
        abgebucht. Der Shop muss Ihnen dann eine der beiden Zahlungen erstatten.",
    confirm_pay: "Trotzdem {amount} bezahlen",
    confirm_stay: "Jetzt nicht bezahlen",
    card_title: "Ihre Karte",
    card_body: "Die Felder unten gehören dem Zahlungsdienst: {shop} sieht Ihre Kartendaten nicht.",
    card_opening: "Die Kartenfelder werden geöffnet…",
    card_number: "Kartennummer",
    card_expiry: "Ablaufdatum",
    card_code: "Sicherheitscode",
    number_empty: "Geben Sie die Kartennummer ein.",
    expiry_empty: "Geben Sie das Ablaufdatum ein.",
    code_empty: "Geben Sie den Sicherheitscode ein.",
    number_wrong: "Diese Kartennummer ist ungültig. Überprüfen Sie sie.",
    expiry_wrong: "Dieses Datum ist ungültig oder liegt in der Vergangenheit.",
    code_wrong: "Dieser Sicherheitscode ist unvollständig. Meist steht er auf der Rückseite der \
        Karte.",
    card_brand: "Bezahlen mit",
    card_unread: "Ihre Karte konnte nicht geprüft werden. Es wurde nichts bezahlt. Überprüfen Sie \
        Ihre Verbindung und versuchen Sie es noch einmal.",
    card_unreachable: "Der Zahlungsdienst ist derzeit nicht erreichbar. Es wurde nichts bezahlt. \
        Versuchen Sie es gleich noch einmal.",
    card_unknown: "Wir haben keine Antwort erhalten. Versuchen Sie es noch einmal: Dieselbe \
        Zahlung wird fortgesetzt, Sie zahlen nicht zweimal.",
    card_retype: "Der Zahlungsdienst bittet Sie, die Karte noch einmal einzugeben.",
    ask_title: "Ihre Bank",
    ask_bank: "Bank, bei der Sie die Zahlung bestätigen",
    bank_choose: "Aus der Liste wählen",
    bank_other: "Eine andere Bank, auf der nächsten Seite",
    bank_empty: "Wählen Sie Ihre Bank.",
    bank_wrong: "Diese Bank ist nicht verfügbar. Wählen Sie eine andere.",
    ask_iban: "IBAN des Kontos, das belastet wird",
    iban_empty: "Geben Sie Ihre IBAN ein.",
    iban_wrong: "Diese IBAN ist ungültig: Sie enthält einen Tippfehler. Vergleichen Sie sie mit \
        den Angaben Ihrer Bank.",
    iban_characters: "Eine IBAN beginnt mit zwei Buchstaben und enthält nur Buchstaben und \
        Ziffern.",
    iban_length: "Diese IBAN ist ungültig: Sie ist zu kurz oder zu lang. Vergleichen Sie sie mit \
        den Angaben Ihrer Bank.",
    iban_country: "Ein Konto in diesem Land kann hier nicht belastet werden. Verwenden Sie ein \
        anderes Konto oder wählen Sie eine andere Zahlungsart.",
    mandate: "Mit der Unterschrift unter das SEPA-Lastschriftmandat ermächtigen Sie {shop}, die \
        Zahlung von Ihrem Konto mittels Lastschrift einzuziehen, und weisen Ihre Bank an, die \
        Lastschrift einzulösen. Sie können innerhalb von 8\u{a0}Wochen, beginnend mit dem \
        Belastungsdatum, von Ihrer Bank die Erstattung des belasteten Betrags verlangen.",
    mandate_next: "Das Mandat unterschreiben Sie auf der nächsten Seite.",
    go_on: "Weiter",
    leaving_title: "Die Zahlungsseite wird geöffnet",
    leaving_body: "Ihre Daten geben Sie auf der sicheren Zahlungsseite ein. Schließen Sie dieses \
        Fenster nicht.",
    waiting_title: "Bestätigung steht noch aus",
    waiting_body: "Wir warten auf die Antwort des Zahlungsdienstes. Diese Seite aktualisiert sich \
        von selbst: Sie müssen nicht noch einmal bezahlen.",
    waiting_other: "Ich habe nicht bezahlt: Zahlungsarten zeigen",
    terminal_title: "Folgen Sie dem Terminal",
    terminal_body: "{amount} an {till} zu zahlen: Halten Sie Ihre Karte an das Terminal und folgen \
        Sie ihm. Die rote Taste bricht ab.",
    terminal_left: "Es wartet noch {minutes} min.",
    paid_title: "Zahlung erfolgreich",
    paid_body: "Vielen Dank! {shop} hat Ihre Zahlung von {amount} erhalten.",
    paid_debit: "Vielen Dank! {shop} zieht {amount} von Ihrem Konto ein.",
    authorised_title: "Zahlung genehmigt",
    authorised_body: "Vielen Dank! {amount} sind reserviert. {shop} bucht den Betrag ab, wenn Ihre \
        Bestellung bearbeitet wird.",
    parts: "Einzelheiten der Zahlung",
    part_voucher: "Gutschein {brand}",
    part_complement: "Restbetrag mit Karte",
    part_card: "Kredit- oder Debitkarte",
    part_pending: "ausstehend",
    part_refused: "abgelehnt",
    refused_title: "Zahlung abgelehnt",
    refusal_issuer: "Ihre Bank oder der Herausgeber des Gutscheins hat diese Zahlung ohne Angabe \
        eines Grundes abgelehnt.",
    refusal_funds: "Das Guthaben oder das Limit dieser Karte reicht für diesen Betrag nicht aus.",
    refusal_card_data: "Die Nummer, das Datum oder der Sicherheitscode stimmt nicht, oder die \
        Karte ist abgelaufen.",
    refusal_authentication: "Die Authentifizierung, die Ihre Bank verlangt hat, ist nicht \
        gelungen.",
    refusal_not_accepted: "Diese Karte wird für diese Zahlung nicht akzeptiert.",
    refusal_timed_out: "Die Zeit auf der Zahlungsseite ist abgelaufen.",
    refusal_held: "Abgelehnt. Ihre Bank kann den Betrag einige Tage lang als reserviert anzeigen; \
        er wird nicht abgebucht.",
    refusal_technical: "Die Bank oder der Zahlungsdienst hat nicht rechtzeitig geantwortet.",
    refusal_cancelled: "Die Zahlung wurde am Terminal abgebrochen.",
    refusal_busy: "Am Terminal läuft eine andere Zahlung. Es wurde nichts begonnen. Versuchen Sie \
        es gleich noch einmal.",
    cancelled_title: "Zahlung abgebrochen",
    cancelled_body: "Sie haben die Zahlungsseite vorzeitig verlassen. Ihre Bestellung ist nicht \
        bezahlt.",
    incomplete_title: "Zahlung unvollständig",
    incomplete_body: "Angenommen: {accepted} von {total}. Der Rest wurde nicht bezahlt: Ihre \
        Bestellung ist nicht beglichen.",
    held_title: "Ein Teil kann blockiert sein",
    held_body: "Der mit Gutschein bezahlte Teil, {accepted}, kann beim Herausgeber blockiert sein. \
        Falls Sie ihn nicht zurückerhalten, wenden Sie sich an {shop} und nennen Sie die \
        Bestellung {reference}.",
    held_full: "Eine neue Zahlung gilt für den ganzen Betrag: {total}.",
    surplus_title: "Es wurde auch eine zweite Zahlung abgebucht",
    surplus_body: "Für diese Bestellung wurde zusätzlich abgebucht: {accepted}. Wenden Sie sich \
        wegen der Erstattung an {shop} und nennen Sie {reference}.",
    no_more: "Hier ist keine weitere Zahlung möglich. Wenden Sie sich an {shop} und nennen Sie die \
        Bestellung {reference}.",
    expired_title: "Die Zeit zum Bezahlen ist abgelaufen",
    expired_body: "Gehen Sie zurück zum Warenkorb, um neu zu beginnen.",
    expired_started: "Falls Sie gerade bezahlt haben, erfährt es der Shop: Sehen Sie in Ihrer \
        Bestellung nach, bevor Sie noch einmal bezahlen.",
    paid_elsewhere_title: "Diese Bestellung ist schon bezahlt",
    paid_elsewhere_body: "Sie wurde auf einer anderen Seite bezahlt. Hier ist nichts mehr zu \
        bezahlen. Im Zweifel wenden Sie sich an {shop} und nennen Sie die Bestellung {reference}.",
    offline_title: "Verbindung unterbrochen",
    offline_body: "Der Zahlungsdienst antwortet nicht. Überprüfen Sie Ihre Verbindung: Ihre \
        Auswahl bleibt erhalten, und bevor es weitergeht, prüfen wir den Stand der Zahlung.",
    broken_title: "Bezahlen ist nicht möglich",
    broken_body: "Auf dieser Seite kann derzeit nicht bezahlt werden. Wenden Sie sich an den Shop; \
        ein neuer Versuch hilft nicht.",
    broken_retry: "Der Zahlungsdienst hat eine Störung. Versuchen Sie es gleich noch einmal.",
    retry: "Noch einmal versuchen",
    trouble_platform: "Die Zahlungsseite ist derzeit nicht erreichbar. Es wurde keine Zahlung \
        begonnen. Versuchen Sie es gleich noch einmal.",
    trouble_method: "Diese Zahlungsart wird nicht mehr angeboten. Wählen Sie eine andere.",
    trouble_too_many: "Für diese Bestellung wurden zu viele Zahlungen begonnen. Wenden Sie sich an \
        den Shop.",
    trouble_fields: "Die Kartenfelder lassen sich nicht öffnen. Es wurde nichts bezahlt. Versuchen \
        Sie es noch einmal oder wählen Sie eine andere Zahlungsart.",
    trouble_expired: "Die Zeit für die Eingabe ist abgelaufen. Um neu zu beginnen, klicken Sie \
        noch einmal auf den Bezahl-Button.",
    trouble_card: "Diese Karte ist nicht mehr gespeichert. Wählen Sie eine andere Zahlungsart.",
    trouble_leave: "Diese Seite lässt Ihren Browser nicht zur Zahlungsseite wechseln. Es wurde \
        nichts bezahlt. Wählen Sie eine andere Zahlungsart oder wenden Sie sich an den Shop.",
    trouble_other: "Die Zahlung konnte nicht beginnen. Versuchen Sie es gleich noch einmal.",
    back_to_shop: "Zurück zu {shop}",
    link_title: "Ihre Bestellung bezahlen",
    link_body: "Dieser Link funktioniert einmal. Weiter geht es zur Auswahl der Zahlungsart.",
    link_over: "Dieser Link wurde schon benutzt oder ist abgelaufen. Bitten Sie den Shop um einen \
        neuen.",
};
