// The platform's own fields for a card: the only file that knows the calls of its browser library.
//
// No public source documents those of the real library. What is written here is the library of
// this project's sandbox; when the real one's calls are known, this file changes and nothing else
// does. To the rest of the widget it offers one function:
//
//   openFields({ url, integrity, nonce, token, brands, places, labels, on }) resolves, once the
//   shopper can type, to { read, brand, focus, close }, or fails: with { expired: true } if the
//   token can't be used.
//
//   integrity, nonce  of the script, where there are such; else empty
//   places, labels   of { number, expiry, code }: containers, and what they are called
//   on.change        (field, wrong, brands, good): what is wrong with this field ('' for nothing;
//                    no value while that can't be told, because the shopper is typing); for the
//                    number also the brands that the card bears; whether it is full and right
//   on.focus         (field, focused): the shopper types there, or does not any more
//   on.submit        the shopper pressed Enter in a field
//   on.expired       the token can't be used any more
//   read()           resolves to { token, brand }, or fails: with { wrong: { number: WRONG } },
//                    with { expired: true } or with anything else
//   brand(name), focus(field), close()
//
// WRONG is 'empty', 'wrong' or, for a card that the shop does not take, 'refused'.

// A script that is to be loaded is governed by a page's trusted types. The backend has checked the
// host against its list; here the rule is that a script never comes over an open line.
const allowed = (url) => {
  const { protocol, hostname } = new URL(url);
  const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && loopback)) return url;
  throw new Error('guichet: refused the script ' + url);
};

let policy;
const trusted = (url) => {
  policy ||= window.trustedTypes?.createPolicy('guichet', { createScriptURL: allowed });
  return policy ? policy.createScriptURL(url) : allowed(url);
};

// Not `import()`: a module of another origin needs that origin's consent (CORS), and a library
// that was written as a plain script puts its name on the window.
const scripts = new Map();
const load = (url, integrity, nonce) => {
  const loading =
    scripts.get(url) ||
    new Promise((done, fail) => {
      const script = document.createElement('script');
      script.onload = done;
      script.onerror = () => {
        script.remove();
        fail(new Error('guichet: the script did not load: ' + url));
      };
      if (nonce) script.nonce = nonce;
      if (integrity) {
        script.integrity = integrity;
        // What another origin does not open to this page can't be checked.
        script.crossOrigin = 'anonymous';
      }
      script.src = trusted(url);
      document.head.append(script);
    });
  scripts.set(url, loading);
  loading.catch(() => scripts.delete(url));
  return loading;
};

const OURS = { number: 'number', expiry: 'expiry', csc: 'code' };
const THEIRS = { number: 'number', expiry: 'expiry', code: 'csc' };
const WRONG = { required: 'empty', brand_not_accepted: 'refused' };

const theirs = (of) => ({ number: of.number, expiry: of.expiry, csc: of.code });

const problem = (error) => {
  const wrong = {};
  for (const each of error?.fields || []) wrong[OURS[each.field]] = WRONG[each.error] || 'wrong';
  return Object.assign(new Error(error?.message || error), {
    expired: error?.code === 'session_expired',
    wrong,
  });
};

const asOurs = async (promise) => {
  try {
    const { paymentToken, brand } = await promise;
    return { token: paymentToken, brand: brand || '' };
  } catch (error) {
    throw problem(error);
  }
};

export const openFields = async ({
  url,
  integrity,
  nonce,
  token,
  brands,
  places,
  labels,
  on,
}) => {
  await load(url, integrity, nonce);
  const box = getComputedStyle(places.number);
  let library;
  await new Promise((ready, fail) => {
    library = window.SandboxHostedFields.create({
      token,
      brands,
      fields: theirs(places),
      labels: theirs(labels),
      style: { 'font-family': box.fontFamily, 'font-size': '16px', padding: '0 12px' },
      on: {
        ready,
        submit: on.submit,
        change: ({ field, empty, error, focused, brands: borne }) => {
          on.focus(OURS[field], focused);
          const told = focused || empty ? undefined : WRONG[error] || 'wrong';
          on.change(OURS[field], error ? told : '', borne, !error);
        },
        error: (error) => {
          const found = problem(error);
          if (found.expired) on.expired();
          fail(found);
        },
      },
    });
  }).catch((error) => {
    library?.destroy();
    throw error;
  });
  return {
    read: () => asOurs(library.tokenize()),
    brand: (name) => library.setBrand(name),
    focus: (field) => library.focus(THEIRS[field]),
    close: () => library.destroy(),
  };
};
