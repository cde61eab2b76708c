#!/usr/bin/env bash
# Chromium: a form that never left and a form that was received, and whose answer then redirects to
# where `form-action` forbids, raise the same `securitypolicyviolation` event. Only `blockedURI`
# differs, and for the redirect it names the page that was reached and that the policy allows.
# Needs Node.js with npm, and Chromium (on the path, or named by GUICHET_CHROMIUM).
#
# A payment form goes to the shop's own server, which answers 307 to the platform. Whoever takes the
# event for "nothing was sent" offers to pay again while a payment has begun; whoever reads the
# message looks for a rule that forbids the shop's own address, and finds none.
# Seen on 2026-11-27 with Chromium 156.0.8078.108 and playwright-core 1.65.1.

. "$(dirname "$0")/lib/setup.bash"

node_run playwright-core@1.65.1 <<'JS'
import assert from 'node:assert/strict';
import { launch, serve } from './browser.mjs';

const received = [];
const platform = await serve((asked, reply) => {
  received.push(asked.url);
  reply.end();
});
const shop = await serve((asked, reply) => {
  if (asked.method === 'POST') {
    received.push(asked.url);
    reply.writeHead(307, { location: `${platform}/page` }).end();
    return;
  }
  reply.writeHead(200, {
    'content-type': 'text/html',
    'content-security-policy': "form-action 'self'",
  });
  reply.end(`<form id="never" method="post" action="${platform}/page"></form>
    <form id="received" method="post" action="/pay"></form>`);
});

const browser = await launch();

async function violation(form) {
  const page = await browser.newPage();
  await page.goto(shop);
  received.length = 0;
  const event = await page.evaluate((id) => new Promise((done) => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const names = ['blockedURI', 'effectiveDirective', 'violatedDirective', 'originalPolicy',
        'documentURI', 'disposition', 'statusCode', 'sourceFile', 'lineNumber', 'columnNumber',
        'sample', 'referrer'];
      const fields = Object.fromEntries(names.map((name) => [name, event[name]]));
      done({ ...fields, target: event.target.nodeName });
    });
    document.getElementById(id).submit();
  }), form);
  // A form that is under way has arrived by now.
  await page.waitForTimeout(500);
  await page.close();
  return { event, posts: [...received] };
}

const never = await violation('never');
const redirected = await violation('received');
await browser.close();

const differs = Object.keys(never.event)
  .filter((name) => never.event[name] !== redirected.event[name]);
console.log('never sent:', never.posts, never.event.blockedURI);
console.log('received:', redirected.posts, redirected.event.blockedURI);
console.log('fields that differ:', differs);
assert.deepEqual(never.posts, [], 'a form that is refused arrives');
assert.deepEqual(redirected.posts, ['/pay'], 'a form whose redirect is refused does not arrive');
assert.deepEqual(differs, ['blockedURI'], 'the two events can be told apart otherwise');
assert.equal(redirected.event.blockedURI, `${shop}/pay`, 'the refused address is named');
JS
