// Buys baskets in a store: `node buy.mjs '{"npm": …, "shop": …, …}' [CASE]`.

import { join } from 'node:path';

import * as hands from '../hands.mjs';

const { given, press, until, equal, atPlatform, payByCard } = hands;
// Ten euros short, of the 42 that a basket costs.
const SHORT = '9999000000000010';

/** Asks the store's interface from within the page, as a storefront does. */
const shop = (page, query, variables) =>
  page.evaluate(async (query, variables) => {
    const answer = await fetch('/shop-api', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const told = await answer.json();
    if (told.errors) throw new Error(JSON.stringify(told.errors));
    const [found] = Object.values(told.data);
    if (found?.errorCode) throw new Error(JSON.stringify(found));
    return found;
  }, query, variables);

let token;

/** Asks the back office's interface. */
const office = async (query, variables) => {
  const answer = await fetch(`${hands.given.shop}/admin-api`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: token }) },
    body: JSON.stringify({ query, variables }),
  });
  const given = answer.headers.get('vendure-auth-token');
  token ??= given && `Bearer ${given}`;
  const told = await answer.json();
  if (told.errors) throw new Error(JSON.stringify(told.errors));
  return Object.values(told.data)[0];
};

const logIn = () => office(
  'mutation($p: String!) { login(username: "guichet", password: $p) { __typename } }',
  { p: given.password });

const read = async (code) => {
  const found = await office(
    `query($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items {
      id code state totalWithTax
      payments { id amount state transactionId refunds { id state total } }
      history(options: {}) { items { type data } } } } }`, { code });
  return found.items[0];
};

const settled = (code) =>
  until('a paid order', async () => (await read(code)).state === 'PaymentSettled');

const ADDRESS = { fullName: 'Camille Durand', streetLine1: '12 rue des Lilas', city: 'Paris',
  postalCode: '75011', countryCode: 'FR' };

const add = async (page, sku) => {
  const found = await office(
    'query($s: String!) { productVariants(options: { filter: { sku: { eq: $s } } }) '
    + '{ items { id } } }', { s: sku });
  return shop(page, `mutation($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) {
    __typename ... on Order { code } ... on ErrorResult { errorCode message } } }`,
    { id: found.items[0].id });
};

const arrange = (page, state = 'ArrangingPayment') =>
  shop(page, `mutation($s: String!) { transitionOrderToState(state: $s) {
    __typename ... on OrderStateTransitionError { errorCode transitionError } } }`, { s: state });

/** Fills a basket and comes to the page on which it is paid. */
const order = async (language = 'fr') => {
  const page = await hands.visitor();
  await page.setExtraHTTPHeaders({ 'Accept-Language': language });
  await page.goto(`${given.shop}/health`);
  const { code } = await add(page, 'panier');
  await shop(page, `mutation { setCustomerForOrder(input: { firstName: "Camille",
    lastName: "Durand", emailAddress: "camille@example.com" }) {
    __typename ... on ErrorResult { errorCode message } } }`);
  await shop(page, `mutation($a: CreateAddressInput!) { setOrderShippingAddress(input: $a) {
    __typename ... on ErrorResult { errorCode message } } }`, { a: ADDRESS });
  const methods = await shop(page, '{ eligibleShippingMethods { id } }');
  await shop(page, `mutation($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id) {
    __typename ... on ErrorResult { errorCode message } } }`, { id: [methods[0].id] });
  await arrange(page);
  await page.goto(`${given.shop}/guichet/orders/${code}`);
  // The store asks for no phone: the page does.
  await page.type('#phoneNumber', '06 12 34 56 78');
  await press(page, 'form button');
  return { page, code, reference: code };
};

/** Gives all of an order back in the back office. */
const refund = async (code) => {
  const { payments: [payment] } = await read(code);
  return office(`mutation($i: RefundOrderInput!) { refundOrder(input: $i) {
    __typename ... on Refund { id state } ... on ErrorResult { errorCode message } } }`,
  { i: { lines: [], shipping: 0, adjustment: 0, amount: payment.amount, paymentId: payment.id,
    reason: 'sent back' } });
};

const refundStates = async (code) =>
  (await read(code)).payments.flatMap(({ refunds }) => refunds.map(({ state }) => state)).join();

const cancel = async (code) => {
  const { id } = await read(code);
  await office(`mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }`,
    { i: { orderId: id } });
  equal((await read(code)).state, 'Cancelled', 'state');
};

const toldInHistory = (code, words) =>
  until(words, async () => (await read(code)).history.items.some(({ data }) =>
    String(data.note).includes(words)));

const closed = (code) =>
  until('a closed session', async () => (await hands.sessionsOf(code))[0].status === 'expired');

await logIn();
await hands.run({
  'paid by card': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await made.page.screenshot({ path: join(given.pictures, 'payment.png') });
    await payByCard(made);
    await settled(made.code);
    // Whoever came back before the platform had told it sees the widget's own word until then.
    await made.page.goto(`${given.shop}/guichet/orders/${made.code}`);
    await made.page.waitForSelector('[data-story=paid]');
  },
  'paid in German and English': async () => {
    for (const [language, words] of [['de', 'bezahlen'], ['en', 'Pay order']]) {
      const made = await order(language);
      const title = await made.page.$eval('h1', (title) => title.textContent);
      if (!title.includes(words)) throw new Error(`${language}: ${title}`);
      await payByCard(made);
      await settled(made.code);
    }
  },
  'paid by meal voucher with complement': async () => {
    const made = await order();
    await hands.choose(made.page, 'apetiz');
    await hands.typeVoucher(made.page, SHORT);
    await hands.typeCard(made.page, hands.CARD);
    await hands.backToShop(made.page);
    await settled(made.code);
    const [session] = await hands.sessionsOf(made.code);
    equal(session.payments[0].parts.map(({ amount }) => amount), [3200, 1000], 'parts');
  },
  ...hands.shared({
    order,
    paid: settled,
    unpaid: async (code) => equal((await read(code)).state, 'ArrangingPayment', 'state'),
    refund,
    waits: async (code) => equal(await refundStates(code), 'Pending', 'refund'),
    refunded: (code) => until('the refund', async () => (await refundStates(code)) === 'Settled'),
  }),
  'order cancelled, paid late and given back': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.code);
    await cancel(made.code);
    await hands.typeCard(made.page, hands.CARD);
    await toldInHistory(made.code, 'il est remboursé');
    const [{ payments: [payment] }] = await hands.sessionsOf(made.code);
    const asked = await hands.ask(`/v1/payments/${payment.id}/refunds`);
    equal(asked.instructions.map(({ status, amount }) => [status, amount]), [['pending', 4200]],
      'refunds at Guichet');
    await hands.aDayLater(made.code);
    await until('the money given back', async () =>
      (await hands.sessionsOf(made.code))[0].payments[0].given_back === 4200);
  },
  'order expired, paid late': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.code);
    // Vendure lets no order expire: the store has a task of its own for that.
    await office('mutation { runScheduledTask(id: "expire-unpaid-orders") { success } }');
    await until('an expired order', async () => (await read(made.code)).state === 'Cancelled');
    await hands.typeCard(made.page, hands.CARD);
    await toldInHistory(made.code, 'il est remboursé');
    await hands.aDayLater(made.code);
    await until('the money given back', async () =>
      (await hands.sessionsOf(made.code))[0].payments[0].given_back === 4200);
    const { payments, history } = await read(made.code);
    const told = history.items.filter(({ data }) => String(data.note).includes('Guichet'));
    equal([payments.length, told.length], [0, 1], 'payments and notes');
  },
  'order expired before anything is paid': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await office('mutation { runScheduledTask(id: "expire-unpaid-orders") { success } }');
    await closed(made.code);
    await made.page.goto(`${given.shop}/guichet/orders/${made.code}`);
    await made.page.waitForSelector('[data-story=closed]');
  },
  'order cancelled before anything is paid': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await cancel(made.code);
    await closed(made.code);
  },
  'amount changed meanwhile': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await arrange(made.page, 'AddingItems');
    await closed(made.code);
    await add(made.page, 'miel');
    await arrange(made.page);
    await made.page.goto(`${given.shop}/guichet/orders/${made.code}`);
    await payByCard(made);
    await settled(made.code);
    equal((await read(made.code)).payments.map(({ amount }) => amount), [5000], 'payments');
  },
  'items added while the old amount is paid': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.code);
    const other = await made.page.browserContext().newPage();
    await other.goto(`${given.shop}/health`);
    await arrange(other, 'AddingItems');
    await add(other, 'miel');
    await other.close();
    await hands.typeCard(made.page, hands.CARD);
    await until('the payment', async () => (await read(made.code)).payments.length === 1);
    const found = await read(made.code);
    equal([found.state, found.payments[0].amount], ['ArrangingPayment', 4200], 'the order');
    // The rest is paid by itself.
    await made.page.goto(`${given.shop}/guichet/orders/${made.code}`);
    await payByCard(made);
    await settled(made.code);
    equal((await read(made.code)).payments.map(({ amount }) => amount).sort(), [4200, 800],
      'payments');
  },
});
