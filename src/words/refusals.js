// What the element says where nothing can be paid: in this browser, or on this page. Hardly anybody
// reads it, so it is a file of its own.

export const refusals = {
  fr: {
    unsupported:
      'Le paiement ne peut pas s’afficher dans ce navigateur. Essayez avec un autre navigateur ' +
      'à jour, ou contactez la boutique.',
    unfit:
      'Cette page ne peut pas prendre de paiement pour le moment. Rechargez-la, ou contactez la ' +
      'boutique.',
  },
  en: {
    unsupported:
      'The payment can’t be shown in this browser. Try another up-to-date browser, or contact ' +
      'the shop.',
    unfit:
      'This page can’t take a payment at the moment. Reload it, or contact the shop.',
  },
  de: {
    unsupported:
      'Die Zahlung kann in diesem Browser nicht angezeigt werden. Versuchen Sie es mit einem ' +
      'anderen, aktuellen Browser, oder wenden Sie sich an den Shop.',
    unfit:
      'Auf dieser Seite kann derzeit nicht bezahlt werden. Laden Sie sie neu, oder wenden Sie ' +
      'sich an den Shop.',
  },
  es: {
    unsupported:
      'El pago no se puede mostrar en este navegador. Pruebe con otro navegador actualizado o ' +
      'póngase en contacto con la tienda.',
    unfit:
      'En este momento no se puede pagar en esta página. Vuelva a cargarla o póngase en contacto ' +
      'con la tienda.',
  },
  it: {
    unsupported:
      'Il pagamento non può essere mostrato in questo browser. Provare con un altro browser ' +
      'aggiornato, o contattare il negozio.',
    unfit:
      'Al momento non è possibile pagare in questa pagina. Ricaricarla, o contattare il negozio.',
  },
  nl: {
    unsupported:
      'De betaling kan in deze browser niet worden getoond. Probeer een andere, bijgewerkte ' +
      'browser of neem contact op met de winkel.',
    unfit:
      'Op deze pagina kan op dit moment niet worden betaald. Laad de pagina opnieuw of neem ' +
      'contact op met de winkel.',
  },
  pt: {
    unsupported:
      'Não é possível mostrar o pagamento neste navegador. Experimente outro navegador ' +
      'atualizado ou contacte a loja.',
    unfit:
      'Não é possível pagar nesta página neste momento. Recarregue-a ou contacte a loja.',
  },
  sv: {
    unsupported:
      'Betalningen kan inte visas i den här webbläsaren. Prova med en annan, uppdaterad ' +
      'webbläsare eller kontakta butiken.',
    unfit:
      'Det går inte att betala på den här sidan just nu. Ladda om den eller kontakta butiken.',
  },
};
