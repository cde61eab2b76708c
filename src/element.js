// <guichet-checkout session="…">: the only script that a shop's page names.
//
// It draws a skeleton at once, asks for the session, and shows the face that comes with the answer:
// what a shopper waits for is all that is in here. Then it loads `takeover.js` and, beside it, the
// module. Where the shop's server has printed the element with its face inside, that face stands in
// place of the skeleton, and is replaced if the answer brings another one. Where nothing takes
// over, the face is a form, which is sent from here. It builds every node by hand: a shop may
// require trusted types and forbid inline styles. Where the other files are says `files.js`. The
// build writes the script so that browsers can read it that can't run the module: they are told so.
// For the same reason, nothing on the way to that message asks for more than they have. A server
// may import it, and nothing happens there.

import * as files from './files.js';
import css from './widget.css';
import { inTime, nonceOf } from './page.js';
import { languageOf, spoken, wordsFor } from './words/loading.js';

const NAME = 'guichet-checkout';
// Attributes that are properties too.
const PROPERTIES = ['session', 'locale', 'theme', 'backend'];
const PATIENCE = 20000;
// The page may take this long to say whether the shopper may pay.
const HESITATION = 60000;
// From the live region to its text.
const SETTLING = 100;
// What was pressed waits so long for the module.
const HASTE = 1500;
// A browser that leaves the page tells it within this time.
const DEAF = 5000;
// Between two looks at how a payment stands, where no module does it.
const WAITING = 5000;
// A page may ask its server for the session once the element is there. It has this long.
const SESSION = 10000;
// What is used by this script, by the module, or between the two.
const NEEDED = ['WebAssembly', 'fetch', 'crypto', 'TextDecoder', 'TextEncoder', 'customElements'];

const onPage = typeof document !== 'undefined';

let script;
let module;
let failures = 0;
let provided;
let sheet;
let barred;
let refused;
const ours = [];

// For development servers that load the module themselves: gives the element its exports.
export const provide = (exports) => {
  provided = exports;
};

// What the browser lacks, or that the page's policy forbids WebAssembly: an empty module tells at
// once. WebKit refuses only its instance.
const unfit = () => {
  for (const name of NEEDED) if (!window[name]) return new Error(name + ' is missing.');
  if (provided) return undefined;
  try {
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch (reason) {
    console.error(
      'guichet: WebAssembly is not allowed here. If the page sends a Content-Security-Policy, ' +
        "its script-src needs 'wasm-unsafe-eval'.",
    );
    return reason;
  }
  return undefined;
};

// A script or a request of ours that the page's policy stops fails as if there were no network, and a
// form as if it had not been sent. The page is told by an event, which may come a moment later.
const onViolation = (event) => {
  const { blockedURI, disposition, effectiveDirective } = event;
  if (disposition === 'report' || !/^(connect|form|script)-/.test(effectiveDirective)) return;
  if (!ours.some((begin) => blockedURI.startsWith(begin))) return;
  barred = effectiveDirective + " in the page's Content-Security-Policy must name ";
  barred += new URL(blockedURI).origin;
  if (refused) refused(barred);
};
if (onPage) document.addEventListener('securitypolicyviolation', onViolation);
const isBarred = async () => {
  await new Promise((done) => setTimeout(done, 50));
  return barred;
};

// Failed imports are remembered by browsers: after one, other addresses are asked for.
const again = () => (failures ? '?' + failures : '');
const failed = () => void failures++;

// What went wrong with the network: it may go right next time.
class Lost extends Error {}

const lost = (reason) => {
  throw new Lost(reason);
};

// By which the browser checks one of our files, if the page asks for it.
const vouched = (digest) => (files.isChecked() ? 'sha256-' + digest : undefined);

// One of our files.
const fetched = async (url, integrity) => {
  const answer = await fetch(url, { integrity }).catch(lost);
  if (!answer.ok) lost(url + ' answers ' + answer.status);
  return answer;
};

// An `import()` can't be told a digest, but a link before it can: where that fails, the browser
// knows no such module. Older ones look at the bytes that they keep for the import.
const checked = (url, integrity) => {
  const link = document.createElement('link');
  if (!link.relList?.supports?.('modulepreload')) return fetched(url, integrity);
  return new Promise((done, fail) => {
    const onerror = () => fail(new Lost(url + ' is not what it should be, or not there.'));
    const crossOrigin = 'anonymous';
    const rel = 'modulepreload';
    Object.assign(link, { rel, crossOrigin, integrity, href: url, onload: done, onerror });
    document.head.appendChild(link);
  });
};

// A script that is not there and one that the browser can't read are told apart.
const imported = async (url, integrity) => {
  if (integrity) await checked(url, integrity);
  return import(/* @vite-ignore */ /* webpackIgnore: true */ url).catch((reason) => {
    throw reason instanceof SyntaxError ? reason : new Lost(reason);
  });
};

// What takes over. With it goes what both need.
const theScript = () => {
  if (!script) {
    const lent = { vouched, fetched, imported, again, failed, lost, Lost, emit, clear };
    const coming = inTime(files.takeover(imported, again(), vouched), PATIENCE, Lost);
    script = coming.then((it) => it.use(lent) || it);
    script.catch(() => (script = failed()));
  }
  return script;
};

// The module is on its way beside the script that knows what to do with it.
const theModule = () => {
  if (provided) return Promise.resolve(provided);
  if (!module) {
    const arriving = fetched(files.wasm() + again(), vouched(files.digest('wasm')));
    arriving.catch(() => {});
    module = theScript().then((it) => it.load(arriving));
    module.catch(() => (module = failed()));
  }
  return module;
};

// Tells the shop's page, through every shadow root. An event with methods of its own is a question:
// false if the page says no.
const emit = (host, type, detail, own) => {
  const init = { bubbles: true, composed: true, cancelable: !!own, detail };
  return host.dispatchEvent(Object.assign(new CustomEvent(type, init), own));
};

// The nearest `lang` around the element, through shadow roots.
const langAround = (host) => {
  for (let node = host; node; node = node.getRootNode().host) {
    const found = node.closest('[lang]');
    if (found) return found.getAttribute('lang');
  }
  return '';
};

// What was heard: `ok` and `body`, and the `face` as it was drawn there; without `body`, nobody knows
// what happened: there was no answer, or none that could be read.
const read = (request) => {
  const { status } = request;
  const ok = status >= 200 && status < 300;
  const drawn = request.responseType && request.response;
  let body;
  try {
    body = JSON.parse(drawn ? drawn.querySelector('script').textContent : request.responseText);
  } catch {
    if (!ok) body = {};
  }
  const version = files.VERSION && request.getResponseHeader('Guichet-Version');
  return { ok, status, body, face: drawn && drawn.querySelector('[data-face]'), version };
};

// Asks for the session, and for its face. Not by `fetch`: a document may be asked for here and
// nowhere else, and where a page requires trusted types, no text may become one. As a form: with a
// header of ours, the browser would first ask the backend whether it may.
const ask = async (base, secret, locale, lang) => {
  const asked = new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const wish = new URLSearchParams({ markup: lang, locale });
    request.open('POST', base + '/checkout/v1/session?' + wish);
    request.timeout = PATIENCE;
    request.onreadystatechange = () => {
      const type = request.readyState === 2 && request.getResponseHeader('Content-Type');
      if (/^text\/html/.test(type)) request.responseType = 'document';
    };
    request.onload = () => done(request);
    request.onerror = request.ontimeout = fail;
    request.send(new URLSearchParams({ session: secret }));
  });
  const answer = await inTime(asked, PATIENCE).then(read).catch(() => ({}));
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
  const body = make('div', 'body bones');
  for (let bone = 0; bone < 2; bone++) summary.appendChild(make('span', 'bone'));
  for (let row = 0; row < 4; row++) body.appendChild(make('span', 'bone row'));
  for (const part of [summary, body]) part.setAttribute('aria-hidden', 'true');
  return [summary, body];
};

// Takes everything out of the root but its style sheet and the live region.
const clear = (root) => {
  for (const node of Array.from(root.childNodes)) {
    const stays = /^(link|style)$/.test(node.localName) || node.className === 'spoken';
    if (!stays) root.removeChild(node);
  }
};

// The shopper's choice is kept for the tab: no browser restores what was chosen in a shadow root.
// It is kept by the session's id, which opens nothing. A page may forbid its storage.
const KEPT = 'guichet-choice';
const keep = (id, choice) => {
  try {
    if (id) sessionStorage.setItem(KEPT, id + ' ' + choice);
  } catch {}
};
const kept = (id) => {
  try {
    const [of, choice] = sessionStorage.getItem(KEPT).split(' ');
    return of === id ? choice : '';
  } catch {
    return '';
  }
};

const chosenOf = (face) => face.querySelector('input[name=method]:checked');

// Chooses a method in a painted face, if it is still on offer there.
const choose = (face, method) => {
  for (const radio of Array.from(face.querySelectorAll('input[name=method]:not([disabled])'))) {
    if (radio.value === method) radio.checked = true;
  }
};

// Says something to who can't see it. The region outlives every face, and is there for a moment
// before its text: what comes with a region is not read out.
const speak = (root, lang, text) => {
  const region = root.querySelector('.spoken');
  if (!region) return;
  region.lang = lang;
  clearTimeout(region.late);
  region.late = setTimeout(() => {
    if (region.textContent !== text) region.textContent = text;
  }, SETTLING);
};

// Draws a face with a message, and a button if there is a text for it.
const say = (root, face, lang, text, retry, again) => {
  const box = make('div', 'checkout');
  box.setAttribute('data-face', face);
  box.lang = lang;
  box.dir = 'ltr';
  const loading = face === 'loading';
  if (loading) box.setAttribute('aria-busy', 'true');
  speak(root, lang, loading ? text : '');
  const message = make('p', 'message', text);
  message.setAttribute('role', 'alert');
  for (const node of loading ? bones() : [message]) box.appendChild(node);
  if (retry) {
    const button = make('button', 'button', retry);
    button.type = 'button';
    button.setAttribute('data-action', 'retry');
    button.onclick = again;
    box.appendChild(button);
  }
  clear(root);
  root.appendChild(box);
};

// Sends a form. It comes to an end only where the page is not left, and tells why: its policy or a
// sandbox of it may forbid that.
const leave = (form) =>
  new Promise((done) => {
    refused = done;
    // Browsers on iOS, the only ones with `standalone`, don't say that a page is being left.
    const timer = 'standalone' in navigator || setTimeout(done, DEAF, 'no form leaves');
    addEventListener('beforeunload', () => clearTimeout(timer), { once: true });
    // Without its button, the form means the pay button. A field of that name would hide `submit`.
    HTMLFormElement.prototype.submit.call(form);
  });

const wordsOf = (host) => wordsFor(spoken(host.getAttribute('locale'), langAround(host)));

// Tells the shop's page, and the console, that a start can't go on.
const report = (host, reason, code) => {
  console.error('guichet: the payment can’t be shown.', reason);
  emit(host, 'guichet:error', { code });
};

// Gives the root its style sheet. Browsers without constructed ones get an element, which a page's
// policy may refuse: what can be pressed is there all the same.
const dress = (host, root) => {
  try {
    if (!('adoptedStyleSheets' in root)) throw new Error();
    if (!sheet) {
      const made = new CSSStyleSheet();
      made.replaceSync(css);
      sheet = made;
    }
    root.adoptedStyleSheets = [sheet];
    // It says the same, and was there before.
    for (const same of Array.from(root.querySelectorAll('link,style'))) same.remove();
  } catch {
    if (root.querySelector('link,style')) return;
    const style = document.createElement('style');
    style.nonce = nonceOf(host, 'style');
    style.textContent = css;
    root.appendChild(style);
    if (!style.sheet) {
      console.error(
        'guichet: no style sheet. This browser has no constructed ones, and style-src in the ' +
          "page's Content-Security-Policy allows neither 'unsafe-inline' nor a nonce of the page.",
      );
    }
  }
};

const cameBack = () => performance.getEntriesByType?.('navigation')[0]?.type === 'back_forward';

// What an element does. Its page can't reach it.
class Checkout {
  constructor(host) {
    this.host = host;
    this.run = 0;
    for (const name of ['onBegin', 'onPageShow', 'onWake', 'mayPay']) {
      this[name] = this[name].bind(this);
    }
  }

  connect() {
    const { host } = this;
    // What the page set before this script was there.
    for (const name of PROPERTIES) {
      if (!Object.prototype.hasOwnProperty.call(host, name)) continue;
      const value = host[name];
      delete host[name];
      host[name] = value;
    }
    try {
      this.open();
    } catch (reason) {
      return this.giveUp(reason);
    }
    addEventListener('pageshow', this.onPageShow);
    addEventListener('online', this.onWake);
    document.addEventListener('visibilitychange', this.onWake);
    this.start();
  }

  disconnect() {
    removeEventListener('pageshow', this.onPageShow);
    removeEventListener('online', this.onWake);
    document.removeEventListener('visibilitychange', this.onWake);
    this.stop();
  }

  // A page that was kept as HTML and put back has the labels and containers of fields that are
  // gone; it may even have a shadow root that nobody listens to.
  open() {
    const { host } = this;
    for (const child of Array.from(host.children)) {
      if (/^guichet-/.test(child.slot)) child.remove();
    }
    if (this.root) return;
    // A root that was declared is here already, and loses all that is in it when one is attached.
    const declared = host.shadowRoot;
    const face = declared && declared.querySelector('[data-painted]');
    const root = face ? declared : host.attachShadow({ mode: 'open' });
    this.root = root;
    // As it was printed: what the shopper does on it changes it.
    this.given = face && face.cloneNode(true);
    if (!root.querySelector('.spoken')) {
      const region = make('p', 'spoken');
      region.setAttribute('role', 'status');
      root.insertBefore(region, face);
    }
    for (const type of ['click', 'change']) root.addEventListener(type, this.onBegin);
  }

  // The shopper has begun: the script for cards is here by the time that fields are to open.
  onBegin({ type, target }) {
    if (type === 'change' && target.name === 'method') keep(this.id, target.value);
    if (this.embedded) theScript().then((it) => it.theCard()).catch(() => {});
    this.embedded = false;
  }

  // Shows the face as the backend drew it, until the module takes over. Where one was shown before,
  // choice, focus and press stay what they were, if the new face has them.
  paint(drawn) {
    const { root } = this;
    const face = document.adoptNode(drawn);
    const before = root.querySelector('[data-painted]');
    const chosen = before && chosenOf(before);
    const focused = before && root.activeElement;
    if (chosen) choose(face, chosen.value);
    this.listen(face);
    clear(root);
    root.appendChild(face);
    const button = face.querySelector('[data-action="' + this.pressed + '"]');
    if (button) button.setAttribute('aria-busy', 'true');
    else this.pressed = undefined;
    if (focused) {
      const same = (node) => node.id === focused.id && node.dataset.action === focused.dataset.action;
      const all = Array.from(face.querySelectorAll('input, button'));
      const target = all.find(same) || face.querySelector('[data-focus]');
      if (target) target.focus({ preventScroll: true });
    }
    const title = face.querySelector('h2');
    speak(root, face.lang, title ? title.textContent : '');
  }

  // The first press on a painted face is kept, and done when the module is there.
  listen(face) {
    face.onsubmit = (event) => event.preventDefault();
    face.onclick = (event) => {
      const button = event.target.closest('button[data-action]');
      if (!button) return;
      event.preventDefault();
      if (this.pressed) return;
      this.pressed = button.dataset.action;
      button.setAttribute('aria-busy', 'true');
      this.haste = setTimeout(() => this.hurry(), HASTE);
    };
  }

  // The module takes its time: the face is a form, which the backend takes. Fields for a card need
  // the module, and who has chosen nothing is told so by it.
  hurry() {
    const button = this.root.querySelector('[data-painted] [data-action=pay][aria-busy]');
    const chosen = button && chosenOf(button.form);
    if (!chosen || chosen.closest('[data-scripted]')) return;
    const kept = (why) => why && console.error('guichet: ' + why);
    this.sending = this.send(button, chosen).then(kept);
  }

  // Sends a painted list. Where scripts run, the page is asked before it pays, as the module asks
  // it. It comes to an end where the page is not left: with the reason, or none if nothing was sent.
  async send(button, chosen) {
    button.setAttribute('aria-busy', 'true');
    const may = await this.mayPay(chosen.value);
    if (may && chosen.checked && button.isConnected) {
      const back = { type: 'hidden', name: 'back', value: 'shop' };
      button.form.appendChild(Object.assign(make('input'), back));
      return leave(button.form);
    }
    button.removeAttribute('aria-busy');
    this.pressed = undefined;
    return undefined;
  }

  // The module does not come. What was pressed on a painted face is sent now, and so is what will
  // be. `false` where there is none, or nothing of it can be sent.
  release(reason, code = 'unsupported') {
    const face = this.root.querySelector('[data-painted]');
    if (!face) return false;
    const isList = face.querySelector('[name=method]');
    const scripted = face.querySelectorAll('[data-scripted], .awaited');
    for (const node of Array.from(scripted)) node.remove();
    if (isList && !face.querySelector('[name=method]:enabled')) return false;
    report(this.host, reason, code);
    face.onclick = null;
    face.onsubmit = (event) => void this.submit(event);
    const button = face.querySelector('[data-action="' + this.pressed + '"]');
    this.pressed = undefined;
    if (button) button.removeAttribute('aria-busy');
    if (button) button.click();
    else if (face.dataset.face === 'waiting') {
      this.given = face.cloneNode(true);
      this.late = setTimeout(() => this.start(), WAITING);
    }
    return true;
  }

  async submit(event) {
    const form = event.target;
    const chosen = chosenOf(form);
    const button = event.submitter || form.querySelector('[data-action=pay]');
    if (!chosen || !button || button.dataset.action !== 'pay') return;
    event.preventDefault();
    if (button.getAttribute('aria-busy')) return;
    const why = await this.send(button, chosen);
    if (why) this.giveUp(why, 'policy_refused');
  }

  // The end of a start that can't go on: told to the shopper, to the shop's page and on the
  // console. Hardly anybody reads the text: it is a file of its own.
  async giveUp(reason, code = 'unsupported') {
    const { host, run } = this;
    report(host, reason, code);
    const [lang, words] = wordsOf(host);
    let text = words.failed;
    try {
      const { refusals } = await files.refusals(imported, again(), vouched);
      text = refusals[lang][code === 'unsupported' ? code : 'unfit'];
    } catch {}
    if (run === this.run) say(this.root || host, 'broken', lang, text);
  }

  // A page that comes back as it was left has sent its form.
  onPageShow({ persisted }) {
    if (this.mounted) this.mounted.wake(persisted);
    else if (persisted) this.start();
  }

  onWake() {
    if (this.mounted) this.mounted.wake(false);
  }

  // Asks the page whether the shopper may pay now: a boolean, or a promise of one.
  mayPay(method) {
    const waits = [];
    let open = true;
    const waitUntil = (answer) => {
      if (!open) throw new Error('guichet: waitUntil() is called while the event is handled.');
      waits.push(answer);
    };
    const go = emit(this.host, 'guichet:before-pay', { method }, { waitUntil });
    open = false;
    if (!go || !waits.length) return go;
    return inTime(Promise.all(waits), HESITATION).then(
      (said) => !said.includes(false),
      (reason) => {
        console.error('guichet: the page did not let the shopper pay.', reason);
        return false;
      },
    );
  }

  stop() {
    this.run++;
    clearTimeout(this.late);
    clearTimeout(this.haste);
    if (this.fields) this.fields.close();
    if (this.mounted) this.mounted.unmount();
    this.mounted = this.pressed = this.sending = undefined;
  }

  async start() {
    this.stop();
    const { host, root, run } = this;
    const text = (name) => host.getAttribute(name) || '';
    const secret = text('session').trim();
    const own = text('locale');
    const around = langAround(host) || '';
    const [lang, words] = wordsFor(spoken(own, around));
    const given = secret && this.given;
    this.given = this.id = undefined;
    try {
      const base = (text('backend') || files.backend()).replace(/\/+$/, '');
      ours.push(files.here(), base);
      // The answer is what the shopper waits for: it is on its way before anything else is done.
      const asked = secret && base && ask(base, secret, own, around);
      dress(host, root);
      if (given) this.listen(root.querySelector('[data-painted]'));
      else say(root, 'loading', lang, words.loading);
      if (!secret) {
        console.error('guichet: <' + NAME + '> needs a session attribute.');
        const late = () => this.giveUp('no session came', 'session_missing');
        this.late = setTimeout(late, SESSION);
        return;
      }
      if (!base) {
        const why = 'the attribute backend must name the backend, such as https://pay.example';
        return this.giveUp(why, 'backend_missing');
      }
      const lack = unfit();
      // Nothing else is waited for: what goes wrong with it is told below.
      if (given && !lack) theModule().catch(() => {});
      const answer = await asked;
      if (run !== this.run) return;
      // No answer may be the policy's doing.
      if (answer.ok === undefined && (await isBarred())) lost();
      if (run !== this.run) return;
      const order = answer.body || {};
      const { methods } = order;
      this.embedded = methods && methods.some((offer) => offer.embedded);
      this.id = order.id;
      const back = cameBack();
      const fresh = answer.face;
      if (fresh) {
        fresh.setAttribute('data-painted', '');
        // No answer holds the secret. Its form does, where nothing else pays.
        const fields = fresh.querySelectorAll('input[type=hidden][name=session]');
        for (const field of Array.from(fields)) field.setAttribute('value', secret);
      }
      // Who went back sees the list although a payment may be open: the backend does not know of it.
      // What the page was printed with may be old: it was reloaded, or paid meanwhile.
      if (fresh && (lack || !back) && !(given && given.isEqualNode(fresh))) {
        this.paint(fresh);
        // It is seen before anything else is begun.
        await new Promise((done) => setTimeout(done));
        if (run !== this.run) return;
      }
      const painted = root.querySelector('[data-painted]');
      if (lack) throw lack;
      const choice = kept(this.id);
      const chosen = painted && chosenOf(painted);
      if (chosen) keep(this.id, chosen.value);
      else if (painted && painted.dataset.face === 'choosing') choose(painted, choice);
      // By the rule of the server, which has drawn the face.
      const locale = spoken(own, order.locale, around, order.language) || 'en';
      const module = theModule();
      const it = await theScript();
      await it.takeOver(this, run, module, { base, secret, answer, locale, back, choice });
    } catch (reason) {
      await this.sending;
      if (run !== this.run) return;
      if (!(reason instanceof Lost)) return this.release(reason) || this.giveUp(reason);
      const why = await isBarred();
      if (run !== this.run) return;
      if (why) {
        const told = [why, 'policy_refused'];
        return this.release(...told) || this.giveUp(...told);
      }
      if (this.release(reason, 'load_failed')) return;
      console.error('guichet: the module could not be loaded.', reason);
      say(root, 'offline', lang, words.failed, words.retry, () => this.start());
      emit(host, 'guichet:error', { code: 'load_failed' });
    }
  }
}

const checkouts = new WeakMap();
const of = (host) => checkouts.get(host);

class GuichetCheckout extends (onPage ? HTMLElement : Object) {
  static get observedAttributes() {
    return ['session', 'locale', 'backend'];
  }

  constructor() {
    super();
    checkouts.set(this, new Checkout(this));
  }

  connectedCallback() {
    of(this).connect();
  }

  disconnectedCallback() {
    of(this).disconnect();
  }

  // The page moves the element as a whole (`moveBefore`): nothing of it begins anew.
  connectedMoveCallback() {}

  attributeChangedCallback(_, before, now) {
    if (this.isConnected && of(this).root && before !== now) of(this).start();
  }
}

for (const name of PROPERTIES) {
  Object.defineProperty(GuichetCheckout.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return this.getAttribute(name) || '';
    },
    set(value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

try {
  if (onPage && !customElements.get(NAME)) customElements.define(NAME, GuichetCheckout);
} catch (reason) {
  for (const host of Array.from(document.querySelectorAll(NAME))) {
    new Checkout(host).giveUp(reason);
  }
}
