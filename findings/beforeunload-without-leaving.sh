#!/usr/bin/env bash
# Chromium fires `beforeunload` for a form that `form-action` then refuses: the page is told that it
# is about to be left, and stays. Needs Node.js with npm, and Chromium (on the path, or named by
# GUICHET_CHROMIUM).
#
# A checkout that locks its buttons, ends its timers or says "you are being led to your bank" on
# this event does so for good: neither `pagehide` nor any other event of the page's life follows.
# Only `securitypolicyviolation` tells, and only on this document.
# Seen on 2026-11-27 with Chromium 156.0.8078.108 and playwright-core 1.65.1.

. "$(dirname "$0")/lib/setup.bash"

node_run playwright-core@1.65.1 <<'JS'
import assert from 'node:assert/strict';
import { launch, serve } from './browser.mjs';

const shop = await serve((asked, reply) => {
  reply.writeHead(200, {
    'content-type': 'text/html',
    'content-security-policy': "form-action 'self'",
  });
  // Port 9 is of another origin; nothing is ever sent there.
  reply.end(`<form method="post" action="http://127.0.0.1:9/page"><button>Pay</button></form>
    <script>
      self.seen = [];
      for (const type of ['submit', 'beforeunload', 'pagehide', 'unload', 'pageshow',
        'visibilitychange', 'securitypolicyviolation']) {
        addEventListener(type, () => seen.push(type), true);
      }
    </script>`);
});

const browser = await launch();
const page = await browser.newPage();
await page.goto(shop);
await page.evaluate(() => { seen.length = 0; });
await page.click('button', { noWaitAfter: true });
await page.waitForFunction(() => seen.includes('securitypolicyviolation'));
// Whatever else the page might be told comes within this time, or not at all.
await page.waitForTimeout(1000);
const seen = await page.evaluate(() => seen);
await browser.close();

console.log('events of a page that stays:', seen);
assert.deepEqual(seen, ['submit', 'beforeunload', 'securitypolicyviolation']);
JS
