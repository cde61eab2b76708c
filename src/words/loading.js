// What the element says while, or because, the module is not there. Everything later is said by
// the texts beside this file.

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
};

// The first of these tags that is spoken, else English: the rule of `Lang::choose` beside this file.
export const wordsFor = (...tags) => {
  for (const tag of tags) {
    const lang = /^[a-z]*/i.exec((tag || '').trim())[0].toLowerCase();
    if (WORDS.hasOwnProperty(lang)) return [lang, WORDS[lang]];
  }
  return ['en', WORDS.en];
};
