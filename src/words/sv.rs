//! Swedish. The shopper is called *du*, as everybody is. *Autogiro* is another scheme
//! than SEPA's, of crowns. Not yet read by somebody whose language it is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Beställning {reference}",
    to_pay: "Att betala",
    choose: "Hur vill du betala?",
    choose_other: "Välj ett annat betalsätt",
    pay: "Betala {amount}",
    pay_busy: "Ett ögonblick…",
    card: "Bank- eller kreditkort",
    card_other: "Annat kort",
    direct_debit: "SEPA-direktdebitering",
    terminal: "Kort i terminalen",
    saved_name: "{brand}, kort som slutar på {digits}",
    saved_expires: "giltigt till {date}",
    saved_remove: "Ta bort",
    saved_remove_this: "Ta bort {brand}-kortet som slutar på {digits}",
    saved_confirm: "Ta bort det här kortet?",
    saved_keep: "Behåll",
    saved_removed: "Kortet har tagits bort.",
    saved_failed: "Kortet kunde inte tas bort. Försök igen om en liten stund.",
    save_card: "Spara kortet till mina kommande köp",
    platform_choice: "Välj på betalningssidan",
    formerly: "tidigare {name}",
    next_wallet: "Du betalar på sidan hos {brand} och kommer sedan tillbaka hit.",
    next_card: "Du anger ditt kort på den säkra betalningssidan och kommer sedan tillbaka hit.",
    next_transfer: "Du väljer din bank, bekräftar betalningen där och kommer sedan tillbaka hit.",
    next_debit: "Du anger ditt IBAN, undertecknar ett medgivande till direktdebitering och kommer \
        sedan tillbaka hit.",
    next_terminal: "Håll kortet mot betalterminalen på disken.",
    next_embedded: "Anges säkert här, utan att du lämnar butiken.",
    next_meal: "Betalningssidan debiterar först ditt kort från {brand}. Om det inte räcker ber den \
        sedan om ett bank- eller kreditkort.",
    next_holiday: "Du bekräftar betalningen med ditt konto hos Chèque-Vacances Connect. Om det \
        inte räcker ber sidan sedan om ett bank- eller kreditkort.",
    next_choice: "Betalningssidan erbjuder alla betalsätt som butiken godtar.",
    eligible_meal: "Måltidskuponger (titres-restaurant): upp till {eligible} av {total}. {shop} \
        bestämmer gränsen och ansvarar för den; betalningssidan kontrollerar den inte.",
    voucher_daily: "Enligt lag betalar måltidskuponger högst {limit} per dag.",
    voucher_rest_days: "Ditt kort kan nekas på söndagar och helgdagar.",
    below_minimum: "För köp från {limit}",
    above_maximum: "För köp upp till {limit}",
    choose_first: "Välj först ett betalsätt.",
    elsewhere_title: "En betalning kan redan vara på gång",
    elsewhere_body: "Den kan fortfarande vara öppen på betalningssidan eller i en annan flik. \
        Slutför den där om du kan.",
    confirm_title: "Påbörja en andra betalning?",
    confirm_body: "Om den betalning som redan är öppen också går igenom debiteras du två gånger. \
        Butiken måste då betala tillbaka en av dem.",
    confirm_pay: "Betala {amount} ändå",
    confirm_stay: "Betala inte nu",
    card_title: "Ditt kort",
    card_body: "Fälten nedan är betalplattformens egna: {shop} ser inte dina kortuppgifter.",
    card_opening: "Kortfälten öppnas…",
    card_number: "Kortnummer",
    card_expiry: "Utgångsdatum",
    card_code: "Säkerhetskod",
    number_empty: "Ange kortnumret.",
    expiry_empty: "Ange utgångsdatumet.",
    code_empty: "Ange säkerhetskoden.",
    number_wrong: "Kortnumret är inte giltigt. Kontrollera det.",
    expiry_wrong: "Datumet är inte giltigt eller har passerats.",
    code_wrong: "Koden är inte fullständig. Den står oftast på kortets baksida.",
    card_brand: "Betala med",
    card_unread: "Ditt kort kunde inte kontrolleras. Ingenting har betalats. Kontrollera din \
        anslutning och försök igen.",
    card_unreachable: "Betalplattformen kan inte nås just nu. Ingenting har betalats. Försök igen \
        om en liten stund.",
    card_unknown: "Vi har inte fått något svar. Försök igen: det är samma betalning som \
        fortsätter, du betalar inte två gånger.",
    card_retype: "Betalplattformen ber dig att ange kortet en gång till.",
    ask_title: "Din bank",
    ask_bank: "Bank där du bekräftar betalningen",
    bank_choose: "Välj i listan",
    bank_other: "En annan bank, på nästa sida",
    bank_empty: "Välj din bank.",
    bank_wrong: "Den här banken är inte tillgänglig. Välj en annan.",
    ask_iban: "IBAN för kontot som ska debiteras",
    iban_empty: "Ange ditt IBAN.",
    iban_wrong: "Detta IBAN är inte giltigt: ett tecken är fel. Jämför det med det som banken har \
        gett dig.",
    iban_characters: "Ett IBAN börjar med två bokstäver och består bara av bokstäver och siffror.",
    iban_length: "Detta IBAN är inte giltigt: det är för kort eller för långt. Jämför det med det \
        som banken har gett dig.",
    iban_country: "Ett konto i det här landet kan inte debiteras här. Använd ett annat konto eller \
        välj ett annat betalsätt.",
    mandate: "Genom att underteckna medgivandet medger du att {shop} skickar instruktioner till \
        din bank för att debitera ditt konto, och att din bank debiterar ditt konto. Du har rätt \
        till återbetalning från din bank. En begäran om återbetalning måste göras inom \
        8\u{a0}veckor räknat från det datum då ditt konto debiterades.",
    mandate_next: "Du undertecknar medgivandet på nästa sida.",
    go_on: "Fortsätt",
    leaving_title: "Betalningssidan öppnas",
    leaving_body: "Du anger dina uppgifter på den säkra betalningssidan. Stäng inte det här \
        fönstret.",
    waiting_title: "Väntar på bekräftelse",
    waiting_body: "Vi väntar på svar från betalplattformen. Sidan uppdateras av sig själv: du \
        behöver inte betala en gång till.",
    waiting_other: "Jag har inte betalat: visa betalsätten",
    terminal_title: "Följ terminalen",
    terminal_body: "{amount} att betala vid {till}: håll kortet mot terminalen och gör som den \
        säger. Den röda knappen avbryter.",
    terminal_left: "Den väntar {minutes} min till.",
    paid_title: "Betalningen är godkänd",
    paid_body: "Tack! {shop} har tagit emot din betalning på {amount}.",
    paid_debit: "Tack! {shop} kommer att debitera ditt konto med {amount}.",
    authorised_title: "Betalningen är auktoriserad",
    authorised_body: "Tack! {amount} är reserverat. {shop} drar beloppet när din beställning \
        behandlas.",
    parts: "Betalningens delar",
    part_voucher: "Kupong: {brand}",
    part_complement: "Resten med kort",
    part_card: "Bank- eller kreditkort",
    part_pending: "väntar",
    part_refused: "nekad",
    refused_title: "Betalningen nekades",
    refusal_issuer: "Din bank eller kupongens utgivare nekade betalningen utan att ange något \
        skäl.",
    refusal_funds: "Kortets saldo eller gräns räcker inte till beloppet.",
    refusal_card_data: "Numret, datumet eller säkerhetskoden är fel, eller så har kortet gått ut.",
    refusal_authentication: "Den autentisering som din bank begärde lyckades inte.",
    refusal_not_accepted: "Det här kortet godtas inte för betalningen.",
    refusal_timed_out: "Tiden på betalningssidan tog slut.",
    refusal_held: "Nekad. Din bank kan visa beloppet som reserverat i några dagar; det dras \
        inte.",
    refusal_technical: "Banken eller plattformen svarade inte i tid.",
    refusal_cancelled: "Betalningen avbröts på terminalen.",
    refusal_busy: "Terminalen är upptagen med en annan betalning. Inget har påbörjats. Försök igen \
        om en stund.",
    cancelled_title: "Betalningen avbröts",
    cancelled_body: "Du lämnade betalningssidan innan betalningen var klar. Din beställning är \
        inte betald.",
    incomplete_title: "Betalningen är ofullständig",
    incomplete_body: "Godkänt: {accepted} av {total}. Resten har inte betalats: din beställning är \
        inte slutbetald.",
    held_title: "En del kan vara spärrad",
    held_body: "Delen som betalades med kupong, {accepted}, kan vara spärrad hos utgivaren. \
        Kontakta {shop} och ange beställning {reference} om du inte får tillbaka den.",
    held_full: "En ny betalning gäller hela beloppet: {total}.",
    surplus_title: "En andra betalning har också dragits",
    surplus_body: "Extra belopp som har dragits för beställningen: {accepted}. Kontakta {shop} och \
        ange {reference} för att få tillbaka pengarna.",
    no_more: "Det går inte att betala mer här. Kontakta {shop} och ange beställning {reference}.",
    expired_title: "Tiden för att betala har gått ut",
    expired_body: "Gå tillbaka till varukorgen och börja om.",
    expired_started: "Om du just har betalat får butiken veta det: kontrollera din beställning \
        innan du betalar igen.",
    paid_elsewhere_title: "Beställningen är redan betald",
    paid_elsewhere_body: "Den har betalats på en annan sida. Det finns inget mer att betala här. \
        Kontakta {shop} och ange beställning {reference} om du är osäker.",
    offline_title: "Anslutningen bröts",
    offline_body: "Betaltjänsten svarar inte. Kontrollera din anslutning: ditt val finns kvar, och \
        vi kontrollerar hur det står till med betalningen innan vi går vidare.",
    broken_title: "Det går inte att betala",
    broken_body: "Den här sidan kan inte ta emot någon betalning just nu. Kontakta butiken; det \
        hjälper inte att försöka igen.",
    broken_retry: "Betaltjänsten har ett problem. Försök igen om en liten stund.",
    retry: "Försök igen",
    trouble_platform: "Betalningssidan kan inte nås just nu. Ingen betalning har påbörjats. Försök \
        igen om en liten stund.",
    trouble_method: "Det här betalsättet erbjuds inte längre. Välj ett annat.",
    trouble_too_many: "För många betalningar har påbörjats för beställningen. Kontakta butiken.",
    trouble_fields: "Kortfälten går inte att öppna. Ingenting har betalats. Försök igen eller välj \
        ett annat betalsätt.",
    trouble_expired: "Tiden för att ange uppgifterna har gått ut. Tryck på betalknappen igen för \
        att börja om.",
    trouble_card: "Kortet är inte längre sparat. Välj ett annat betalsätt.",
    trouble_leave: "Den här sidan hindrar din webbläsare från att gå till betalningssidan. \
        Ingenting har betalats. Välj ett annat betalsätt eller kontakta butiken.",
    trouble_other: "Betalningen kunde inte påbörjas. Försök igen om en liten stund.",
    back_to_shop: "Tillbaka till {shop}",
    link_title: "Betala din beställning",
    link_body: "Länken fungerar en gång. Fortsätt för att välja hur du betalar.",
    link_over: "Länken har redan använts eller har gått ut. Be butiken om en ny.",
};
