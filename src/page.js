// What the module does to the page around it. Here, because a line of script is a tenth of the same
// line in the module. Nothing of this fails.

const PATIENCE = 20000;
// If the page is still here this long after its form was sent, it was not let go.
const STUCK = 20000;
// A browser that tries to leave the page tells it within this time, before it asks the network.
const DEAF = 5000;
// A request is asked again this often while the backend is still answering it.
const AGAIN = 8;

// A promise that fails if it takes longer than that.
export const inTime = (promise, limit, Failure = Error) => {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Failure('timed out')), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export const sleep = (time) => new Promise((done) => setTimeout(done, time));

// A call to the backend. Resolves to { ok, body }; without `body`, nobody knows what happened: there
// was no answer, or none that could be read.
export const call = (base, secret, path, init = {}, more = {}) => {
  const asked = async () => {
    const answer = await fetch(base + '/checkout/v1/' + path, {
      headers: { Authorization: 'Bearer ' + secret, ...more },
      cache: 'no-store',
      signal: window.AbortSignal?.timeout?.(PATIENCE),
      ...init,
    });
    const text = await answer.text();
    const { ok } = answer;
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      if (!ok || answer.status === 204) body = {};
    }
    return { ok, status: answer.status, body };
  };
  // Not every browser has that signal.
  return inTime(asked(), PATIENCE).catch(() => ({}));
};

// A random UUID (version 4), from the browser's source of keys. `randomUUID` exists on secure pages
// only.
const uuid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

// Tells the shop's page, through every shadow root. No detail holds a secret.
export const emit = (host, type, detail = null) => {
  host.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
};

// The nearest `lang` around the element, through shadow roots.
export const langAround = (host) => {
  for (let node = host; node; node = node.getRootNode().host) {
    const found = node.closest('[lang]');
    if (found) return found.getAttribute('lang');
  }
  return '';
};

// The nonce by which the page's policy may let in a `script` or a `style`: the element's own, that
// of such a tag of the page, or that of the other kind. No attribute shows it.
export const nonceOf = (host, kind) => {
  const tag = (name) => document.querySelector(name + '[nonce]')?.nonce;
  return host.nonce || tag(kind) || tag('script') || tag('style') || '';
};

// The token of a sandbox (an iframe's, or the page's own) without which no form leaves. Both are
// tried without leaving: a form that stops itself, and the top window opened at no address.
const missingToken = (root) => {
  const form = document.createElement('form');
  let heard = !form.requestSubmit;
  form.hidden = true;
  form.addEventListener('submit', (event) => {
    heard = true;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  root.appendChild(form);
  if (!heard) form.requestSubmit();
  form.remove();
  if (!heard) return 'allow-forms';
  return window === top || open('', '_top') ? '' : 'allow-top-navigation';
};

// A form for the platform with these fields (names and values in turn), in their order, unchanged.
const formFor = (url, fields) => {
  const form = document.createElement('form');
  const target = { method: 'post', action: url, acceptCharset: 'UTF-8', target: '_top' };
  Object.assign(form, target, { hidden: true });
  for (let at = 0; at < fields.length; at += 2) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name: fields[at], value: fields[at + 1] });
    form.append(input);
  }
  return form;
};

const portOf = ({ protocol, port }) => port || (protocol === 'https:' ? '443' : '80');

// Whether a page's policy lets forms go to this address.
const lets = (policy, url) => {
  const [, sources = ''] = /form-action([^;]*)/i.exec(policy) || [];
  return sources.split(/\s+/).some((source) => {
    if (source === "'self'") return url.origin === location.origin;
    // Anything, or anything of a scheme.
    if (source === '*' || source.endsWith(':')) return true;
    const parts = /^(?:[\w+.-]+:\/\/)?([^:/]+)(?::([\d*]+))?/.exec(source.toLowerCase());
    const [, name = '', port] = parts || [];
    const below = name.startsWith('*.') && url.hostname.endsWith(name.slice(1));
    if (!below && name !== url.hostname) return false;
    return port ? port === '*' || port === portOf(url) : !url.port;
  });
};

// Sends the browser to the platform. Resolves only where the page is still here: to false as soon
// as it is certain that nothing left, else to true.
const leave = (host, address, fields) =>
  new Promise((done) => {
    const url = new URL(address);
    const form = formFor(address, fields);
    const timers = [];
    let going = false;
    const went = () => (going = true);
    const stop = (left, why) => {
      removeEventListener('beforeunload', went);
      document.removeEventListener('securitypolicyviolation', refused);
      timers.forEach(clearTimeout);
      form.remove();
      if (why) console.error('guichet: the browser can’t leave for ' + url.origin + ': ' + why);
      done(left);
    };
    // Where the policy names the platform, it was a redirect of the platform's that was stopped,
    // and the form has arrived. Nothing else tells the two apart: the page hears of both after
    // `beforeunload`, with the form's own address.
    const refused = ({ effectiveDirective, disposition, blockedURI, originalPolicy }) => {
      const ours = effectiveDirective === 'form-action' && blockedURI.startsWith(url.origin);
      if (!ours || disposition === 'report') return;
      const left = lets(originalPolicy, url);
      const whom = left ? 'the origins that it redirects to' : url.origin;
      stop(left, "form-action in the page's Content-Security-Policy must name " + whom + '.');
    };
    addEventListener('beforeunload', went, { once: true });
    document.addEventListener('securitypolicyviolation', refused);
    // Browsers on iOS, the only ones with `standalone`, don't say that a page is being left.
    if (navigator.standalone === undefined) {
      const deaf = () => going || stop(false, 'nothing happened. Is the page in a sandbox?');
      timers.push(setTimeout(deaf, DEAF));
    }
    timers.push(setTimeout(() => stop(true), STUCK));
    try {
      const token = missingToken(host.shadowRoot);
      if (token) return stop(false, 'the sandbox that the page is in must have ' + token + '.');
      document.body.append(form);
      // The prototype's own `submit`: a field of that name would hide it.
      HTMLFormElement.prototype.submit.call(form);
    } catch (reason) {
      stop(false, reason);
    }
  });

// What the module is given: the page, as the element `host` sees it. The module names these members
// in `page.rs`.
export const pageOf = (host, base, secret) => ({
  sleep,
  uuid,

  leave: (url, ...fields) => leave(host, url, fields),

  visible: () => document.visibilityState === 'visible',

  ask: (path) => call(base, secret, path),

  remove: (method, card) =>
    call(base, secret, 'cards/' + method + '/' + encodeURIComponent(card), { method: 'DELETE' }),

  // Sends an object (names and values in turn). Asks again, with the same key, while the backend is
  // still answering.
  async send(path, key, save, ...members) {
    const order = save ? { save } : {};
    for (let at = 0; at < members.length; at += 2) order[members[at]] = members[at + 1];
    const init = { method: 'POST', body: JSON.stringify(order) };
    const more = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
    // The platform's page speaks what this one does, unless the shop's server said otherwise.
    const lang = host.shadowRoot.querySelector('[lang]')?.lang;
    if (lang) more['Accept-Language'] = lang;
    for (let left = AGAIN; ; left--) {
      const answer = await call(base, secret, path, init, more);
      if (!left || answer.ok || answer.body?.code !== 'idempotency_in_flight') return answer;
      await sleep(700);
    }
  },

  emit: (type, name, value) => emit(host, type, name ? { [name]: value } : null),

  // Moves the focus inside the widget, unless the shopper is busy elsewhere on the page. A frame of
  // the platform's fields stands inside the element.
  focus(selector) {
    const active = document.activeElement;
    if (active && active !== document.body && !host.contains(active)) return;
    host.shadowRoot.querySelector(selector)?.focus();
  },
});
