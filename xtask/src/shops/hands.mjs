// What every shop's run does in the browser: the widget, the platform's pages, Guichet's answers.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const given = JSON.parse(process.argv[2]);
const require = createRequire(join(given.npm, 'package.json'));
const { launch } = await import(pathToFileURL(require.resolve('puppeteer-core')));

const PATIENCE = given.patience ?? 60_000;

export const CARD = '1111222233330000';
export const REFUSED = '1111222233335555';

export const browser = await launch({
  executablePath: given.chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=fr'],
});

/** Waits until something is so. */
export const until = async (what, look) => {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come to be`);
    await new Promise((done) => setTimeout(done, 200));
  }
};

/** A page of a browser that nobody has used, whose errors end the run. */
export const visitor = async () => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => console.log(`  page error: ${error.message}`));
  page.on('console', (said) => {
    const policy = /Content Security Policy|\[guichet\]/;
    if (policy.test(said.text())) console.log(`  console: ${said.text()}`);
  });
  return page;
};

/** Presses what leads to another page, and waits for that. */
export const press = async (page, selector) => {
  const button = await page.waitForSelector(selector, { visible: true });
  await Promise.all([page.waitForNavigation(), button.click()]);
};

const inside = (selector) => `guichet-checkout >>> ${selector}`;

/** The face that the widget shows, once it is one of these. */
export const face = async (page, ...names) => {
  const wanted = names.map((name) => inside(`[data-face=${name}]:not([data-painted])`)).join(', ');
  await page.waitForSelector(wanted);
};

/** Chooses a method in the widget, and leaves for the platform. */
export const choose = async (page, method) => {
  await page.waitForSelector(inside('[data-face]:not([data-painted])'));
  const radio = await page.waitForSelector(inside(`input[name=method][value=${method}]`));
  await radio.evaluate((input) => input.click());
  await Promise.all([
    page.waitForNavigation(),
    page.waitForSelector(inside('button[data-action=pay]:enabled')).then((pay) => pay.click()),
  ]);
};

const type = async (page, id, text) => {
  const field = await page.waitForSelector(`#${id}`);
  await field.type(text);
};

/** Types a card on the platform's page. */
export const typeCard = async (page, number) => {
  await type(page, 'card-number', number);
  await type(page, 'card-expiry', '12/30');
  await type(page, 'card-cvv', '123');
  await press(page, '#pay');
};

export const typeVoucher = async (page, number) => {
  await type(page, 'voucher-number', number);
  await type(page, 'voucher-expiry', '12/30');
  await type(page, 'voucher-cryptogram', '123');
  await press(page, '#pay');
};

/** Logs in at Chèque-Vacances Connect and pays what the balance has. */
export const payByHolidayVoucher = async (page, identifier) => {
  await type(page, 'cv-identifier', identifier);
  await press(page, '#cv-connect');
  await type(page, 'cv-challenge-code', '123456');
  await press(page, '#cv-validate');
  await press(page, '#cv-pay');
};

/** From the platform's ticket, where it shows one. */
export const backToShop = async (page) => {
  if (await page.$('#ticket-return')) await press(page, '#ticket-return');
};

/** Is at the platform's page, with a card to be typed. */
export const atPlatform = async ({ page }) => {
  await choose(page, 'card');
  await page.waitForSelector('#card-number');
};

export const payByCard = async (made) => {
  await atPlatform(made);
  await typeCard(made.page, CARD);
  await backToShop(made.page);
};

/** Asks the backend with the shop's key. */
export const ask = async (path, body) => {
  const answer = await fetch(`${given.backend}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      Authorization: `Bearer ${given.key}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': `${Date.now()}-${Math.random()}`,
    },
    body: body && JSON.stringify(body),
  });
  return answer.json();
};

/** The sessions of an order, newest first. */
export const sessionsOf = async (reference) =>
  (await ask(`/v1/sessions?reference=${encodeURIComponent(reference)}`)).sessions;

/** Waits until a payment of the order may take money. */
export const mayTakeMoney = (reference) =>
  until('an open payment', async () => (await sessionsOf(reference))[0].status === 'pending');

/** Lets the world be a day older for what was paid. */
export const aDayLater = async (reference) => {
  for (const session of await sessionsOf(reference)) {
    for (const payment of session.payments) {
      for (const part of payment.parts) {
        const path = `/sandbox/api/transactions/${part.transaction}/age`;
        await fetch(`${given.platform}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"days": 1}',
        });
      }
      execFileSync(given.python, [given.older, given.books, payment.id]);
    }
  }
};

/** Has the sessions of an order run out. */
export const runOut = async (reference) => {
  for (const session of await sessionsOf(reference)) {
    execFileSync(given.python, [given.older, given.books, session.id]);
  }
};

/** What is the same in every shop. Of one it has to know: how an order is made (`order`), that it
 * is paid (`paid`) and that it is not (`unpaid`), how it is given back in the back office (`refund`)
 * and that this waits or is over (`waits`, `refunded`). What is made names its `reference`. */
export const shared = ({ order, paid, unpaid, refund, waits, refunded }) => ({
  'refused, then paid': async () => {
    const made = await order();
    await atPlatform(made);
    await typeCard(made.page, REFUSED);
    await press(made.page, '#give-up');
    await face(made.page, 'refused');
    await unpaid(made.code);
    await payByCard(made);
    await paid(made.code);
  },
  'cancelled': async () => {
    const made = await order();
    await atPlatform(made);
    await press(made.page, '#cancel');
    await face(made.page, 'cancelled');
    await unpaid(made.code);
  },
  'browser closed, paid by webhook': async () => {
    const made = await order();
    await atPlatform(made);
    await typeCard(made.page, CARD);
    await made.page.close();
    await paid(made.code);
  },
  'session run out, paid late': async () => {
    const made = await order();
    await atPlatform(made);
    await mayTakeMoney(made.reference);
    await runOut(made.reference);
    await typeCard(made.page, CARD);
    await paid(made.code);
  },
  'refund from the back office': async () => {
    const made = await order();
    await payByCard(made);
    await paid(made.code);
    await aDayLater(made.reference);
    await refund(made.code);
    await refunded(made.code);
    const [session] = await sessionsOf(made.reference);
    equal(session.payments[0].given_back, session.amount, 'given back');
  },
  'refund on the day of the payment waits for the next': async () => {
    const made = await order();
    await payByCard(made);
    await paid(made.code);
    await refund(made.code);
    await waits(made.code);
    await aDayLater(made.reference);
    await refunded(made.code);
  },
});

/** Runs each case, tells how long each took, and ends with the number of those that failed. */
export const run = async (cases) => {
  const only = process.argv[3];
  let failed = 0;
  for (const [name, work] of Object.entries(cases)) {
    if (only && !name.includes(only)) continue;
    const start = Date.now();
    let story = 'ok';
    try {
      await work();
    } catch (error) {
      failed += 1;
      story = `FAILED: ${error.stack}`;
      for (const context of browser.browserContexts()) {
        for (const page of await context.pages()) {
          console.log(`  was at ${page.url()}`);
          if (given.pictures) {
            await page.screenshot({ path: join(given.pictures, `${Date.now()}.png`) });
          }
        }
      }
    }
    for (const context of browser.browserContexts().slice(1)) await context.close();
    console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}: ${story}`);
  }
  await browser.close();
  process.exitCode = failed ? 1 : 0;
};

export const equal = (found, wanted, what) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
};
