// How soon a shopper can choose, beside Adyen Web with the same methods:
//
//   node run.mjs '{"npm": …, "chromium": …, "backend": …, "key": …, "shop": …, "peer": …, "runs": …}'
//
// The shop's pages are served here and differ in nothing but their checkout. So is what the peer's
// script asks its own platform for: no platform is called. Every load has a browser context of its
// own, and the kinds take turns, so that what else the machine does falls on all of them.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const given = JSON.parse(process.argv[2]);
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(given.npm, 'package.json'));
const from = (name) => import(pathToFileURL(require.resolve(name)));
const { build } = await from('esbuild');
const { launch } = await from('puppeteer-core');

// What the shop's server prints: the style sheet inside, or by a link.
const PRINTED = { markup: '?markup=fr', 'sheet by a link': '?markup=fr&style=link' };
const OURS = ['one tag', ...Object.keys(PRINTED)];
const KINDS = [...OURS, 'Adyen Web'];
// Latency in milliseconds for each request, and bytes a second: a cable, and a slow phone. What is
// sent is not slowed down beyond that: Chromium would count each body, of a few bytes as they are
// here on both sides, as a packet of 1,500, and make it wait for 12 to 18 ms that no line takes.
const net = (latency, downloadThroughput) =>
  ({ offline: false, latency, downloadThroughput, uploadThroughput: -1 });
const FAST = net(28, 625_000);
const SLOW = net(150, 180_000);
const PROFILES = [
  { name: '5 Mbit/s, 28 ms', net: FAST, cpu: 1 },
  { name: '5 Mbit/s, 28 ms, processor 4 times slower', net: FAST, cpu: 4 },
  { name: '1.44 Mbit/s, 150 ms', net: SLOW, cpu: 1 },
  { name: '1.44 Mbit/s, 150 ms, processor 4 times slower', net: SLOW, cpu: 4 },
];
const PATIENCE = 30_000;

const shop = `http://127.0.0.1:${given.shop}`;
const peer = `http://127.0.0.1:${given.peer}`;

// As small as a bundler can make it; its style sheet as the package has it.
const theirs = async () => {
  const made = await build({
    entryPoints: [join(here, 'adyen.js')],
    nodePaths: [join(given.npm, 'node_modules')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  const dist = join(given.npm, 'node_modules/@adyen/adyen-web/dist/es');
  // The package holds the English texts. The French ones, as many, come from the peer's network.
  const english = join(dist, 'packages/server/translations/en-US.json.js');
  const texts = (await import(pathToFileURL(english))).default;
  return {
    '/adyen.js': ['text/javascript', made.outputFiles[0].text],
    '/adyen.css': ['text/css', readFileSync(join(dist, 'adyen.css'), 'utf8')],
    texts: JSON.stringify(texts),
  };
};

// Each body is compressed once, as a content network would have it.
const compressed = new Map();
const send = (response, type, body) => {
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Encoding', 'br');
  if (!compressed.has(body)) compressed.set(body, brotliCompressSync(body));
  response.end(compressed.get(body));
};

const listen = (port, answer) =>
  new Promise((done, fail) => {
    const server = createServer((request, response) => {
      Promise.resolve(answer(request, response)).catch((reason) => {
        console.error(reason);
        response.writeHead(500).end();
      });
    });
    server.keepAliveTimeout = PATIENCE;
    server.on('error', fail).listen(port, '127.0.0.1', () => done(server));
  });

let orders = 0;
const ordered = async (query) => {
  const reference = `commande-${process.pid}-${orders++}`;
  const body = {
    reference,
    amount: 4200,
    currency: 'EUR',
    shopper: {
      name: { first: 'Camille', last: 'Durand' },
      email: 'camille.durand@example.com',
      phone: '+33612345678',
      address: { line1: '12 rue des Lilas', postal_code: '75011', city: 'Paris', country: 'FR' },
    },
    return_url: `${shop}/order`,
  };
  const made = await fetch(`${given.backend}/v1/sessions${query}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${given.key}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': reference,
    },
    body: JSON.stringify(body),
  });
  if (made.status !== 201) throw new Error(`no session: ${made.status} ${await made.text()}`);
  return made.json();
};

const page = (head, checkout) => `<!doctype html>
<html lang="fr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Paiement</title>
<link rel="icon" href="data:,">
${head}
<h1>Paiement</h1>
${checkout}
`;
const tag = `<script type="module" src="${given.backend}/guichet.js"></script>`;

// The session is made before the page is asked for: no shop's own work is measured.
const prepared = new Map();
const prepare = async (kind) => {
  const path = `/order-${orders}`;
  if (kind === 'one tag') {
    const { secret } = await ordered('');
    prepared.set(path, page(tag, `<guichet-checkout session="${secret}"></guichet-checkout>`));
  } else if (kind in PRINTED) {
    const { markup } = await ordered(PRINTED[kind]);
    prepared.set(path, page(tag, markup));
  } else {
    const session = `CS${orders++}`;
    const head = '<link rel="stylesheet" href="/adyen.css"><script type="module" src="/adyen.js"></script>';
    const data = `data-api="${peer}/test/" data-cdn="${peer}/cdn/" data-session="${session}"`;
    prepared.set(path, page(head, `<div id="checkout" ${data}></div>`));
  }
  return shop + path;
};

const METHODS = [
  { name: 'Carte bancaire', type: 'scheme', brands: ['visa', 'mc', 'cartebancaire'] },
  { name: 'Apetiz', type: 'mealVoucher_FR_natixis' },
  { name: 'Pluxee', type: 'mealVoucher_FR_sodexo' },
  { name: 'Up Déjeuner', type: 'mealVoucher_FR_groupeup' },
  { name: 'Chèque-Vacances Connect', type: 'ancv' },
];
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 26"><rect width="40" height="26" rx="4"/></svg>';

const answerOf = (texts) => (request, response) => {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Allow-Headers', '*');
  response.setHeader('Access-Control-Max-Age', '600');
  response.setHeader('Timing-Allow-Origin', '*');
  const { pathname } = new URL(request.url, peer);
  if (request.method === 'OPTIONS') return response.writeHead(204).end();
  if (/\/sessions\/[^/]+\/setup$/.test(pathname)) {
    const setup = {
      id: pathname.split('/').at(-2),
      sessionData: 'bench',
      amount: { value: 4200, currency: 'EUR' },
      countryCode: 'FR',
      shopperLocale: 'fr-FR',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      paymentMethods: { paymentMethods: METHODS },
      configuration: { enableStoreDetails: false },
    };
    return send(response, 'application/json', JSON.stringify(setup));
  }
  if (/\/translations\//.test(pathname)) return send(response, 'application/json', texts);
  if (/\.svg$/.test(pathname)) return send(response, 'image/svg+xml', PICTURE);
  return response.writeHead(404).end();
};

// Runs in the page before anything of it.
const watch = () => {
  const seen = (window.seen = { shift: 0 });
  const shifts = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
  });
  shifts.observe({ type: 'layout-shift', buffered: true });
  addEventListener('guichet:ready', () => (seen.ready ??= performance.now()));
  const usable = () => {
    const root = document.querySelector('guichet-checkout')?.shadowRoot;
    const ours = root?.querySelectorAll('input[name=method]:not([disabled])');
    const others = document.querySelectorAll('.adyen-checkout__payment-method');
    return (ours?.length || others.length) >= 5;
  };
  const look = () => {
    if (usable()) seen.usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

const open = async (browser, profile) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 360, height: 800 });
  await page.evaluateOnNewDocument(watch);
  const cdp = await page.createCDPSession();
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', profile.net);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: profile.cpu });
  return { context, page, cdp };
};

const load = async (browser, kind, profile) => {
  const address = await prepare(kind);
  const { context, page, cdp } = await open(browser, profile);
  const sent = new Map();
  const got = [];
  cdp.on('Network.requestWillBeSent', (it) => sent.set(it.requestId, it));
  cdp.on('Network.loadingFinished', (it) => {
    const asked = sent.get(it.requestId);
    if (asked) got.push({ url: asked.request.url, bytes: it.encodedDataLength, at: it.timestamp });
  });
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (reason) => said.push(String(reason)));
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: PATIENCE });
  const last = kind === 'Adyen Web' ? 'usable' : 'ready';
  const there = page.waitForFunction(`seen.usable && seen.${last}`, { timeout: PATIENCE, polling: 50 });
  await there.catch(async (reason) => {
    const seen = JSON.stringify(await page.evaluate('seen'));
    throw new Error(`${kind}: ${seen} ${said.join('\n')}`, { cause: reason });
  });
  // What was drawn may still move, and bring its pictures.
  await page.waitForNetworkIdle({ idleTime: 500, timeout: PATIENCE });
  const seen = await page.evaluate('seen');
  await context.close();
  const begin = [...sent.values()].find((it) => it.request.url === address).timestamp;
  const own = got.filter((it) => it.url !== address && !it.url.startsWith('data:'));
  const bytes = (until) =>
    own.filter((it) => (it.at - begin) * 1000 <= until).reduce((sum, it) => sum + it.bytes, 0);
  const hosts = new Set([...sent.values()].map((it) => new URL(it.request.url).origin));
  const allowed = kind === 'Adyen Web' ? [shop, peer] : [shop, given.backend];
  const strangers = [...hosts].filter((host) => host !== 'null' && !allowed.includes(host));
  return { ...seen, until: bytes(seen.usable), whole: bytes(Infinity), strangers: strangers.length };
};

// From the press to the platform's page: what is asked of our backend between the two. Without its
// module, the list is sent as a form once the press has waited for it.
const press = async (browser, profile, withModule) => {
  const address = await prepare('one tag');
  const { context, page, cdp } = await open(browser, profile);
  if (!withModule) await cdp.send('Network.setBlockedURLs', { urls: ['*.wasm'] });
  await page.goto(address, { timeout: PATIENCE });
  const there = withModule ? 'seen.ready' : 'seen.usable';
  await page.waitForFunction(there, { timeout: PATIENCE, polling: 50 });
  await page.waitForNetworkIdle({ idleTime: 500, timeout: PATIENCE });
  const calls = [];
  let pressed;
  const left = new Promise((done, fail) => {
    setTimeout(() => fail(new Error('the platform’s page was not asked for')), PATIENCE).unref();
    cdp.on('Network.requestWillBeSent', (it) => {
      const { url, method } = it.request;
      if (!pressed) return;
      // The style sheet of the page that leads on is asked for beside, and not waited for.
      if (!url.startsWith(given.backend)) done(it.wallTime * 1000);
      else if (it.type !== 'Stylesheet') calls.push(`${method} ${new URL(url).pathname}`);
    });
  });
  await page.evaluate(() => {
    const root = document.querySelector('guichet-checkout').shadowRoot;
    root.querySelector('input[name=method][value=card]').click();
  });
  pressed = await page.evaluate(() => {
    const root = document.querySelector('guichet-checkout').shadowRoot;
    root.querySelector('[data-action=pay]').click();
    return performance.timeOrigin + performance.now();
  });
  const took = (await left) - pressed;
  await context.close();
  return { took, calls };
};

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const ms = (value) => `${Math.round(value)} ms`;
const bytes = (value) => Math.round(value).toLocaleString('en');

const { texts, ...files } = await theirs();
const servers = [
  await listen(given.shop, async (request, response) => {
    const { pathname } = new URL(request.url, shop);
    const file = files[pathname];
    if (file) return send(response, ...file);
    const made = prepared.get(pathname);
    if (made) return send(response, 'text/html; charset=utf-8', made);
    return response.writeHead(404).end();
  }),
  await listen(given.peer, answerOf(texts)),
];
const browser = await launch({
  executablePath: given.chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
});
try {
  const version = await browser.version();
  const lists = [];
  for (const profile of PROFILES) {
    const seen = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    for (let run = 0; run <= given.runs; run++) {
      for (const kind of KINDS) {
        const result = await load(browser, kind, profile);
        // The first of each warms the machine's own caches.
        if (run) seen[kind].push(result);
      }
    }
    const of = (kind, what) => middle(seen[kind].map((it) => it[what]));
    const most = (kind, what) => Math.max(...seen[kind].map((it) => it[what]));
    lists.push({ profile: profile.name, of, most });
    console.error(`${profile.name}: ${KINDS.map((kind) => ms(of(kind, 'usable'))).join(', ')}`);
  }
  const ratio = (it, kind, what) => (it.of(kind, what) / it.of('Adyen Web', 'usable')).toFixed(2);
  console.log(`${version}, medians of ${given.runs} loads of each kind in turn\n`);
  console.log(
    table(
      [
        'net and processor',
        'Adyen Web',
        ...OURS.flatMap((kind) => [kind, 'of Adyen']),
        'module has taken over',
        'of Adyen’s list',
      ],
      lists.map((it) => [
        it.profile,
        ms(it.of('Adyen Web', 'usable')),
        ...OURS.flatMap((kind) => [ms(it.of(kind, 'usable')), ratio(it, kind, 'usable')]),
        ms(it.of('one tag', 'ready')),
        ratio(it, 'one tag', 'ready'),
      ]),
    ),
  );
  const slow = lists.at(-2);
  console.log(
    '\n' +
      table(
        ['', ...KINDS],
        [
          ['bytes until the list, without the page’s own', ...KINDS.map((kind) => bytes(slow.of(kind, 'until')))],
          ['bytes in all', ...KINDS.map((kind) => bytes(slow.of(kind, 'whole')))],
          ['layout shift, the most', ...KINDS.map((kind) => Math.max(...lists.map((it) => it.most(kind, 'shift'))).toFixed(4))],
          ['hosts of others', ...KINDS.map((kind) => Math.max(...lists.map((it) => it.most(kind, 'strangers'))))],
        ],
      ),
  );
  for (const withModule of [true, false]) {
    const presses = [];
    for (let run = 0; run < given.runs; run++) {
      presses.push(await press(browser, PROFILES[2], withModule));
    }
    const calls = [...new Set(presses.map((it) => it.calls.join(', ')))];
    const took = ms(middle(presses.map((it) => it.took)));
    const where = withModule ? 'with the module' : 'where the module does not come';
    console.log(
      `\nfrom the press to the platform’s page ${where}, ${PROFILES[2].name}: ${took} (${calls.join(' or ')})`,
    );
  }
} finally {
  await browser.close();
  for (const server of servers) server.close();
}
// A kept connection of a browser that is gone holds nothing up.
process.exit(0);
