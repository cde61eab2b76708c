//! Dutch, as it is read in the Netherlands and in Belgium. The shopper is called *u*. The terms of
//! a direct debit are those of the Dutch mandate of the European Payments Council.
//! Not yet read by somebody whose language it is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Bestelling {reference}",
    to_pay: "Te betalen bedrag",
    choose: "Hoe wilt u betalen?",
    choose_other: "Een andere betaalmethode kiezen",
    pay: "{amount} betalen",
    pay_busy: "Een ogenblik…",
    card: "Creditcard of debitcard",
    card_other: "Andere kaart",
    direct_debit: "SEPA-incasso",
    terminal: "Kaart op de terminal",
    saved_name: "{brand}, kaart eindigend op {digits}",
    saved_expires: "geldig t/m {date}",
    saved_remove: "Verwijderen",
    saved_remove_this: "De {brand}-kaart eindigend op {digits} verwijderen",
    saved_confirm: "Deze kaart verwijderen?",
    saved_keep: "Behouden",
    saved_removed: "De kaart is verwijderd.",
    saved_failed: "De kaart kon niet worden verwijderd. Probeer het zo meteen opnieuw.",
    save_card: "Deze kaart bewaren voor mijn volgende aankopen",
    platform_choice: "Kiezen op de betaalpagina",
    formerly: "voorheen {name}",
    next_wallet: "U betaalt op de pagina van {brand} en komt daarna hier terug.",
    next_card: "U vult uw kaartgegevens in op de beveiligde betaalpagina en komt daarna hier \
        terug.",
    next_transfer: "U kiest uw bank, bevestigt daar de betaling en komt daarna hier terug.",
    next_debit: "U geeft uw IBAN op, ondertekent een machtiging en komt daarna hier terug.",
    next_terminal: "Houd uw kaart bij de betaalterminal op de toonbank.",
    next_embedded: "Veilig hier in te vullen, zonder de winkel te verlaten.",
    next_meal: "De betaalpagina belast eerst uw kaart van {brand}. Als dat niet genoeg is, wordt u \
        daarna om een creditcard of debitcard gevraagd.",
    next_holiday: "U bevestigt de betaling met uw account van Chèque-Vacances Connect. Als dat \
        niet genoeg is, wordt u daarna om een creditcard of debitcard gevraagd.",
    next_choice: "De betaalpagina biedt u alle betaalmethoden aan die de winkel accepteert.",
    eligible_meal: "Maaltijdcheques (titres-restaurant): tot {eligible} van {total}. {shop} \
        bepaalt deze grens en staat ervoor in; de betaalpagina controleert die niet.",
    voucher_daily: "Volgens de wet betalen maaltijdcheques ten hoogste {limit} per dag.",
    voucher_rest_days: "Op zon- en feestdagen kan uw kaart worden geweigerd.",
    below_minimum: "Voor aankopen vanaf {limit}",
    above_maximum: "Voor aankopen tot en met {limit}",
    choose_first: "Kies eerst een betaalmethode.",
    elsewhere_title: "Mogelijk loopt er al een betaling",
    elsewhere_body: "Die kan nog openstaan op de betaalpagina of in een ander tabblad. Rond die \
        daar af als dat kan.",
    confirm_title: "Een tweede betaling beginnen?",
    confirm_body: "Als de betaling die al openstaat ook slaagt, wordt het bedrag tweemaal \
        afgeschreven. De winkel moet u dan een van de twee terugbetalen.",
    confirm_pay: "Toch {amount} betalen",
    confirm_stay: "Nu niet betalen",
    card_title: "Uw kaart",
    card_body: "De velden hieronder zijn van het betaalplatform: {shop} ziet uw kaartgegevens \
        niet.",
    card_opening: "De kaartvelden worden geopend…",
    card_number: "Kaartnummer",
    card_expiry: "Vervaldatum",
    card_code: "Beveiligingscode",
    number_empty: "Vul uw kaartnummer in.",
    expiry_empty: "Vul de vervaldatum in.",
    code_empty: "Vul de beveiligingscode in.",
    number_wrong: "Dit kaartnummer is niet geldig. Controleer het.",
    expiry_wrong: "Deze datum is niet geldig of is al voorbij.",
    code_wrong: "Deze code is niet volledig. Die staat meestal op de achterkant van de kaart.",
    card_brand: "Betalen met",
    card_unread: "Uw kaart kon niet worden gecontroleerd. Er is niets betaald. Controleer uw \
        verbinding en probeer het opnieuw.",
    card_unreachable: "Het betaalplatform is op dit moment niet bereikbaar. Er is niets betaald. \
        Probeer het zo meteen opnieuw.",
    card_unknown: "We hebben geen antwoord gekregen. Probeer het opnieuw: dezelfde betaling gaat \
        verder, u betaalt niet tweemaal.",
    card_retype: "Het betaalplatform vraagt u de kaart nog eens in te vullen.",
    ask_title: "Uw bank",
    ask_bank: "Bank waar u de betaling bevestigt",
    bank_choose: "Kies uit de lijst",
    bank_other: "Een andere bank, op de volgende pagina",
    bank_empty: "Kies uw bank.",
    bank_wrong: "Deze bank is niet beschikbaar. Kies een andere.",
    ask_iban: "IBAN van de rekening waarvan wordt afgeschreven",
    iban_empty: "Vul uw IBAN in.",
    iban_wrong: "Dit IBAN is niet geldig: er zit een tikfout in. Vergelijk het met dat van uw \
        bank.",
    iban_characters: "Een IBAN begint met twee letters en bestaat alleen uit letters en cijfers.",
    iban_length: "Dit IBAN is niet geldig: het is te kort of te lang. Vergelijk het met dat van uw \
        bank.",
    iban_country: "Van een rekening in dit land kan hier niet worden afgeschreven. Gebruik een \
        andere rekening of kies een andere betaalmethode.",
    mandate: "Door ondertekening van de machtiging geeft u toestemming aan {shop} om een \
        incasso-opdracht te sturen naar uw bank om een bedrag van uw rekening af te schrijven, en \
        aan uw bank om dat bedrag van uw rekening af te schrijven. U kunt de afschrijving laten \
        terugboeken. Neem hiervoor binnen 8\u{a0}weken na afschrijving contact op met uw bank.",
    mandate_next: "U ondertekent de machtiging op de volgende pagina.",
    go_on: "Doorgaan",
    leaving_title: "De betaalpagina wordt geopend",
    leaving_body: "U vult uw gegevens in op de beveiligde betaalpagina. Sluit dit venster niet.",
    waiting_title: "Wachten op bevestiging",
    waiting_body: "We wachten op het antwoord van het betaalplatform. Deze pagina wordt vanzelf \
        bijgewerkt: u hoeft geen tweede keer te betalen.",
    waiting_other: "Ik heb niet betaald: toon de betaalmethoden",
    terminal_title: "Volg de terminal",
    terminal_body: "{amount} te betalen bij {till}: houd uw kaart bij de terminal en volg de \
        aanwijzingen. De rode toets breekt af.",
    terminal_left: "Hij wacht nog {minutes} min.",
    paid_title: "Betaling geslaagd",
    paid_body: "Dank u wel! {shop} heeft uw betaling van {amount} ontvangen.",
    paid_debit: "Dank u wel! {shop} schrijft {amount} van uw rekening af.",
    authorised_title: "Betaling goedgekeurd",
    authorised_body: "Dank u wel! Er is {amount} gereserveerd. {shop} schrijft het bedrag af \
        wanneer uw bestelling wordt verwerkt.",
    parts: "Details van de betaling",
    part_voucher: "Voucher {brand}",
    part_complement: "Rest met kaart",
    part_card: "Creditcard of debitcard",
    part_pending: "in behandeling",
    part_refused: "geweigerd",
    refused_title: "Betaling geweigerd",
    refusal_issuer: "Uw bank of de uitgever van de voucher heeft deze betaling zonder opgave van \
        reden geweigerd.",
    refusal_funds: "Het saldo of de limiet van deze kaart is te laag voor dit bedrag.",
    refusal_card_data: "Het nummer, de datum of de beveiligingscode klopt niet, of de kaart is \
        verlopen.",
    refusal_authentication: "De authenticatie waar uw bank om vroeg, is niet gelukt.",
    refusal_not_accepted: "Deze kaart wordt niet geaccepteerd voor deze betaling.",
    refusal_timed_out: "De tijd op de betaalpagina is verstreken.",
    refusal_held: "Geweigerd. Uw bank kan het bedrag enkele dagen als gereserveerd tonen; het \
        wordt niet afgeschreven.",
    refusal_technical: "De bank of het platform heeft niet op tijd geantwoord.",
    refusal_cancelled: "De betaling is op de terminal afgebroken.",
    refusal_busy: "De terminal is bezig met een andere betaling. Er is niets begonnen. Probeer het \
        zo meteen opnieuw.",
    cancelled_title: "Betaling afgebroken",
    cancelled_body: "U hebt de betaalpagina voor het einde verlaten. Uw bestelling is niet \
        betaald.",
    incomplete_title: "Betaling onvolledig",
    incomplete_body: "Geaccepteerd: {accepted} van {total}. De rest is niet betaald: uw bestelling \
        is nog niet voldaan.",
    held_title: "Een deel kan geblokkeerd zijn",
    held_body: "Het deel dat met een voucher is betaald, {accepted}, kan geblokkeerd zijn bij de \
        uitgever. Krijgt u het niet terug, neem dan contact op met {shop} en vermeld bestelling \
        {reference}.",
    held_full: "Een nieuwe betaling is voor het volledige bedrag: {total}.",
    surplus_title: "Er is ook een tweede betaling afgeschreven",
    surplus_body: "Extra afgeschreven voor deze bestelling: {accepted}. Neem voor terugbetaling \
        contact op met {shop} en vermeld {reference}.",
    no_more: "Hier is geen verdere betaling mogelijk. Neem contact op met {shop} en vermeld \
        bestelling {reference}.",
    expired_title: "De tijd om te betalen is verstreken",
    expired_body: "Ga terug naar uw winkelwagen om opnieuw te beginnen.",
    expired_started: "Als u zojuist hebt betaald, krijgt de winkel daar bericht van: controleer uw \
        bestelling voordat u opnieuw betaalt.",
    paid_elsewhere_title: "Deze bestelling is al betaald",
    paid_elsewhere_body: "De bestelling is op een andere pagina betaald. Hier valt niets meer te \
        betalen. Neem bij twijfel contact op met {shop} en vermeld bestelling {reference}.",
    offline_title: "Verbinding verbroken",
    offline_body: "De betaaldienst antwoordt niet. Controleer uw verbinding: uw keuze blijft \
        bewaard, en voordat we verdergaan controleren we hoe het met de betaling staat.",
    broken_title: "Betalen is niet mogelijk",
    broken_body: "Op deze pagina kan op dit moment niet worden betaald. Neem contact op met de \
        winkel; opnieuw proberen helpt niet.",
    broken_retry: "De betaaldienst heeft een storing. Probeer het zo meteen opnieuw.",
    retry: "Opnieuw proberen",
    trouble_platform: "De betaalpagina is op dit moment niet bereikbaar. Er is geen betaling \
        begonnen. Probeer het zo meteen opnieuw.",
    trouble_method: "Deze betaalmethode wordt niet meer aangeboden. Kies een andere.",
    trouble_too_many: "Er zijn te veel betalingen begonnen voor deze bestelling. Neem contact op \
        met de winkel.",
    trouble_fields: "De kaartvelden gaan niet open. Er is niets betaald. Probeer het opnieuw of \
        kies een andere betaalmethode.",
    trouble_expired: "De tijd om dit in te vullen is verstreken. Druk nogmaals op de betaalknop om \
        opnieuw te beginnen.",
    trouble_card: "Deze kaart is niet meer bewaard. Kies een andere betaalmethode.",
    trouble_leave: "Deze pagina laat uw browser niet naar de betaalpagina gaan. Er is niets \
        betaald. Kies een andere betaalmethode of neem contact op met de winkel.",
    trouble_other: "De betaling kon niet beginnen. Probeer het zo meteen opnieuw.",
    back_to_shop: "Terug naar {shop}",
    link_title: "Uw bestelling betalen",
    link_body: "Deze link werkt één keer. Ga door om te kiezen hoe u betaalt.",
    link_over: "Deze link is al gebruikt of verlopen. Vraag de winkel om een nieuwe.",
};
