#!/usr/bin/env bash
# eopayment 3.15 never has the date of a Paybox (Up2pay) payment. Needs Python 3.11 with pip.
#
# The client asks the platform for the date by letter W, and the platform writes it as day, month,
# year: 27112026. The client reads year, month, day. No day of this century is a date in both
# orders, so `transaction_date` is None for each payment, without an error or a line in the log.
#
# A shop that books by this field books by its own clock instead: a notification that comes late,
# or is repeated after midnight, lands on another day than the platform's statement.
# Seen on 2026-11-27.

. "$(dirname "$0")/lib/setup.bash"

python_run eopayment==3.15 <<'PY'
import datetime

import eopayment

payment = eopayment.Payment('paybox', {
    'platform': 'test', 'site': '1999888', 'rang': '32', 'identifiant': '1',
    'shared_secret': '00', 'cle': '',
})


def date_of(text):
    message = (
        'montant=4200&reference=A1&code_autorisation=XXXXXX&erreur=00000&numero_appel=1'
        f'&numero_transaction=2&date_transaction={text}&heure_transaction=14:05:09'
    )
    return payment.response(message).transaction_date


first = datetime.date(2000, 1, 1)
days = [first + datetime.timedelta(days=n) for n in range(366 * 100)]
days = [day for day in days if day.year < 2100]
read = [day for day in days if date_of(day.strftime('%d%m%Y')) is not None]
print(f'day, month, year, as the platform writes them: {len(read)} of {len(days)} days are read')
other = date_of('20261127')
print(f'year, month, day: {other}')
assert not read, 'the client has the date now'
assert other.date() == datetime.date(2026, 11, 27), 'the client reads another order now'
PY
