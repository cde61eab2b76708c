#!/usr/bin/env bash
# Chromium: in a frame sandboxed without `allow-forms`, a click on a form's button does nothing at
# all: no `submit`, no `invalid` for an empty required field, no exception from `requestSubmit()`.
# The only trace is a line in the console, which no script can read.
# Needs Node.js with npm, and Chromium (on the path, or named by GUICHET_CHROMIUM).
#
# A script that handles `submit` itself and always calls `preventDefault()` sends no form, and seems
# to need no permission to send one; in such a frame it never runs. A checkout that shops may put
# into a frame has to listen to `click` and to Enter.
# Seen on 2026-11-27 with Chromium 156.0.8078.108 and playwright-core 1.65.1.

. "$(dirname "$0")/lib/setup.bash"

node_run playwright-core@1.65.1 <<'JS'
import assert from 'node:assert/strict';
import { launch } from './browser.mjs';

const inner = `<form><input name="empty" required><input name="kept" value="1">
    <button>Pay</button></form>
  <script>
    self.seen = [];
    for (const type of ['submit', 'invalid', 'formdata', 'securitypolicyviolation', 'error',
      'click']) {
      addEventListener(type, (event) => {
        seen.push(type);
        if (type === 'submit') event.preventDefault();
      }, true);
    }
  </script>`;
const srcdoc = inner.replaceAll('"', '&quot;');

const browser = await launch();

async function events(sandbox) {
  const page = await browser.newPage();
  await page.setContent(`<iframe sandbox="${sandbox}" srcdoc="${srcdoc}"></iframe>`);
  const frame = page.frames().find((frame) => frame !== page.mainFrame());
  await frame.waitForSelector('button');
  const told = async (work) => {
    await frame.evaluate(() => { seen.length = 0; });
    await work();
    await page.waitForTimeout(300);
    return frame.evaluate(() => seen.join(' '));
  };
  const empty = await told(() => frame.click('button'));
  await frame.fill('[name=empty]', '1');
  const click = await told(() => frame.click('button'));
  const script = await told(() => frame.evaluate(() => document.forms[0].requestSubmit()));
  await page.close();
  return { empty, click, script };
}

const allowed = await events('allow-scripts allow-forms');
const silent = await events('allow-scripts');
await browser.close();
console.log('with allow-forms:', allowed);
console.log('without:', silent);
assert.deepEqual(allowed, { empty: 'click invalid', click: 'click submit', script: 'submit' });
assert.deepEqual(silent, { empty: 'click', click: 'click', script: '' });
JS
