// <guichet-checkout session="…">: the only script that a shop's page names.
//
// It draws a skeleton at once, asks for the session while the module compiles, and hands over to
// the module. It builds every node by hand: a shop may require trusted types and forbid inline
// styles. The build puts the hashed names of the other files into GLUE, WASM and CARD.

import css from './widget.css';
import { wordsFor } from './i18n/loading.js';
import { call, inTime, pageOf } from './page.js';

const NAME = 'guichet-checkout';
const GLUE = '__GUICHET_GLUE__';
const WASM = '__GUICHET_WASM__';
const CARD = 'guichet_card.js';
const PATIENCE = 20000;
// The shopper is told within five seconds that the fields for a card don't open.
const OPENING = 4500;

const beside = (file) => new URL(file, import.meta.url);

let module;
let card;
let attempts = 0;
let provided;
let sheet;

// For development servers that load the module themselves: gives the element its exports.
export const provide = (exports) => {
  provided = exports;
};

// A shop's policy may forbid WebAssembly. An empty module tells at once, and in every browser.
const canRun = () => {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return true;
  } catch (reason) {
    console.error(
      'guichet: WebAssembly is not allowed here. If the page sends a Content-Security-Policy, ' +
        "its script-src needs 'wasm-unsafe-eval'.",
      reason,
    );
    return false;
  }
};

// Failed imports are remembered by browsers: a retry asks for another address.
const retry = () => (attempts++ ? '?' + attempts : '');

// Glue and module arrive side by side.
const loadModule = async () => {
  const again = retry();
  const compiled = WebAssembly.compileStreaming(fetch(beside(WASM + again)));
  const both = Promise.all([import(beside(GLUE + again)), compiled]);
  const [glue, wasm] = await inTime(both, PATIENCE);
  await glue.default({ module_or_path: wasm });
  return glue;
};

// The script that puts the platform's fields on the page. Only who pays with a card needs it.
const theCard = () => {
  card ||= import(beside(CARD + (card === null ? retry() : '')));
  card.catch(() => (card = null));
  return card;
};

const theModule = () => {
  if (provided) return Promise.resolve(provided);
  module ||= loadModule();
  module.catch(() => (module = undefined));
  return module;
};

const ask = async (base, secret) => {
  const answer = await call(base, secret, 'session');
  const { ok, status, body } = answer;
  if (ok === false) {
    console.error('guichet: ' + (body.code || status) + ': ' + (body.detail || ''));
  }
  // Not "nobody knows": to ask for the session does nothing.
  if (ok) answer.body ??= {};
  return answer;
};

const make = (tag, part, text) => {
  const node = document.createElement(tag);
  if (part) node.className = part;
  if (part) node.setAttribute('part', part);
  if (text) node.textContent = text;
  return node;
};

// The shape of what comes, in grey.
const bones = () => {
  const summary = make('div', 'summary bones');
  summary.append(make('span', 'bone'), make('span', 'bone'));
  const body = make('div', 'body bones');
  for (let row = 0; row < 4; row++) body.append(make('span', 'bone row'));
  for (const part of [summary, body]) part.setAttribute('aria-hidden', 'true');
  return [summary, body];
};

const cameBack = () => performance.getEntriesByType('navigation')[0]?.type === 'back_forward';

class GuichetCheckout extends HTMLElement {
  static observedAttributes = ['session', 'locale', 'backend'];

  #run = 0;
  #mounted;
  #module;
  #embedded;
  #card;
  #wish;

  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: 'open' });
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
      }
      this.shadowRoot.adoptedStyleSheets = [sheet];
      for (const type of ['click', 'change', 'submit']) {
        this.shadowRoot.addEventListener(type, this);
      }
    }
    addEventListener('pageshow', this.#onPageShow);
    addEventListener('online', this.#onWake);
    document.addEventListener('visibilitychange', this.#onWake);
    this.#start();
  }

  disconnectedCallback() {
    removeEventListener('pageshow', this.#onPageShow);
    removeEventListener('online', this.#onWake);
    document.removeEventListener('visibilitychange', this.#onWake);
    this.#stop();
  }

  attributeChangedCallback(_, before, now) {
    if (this.isConnected && this.shadowRoot && before !== now) this.#start();
  }

  // Every listener of the widget. A submit button is pressed by its form's `submit`.
  handleEvent(event) {
    const { type, target } = event;
    // The shopper has begun: the script is here by the time that fields are to open.
    if (this.#embedded) theCard().catch(() => {});
    this.#embedded = false;
    if (type === 'submit') {
      event.preventDefault();
      const answer = target.querySelector('[data-answer]')?.value.trim();
      this.#act(event.submitter?.dataset.action || 'pay', answer);
    } else if (type === 'change') {
      // The answer to a question has no name: it is read when the form is sent, and never before.
      if (!target.name) return;
      const off = target.type === 'checkbox' && !target.checked;
      this.#act('choose-' + target.name, off ? '' : target.value);
    } else {
      const button = target.closest('button[data-action]');
      if (button && button.type !== 'submit') this.#act(button.dataset.action, button.value);
    }
  }

  #act(action, value = '', more = '') {
    if (this.#mounted >= 0) this.#module.act(this.#mounted, action, value, more);
    else if (action === 'retry') this.#start();
  }

  // What is said to the platform's fields for a card: `open` with its texts, `read`, `brand` with a
  // brand, `close`.
  #fields = (call, ...texts) => {
    if (call === 'open') return void this.#openFields(texts);
    if (call === 'close') this.#wish = undefined;
    this.#card?.(call, ...texts);
  };

  #onPageShow = (event) => this.#wake(event.persisted);

  #onWake = () => this.#wake(false);

  #wake(restored) {
    if (this.#mounted >= 0) this.#module.wake(this.#mounted, restored);
  }

  async #openFields(texts) {
    const wish = (this.#wish = {});
    const end = performance.now() + OPENING;
    try {
      const { cardFields } = await inTime(theCard(), OPENING);
      if (wish !== this.#wish) return;
      this.#card ||= cardFields(this, (...news) => this.#act(...news));
      this.#card('open', end - performance.now(), ...texts);
    } catch (reason) {
      if (wish !== this.#wish) return;
      console.error('guichet: the card fields did not open.', reason);
      this.#act('fields-failed');
    }
  }

  #stop() {
    this.#run++;
    this.#fields('close');
    if (this.#mounted >= 0) this.#module.unmount(this.#mounted);
    this.#mounted = undefined;
  }

  async #start() {
    this.#stop();
    const run = this.#run;
    const secret = this.getAttribute('session');
    const locale = this.getAttribute('locale') || '';
    const page = document.documentElement.lang;
    const [lang, words] = wordsFor(locale, page);
    const say = (face, text, retry) => this.#say(face, lang, text, retry);
    say('loading', words.loading);
    if (!secret) {
      console.error('guichet: <' + NAME + '> needs a session attribute.');
      return;
    }
    if (!provided && !canRun()) {
      say('broken', words.unsupported);
      return this.#fail('unsupported');
    }
    const base = (this.getAttribute('backend') || beside('.').origin).replace(/\/+$/, '');
    try {
      const [loaded, answer] = await Promise.all([theModule(), ask(base, secret)]);
      if (run !== this.#run) return;
      this.shadowRoot.replaceChildren();
      this.#module = loaded;
      this.#embedded = answer.body?.methods?.some((offer) => offer.embedded);
      this.#mounted = loaded.mount(this.shadowRoot, {
        ...pageOf(this, base, secret),
        fields: this.#fields,
        locale,
        lang: page,
        back: cameBack(),
        ...answer,
      });
    } catch (reason) {
      if (run !== this.#run) return;
      console.error('guichet: the module could not be loaded.', reason);
      say('offline', words.failed, words.retry);
      this.#fail('load_failed');
    }
  }

  #say(face, lang, text, retry) {
    const root = make('div', 'checkout');
    root.dataset.face = face;
    root.lang = lang;
    const loading = face === 'loading';
    if (loading) root.setAttribute('aria-busy', 'true');
    const status = make('p', loading ? 'spoken' : 'message', text);
    status.setAttribute('role', loading ? 'status' : 'alert');
    root.append(status, ...(loading ? bones() : []));
    if (retry) {
      const button = make('button', 'button', retry);
      button.type = 'button';
      button.dataset.action = 'retry';
      root.append(button);
    }
    this.shadowRoot.replaceChildren(root);
  }

  #fail(code) {
    const init = { bubbles: true, composed: true, detail: { code } };
    this.dispatchEvent(new CustomEvent('guichet:error', init));
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, GuichetCheckout);
