#!/usr/bin/env bash
# axe-core 4.14.1 breaks a page's `style-src` itself, on a page that keeps it: only where a shadow
# root has a <style> of its own. Needs Node.js with npm, and Chromium (on the path, or named by
# GUICHET_CHROMIUM).
#
# It copies the sheets of shadow roots by writing them into a <style> of a document of its own,
# which lies under the page's policy and bears no nonce. A page without a shadow root, a root with a
# constructed sheet, and a run by `runOnly` of rules that read no sheets, are all without a
# violation.
#
# A browser test that asks a checkout both for accessibility and for a clean policy blames the
# checkout for it, as soon as one component with a shadow root is on the page: look first, run
# axe-core after. Seen on 2026-11-27 with Chromium 156.0.8078.108 and playwright-core 1.65.1.

. "$(dirname "$0")/lib/setup.bash"

node_run axe-core@4.14.1 playwright-core@1.65.1 <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { launch, serve } from './browser.mjs';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'));
const shadow = (content) => `<div><template shadowrootmode="open">${content}</template></div>`;
const bodies = {
  '/plain': '<p>In the page</p>',
  '/style': shadow('<style nonce="n1">p { color: #222 }</style><p>In a shadow root</p>'),
  '/constructed': `${shadow('<p>In a shadow root</p>')}<script nonce="n1">
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('p { color: #222 }');
    document.querySelector('div').shadowRoot.adoptedStyleSheets = [sheet];
  </script>`,
};
const shop = await serve((asked, reply) => {
  if (asked.url === '/axe.js') {
    reply.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    return;
  }
  reply.writeHead(200, {
    'content-type': 'text/html',
    'content-security-policy':
      "default-src 'none'; script-src 'self' 'nonce-n1'; style-src 'nonce-n1'",
  });
  reply.end(`<!doctype html><html lang="en"><title>Pay</title>
    <style nonce="n1">p { color: #333 }</style>
    <script nonce="n1">
      self.seen = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        seen.push(event.effectiveDirective + ' ' + event.sourceFile.split('/').pop());
      });
    </script>
    <main><h1>Pay</h1>${bodies[asked.url] ?? ''}</main><script src="/axe.js"></script></html>`);
});

const browser = await launch();

async function violations(path, options) {
  const page = await browser.newPage();
  await page.goto(shop + path);
  await page.waitForTimeout(300);
  const before = await page.evaluate(() => seen);
  assert.deepEqual(before, [], 'the page itself breaks its policy');
  await page.evaluate(async (options) => { await axe.run(document, options); }, options);
  await page.waitForTimeout(300);
  const after = await page.evaluate(() => seen);
  await page.close();
  console.log(path, options, after);
  return after;
}

assert.deepEqual(await violations('/plain', {}), []);
assert.deepEqual(await violations('/constructed', {}), []);
assert.deepEqual(await violations('/style', { runOnly: ['color-contrast'] }), []);
assert.deepEqual(await violations('/style', {}), ['style-src-elem axe.js']);
await browser.close();
JS
