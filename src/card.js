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
  // A slotted node has its direction from the page.
  node.dir = 'ltr';
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
  const error = { 'data-field-error': field, id: id + '-error', lang };
  return { text, box, error: make('p', field, error) };
};

// `tell(news)` goes to the module, which reads it as `News` in `src/browser/hosted.rs`. What comes
// back is called by the module: `open` with what `Opening` there has and the time that it may take,
// `read`, `brand` with a brand, `close`.
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

  // Says beside a field what is wrong with it, if anything is: `aloud` if that is new, unless told
  // otherwise. Of several at once only one is, and the others are read where they describe theirs.
  const mark = (it, field, wrong, aloud) => {
    const { box, error } = it.nodes[field];
    const { empty, wrong: bad, refused } = it.opening;
    const texts = { empty, wrong: bad, refused: { number: refused } };
    const text = (texts[wrong] || {})[field] || '';
    const fresh = error.textContent !== text;
    box.toggleAttribute('data-invalid', !!text);
    if (aloud ?? fresh) error.setAttribute('role', 'alert');
    else if (aloud === false) error.removeAttribute('role');
    if (fresh) error.textContent = text;
  };

  const start = async (it, limit) => {
    const { url, integrity, token, brands, labels } = it.opening;
    const places = {};
    for (const field of FIELDS) {
      const { text, box, error } = it.nodes[field];
      places[field] = box;
      text.addEventListener('click', () => it.library?.focus(field));
      host.append(text, box, error);
    }
    const mine = (then) => (...news) => void (it === open && then(...news));
    const on = {
      change: mine((field, wrong, borne, good) => {
        it.good[field] = good;
        if (wrong !== undefined) mark(it, field, wrong);
        const list = borne?.join(' ') ?? it.brands;
        if (list === it.brands) return;
        it.brands = list;
        tell({ type: 'brands', brands: borne });
      }),
      // A click into a frame of another origin makes nothing of this page match `:focus`.
      focus: mine((field, on) => it.nodes[field].box.toggleAttribute('data-focused', on)),
      submit: mine(() => tell({ type: 'submit' })),
      expired: mine(() => tell({ type: 'expired' })),
    };
    const nonce = nonceOf(host, 'script');
    const opening = openFields({ url, integrity, nonce, token, brands, places, labels, on });
    opening.then(
      (library) => it !== open && library.close(),
      () => {},
    );
    it.library = await inTime(opening, limit);
  };

  return {
    close,

    async open(opening, limit) {
      close();
      count++;
      const nodes = {};
      for (const field of FIELDS) {
        nodes[field] = nodesOf(field, opening.labels[field], opening.lang);
      }
      const it = { nodes, brands: '', good: {}, opening };
      open = it;
      try {
        await start(it, limit);
        if (it !== open) return;
        for (const field of FIELDS) nodes[field].box.removeAttribute('data-opening');
        tell({ type: 'ready' });
      } catch (reason) {
        if (it !== open) return;
        console.error('guichet: the card fields did not open.', reason);
        tell({ type: reason?.expired ? 'expired' : 'failed' });
      }
    },

    async read() {
      const it = open;
      if (!it?.library) return;
      // While the press lasts: after it, WebKit gives no frame the focus.
      const lacking = FIELDS.find((field) => !it.good[field]);
      if (lacking) it.library.focus(lacking);
      let news;
      try {
        const { token, brand } = await inTime(it.library.read(), READING);
        news = { type: 'token', token, brand };
      } catch (reason) {
        const wrong = reason?.wrong || {};
        const first = FIELDS.find((field) => wrong[field]);
        news = { type: reason?.expired ? 'expired' : first ? 'wrong' : 'lost' };
        if (it !== open) return;
        for (const field of FIELDS) mark(it, field, wrong[field], field === first);
        if (first) it.library.focus(first);
        else console.error('guichet: no token for the card.', reason);
      }
      if (it === open) tell(news);
    },

    brand(brand) {
      open?.library?.brand(brand);
    },
  };
};
