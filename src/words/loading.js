// What the element says while, or because, the module or its texts are not there. Everything later
// is said by the texts beside this file, which come as a file of one language.

const WORDS = {
  fr: {
    loading: 'Chargement du paiement…',
    failed: 'Le paiement n’a pas pu se charger. Vérifiez votre connexion.',
    retry: 'Réessayer',
  },
  en: {
    loading: 'Loading the payment…',
    failed: 'The payment could not be loaded. Check your connection.',
    retry: 'Try again',
  },
  de: {
    loading: 'Die Zahlung wird geladen…',
    failed: 'Die Zahlung konnte nicht geladen werden. Überprüfen Sie Ihre Verbindung.',
    retry: 'Noch einmal versuchen',
  },
  es: {
    loading: 'Cargando el pago…',
    failed: 'No se ha podido cargar el pago. Compruebe su conexión.',
    retry: 'Intentar de nuevo',
  },
  it: {
    loading: 'Caricamento del pagamento…',
    failed: 'Non è stato possibile caricare il pagamento. Controllare la connessione.',
    retry: 'Riprova',
  },
  nl: {
    loading: 'De betaling wordt geladen…',
    failed: 'De betaling kon niet worden geladen. Controleer uw verbinding.',
    retry: 'Opnieuw proberen',
  },
  pt: {
    loading: 'A carregar o pagamento…',
    failed: 'Não foi possível carregar o pagamento. Verifique a ligação à Internet.',
    retry: 'Tentar novamente',
  },
  sv: {
    loading: 'Betalningen laddas…',
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
