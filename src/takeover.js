// What takes over from a painted face: the module with the texts of one language, and what it needs
// of the page. `element.js` loads this once the list is there, with the module beside it: a shopper
// who waits for the list does not wait for any of it.

import * as files from './files.js';
import { glue } from './glue.js';
import { inTime } from './page.js';
import { languageOf } from './words/loading.js';

// The shopper is told within five seconds that the fields for a card don't open.
const OPENING = 4500;
const PATIENCE = 20000;

// What the element lends, for all elements of the page.
let net;
let card;
const texts = {};

export const use = (lent) => {
  net = lent;
};

// Compiled while it arrives, where the browser can do that and was told what arrives.
const compiled = async (answer) => {
  try {
    return await WebAssembly.compileStreaming(answer.clone());
  } catch {
    return WebAssembly.compile(await answer.arrayBuffer().catch(net.lost));
  }
};

// The module, of the answer that is on its way, with its glue.
export const load = async (arriving) => {
  const both = Promise.all([glue(net.imported, net.again()), arriving.then(compiled)]);
  const [made, wasm] = await inTime(both, PATIENCE, net.Lost);
  await made.default({ module_or_path: wasm });
  return made;
};

// The texts of a language, with the shop's own by their numbers. No other language's are loaded.
const theWords = (language, own) => {
  const key = language + JSON.stringify(own);
  const loading = async () => {
    const answer = await net.fetched(files.words(language), net.vouched(files.digest(language)));
    return Object.assign(await answer.json().catch(net.lost), own);
  };
  texts[key] ||= inTime(loading(), PATIENCE, net.Lost);
  texts[key].catch(() => delete texts[key]);
  return texts[key];
};

// The script that puts the platform's fields on the page. Only who pays with a card needs it.
export const theCard = () => {
  card ||= net.imported(files.card() + net.again(), net.vouched(files.digest('card')));
  card.catch(() => (card = net.failed()));
  return card;
};

// The element of the npm package may be of another version than its backend. The page is told.
const family = (version) => /^\d+\.\d+/.exec(version || '')?.[0];
const compare = (host, version) => {
  if (!files.VERSION || family(version) === family(files.VERSION)) return;
  console.error(
    'guichet: the page has guichet-checkout ' + files.VERSION + ', and its backend is of version ' +
      (version || 'unknown') + '. Install the package in the version of the backend.',
  );
  net.emit(host, 'guichet:error', { code: 'version_mismatch' });
};

// What the module says to the platform's fields, and they to it.
const fieldsOf = (it) => {
  let wish;
  let open;
  const tell = (news) => it.mounted?.hear(news);
  const openFields = async (opening) => {
    const mine = (wish = {});
    const end = performance.now() + OPENING;
    try {
      const { cardFields } = await inTime(theCard(), OPENING);
      if (mine !== wish) return;
      open ||= cardFields(it.host, tell);
      open.open(opening, end - performance.now());
    } catch (reason) {
      if (mine !== wish) return;
      console.error('guichet: the card fields did not open.', reason);
      tell({ type: 'failed' });
    }
  };
  return {
    open: (opening) => void openFields(opening),
    read: () => open?.read(),
    brand: (brand) => open?.brand(brand),
    close: () => {
      wish = undefined;
      open?.close();
    },
  };
};

// Has the module draw its own face in place of the painted one. `it` is what the element does, and
// `run` the start of it that this belongs to; `known` is what it knows of the session by then.
export const takeOver = async (it, run, module, known) => {
  const { host, root } = it;
  const { answer, locale } = known;
  if (answer.ok) compare(host, answer.version);
  const language = languageOf(locale);
  const [loaded, words] = await Promise.all([
    module,
    theWords(language, answer.body?.texts?.[language]),
  ]);
  // Never over, if the page is being left.
  await it.sending;
  if (run !== it.run) return;
  if (!root.querySelector('[data-painted]')) net.clear(root);
  // From here on, the module speaks.
  clearTimeout(root.querySelector('.spoken').late);
  it.fields ||= fieldsOf(it);
  const { mayPay, fields, pressed = '' } = it;
  const mounted = loaded.mount(root, { ...known, host, mayPay, fields, words, pressed });
  // A listener of the page may have taken the element away, or given it another session.
  if (run !== it.run) mounted.unmount();
  else it.mounted = mounted;
};
