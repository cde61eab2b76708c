"""Public Python clients of the platforms against a sandbox that runs.

Called by `cargo xtask peers`, in an environment that has eopayment and pretix-paybox. Each check
prints one line: `same NAME`, or `differs NAME: WHAT`. Which differences are known is not decided
here.
"""

import argparse
import contextlib
import datetime
import decimal
import http.server
import io
import json
import re
import socket
import threading
import types
import urllib.parse
import uuid

import eopayment
import requests
from Crypto.PublicKey import RSA
from eopayment import paybox, sips2
from pretix_paybox import Paybox as pretix
from pretix_paybox import PayboxCheck as pretix_check

# The sandbox's built-in merchant: the platform's published test key.
SITE, RANK, IDENTIFIER = '1999888', '32', '110647233'
KEY = '0123456789ABCDEF' * 8
OFFICE_SHOP, OFFICE_KEY = '002001000000001', '002001000000001_KEY1'
ACCEPTED, REFUSED = '1111222233334444', '1111222233330105'


resolve = socket.getaddrinfo


def only_here(host, *rest, **named):
    """The clients have the platforms' real addresses in their code: none is ever called."""
    if host not in ('127.0.0.1', 'localhost'):
        raise OSError(f'{host} is not this machine')
    return resolve(host, *rest, **named)


socket.getaddrinfo = only_here


def same(name, holds, what=''):
    print(f'same {name}' if holds else f'differs {name}: {what}', flush=True)


def attempt(work):
    """What `work` gives, or what the client failed with: any way in which it does is looked for."""
    try:
        return work(), None
    except Exception as error:
        return None, f'{type(error).__name__}: {error}'


def tried(name, work):
    """What `work` gives; an exception of the client is a difference."""
    made, error = attempt(work)
    if error:
        same(name, False, error)
    return made


class Merchant(http.server.ThreadingHTTPServer):
    """Catches what the sandbox sends to the merchant's server."""

    def __init__(self, port):
        self.messages = []
        merchant = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get('content-length') or 0)
                body = self.rfile.read(length).decode()
                merchant.messages.append((self.command, self.path, body))
                self.send_response(200)
                self.send_header('content-length', '0')
                self.end_headers()

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        super().__init__(('127.0.0.1', port), Handler)
        self.origin = f'http://127.0.0.1:{port}'
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Shopper:
    """Posts a signed form and pays on the pages."""

    def __init__(self, platform):
        self.platform = platform
        self.session = requests.Session()

    def post(self, address, fields):
        return self.session.post(
            urllib.parse.urljoin(self.platform, address), data=fields, allow_redirects=False
        )

    def opens(self, name, action, fields):
        """Whether the page opens; gives its address."""
        path = urllib.parse.urlsplit(action).path
        answer = self.post(path, fields)
        said = ' '.join(re.findall('<li>(.*?)</li>', answer.text, re.DOTALL))
        same(name, answer.status_code == 303, f'{answer.status_code} {said}')
        return answer.headers.get('location')

    def pays(self, page, number):
        """Chooses a card, types it, confirms 3-D Secure; gives where it leads."""
        card = self.post(page, {'method': 'card'}).headers['location']
        typed = {'number': number, 'expiry': '12/49', 'cvv': '123'}
        threeds = self.post(card, typed).headers['location']
        return self.post(threeds, {'result': 'confirm'}).headers['location']

    def leaves(self, page):
        return self.post(page.rsplit('/', 1)[0] + '/annuler', {}).headers['location']

    def gives_up(self, page):
        return self.post(page.rsplit('/', 1)[0] + '/abandonner', {}).headers['location']


def query_of(address):
    return urllib.parse.urlsplit(address).query


def check_eopayment(shopper, merchant, key):
    paybox.verify.__defaults__ = (key,)
    paybox.PAYBOX_DIRECT_URLS['test'] = shopper.platform + '/PPPS.php'
    options = {
        'platform': 'test',
        'site': SITE,
        'rang': RANK,
        'identifiant': IDENTIFIER,
        'shared_secret': KEY,
        'normal_return_url': merchant.origin + '/retour',
        'automatic_return_url': merchant.origin + '/ipn',
        'cle': 'ABCDEFGH',
    }
    address = {
        'total_quantity': 3,
        'first_name': 'Camille',
        'last_name': 'Durand',
        'address1': "12 rue de l'Orme",
        'zipcode': '75011',
        'city': 'Paris',
        'country_code': '250',
    }

    def form(name, more=None, **changed):
        payment = eopayment.Payment('paybox', options | (more or {}))
        asked = {'email': 'camille@example.com', 'orderid': 'CMD1'} | address | changed
        reference, _, made = payment.request(decimal.Decimal('42.00'), **asked)
        fields = [(field['name'], field['value']) for field in made.fields]
        return payment, reference, shopper.opens(name, made.url, fields)

    payment, reference, page = form('eopayment: a form')
    form('eopayment: a form with a padded rank', {'rang': '032'})
    form('eopayment: a form with a deferred debit', {'capture_day': '3'})
    form('eopayment: a form with an accent', first_name='Zoé')
    form('eopayment: a form without address and basket', **dict.fromkeys(address))

    back = shopper.pays(page, ACCEPTED)
    _, path, _ = merchant.messages[-1]
    message = query_of(path)
    read = tried(
        'eopayment: a notification', lambda: payment.response(message, callback=True)
    )
    if read:
        same('eopayment: a notification', read.signed and read.is_paid(), message)
        same('eopayment: its reference', read.order_id == reference, read.order_id)
        same('eopayment: its date', read.transaction_date is not None, message)
        data = read.bank_data
        tried('eopayment: a capture by PPPS', lambda: payment.validate('42.00', data))
    read = tried('eopayment: a return', lambda: payment.response(query_of(back)))
    if read:
        same('eopayment: a return', read.signed and read.is_paid(), back)

    payment, _, page = form('eopayment: a second form', orderid='CMD2')
    # The page stays after a refusal; giving up leaves it.
    shopper.pays(page, REFUSED)
    _, path, _ = merchant.messages[-1]
    name = 'eopayment: a notification of a refusal'
    read = tried(name, lambda: payment.response(query_of(path), callback=True))
    if read:
        same(name, read.signed and not read.is_paid(), path)
    back = shopper.gives_up(page)
    name = 'eopayment: a return after a refusal'
    read = tried(name, lambda: payment.response(query_of(back)))
    if read:
        same(name, read.signed and not read.is_paid(), back)

    payment, _, page = form('eopayment: a third form', orderid='CMD3')
    back = shopper.leaves(page)
    read = tried('eopayment: a cancel', lambda: payment.response(query_of(back)))
    if read:
        cancelled = read.result == eopayment.CANCELLED
        same('eopayment: a cancel', read.signed and cancelled, back)

    payment, _, page = form('eopayment: a form with a colon in its reference', orderid='A:4')
    back = shopper.pays(page, ACCEPTED)
    name = 'eopayment: a return with a colon in its reference'
    read = tried(name, lambda: payment.response(query_of(back)))
    if read:
        same(name, read.signed, back)


def check_pretix(shopper, merchant, key):
    # The module has the platform's key in its code.
    pretix_check.RSA = types.SimpleNamespace(importKey=lambda _: RSA.import_key(key))
    paths = {
        'PBX_REFUSE': '/refuse',
        'PBX_REPONDRE_A': '/repondre_a',
        'PBX_EFFECTUE': '/effectue',
        'PBX_ANNULE': '/annule',
        'PBX_ATTENTE': '/attente',
    }

    def form(name, **changed):
        asked = {
            'PAYBOX_SITE': SITE,
            'PAYBOX_RANG': RANK,
            'PAYBOX_IDENTIFIANT': IDENTIFIER,
            'PAYBOX_SECRETKEYPROD': KEY,
            'PAYBOX_SECRETKEYTEST': KEY,
            'PBX_TOTAL': 4200,
            'PBX_CMD': str(uuid.uuid4()),
            'PBX_PORTEUR': 'camille@example.com',
            'PBX_TIME': datetime.datetime.now().isoformat(),
            'firstname': 'Camille',
            'lastname': 'Durand',
            'address1': '12 rue des Lilas',
            'zipcode': '75011',
            'city': 'Paris',
            'countrycode': 250,
            'totalquantity': 3,
        }
        asked |= {field: merchant.origin + path for field, path in paths.items()} | changed
        transaction = pretix.Transaction(**asked)
        # It prints what it signs.
        with contextlib.redirect_stdout(io.StringIO()):
            made, error = attempt(transaction.post_to_paybox)
        if error:
            same(name, False, error)
        if made is None:
            return None
        fields = [(name, str(value)) for name, value in made['fields'].items() if value]
        return shopper.opens(name, transaction.get_action(), fields)

    page = form('pretix-paybox: a form')
    form('pretix-paybox: a form with a second address line', address2='Escalier B')
    form('pretix-paybox: a form from Belgium', countrycode=56)
    form('pretix-paybox: a form with an accent', firstname='Zoé')

    def verified(name, address, whole=False):
        read = tried(name, lambda: pretix_check.verify_response(address))
        if read and whole:
            read = tried(name, lambda: pretix_check.get_object_response(address))
        if read:
            same(name, True)

    back = shopper.pays(page, ACCEPTED)
    verb, path, body = merchant.messages[-1]
    same('pretix-paybox: notified by POST', verb == 'POST', verb)
    verified('pretix-paybox: a notification', f'{merchant.origin}{path}?{body}', True)
    verified('pretix-paybox: a notification as its view reads it', merchant.origin + path)
    verified('pretix-paybox: a return', back, True)
    page = form('pretix-paybox: a second form')
    verified('pretix-paybox: a cancel', shopper.leaves(page))
    page = form('pretix-paybox: a third form')
    shopper.pays(page, REFUSED)
    verified('pretix-paybox: a return after a refusal', shopper.gives_up(page))


def check_office(platform):
    """eopayment's Sips client: seals, cash operations, the diagnostic."""
    # As in production: there the client verifies the seals of answers.
    sips2.Payment.WS_URL = {'prod': platform, 'test': platform}
    options = {
        'platform': 'prod',
        'merchant_id': OFFICE_SHOP,
        'secret_key': OFFICE_KEY,
        'key_version': '1',
        'normal_return_url': 'http://127.0.0.1/retour',
        'automatic_return_url': 'http://127.0.0.1/ipn',
    }
    payment = eopayment.Payment('sips2', options)
    client = payment.backend

    def call(path, prefix, **fields):
        data = {
            'interfaceVersion': prefix + '_WS_2.53',
            'merchantId': OFFICE_SHOP,
            'keyVersion': '1',
        } | fields
        data['seal'] = client.get_seal_for_json_ws_data(data)
        answer = requests.post(f'{platform}/rs-services/v2/{path}', json=data).json()
        right = client.get_seal_for_json_ws_data(answer)
        name = f'eopayment Office: the seal of {path.split("/")[1]}'
        same(name, answer.get('seal') == right, json.dumps(answer))
        return answer

    def order(reference, mode):
        session = call('authentication/hostedFieldsInitialize', 'AUT')
        typed = {
            'token': session['merchantSessionToken'],
            'number': '4200001000000000',
            'expiry': '12/49',
            'csc': '123',
        }
        services = f'{platform}/paymentprovider/hostedfields/services/tokens'
        token = requests.post(services, json=typed).json()['paymentToken']
        enrolled = call(
            'checkout/cardCheckEnrollment',
            'IR',
            amount='4200',
            currencyCode='978',
            orderChannel='INTERNET',
            captureMode=mode,
            captureDay='3',
            transactionReference=reference,
            paymentToken=token,
            merchantReturnUrl='http://127.0.0.1/retour',
        )
        named = {
            'transactionReference': reference,
            'redirectionData': enrolled['redirectionData'],
            'messageVersion': enrolled['messageVersion'],
        }
        if mode == 'VALIDATION':
            call('checkout/cardValidateAuthentication', 'IR', **named)
        paid = call('checkout/cardValidateAuthenticationAndOrder', 'IR', **named)
        return {'transactionReference': reference, 'amount': paid['amount']}

    mark = uuid.uuid4().hex[:12].upper()
    for name, mode in [('validate', 'VALIDATION'), ('cancel', 'AUTHOR_CAPTURE')]:
        known = order(f'PEER{name.upper()}{mark}', mode)
        work = getattr(payment, name)
        done = tried(f'eopayment Office: {name}', lambda: work('10.00', known))
        if done:
            number = isinstance(done['newAmount'], int)
            same(f'eopayment Office: {name}', number, json.dumps(done))
    told = tried('eopayment Office: diagnostic', lambda: client.diagnostic('42.00', known))
    if told:
        right = told.get('seal') == client.get_seal_for_json_ws_data(told)
        numbers = [told[name] for name in ('originAmount', 'currentAmount', 'captureDay')]
        holds = right and all(isinstance(number, int) for number in numbers)
        same('eopayment Office: diagnostic', holds, json.dumps(told))

    _, _, made = payment.request('42.00', transaction_id='PEERC' + mark)
    fields = {field['name']: field['value'] for field in made.fields}
    path = urllib.parse.urlsplit(made.url).path
    answer = requests.post(platform + path, data=fields)
    same('eopayment Paypage: a form', answer.ok, str(answer.status_code))


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--platform', required=True)
    options.add_argument('--key', required=True)
    options.add_argument('--port', required=True, type=int)
    given = options.parse_args()
    with open(given.key, encoding='ascii') as file:
        key = file.read()
    merchant = Merchant(given.port)
    check_eopayment(Shopper(given.platform), merchant, key)
    check_pretix(Shopper(given.platform), merchant, key)
    check_office(given.platform)
    print('end', flush=True)


if __name__ == '__main__':
    main()
