#!/usr/bin/env bash
# The Python library of Standard Webhooks 1.0.1 takes a secret in URL-safe base64 and signs with
# another key. Needs Python 3.11 with pip.
#
# Its decoder leaves out what is not of the standard alphabet, `-` and `_` among it, and says nothing.
# So a secret in the URL-safe spelling gives a shorter key, where it does not fail for its padding. The
# JavaScript library says of the same secret that it is wrong.
#
# A sender that hands out URL-safe secrets is told by its JavaScript shops at once; its Python
# shops refuse every genuine notice, some of them, depending on the random bytes. Hand out padded
# standard base64, and test with more than one key.
# Seen on 2026-11-28.

. "$(dirname "$0")/lib/setup.bash"

python_run standardwebhooks==1.0.1 <<'PY'
import base64
import datetime

from standardwebhooks.webhooks import Webhook

# Its first six bytes are spelled with `-` and `_` alone; what is left is a whole number of fours.
key = bytes([0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF]) + bytes(range(18))
standard = base64.b64encode(key).decode()
url_safe = base64.urlsafe_b64encode(key).decode()
print(standard, url_safe)
assert standard != url_safe

now = datetime.datetime.now(tz=datetime.timezone.utc)
body = '{"type":"payment.captured"}'
right = Webhook('whsec_' + standard).sign('msg_1', now, body)
other = Webhook('whsec_' + url_safe).sign('msg_1', now, body)
print('standard:', right)
print('URL-safe:', other)
assert right != other, 'it understands the URL-safe alphabet now'
assert Webhook('whsec_' + base64.b64encode(key[6:]).decode()).sign('msg_1', now, body) == other
PY

node_run standardwebhooks@1.1.1 <<'JS'
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';

const key = Buffer.from([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, ...Array(18).keys()]);
const secret = `whsec_${key.toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`;
assert.throws(() => new Webhook(secret), (error) => {
  console.log('JavaScript:', error.message);
  return true;
});
JS
