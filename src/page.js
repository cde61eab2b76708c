// What both scripts need of the page around the element.

// A promise that fails if it takes longer than that.
export const inTime = (promise, limit, Failure = Error) => {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Failure('timed out')), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// The nonce by which the page's policy may let in a `script` or a `style`: the element's own, that
// of such a tag of the page, or that of the other kind. No attribute shows it.
export const nonceOf = (host, kind) => {
  const tag = (name) => document.querySelector(name + '[nonce]')?.nonce;
  return host.nonce || tag(kind) || tag('script') || tag('style') || '';
};
