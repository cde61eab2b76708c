// The peer's drop-in with the same methods as ours, and no other: its bundler leaves out the rest.
// The addresses are this machine's; what is switched off would only ask for more.

import { AdyenCheckout, ANCV, Card, Dropin, MealVoucherFR } from '@adyen/adyen-web';

const place = document.querySelector('#checkout');
const { api, cdn, session } = place.dataset;

const checkout = await AdyenCheckout({
  environment: 'test',
  _environmentUrls: { api, analytics: api, cdn: { images: cdn, translations: cdn } },
  clientKey: 'test_BENCH',
  locale: 'fr-FR',
  countryCode: 'FR',
  analytics: { enabled: false },
  session: { id: session, sessionData: 'bench' },
});

new Dropin(checkout, {
  paymentMethodComponents: [ANCV, Card, MealVoucherFR],
  openFirstPaymentMethod: false,
}).mount(place);
