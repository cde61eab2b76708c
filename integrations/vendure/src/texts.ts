/** What the shopper reads on the plugin's own page, beside the widget's own words. */
export const TEXTS = {
  fr: {
    pay: 'Payer la commande {code}',
    paid: 'La commande {code} est payée. Merci !',
    needed: 'Le paiement demande encore quelques précisions.',
    moreWays: 'D’autres moyens de paiement sont possibles si vous précisez :',
    save: 'Continuer',
    noScript: 'Le paiement n’apparaît pas ? Rechargez la page.',
    underWay: 'Un paiement que vous avez commencé peut encore être débité. Dès que son issue sera '
      + 'connue vous pourrez continuer : rechargez cette page dans {minutes} minutes.',
    few: 'quelques',
    closed: 'Cette commande n’attend pas de paiement.',
    noWay: 'Cette commande ne peut pas être payée ainsi.',
    unreachable: 'Le paiement ne peut pas s’afficher pour le moment. Rien n’a été débité. '
      + 'Réessayez dans une minute.',
    fullName: 'Nom',
    phoneNumber: 'Téléphone',
    streetLine1: 'N° et rue',
    postalCode: 'Code postal',
    city: 'Ville',
    countryCode: 'Pays',
  },
  de: {
    pay: 'Bestellung {code} bezahlen',
    paid: 'Die Bestellung {code} ist bezahlt. Danke!',
    needed: 'Für die Zahlung fehlen noch Angaben.',
    moreWays: 'Mit diesen Angaben gibt es weitere Zahlungsarten:',
    save: 'Weiter',
    noScript: 'Die Zahlung erscheint nicht? Laden Sie die Seite neu.',
    underWay: 'Eine begonnene Zahlung kann noch abgebucht werden. Sobald feststeht, was aus ihr '
      + 'wurde, geht es weiter: laden Sie diese Seite in {minutes} Minuten neu.',
    few: 'einigen',
    closed: 'Diese Bestellung wartet auf keine Zahlung.',
    noWay: 'Diese Bestellung kann so nicht bezahlt werden.',
    unreachable: 'Die Zahlung kann gerade nicht angezeigt werden. Nichts wurde abgebucht. '
      + 'Versuchen Sie es in einer Minute noch einmal.',
    fullName: 'Name',
    phoneNumber: 'Telefon',
    streetLine1: 'Straße und Hausnummer',
    postalCode: 'Postleitzahl',
    city: 'Ort',
    countryCode: 'Land',
  },
  en: {
    pay: 'Pay order {code}',
    paid: 'Order {code} is paid. Thank you!',
    needed: 'The payment needs to know a little more about you.',
    moreWays: 'There are more ways to pay if you add this:',
    save: 'Continue',
    noScript: 'Does the payment not appear? Reload the page.',
    underWay: 'A payment that you have begun may still be taken. As soon as its outcome is known '
      + 'you can go on: reload this page in {minutes} minutes.',
    few: 'a few',
    closed: 'This order waits for no payment.',
    noWay: 'This order can’t be paid this way.',
    unreachable: 'The payment can’t be shown at the moment. Nothing was taken. Try again in a '
      + 'minute.',
    fullName: 'Name',
    phoneNumber: 'Phone',
    streetLine1: 'Street and number',
    postalCode: 'Postal code',
    city: 'City',
    countryCode: 'Country',
  },
} satisfies Record<string, Record<string, string>>;

export type Language = keyof typeof TEXTS;
export type Words = (typeof TEXTS)['en'];

/** The first of the browser's or storefront's languages that there are texts in. */
export const languageOf = (wanted: string | undefined): Language => {
  const tags = (wanted ?? '').split(',').map((tag) => tag.trim().slice(0, 2).toLowerCase());
  return tags.find((tag): tag is Language => tag in TEXTS) ?? 'en';
};

/** What whoever runs the shop reads in an order's history. */
export const NOTES = {
  fr: {
    surplus: '{id} a été payé en plus de ce qui a payé la commande ; {became}',
    late: '{id} a été payé alors que la commande ne prend plus ce paiement ({why}) ; {became}',
    givenBack: 'il est remboursé',
    notGivenBack: 'il n’est pas remboursé : {why}',
    incomplete: '{id} : seuls {amount} ont été débités',
    over: '{id} dépasse de {amount} le total de la commande',
    partRefund: '{id} a remboursé {amount}, et pas les {rest} restants',
  },
  de: {
    surplus: '{id} wurde neben dem gezahlt, was die Bestellung bezahlt hat; {became}',
    late: '{id} wurde gezahlt, als die Bestellung es nicht mehr annahm ({why}); {became}',
    givenBack: 'es wird erstattet',
    notGivenBack: 'es wird nicht erstattet: {why}',
    incomplete: '{id}: nur {amount} wurden abgebucht',
    over: '{id} liegt um {amount} über der Summe der Bestellung',
    partRefund: '{id} hat {amount} erstattet, und die übrigen {rest} nicht',
  },
  en: {
    surplus: '{id} was paid beside what paid the order; {became}',
    late: '{id} was paid when the order took it no more ({why}); {became}',
    givenBack: 'it is given back',
    notGivenBack: 'it is not given back: {why}',
    incomplete: '{id}: only {amount} of it was taken',
    over: '{id} is {amount} more than the order’s total',
    partRefund: '{id} gave back {amount}, and not the remaining {rest}',
  },
} satisfies Record<Language, Record<string, string>>;

export type Note = keyof (typeof NOTES)['en'];

/** A text with what belongs into its braces. */
export const fill = (text: string, given: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => given[name] ?? all);
