import { LanguageCode, PaymentMethodHandler, PaymentOptions } from '@vendure/core';

import { GuichetError } from './client';
import { GuichetService, whyOf } from './service';

let guichet: GuichetService;

/** The payment method. `createPayment` believes Guichet alone, so that it does no harm where a
 * storefront calls `addPaymentToOrder` by itself. */
export const guichetHandler = new PaymentMethodHandler({
  code: 'guichet',
  description: [
    { languageCode: LanguageCode.en, value: 'Guichet' },
    { languageCode: LanguageCode.de, value: 'Guichet' },
    { languageCode: LanguageCode.fr, value: 'Guichet' },
  ],
  args: {},
  init(injector) {
    guichet = injector.get(GuichetService);
  },
  async createPayment(ctx, order, amount, _args, metadata) {
    const proof = typeof metadata?.session === 'string'
      ? await guichet.proven(ctx, order, metadata.session).catch(() => null)
      : null;
    if (!proof) return { amount, state: 'Error' as const, errorMessage: 'not paid at Guichet' };
    const [session, payment] = proof;
    // What was taken, not what is due: the order may have changed since.
    return {
      amount: session.amount,
      state: 'Settled' as const,
      transactionId: payment.id,
      metadata: { session: session.id, method: payment.method },
    };
  },
  settlePayment() {
    return { success: true as const };
  },
  async createRefund(_ctx, _input, amount, _order, payment) {
    try {
      const asked = await guichet.refund(payment, amount);
      const ended = { done: 'Settled', refused: 'Failed' } as const;
      return {
        state: ended[asked.status as keyof typeof ended] ?? 'Pending',
        transactionId: asked.id,
        metadata: asked.status === 'done' ? {} : { why: whyOf(asked) },
      };
    } catch (error) {
      // Without an answer nothing is written down, and the next try asks with the same key.
      if (!(error instanceof GuichetError)) throw error;
      return { state: 'Failed', metadata: { why: error.message } };
    }
  },
});

/** Vendure moves each refund from Pending to what `createRefund` says, and refuses to move it from
 * Pending to Pending: the refund is kept, and who asked for it is told that it failed. */
export const waitingRefunds: NonNullable<PaymentOptions['refundProcess']>[number] = {
  transitions: { Pending: { to: ['Pending'] } },
};
