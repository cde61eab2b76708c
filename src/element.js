// <guichet-checkout session="…">: the only script that a shop's page names.
//
// It draws a skeleton at once, asks for the session while the module compiles, and hands over to
// the module. It builds every node by hand: a shop may require trusted types and forbid inline
// styles. The build puts the hashed names of the module's two files into GLUE and WASM.

import { cardFields } from './card.js';
import css from './widget.css';
import { wordsFor } from './i18n/loading.js';

const NAME = 'guichet-checkout';
const GLUE = '__GUICHET_GLUE__';
const WASM = '__GUICHET_WASM__';
const PATIENCE = 20000;

const beside = (file) => new URL(file, import.meta.url);

let module;
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

const inTime = (promise) =>
  Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Error('timed out')), PATIENCE)),
  ]);

// Glue and module arrive side by side. Failed imports are remembered by browsers: a retry asks
// for another address.
const loadModule = async () => {
  const retry = attempts++ ? '?' + attempts : '';
  const compiled = WebAssembly.compileStreaming(fetch(beside(WASM + retry)));
  const [glue, wasm] = await inTime(Promise.all([import(beside(GLUE + retry)), compiled]));
  await glue.default({ module_or_path: wasm });
  return glue;
};

const theModule = () => {
  if (provided) return Promise.resolve(provided);
  module ||= loadModule();
  module.catch(() => (module = undefined));
  return module;
};

const ask = async (base, secret) => {
  try {
    const answer = await fetch(base + '/checkout/v1/session', {
      headers: { Authorization: 'Bearer ' + secret },
      cache: 'no-store',
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      console.error('guichet: ' + (body.code || answer.status) + ': ' + (body.detail || ''));
    }
    return { ok: answer.ok, body };
  } catch {
    return {};
  }
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
  #fields = cardFields(this, (...news) => this.#act(...news));

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
    if (this.#mounted) this.#module.act(this.#mounted, action, value, more);
    else if (action === 'retry') this.#start();
  }

  #onPageShow = (event) => this.#wake(event.persisted);

  #onWake = () => this.#wake(false);

  #wake(restored) {
    if (this.#mounted) this.#module.wake(this.#mounted, restored);
  }

  #stop() {
    this.#run++;
    this.#fields('close');
    if (this.#mounted) this.#module.unmount(this.#mounted);
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
      this.#mounted = loaded.mount(this.shadowRoot, this, {
        base,
        secret,
        locale,
        page,
        back: cameBack(),
        fields: this.#fields,
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
