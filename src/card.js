// The platform's fields for a card, in the element's light DOM.
//
// Their library looks its frames up by name and by selector and can't see into a shadow root, and
// an `aria-labelledby` doesn't cross one. So labels, containers and errors are children of the
// element, and slots of the shadow root show them. A frame that is moved loads anew: the nodes are
// made once for a session token and taken away as a whole. The page's style sheets are left alone:
// every node is slotted itself, so that `::slotted()` reaches it.
//
// A file of its own: `element.js` loads it for those who pay with a card.

import { openFields } from './hosted-fields.js';
import { inTime, nonceOf } from './page.js';

const FIELDS = ['number', 'expiry', 'code'];
const READING = 20000;

let count = 0;

const make = (tag, field, attributes) => {
  const node = document.createElement(tag);
  node.slot = 'guichet-' + field;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

// Label, container and error of a field.
const nodesOf = (field, label, lang) => {
  const id = 'guichet-' + field + '-' + count;
  const text = make('span', field, { 'data-field-label': field, id, lang });
  text.textContent = label;
  const box = make('div', field, {
    'data-field': field,
    'data-opening': '',
    role: 'group',
    'aria-labelledby': id,
    'aria-describedby': id + '-error',
  });
  const error = { 'data-field-error': field, id: id + '-error', role: 'alert', lang };
  return { text, box, error: make('p', field, error) };
};

// `tell(action, value, more)` goes to the module. The function that comes back is called by it:
// `open` with the time that it may take and its texts, `read`, `brand` with a brand, `close`.
export const cardFields = (host, tell) => {
  let open;

  const close = () => {
    const was = open;
    open = undefined;
    for (const { text, box, error } of Object.values(was?.nodes || {})) {
      for (const node of [text, box, error]) node.remove();
    }
    was?.library?.close();
  };

  // Says beside a field what is wrong with it, if anything is.
  const mark = (it, field, wrong) => {
    const { box, error } = it.nodes[field];
    const text = (it.texts[wrong] || {})[field] || '';
    box.toggleAttribute('data-invalid', !!text);
    if (error.textContent !== text) error.textContent = text;
  };

  const start = async (it, limit, script, token, brands, labels) => {
    const places = {};
    for (const field of FIELDS) {
      const { text, box, error } = it.nodes[field];
      places[field] = box;
      text.addEventListener('click', () => it.library?.focus(field));
      host.append(text, box, error);
    }
    const mine = (then) => (...news) => void (it === open && then(...news));
    const on = {
      change: mine((field, wrong, borne) => {
        if (wrong !== undefined) mark(it, field, wrong);
        const list = borne?.join(' ') ?? it.brands;
        if (list !== it.brands) tell('fields-brands', (it.brands = list));
      }),
      // A click into a frame of another origin makes nothing of this page match `:focus`.
      focus: mine((field, on) => it.nodes[field].box.toggleAttribute('data-focused', on)),
      submit: mine(() => tell('card-pay')),
      expired: mine(() => tell('fields-expired')),
    };
    brands = brands.split(' ').filter(Boolean);
    const opening = openFields({ ...script, token, brands, places, labels, on });
    opening.then(
      (library) => it !== open && library.close(),
      () => {},
    );
    it.library = await inTime(opening, limit);
  };

  const calls = {
    close,

    async open(limit, url, token, brands, integrity, lang, ...texts) {
      close();
      count++;
      const three = (from) =>
        Object.fromEntries(FIELDS.map((field, index) => [field, texts[from + index]]));
      const labels = three(0);
      const nodes = {};
      for (const field of FIELDS) nodes[field] = nodesOf(field, labels[field], lang);
      const told = { empty: three(3), wrong: three(6), refused: { number: texts[9] } };
      const it = { nodes, brands: '', texts: told };
      open = it;
      try {
        const script = { url, integrity, nonce: nonceOf(host, 'script') };
        await start(it, limit, script, token, brands, labels);
        if (it !== open) return;
        for (const field of FIELDS) nodes[field].box.removeAttribute('data-opening');
        tell('fields-ready');
      } catch (reason) {
        if (it !== open) return;
        console.error('guichet: the card fields did not open.', reason);
        tell(reason?.expired ? 'fields-expired' : 'fields-failed');
      }
    },

    async read() {
      const it = open;
      if (!it?.library) return;
      let news;
      try {
        const { token, brand } = await inTime(it.library.read(), READING);
        news = ['fields-token', token, brand];
      } catch (reason) {
        const wrong = reason?.wrong || {};
        const first = FIELDS.find((field) => wrong[field]);
        news = [reason?.expired ? 'fields-expired' : first ? 'fields-wrong' : 'fields-lost'];
        if (it !== open) return;
        for (const field of FIELDS) mark(it, field, wrong[field]);
        if (first) it.library.focus(first);
        else console.error('guichet: no token for the card.', reason);
      }
      if (it === open) tell(...news);
    },

    brand(brand) {
      open?.library?.brand(brand);
    },
  };

  return (call, ...texts) => void calls[call](...texts);
};
