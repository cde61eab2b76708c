#!/usr/bin/env bash
# Vendure 3.7.3 answers an error to a refund that waits, and has kept it. Needs Node.js 20 with npm.
#
# A handler's `createRefund` tells the state of the refund that it made, and its type takes
# `Pending`: the bank gives the money back the next day. A refund is made in that state already, and
# the process has no way from Pending to Pending: whoever asked is answered
# RefundStateTransitionError, with the refund in the books, its amount and its transaction.
#
# A clerk who believes the error tries again, and is told that nothing is left to refund. A handler
# that answers `false` is told no error, and its transaction is lost. A refund process of the shop's
# own that lets Pending go to Pending mends it. Seen on 2026-11-28.

. "$(dirname "$0")/lib/setup.bash"

node_run @vendure/core@3.7.3 sql.js@1.14.1 <<'JS'
import assert from 'node:assert/strict';
import {
  ChannelService, DefaultLogger, LanguageCode, LogLevel, Order, Payment, PaymentMethodHandler,
  PaymentMethodService, PaymentService, Refund, RequestContextService, TransactionalConnection,
  bootstrap,
} from '@vendure/core';

const text = (value) => [{ languageCode: LanguageCode.en, value }];
const bank = new PaymentMethodHandler({
  code: 'bank',
  description: text('A bank that gives money back the next day'),
  args: {},
  createPayment: (ctx, order, amount) => ({ amount, state: 'Settled', transactionId: 'paid-1' }),
  settlePayment: () => ({ success: true }),
  // As its type says: `state: RefundState`, of Pending, Settled and Failed.
  createRefund: () => ({ state: 'Pending', transactionId: 'back-1' }),
});
const app = await bootstrap({
  apiOptions: { port: 0, hostname: '127.0.0.1' },
  authOptions: { cookieOptions: { secret: 'of-a-finding' } },
  dbConnectionOptions: { type: 'sqljs', synchronize: true, autoSave: false },
  paymentOptions: { paymentMethodHandlers: [bank] },
  logger: new DefaultLogger({ level: LogLevel.Error }),
});
const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
const channel = await app.get(ChannelService).getDefaultChannel(ctx);
await app.get(PaymentMethodService).create(ctx, {
  code: 'bank',
  enabled: true,
  handler: { code: 'bank', arguments: [] },
  translations: [{ languageCode: LanguageCode.en, name: 'Bank', description: '' }],
});
const connection = app.get(TransactionalConnection);
const save = (Kind, fields) => connection.getRepository(ctx, Kind).save(new Kind(fields));
const order = await save(Order, {
  code: 'ORDER1', state: 'PaymentSettled', active: false, couponCodes: [], currencyCode: 'EUR',
  subTotal: 4200, subTotalWithTax: 4200, shippingAddress: {}, billingAddress: {}, channels: [channel],
});
const payment = await save(Payment, {
  order, method: 'bank', amount: 4200, state: 'Settled', transactionId: 'paid-1', metadata: {},
});
const input = {
  paymentId: payment.id, amount: 4200, lines: [], shipping: 0, adjustment: 0, reason: 'sent back',
};
const refunds = () => connection.getRepository(ctx, Refund).find();
const told = await app.get(PaymentService).createRefund(ctx, input, order, payment);
console.log('told:', told.__typename, '-', told.transitionError);
const [kept] = await refunds();
console.log(`kept: ${kept.total} ${kept.state} ${kept.transactionId}`);
assert.equal(told.__typename, 'RefundStateTransitionError');
assert.deepEqual([kept.state, kept.total, kept.transactionId], ['Pending', 4200, 'back-1']);
// Whoever believes the error and tries again is told that nothing can be given back.
const again = await app.get(PaymentService).createRefund(ctx, input, order, payment);
console.log('again:', again.__typename, again.maximumRefundable);
assert.equal(again.__typename, 'RefundAmountError');
assert.equal((await refunds()).length, 1);
process.exit();
JS
