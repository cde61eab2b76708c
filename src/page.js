// What the module does to the page around it. Here, because a line of script is a tenth of the same
// line in the module. Nothing of this fails.

const PATIENCE = 20000;
// A request is asked again this often while the backend is still answering it.
const AGAIN = 8;

// A promise that fails if it takes longer than that.
export const inTime = (promise, limit) => {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error('timed out')), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

const sleep = (time) => new Promise((done) => setTimeout(done, time));

// A call to the backend. Resolves to { ok, body }; without `body`, nobody knows what happened: there
// was no answer, or none that could be read.
export const call = async (base, secret, path, init = {}, more = {}) => {
  try {
    const answer = await fetch(base + '/checkout/v1/' + path, {
      headers: { Authorization: 'Bearer ' + secret, ...more },
      cache: 'no-store',
      signal: AbortSignal.timeout?.(PATIENCE),
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
  } catch {
    return {};
  }
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

// Sends the browser to the platform with these fields (names and values in turn), in their order,
// unchanged. Tells whether that could be tried.
const leave = (url, ...fields) => {
  try {
    const form = document.createElement('form');
    const target = { method: 'post', action: url, acceptCharset: 'UTF-8', target: '_top' };
    Object.assign(form, target, { hidden: true });
    for (let at = 0; at < fields.length; at += 2) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name: fields[at], value: fields[at + 1] });
      form.append(input);
    }
    document.body.append(form);
    // The prototype's own `submit`: a field of that name would hide it.
    HTMLFormElement.prototype.submit.call(form);
    return true;
  } catch {
    return false;
  }
};

// What the module is given: the page, as the element `host` sees it. The module names these members
// in `page.rs`.
export const pageOf = (host, base, secret) => ({
  sleep,
  uuid,
  leave,

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
    for (let left = AGAIN; ; left--) {
      const answer = await call(base, secret, path, init, more);
      if (!left || answer.ok || answer.body?.code !== 'idempotency_in_flight') return answer;
      await sleep(700);
    }
  },

  // Tells the shop's page, through every shadow root. No detail holds a secret.
  emit(type, name, value) {
    const detail = name ? { [name]: value } : null;
    host.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  },

  // Moves the focus inside the widget, unless the shopper is busy elsewhere on the page. A frame of
  // the platform's fields stands inside the element.
  focus(selector) {
    const active = document.activeElement;
    if (active && active !== document.body && !host.contains(active)) return;
    host.shadowRoot.querySelector(selector)?.focus();
  },
});
