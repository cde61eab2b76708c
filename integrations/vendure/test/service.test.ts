/** Vendure itself on fresh books, and a Guichet that is played. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { IncomingMessage, Server, createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import {
  ChannelService, LanguageCode, NoopLogger, Order, OrderService, ProductVariantService,
  RequestContext, RequestContextService, TransactionalConnection, bootstrap,
} from '@vendure/core';
import { importProductsFromCsv, populateInitialData } from '@vendure/core/cli';
import { Webhook } from 'standardwebhooks';

import { GuichetPlugin, GuichetService } from '../src';
import { page } from '../src/page';
import { codeOf, missing } from '../src/service';
import { NOTES, Note, TEXTS, languageOf } from '../src/texts';

const SECRET = 'whsec_Z3VpY2hldC10ZXN0cy13ZWJob29rLXNlY3JldC0tLS0=';

/** No two payments have one id, here as at the real one. */
let payments = 0;

/** Plays the backend. */
class Guichet {
  sessions: any[] = [];
  keys = new Map<string, any>();
  refunds = new Map<string, any>();
  refundStatus = 'done';
  refuse: any = null;
  down = false;

  answer(method: string, path: string, key: string, body: any): [number, any] {
    if (this.down) return [503, { code: 'store_unavailable' }];
    if (this.refuse && method === 'POST') return [422, this.refuse];
    const [, , kind, id, rest, instruction] = path.split(/[/?]/);
    if (kind === 'sessions' && method === 'POST' && !id?.startsWith('cs_')) {
      const made = this.keys.get(key) ?? { id: `cs_${this.sessions.length + 1}`, status: 'open',
        payments: [], settled_by: null, markup: '<guichet-checkout></guichet-checkout>', ...body };
      if (!this.keys.has(key)) this.sessions.push(made);
      this.keys.set(key, made);
      return [201, made];
    }
    if (kind === 'sessions' && path.includes('reference=')) {
      const wanted = new URL(path, 'http://x').searchParams.get('reference');
      return [200, { sessions: this.sessions.filter((s) => s.reference === wanted).reverse() }];
    }
    if (kind === 'sessions') {
      const session = this.sessions.find((session) => session.id === id);
      if (rest !== 'expire') return [200, session];
      if (session.status === 'pending') return [409, { code: 'payment_open', detail: 'open' }];
      session.status = 'expired';
      return [200, session];
    }
    if (method === 'POST' && !this.refunds.has(key)) {
      this.refunds.set(key, { id: `ins_${this.refunds.size + 1}`, payment: id, ...body });
    }
    const found = method === 'POST' ? this.refunds.get(key)
      : [...this.refunds.values()].find((refund) => refund.id === instruction);
    const done = this.refundStatus === 'partly_done' ? 600 : found?.amount;
    return [200, { ...found, status: this.refundStatus, done, operations: [{ why: 'because' }] }];
  }

  /** A payment of the last session of that order. */
  pay(reference: string, more: object = {}): any {
    const session = this.sessions.findLast((session) => session.reference === reference);
    const payment = { id: `pay_${(payments += 1)}`, method: 'card',
      surplus: false, accepted: session.amount, ...more };
    session.payments.push(payment);
    if (!payment.surplus) Object.assign(session, { status: 'paid', settled_by: payment.id });
    return payment;
  }
}

let guichet: Guichet;
let played: Server;
let app: Awaited<ReturnType<typeof bootstrap>>;
let ctx: RequestContext;
let port: number;

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const freePort = (): Promise<number> => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  });
});

before(async () => {
  played = createServer(async (request, response) => {
    const body = await read(request);
    assert.equal(request.headers.authorization, 'Bearer sk_test');
    const key = String(request.headers['idempotency-key'] ?? '');
    const [status, told] = guichet.answer(
      request.method!, request.url!, key, body && JSON.parse(body));
    const open = told?.code === 'payment_open' && { 'Retry-After': '601' };
    const headers = { 'Content-Type': 'application/json', ...open };
    response.writeHead(status, headers).end(JSON.stringify(told));
  });
  await new Promise<void>((done) => played.listen(0, '127.0.0.1', done));
  guichet = new Guichet();
  port = await freePort();
  const backend = `http://127.0.0.1:${(played.address() as AddressInfo).port}`;
  app = await bootstrap({
    apiOptions: { port, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
    authOptions: { superadminCredentials: { identifier: 'a', password: 'a' } },
    dbConnectionOptions: { type: 'sqljs', synchronize: true },
    paymentOptions: { paymentMethodHandlers: [] },
    logger: new NoopLogger(),
    plugins: [GuichetPlugin.init({ backend, key: 'sk_test', webhookSecret: SECRET,
      shopUrl: `http://127.0.0.1:${port}` })],
  });
  ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
  const channel = await app.get(ChannelService).getDefaultChannel(ctx);
  await app.get(ChannelService).update(ctx, { id: channel.id, pricesIncludeTax: true,
    defaultCurrencyCode: 'EUR' as any, availableCurrencyCodes: ['EUR' as any] });
  await populateInitialData(app, {
    defaultLanguage: LanguageCode.en, defaultZone: 'Europe',
    countries: [{ code: 'FR', name: 'France', zone: 'Europe' }],
    taxRates: [{ name: 'Reduced', percentage: 0 }],
    shippingMethods: [{ name: 'Collect', price: 0 }],
    paymentMethods: [{ name: 'guichet', handler: { code: 'guichet', arguments: [] } }],
    collections: [],
  });
  const csv = join(mkdtempSync(join(tmpdir(), 'vendure-guichet-')), 'products.csv');
  writeFileSync(csv, 'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,'
    + 'taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets\n'
    + 'panier,panier,panier,,,,,panier,42.00,reduced,9999,false,,\n');
  await importProductsFromCsv(app, csv, LanguageCode.en);
  ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
});

after(async () => {
  await app?.close();
  played?.close();
});

beforeEach(() => {
  guichet = new Guichet();
});

const orders = () => app.get(OrderService);
const service = () => app.get(GuichetService);
const fresh = async (code: string): Promise<Order> => (await service().find(ctx, code))!;

/** An order of 42 euros that waits for its payment. */
const order = async (): Promise<Order> => {
  const made = await orders().create(ctx);
  const { items: [variant] } = await app.get(ProductVariantService).findAll(ctx);
  await orders().addItemToOrder(ctx, made.id, variant.id, 1);
  const { CustomerService } = await import('@vendure/core');
  const customer: any = await app.get(CustomerService).createOrUpdate(ctx, {
    firstName: 'Camille', lastName: 'Durand', emailAddress: 'camille@example.com' });
  await orders().addCustomerToOrder(ctx, made.id, customer);
  await orders().setShippingAddress(ctx, made.id, { fullName: 'Camille Durand', city: 'Paris',
    streetLine1: '12 rue des Lilas', postalCode: '75011', countryCode: 'FR' });
  const [method] = await orders().getEligibleShippingMethods(ctx, made.id);
  await orders().setShippingMethod(ctx, made.id, [method.id]);
  const moved: any = await orders().transitionToState(ctx, made.id, 'ArrangingPayment');
  assert.equal(moved.state, 'ArrangingPayment', moved.transitionError);
  return fresh(made.code);
};

const tell = async (reference: string, secret = SECRET): Promise<number> => {
  const body = JSON.stringify({ type: 'session.paid', data: { reference } });
  const now = new Date();
  const answer = await fetch(`http://127.0.0.1:${port}/guichet/webhook`, { method: 'POST', body,
    headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', now, body) } });
  return answer.status;
};

const notes = async (code: string): Promise<string[]> => {
  const { HistoryService } = await import('@vendure/core');
  const found = await app.get(HistoryService).getHistoryForOrder(
    ctx, (await fresh(code)).id, false);
  return found.items.map(({ data }) => String(data.note ?? '')).filter((n) => n);
};

const until = async (look: () => boolean): Promise<void> => {
  for (let tried = 0; !look(); tried += 1) {
    assert.ok(tried < 100, 'it did not come to be');
    await new Promise((done) => setTimeout(done, 50));
  }
};

test('an order has one session, with what Vendure knows of the shopper', async () => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  const shown = await service().show(ctx, code, 'fr');
  assert.equal(shown.kind, 'checkout');
  assert.equal(guichet.sessions.length, 1);
  const [made] = guichet.sessions;
  assert.deepEqual([made.reference, made.amount, made.currency], [code, 4200, 'EUR']);
  assert.equal(made.shopper.address.city, 'Paris');
  assert.equal(made.return_url, `http://127.0.0.1:${port}/guichet/orders/${code}`);
});

test('a webhook pays once, and a forged one nothing', async () => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  guichet.pay(code);
  assert.equal(await tell(code, `whsec_${Buffer.from('x'.repeat(24)).toString('base64')}`), 400);
  assert.equal((await fresh(code)).state, 'ArrangingPayment');
  assert.deepEqual(await Promise.all([tell(code), tell(code), tell(code)]), [204, 204, 204]);
  const paid = await fresh(code);
  assert.equal(paid.state, 'PaymentSettled');
  assert.equal(paid.payments.length, 1);
});

test('a signed message about an unpaid session pays nothing', async () => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  assert.equal(await tell(code), 204);
  assert.equal((await fresh(code)).payments.length, 0);
});

test('a message comes again while Guichet can not be asked', async () => {
  const { code } = await order();
  guichet.down = true;
  assert.equal(await tell(code), 503);
});

test('a storefront that claims a payment is believed nothing', async () => {
  const [mine, other] = [await order(), await order()];
  await service().show(ctx, mine.code, 'fr');
  await service().show(ctx, other.code, 'fr');
  guichet.pay(other.code);
  const claim = (session: unknown) => app.get(TransactionalConnection).withTransaction(ctx, (ctx) =>
    orders().addPaymentToOrder(ctx, mine.id, { method: 'guichet', metadata: { session } }));
  for (const session of ['cs_1', 'cs_2', 'cs_9', '../x', 7]) {
    assert.equal(((await claim(session)) as any).errorCode, 'PAYMENT_FAILED_ERROR');
  }
  assert.equal((await fresh(mine.code)).state, 'ArrangingPayment');
});

test('one payment pays one order once', async () => {
  const { code, id } = await order();
  await service().show(ctx, code, 'fr');
  guichet.pay(code, { accepted: 4200 });
  guichet.sessions[0].amount = 1000;
  const claim = () => app.get(TransactionalConnection).withTransaction(ctx, (ctx) =>
    orders().addPaymentToOrder(ctx, id, { method: 'guichet', metadata: { session: 'cs_1' } }));
  assert.equal(((await claim()) as any).state, 'ArrangingPayment');
  assert.equal(((await claim()) as any).errorCode, 'PAYMENT_FAILED_ERROR');
});

test('what is paid for a cancelled order is given back once, and told', async () => {
  const { code, id } = await order();
  await service().show(ctx, code, 'fr');
  guichet.sessions[0].status = 'pending';
  await orders().cancelOrder(ctx, { orderId: id });
  guichet.pay(code);
  for (let tried = 0; tried < 3; tried += 1) assert.equal(await tell(code), 204);
  assert.equal((await fresh(code)).payments.length, 0);
  assert.deepEqual([...guichet.refunds.values()].map((refund) => refund.amount), [4200]);
  assert.equal((await notes(code)).length, 1);
});

test('a second payment of an order is given back once', async () => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  guichet.pay(code);
  const surplus = guichet.pay(code, { surplus: true });
  for (let tried = 0; tried < 2; tried += 1) await tell(code);
  assert.deepEqual([...guichet.refunds.values()].map((r) => r.payment), [surplus.id]);
});

test('what can not be given back is told', async () => {
  const { code, id } = await order();
  await service().show(ctx, code, 'fr');
  guichet.sessions[0].status = 'pending';
  await orders().cancelOrder(ctx, { orderId: id });
  guichet.pay(code);
  guichet.refuse = { code: 'operation_not_possible', errors: [{ field: 'parts',
    problem: 'the issuer alone can' }] };
  await tell(code);
  assert.match((await notes(code))[0], /the issuer alone can/);
});

test('the shop is told in the language of the channel, or in the one chosen', async () => {
  const channels = app.get(ChannelService);
  const channel = await channels.getDefaultChannel(ctx);
  const told = async (defaultLanguageCode: string, notesIn?: string) => {
    const { code, id } = await order();
    await service().show(ctx, code, 'en');
    guichet.sessions.at(-1).status = 'pending';
    await orders().cancelOrder(ctx, { orderId: id });
    guichet.pay(code);
    const own = service() as any;
    const before = { ...own.options };
    own.options = { ...before, notesIn };
    channel.defaultLanguageCode = defaultLanguageCode as any;
    const asked = new RequestContext({ apiType: 'admin', channel, isAuthorized: true,
      authorizedAsOwnerOnly: false });
    await own.settle(asked, code).finally(() => Object.assign(own, { options: before }));
    return (await notes(code))[0];
  };
  assert.match(await told('fr'), /il est remboursé$/);
  assert.match(await told('de'), /es wird erstattet$/);
  assert.match(await told('es'), /it is given back$/);
  assert.match(await told('fr', 'de'), /es wird erstattet$/);
  channel.defaultLanguageCode = LanguageCode.en;
});

test('every language of the notes says what the others say, with the same places', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const texts of Object.values(NOTES)) {
    assert.deepEqual(Object.keys(texts), Object.keys(NOTES.en));
    for (const [name, text] of Object.entries(texts)) {
      assert.deepEqual(places(text), places(NOTES.en[name as Note]), text);
    }
  }
});

test('who goes back to adding items has the session closed', async () => {
  const { code, id } = await order();
  await service().show(ctx, code, 'fr');
  await orders().transitionToState(ctx, id, 'AddingItems');
  await until(() => guichet.sessions[0].status === 'expired');
});

test('no second session is made while the first may take money', async () => {
  const { code, id } = await order();
  await service().show(ctx, code, 'fr');
  guichet.sessions[0].status = 'pending';
  const { lines: [line] } = await fresh(code);
  await orders().transitionToState(ctx, id, 'AddingItems');
  await orders().adjustOrderLine(ctx, id, line.id, 2);
  await orders().transitionToState(ctx, id, 'ArrangingPayment');
  const shown = await service().show(ctx, code, 'fr');
  assert.deepEqual(shown, { kind: 'underWay', minutes: 11 });
  assert.match(page('fr', code, 'http://pay.example', shown), /dans 11 minutes/);
  assert.match(page('fr', code, 'http://pay.example', { kind: 'underWay' }), /dans quelques minutes/);
  assert.equal(guichet.sessions.length, 1);
  // The old amount is taken all the same, and the rest is another order of Guichet's.
  guichet.pay(code);
  await tell(code);
  assert.equal((await fresh(code)).state, 'ArrangingPayment');
  await service().show(ctx, code, 'fr');
  assert.deepEqual(guichet.sessions.map((s) => [s.reference, s.amount]),
    [[code, 4200], [`${code}-2`, 4200]]);
  guichet.pay(`${code}-2`);
  await tell(`${code}-2`);
  assert.equal((await fresh(code)).state, 'PaymentSettled');
});

const paid = async (): Promise<Order> => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  guichet.pay(code);
  await tell(code);
  return fresh(code);
};

const refund = (order: Order, amount: number): Promise<any> =>
  orders().refundOrder(ctx, { lines: [], shipping: 0, adjustment: 0, amount,
    paymentId: order.payments[0].id, reason: 'sent back' } as any);

test('a refund that waits is settled when Guichet says so', async () => {
  const order = await paid();
  guichet.refundStatus = 'pending';
  assert.equal((await refund(order, 1000)).state, 'Pending');
  guichet.refundStatus = 'done';
  await tell(order.code);
  assert.equal((await fresh(order.code)).payments[0].refunds[0].state, 'Settled');
  assert.equal(guichet.refunds.size, 1);
});

test('a refund that is done in part counts as that part, and is told', async () => {
  const order = await paid();
  guichet.refundStatus = 'partly_done';
  assert.equal((await refund(order, 1000)).state, 'Pending');
  await tell(order.code);
  await tell(order.code);
  const [kept] = (await fresh(order.code)).payments[0].refunds;
  assert.deepEqual([kept.state, kept.total], ['Settled', 600]);
  const told = (await notes(order.code)).filter((note) => note.includes('gave back €6.00'));
  assert.equal(told.length, 1);
  assert.match(told[0], /not the remaining €4.00/);
});

test('equal refunds one after the other are two, and a refused one is no success', async () => {
  const order = await paid();
  assert.equal((await refund(order, 1000)).state, 'Settled');
  assert.equal((await refund(order, 1000)).state, 'Settled');
  assert.equal(guichet.refunds.size, 2);
  guichet.refundStatus = 'refused';
  assert.equal((await refund(order, 1000)).state, 'Failed');
});

test('a refund that got no answer is asked for again with its key', async () => {
  const order = await paid();
  guichet.down = true;
  await assert.rejects(refund(order, 1000));
  guichet.down = false;
  await refund(order, 1000);
  assert.equal(guichet.refunds.size, 1);
});

test('what is missing is asked for, and nothing that the form can not answer', async () => {
  const { code } = await order();
  guichet.refuse = { code: 'field_invalid', errors: [{ field: 'shopper.phone', problem: 'no' }] };
  assert.deepEqual(await service().show(ctx, code, 'fr'),
    { kind: 'missing', missing: ['phoneNumber'] });
  assert.deepEqual(missing([{ field: 'currency', problem: '' }]), []);
  guichet.refuse = null;
  await service().tell(ctx, await fresh(code), { phoneNumber: '06 12 34 56 78' });
  await service().show(ctx, code, 'fr');
  assert.equal(guichet.sessions[0].shopper.phone, '06 12 34 56 78');
  assert.equal(guichet.sessions[0].shopper.address.city, 'Paris');
});

test('more ways are offered each time the page is shown', async () => {
  const { code } = await order();
  await service().show(ctx, code, 'fr');
  guichet.sessions[0].left_out = [{ method: 'apetiz', errors: [
    { field: 'shopper.phone', problem: 'is missing' }] }];
  for (let shown = 0; shown < 2; shown += 1) {
    const found: any = await service().show(ctx, code, 'fr');
    assert.deepEqual([found.kind, found.missing], ['checkout', ['phoneNumber']]);
  }
});

test("nobody sees the page of another's order", async () => {
  const { code } = await order();
  const answer = await fetch(`http://127.0.0.1:${port}/guichet/orders/${code}`);
  assert.equal(answer.status, 404);
});

test('every text is there in each language', () => {
  const names = Object.keys(TEXTS.en).sort();
  for (const words of Object.values(TEXTS)) assert.deepEqual(Object.keys(words).sort(), names);
  assert.equal(languageOf('nl,de-AT;q=0.8'), 'de');
  assert.equal(languageOf(undefined), 'en');
  assert.equal(codeOf('ABC-2'), 'ABC');
});
