// What the element says while, or because, the module or its texts are not there. Everything later
// is said by the texts beside this file, which come as a file of one language.

const WORDS = {
  fr: {
    loading: 'Chargement du paiement…',
    unsupported:
      'Le paiement ne peut pas s’afficher dans ce navigateur. Essayez avec un autre navigateur ' +
      'à jour, ou contactez la boutique.',
    unfit:
      'Cette page ne peut pas prendre de paiement pour le moment. Rechargez-la, ou contactez la ' +
      'boutique.',
    failed: 'Le paiement n’a pas pu se charger. Vérifiez votre connexion.',
    retry: 'Réessayer',
  },
  en: {
    loading: 'Loading the payment…',
    unsupported:
      'The payment can’t be shown in this browser. Try another up-to-date browser, or contact ' +
      'the shop.',
    unfit:
      'This page can’t take a payment at the moment. Reload it, or contact the shop.',
    failed: 'The payment could not be loaded. Check your connection.',
    retry: 'Try again',
  },
  de: {
    loading: 'Die Zahlung wird geladen…',
    unsupported:
      'Die Zahlung kann in diesem Browser nicht angezeigt werden. Versuchen Sie es mit einem ' +
      'anderen, aktuellen Browser, oder wenden Sie sich an den Shop.',
    unfit:
      'Auf dieser Seite kann derzeit nicht bezahlt werden. Laden Sie sie neu, oder wenden Sie ' +
      'sich an den Shop.',
    failed: 'Die Zahlung konnte nicht geladen werden. Überprüfen Sie Ihre Verbindung.',
    retry: 'Noch einmal versuchen',
  },
  es: {
    loading: 'Cargando el pago…',
    unsupported:
      'El pago no se puede mostrar en este navegador. Pruebe con otro navegador actualizado o ' +
      'póngase en contacto con la tienda.',
    unfit:
      'En este momento no se puede pagar en esta página. Vuelva a cargarla o póngase en contacto ' +
      'con la tienda.',
    failed: 'No se ha podido cargar el pago. Compruebe su conexión.',
    retry: 'Intentar de nuevo',
  },
  it: {
    loading: 'Caricamento del pagamento…',
    unsupported:
      'Il pagamento non può essere mostrato in questo browser. Provare con un altro browser ' +
      'aggiornato, o contattare il negozio.',
    unfit:
      'Al momento non è possibile pagare in questa pagina. Ricaricarla, o contattare il negozio.',
    failed: 'Non è stato possibile caricare il pagamento. Controllare la connessione.',
    retry: 'Riprova',
  },
  nl: {
    loading: 'De betaling wordt geladen…',
    unsupported:
      'De betaling kan in deze browser niet worden getoond. Probeer een andere, bijgewerkte ' +
      'browser of neem contact op met de winkel.',
    unfit:
      'Op deze pagina kan op dit moment niet worden betaald. Laad de pagina opnieuw of neem ' +
      'contact op met de winkel.',
    failed: 'De betaling kon niet worden geladen. Controleer uw verbinding.',
    retry: 'Opnieuw proberen',
  },
  pt: {
    loading: 'A carregar o pagamento…',
    unsupported:
      'Não é possível mostrar o pagamento neste navegador. Experimente outro navegador ' +
      'atualizado ou contacte a loja.',
    unfit:
      'Não é possível pagar nesta página neste momento. Recarregue-a ou contacte a loja.',
    failed: 'Não foi possível carregar o pagamento. Verifique a ligação à Internet.',
    retry: 'Tentar novamente',
  },
  sv: {
    loading: 'Betalningen laddas…',
    unsupported:
      'Betalningen kan inte visas i den här webbläsaren. Prova med en annan, uppdaterad ' +
      'webbläsare eller kontakta butiken.',
    unfit:
      'Det går inte att betala på den här sidan just nu. Ladda om den eller kontakta butiken.',
    failed: 'Betalningen kunde inte laddas. Kontrollera din anslutning.',
    retry: 'Försök igen',
  },
};

// The letters in front of a tag are the language: `fr` of `fr_FR.UTF-8`.
export const languageOf = (tag) => /^[a-z]*/i.exec((tag || '').trim())[0].toLowerCase();

// The first of these tags whose language is spoken, or undefined: the rule of `Locale::choose`.
export const spoken = (...tags) => tags.find((tag) => WORDS.hasOwnProperty(languageOf(tag)));

// A language that is spoken, and its words here.
export const wordsFor = (tag = 'en') => [languageOf(tag), WORDS[languageOf(tag)]];
