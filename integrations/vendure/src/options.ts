export interface GuichetOptions {
  /** Where Guichet is, such as `https://pay.shop.example`. */
  backend: string;
  /** One of the shop's `secret_keys`. */
  key: string;
  /** What Guichet signs its webhooks with: `whsec_…`. */
  webhookSecret: string;
  /** Where this server is, as the shopper's browser reaches it. */
  shopUrl: string;
  /** The page of an order on which it is paid and which the shopper comes back to: the plugin's
   * own, or one of your storefront that asks `guichetCheckout`. */
  orderUrl?: (code: string) => string;
  /** How much of an order meal vouchers may pay, in minor units; all of it if absent. */
  voucherEligible?: (order: import('@vendure/core').Order) => number;
  /** The language of the notes in an order's history: `fr`, `de` or `en`. The channel's own, where
   * it is one of them, if absent. */
  notesIn?: string;
  /** Code of the payment method that has the handler `guichet`. */
  method?: string;
}

export const OPTIONS = Symbol('guichet options');
