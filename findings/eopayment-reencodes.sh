#!/usr/bin/env bash
# eopayment 3.15 takes a genuine Paybox (Up2pay) message for unsigned once its reference has a
# colon, an at sign or a comma. Needs Python 3.11 with pip.
#
# The platform signs what it sends, and sends these letters as they are. The client decodes the
# message, encodes it again by Python's rules (`:` becomes `%3A`), and verifies that. Python's rules
# are right and the message is right; a signature is over bytes, and only the bytes that came have
# it. With a reference of letters, digits and hyphens nobody notices.
#
# A shop with references such as `2026:42` has `signed` False for each payment: all of its paid
# orders look like attempts of fraud. The same goes for whatever verifies a query by way of a
# dictionary. Seen on 2026-11-27. The first message is a test payment of 2016 from a public report
# (issue 76 of lexik/LexikPayboxBundle); the key that it is verified with is the client's own copy
# of the platform's.

. "$(dirname "$0")/lib/setup.bash"

python_run eopayment==3.15 <<'PY'
import base64
import functools
import urllib.parse

import eopayment
from Cryptodome.Hash import SHA
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import PKCS1_v1_5
from eopayment import paybox

came = 'NumTr=8155105&Mt=32600&Ref=TPSa-44c079476f@1468408561&Auto=XXXXXX&Erreur=00000'
seal = base64.b64decode(
    'hOoEFNHwbAF3X2IzLEO/XyiK67gTPysXglMyfb3Tnek56S1jRA9ihAt93sPyEUP/f8idmXx4MhYAfrJ0H37QouY5eFYZ'
    'RnZQZ+BH4XlJaRUf3LAyYfT4Lg2mPXfRIG97Dl4QjY9YP7Gjho25BaHtR29FeufJ6U5LXg+TktZMPh0='
)
as_it_came = paybox.verify(came, seal)
encoded_again = paybox.verify(came.replace('@', '%40'), seal)
print(f"the platform's own: as it came {as_it_came}, encoded again {encoded_again}")
assert as_it_came and not encoded_again

# From here with a key pair of our own, since the names of the pairs are the client's choice.
pair = RSA.generate(1024)
paybox.verify = functools.partial(paybox.verify, key=pair.public_key().export_key())
payment = eopayment.Payment('paybox', {
    'platform': 'test', 'site': '1999888', 'rang': '32', 'identifiant': '1',
    'shared_secret': '00', 'cle': '',
})


def signed(reference, callback):
    message = (
        f'montant=4200&reference={reference}&code_autorisation=XXXXXX&erreur=00000&numero_appel=1'
        '&numero_transaction=2&date_transaction=27112026&heure_transaction=14%3A05%3A09'
    )
    made = base64.b64encode(PKCS1_v1_5.new(pair).sign(SHA.new(message.encode())))
    query = f'{message}&signature={urllib.parse.quote(made, safe="")}'
    return payment.response(query, callback=callback).signed


expectations = {'2026-42': True, '2026:42': False, 'a@42': False, 'a,42': False}
for reference, expected in expectations.items():
    told = [signed(reference, callback) for callback in (False, True)]
    print(f'{reference}: return and notification signed {told}')
    assert told == [expected, expected], 'the client verifies another text now'
PY
