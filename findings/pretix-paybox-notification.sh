#!/usr/bin/env bash
# pretix-paybox 0.9.9 asks for notifications by POST (PBX_RUF1) and looks for their pairs in the
# address only: no notification is ever read. Needs Python 3.11 with pip.
#
# Its view reads `request.GET` and the query of the address; by POST the platform sends the pairs in
# the body. The answer is a 500, whatever the message says, and the order is as it was.
#
# A payment is then booked by the shopper's return alone. Who closes the tab on the platform's
# ticket page has paid, and the shop does not know it; no error is seen, for shoppers mostly do
# return. Seen on 2026-11-27 with Django 5.2.8; pretix itself, which the view only hands results to,
# is replaced by stand-ins.

. "$(dirname "$0")/lib/setup.bash"

python_run pretix-paybox==0.9.9 django==5.2.8 <<'PY'
import base64
import contextlib
import io
import sys
import types
import unittest.mock
import urllib.parse

import django.conf
from Crypto.Hash import SHA
from Crypto.PublicKey import RSA
from Crypto.Signature import PKCS1_v1_5
from django.test import RequestFactory

django.conf.settings.configure(ALLOWED_HOSTS=['*'], USE_I18N=False)
for name in (
    'django_scopes', 'django_countries', 'django_countries.fields', 'pretix', 'pretix.base',
    'pretix.base.forms', 'pretix.base.forms.questions', 'pretix.base.models',
    'pretix.base.payment', 'pretix.helpers', 'pretix.helpers.countries', 'pretix.multidomain',
    'pretix.multidomain.urlreverse', 'pretix.presale', 'pretix.presale.views',
    'pretix.presale.views.cart',
):
    sys.modules[name] = unittest.mock.MagicMock()
sys.modules['pretix.base.payment'].BasePaymentProvider = object

from pretix_paybox import PayboxCheck, views
from pretix_paybox.Paybox import Transaction

asked = Transaction('1999888', '32', '1', '00', '00').FIELDS
names = [pair.split(':') for pair in asked['PBX_RETOUR'].rstrip(';').split(';')]
print(f"PBX_RUF1 is {asked['PBX_RUF1']}")
assert asked['PBX_RUF1'] == 'POST', 'it asks for another method now'

# What the form asks for, signed by a key pair of our own in place of the platform's.
pair = RSA.generate(1024)
PayboxCheck.RSA = types.SimpleNamespace(importKey=lambda _: pair.public_key())
values = {
    'M': '4200', 'R': 'P1', 'T': '1', 'A': 'XXXXXX', 'C': 'CB', 'N': '111122', 'D': '4912',
    'E': '00000', 'S': '2', 'W': '27112026', 'Q': '14%3A05%3A09',
}
message = '&'.join(f'{name}={values[letter]}' for name, letter in names if letter != 'K')
made = base64.b64encode(PKCS1_v1_5.new(pair).sign(SHA.new(message.encode())))
message += '&signature=' + urllib.parse.quote(made, safe='')
assert PayboxCheck.verify_response('http://shop.example/?' + message)
print('the same pairs in an address: verified')

address = '/paybox/payment/repondre_a/'
request = RequestFactory().post(address, message, 'application/x-www-form-urlencoded')
# The session that a shopper would have: the platform has none, which makes it no better.
request.session = {
    'payment_payboxpayment_uuid4': 'P1',
    'paybox_payment_info': {'payment_id': 1},
}
payments = views.OrderPayment.objects
with contextlib.redirect_stderr(io.StringIO()):
    answer = views.repondre_a(request)
print(f'by POST: answered {answer.status_code}, payments looked up {payments.get.call_count}')
assert answer.status_code == 500 and not payments.mock_calls, 'the notification is read now'

try:
    PayboxCheck.verify_response(request.build_absolute_uri())
except KeyError as missing:
    print(f'the check of its address: no {missing}')
else:
    sys.exit('the address is enough now')
PY
