// Runs before anything else on every page: notes what the page's policy refused, and the widget's
// events, where a test can read them later.
(() => {
  const note = (list, entry) => {
    try {
      const all = JSON.parse(sessionStorage.getItem(list) || '[]');
      all.push(entry);
      sessionStorage.setItem(list, JSON.stringify(all));
    } catch {
      // A page without storage, such as an error page of the browser.
    }
  };
  addEventListener(
    'securitypolicyviolation',
    (event) =>
      note('e2e-violations', [
        event.effectiveDirective,
        event.blockedURI,
        event.sourceFile,
        event.sample,
        location.pathname,
      ].join(' ')),
    true,
  );
  for (const name of ['ready', 'change', 'before-pay', 'redirect', 'complete', 'error']) {
    document.addEventListener('guichet:' + name, (event) => {
      const at = event.target.localName;
      note('e2e-events', { name, detail: event.detail, at, composed: event.composed });
    });
  }
})();
