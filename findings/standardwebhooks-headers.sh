#!/usr/bin/env bash
# The JavaScript library of Standard Webhooks 1.1.1 finds no header in a Fetch `Headers`.
# Needs Node.js with npm.
#
# Hono, SvelteKit, Remix, Next.js' route handlers and every server that speaks Fetch hand a request's
# headers as a `Headers`. The library copies what it is given with Object.keys, which a `Headers` has
# none of, and says that required headers are missing; the same ones in a plain object verify.
#
# A shop that follows its framework answers 400 to every genuine notice of a payment, and looks for
# the fault in its secret or in the sender. Hand over Object.fromEntries(request.headers).
# Seen on 2026-11-28.

. "$(dirname "$0")/lib/setup.bash"

node_run standardwebhooks@1.1.1 <<'JS'
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(`whsec_${Buffer.alloc(24, 7).toString('base64')}`);
const body = '{"type":"payment.captured"}';
const now = new Date();
const plain = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  'webhook-signature': webhook.sign('msg_1', now, body),
};
const outcome = (headers) => {
  try {
    return webhook.verify(body, headers);
  } catch (error) {
    return error.message;
  }
};
const fetched = new Request('https://shop.example/', { method: 'POST', headers: plain, body });
console.log('plain object:', outcome(plain));
console.log('Headers:', outcome(fetched.headers));
assert.deepEqual(outcome(plain), { type: 'payment.captured' });
assert.equal(outcome(fetched.headers), 'Missing required headers');
assert.deepEqual(outcome(Object.fromEntries(fetched.headers)), { type: 'payment.captured' });
JS
