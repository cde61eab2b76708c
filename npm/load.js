// The element from the backend itself: what the script tag of a plain page does.

const NAME = 'guichet-checkout';
let loading;

// Where a page requires trusted types, an address of a script must come from a policy.
const trusted = (url) => {
  if (!window.trustedTypes) return url;
  const policy = trustedTypes.createPolicy('guichet-load', { createScriptURL: () => url });
  return policy.createScriptURL(url);
};

const start = (url, integrity, nonce) =>
  new Promise((done, fail) => {
    const script = document.createElement('script');
    script.type = 'module';
    script.crossOrigin = 'anonymous';
    script.src = trusted(url);
    if (integrity) script.integrity = integrity;
    if (nonce) script.nonce = nonce;
    script.onload = () => customElements.whenDefined(NAME).then(done, fail);
    script.onerror = () => {
      script.remove();
      fail(new Error('guichet: ' + url + ' can’t be loaded.'));
    };
    document.head.append(script);
  });

export const load = (backend, { integrity, nonce } = {}) => {
  // A server draws the page; the browser loads the script.
  if (typeof document === 'undefined') return Promise.resolve();
  // The next call tries again.
  const again = () => (loading = undefined);
  if (!loading) {
    loading = start(new URL('/guichet.js', backend).href, integrity, nonce);
    loading.catch(again);
  }
  return loading;
};
