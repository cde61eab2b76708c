// Buys places at a ticket office: `node buy.mjs '{"npm": …, "shop": …, "token": …, …}' [CASE]`.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import * as hands from '../hands.mjs';

const { given, press, until, equal, atPlatform, payByCard } = hands;
const EVENT = `${given.shop}/pins/ete`;
const CV_SHORT_OF_20 = '90000000020';

const api = async (path, body, method, of = 'orders') => {
  const answer = await fetch(`${given.shop}/api/v1/organizers/pins/events/ete/${of}/${path}`, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { Authorization: `Token ${given.token}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
};

const SHOPPER = {
  name: 'Camille Durand', phone: '06 12 34 56 78', line1: '12 rue des Lilas',
  postal_code: '75011', city: 'Paris',
};

/** Fills the shop's own form where the payment needs to know more. */
const tellMore = async (page) => {
  await page.waitForSelector('form input[name=phone]');
  for (const [name, text] of Object.entries(SHOPPER)) {
    const field = await page.$(`form input[name=${name}]`);
    await field?.type(text);
  }
  await page.select('form select[name=country]', 'FR');
  await press(page, 'form:has(select[name=country]) button.btn-primary');
};

/** Places an order and comes to the page on which it is paid. */
const order = async (language = 'fr') => {
  const page = await hands.visitor();
  await page.goto(`${given.shop}/locale/set?locale=${language}&next=/pins/ete/`);
  await page.waitForSelector('#item_1');
  await page.type('#item_1', '1');
  await page.click('#btn-add-to-cart');
  // It is put into the cart by a task of its own.
  await page.waitForSelector('form[action*="/checkout/start"]');
  await page.goto(`${EVENT}/checkout/start`);
  await page.waitForSelector('input[name=email]');
  await page.type('input[name=email]', 'camille@example.com');
  const again = await page.$('input[name=email_repeat]');
  await again?.type('camille@example.com');
  const next = '.checkout-button-row button.btn-primary';
  for (const step of ['payment', 'confirm', 'guichet']) {
    await page.click(next);
    await page.waitForFunction((wanted) => location.pathname.includes(wanted), {}, step);
    await page.waitForSelector(step === 'guichet' ? 'h2' : next);
  }
  const [, code, secret] = /order\/([^/]+)\/([^/]+)\//.exec(page.url());
  await tellMore(page);
  const url = `${EVENT}/order/${code}/${secret}/`;
  return { page, code, url, reference: `PINS-ETE-${code}-P-1` };
};

const paid = (code) =>
  until('a paid order', async () => (await api(`${code}/`)).status === 'p');

const states = (list) => list.map(({ state }) => state);

const logIn = async () => {
  const page = await hands.visitor();
  await page.goto(`${given.shop}/control/login`);
  await page.type('input[name=email]', 'guichet@example.com');
  await page.type('input[name=password]', given.password);
  await press(page, 'button[type=submit]');
  return page;
};

/** Gives all of an order back in pretix' own back office. */
const refund = async (code) => {
  const page = await logIn();
  await page.goto(`${given.shop}/control/event/pins/ete/orders/${code}/refund`);
  await page.click('input[name=start-mode][value=full]');
  await page.click('input[name=start-action][value=mark_refunded]');
  await press(page, 'form button[type=submit].btn-primary');
  await press(page, 'form button[type=submit].btn-danger, form button[type=submit].btn-primary');
  return page;
};

const refundsAre = (code, state) =>
  until(`a refund ${state}`, async () =>
    states((await api(`${code}/`)).refunds).join() === state);

/** The day passes by which an order was to be paid, and pretix has it expire. */
const expire = async (code) => {
  const [python, script] = given.expire;
  const env = { ...process.env, ...given.environment };
  execFileSync(python, [script, code], { env, stdio: 'pipe' });
  equal((await api(`${code}/`)).status, 'e', 'status');
};

/** How many places there are to sell. */
const places = (size) => api(`${given.quota}/`, { size }, 'PATCH', 'quotas');

await hands.run({
  'paid by card': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await made.page.screenshot({ path: join(given.pictures, 'payment.png') });
    await payByCard(made);
    await paid(made.code);
    // The page on which it was paid leads to the order by now.
    await made.page.goto(`${made.url}guichet/1/`);
    equal(made.page.url(), `${made.url}?paid=yes`, 'address');
  },
  'paid in German and English': async () => {
    for (const [language, words] of [['de', 'bezahlen'], ['en', 'Pay order']]) {
      const made = await order(language);
      const title = await made.page.$eval('h2', (title) => title.textContent);
      if (!title.includes(words)) throw new Error(`${language}: ${title}`);
      const shown = await made.page.waitForSelector('guichet-checkout >>> [data-face=choosing]');
      const lang = await shown.evaluate((face) => face.closest('[lang]')?.lang ?? '');
      equal(lang.slice(0, 2), language, 'language of the widget');
      await payByCard(made);
      await paid(made.code);
    }
  },
  'paid by Chèque-Vacances Connect with complement': async () => {
    const made = await order();
    await hands.choose(made.page, 'cvconnect');
    await hands.payByHolidayVoucher(made.page, CV_SHORT_OF_20);
    await hands.typeCard(made.page, hands.CARD);
    await hands.backToShop(made.page);
    await paid(made.code);
    const [session] = await hands.sessionsOf(made.reference);
    equal(session.payments[0].parts.map(({ amount }) => amount), [10000, 2000], 'parts');
  },
  ...hands.shared({
    order,
    paid,
    unpaid: async (code) => equal((await api(`${code}/`)).status, 'n', 'status'),
    refund,
    waits: (code) => refundsAre(code, 'transit'),
    refunded: (code) => refundsAre(code, 'done'),
  }),
  'the order leads back to its payment': async () => {
    const made = await order();
    await atPlatform(made);
    await press(made.page, '#cancel');
    await made.page.goto(made.url);
    await press(made.page, 'a[href*="/guichet/1/"]');
    await hands.face(made.page, 'cancelled', 'choosing');
  },
  'order expired, paid late': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.reference);
    await expire(made.code);
    await hands.typeCard(made.page, hands.CARD);
    await paid(made.code);
  },
  'order expired, its place sold to others, paid late and given back': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.reference);
    await expire(made.code);
    await places(0);
    await hands.typeCard(made.page, hands.CARD);
    const late = await until('the refund', async () => {
      const found = await api(`${made.code}/`);
      return found.refunds.length && found;
    });
    await places(200);
    equal([late.status, states(late.payments), states(late.refunds)],
      ['e', ['confirmed'], ['transit']], 'the expired order');
    await hands.aDayLater(made.reference);
    await refundsAre(made.code, 'done');
  },
  'order cancelled, paid late and given back': async () => {
    const made = await order();
    await atPlatform(made);
    await hands.mayTakeMoney(made.reference);
    await api(`${made.code}/mark_canceled/`, { send_email: false });
    await hands.typeCard(made.page, hands.CARD);
    const late = await until('the refund', async () => {
      const found = await api(`${made.code}/`);
      return found.refunds.length && found;
    });
    equal([late.status, states(late.payments), states(late.refunds)],
      ['c', ['confirmed'], ['transit']], 'the cancelled order');
  },
  'order cancelled before anything is paid': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await api(`${made.code}/mark_canceled/`, { send_email: false });
    const [session] = await hands.sessionsOf(made.reference);
    equal(session.status, 'expired', 'session');
  },
  'amount changed meanwhile': async () => {
    const made = await order();
    await hands.face(made.page, 'choosing');
    await api(`${made.code}/change/`, {
      create_positions: [{ item: given.extra, price: '10.00' }], send_email: false,
    });
    const [closed] = await hands.sessionsOf(made.reference);
    equal(closed.status, 'expired', 'the first session');
    await made.page.goto(made.url);
    await press(made.page, 'a[href*="/pay/change"]');
    await press(made.page, '.checkout-button-row button.btn-primary');
    await press(made.page, '.checkout-button-row button.btn-primary');
    await tellMore(made.page);
    await payByCard(made);
    await paid(made.code);
    const last = (await api(`${made.code}/`)).payments.at(-1);
    equal([last.state, last.amount], ['confirmed', '130.00'], 'the second payment');
  },
});
