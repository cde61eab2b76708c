#!/usr/bin/env bash
# ibantools 4.5.4 and schwifty 2026.10.1 say of accounts inside SEPA that they are outside.
# Needs Node.js with npm, and Python 3.11 with pip.
#
# The European Payments Council's list EPC409-09, version 8.0 of 24 December 2025, has 42 prefixes
# of IBANs. Both libraries lack Albania, Moldova, Montenegro, North Macedonia and Serbia, which
# joined in 2024 and 2025; schwifty also Gibraltar, San Marino and Vatican City, which joined years
# before. That schwifty's newest release is of the month before does not make its list so new.
#
# A checkout that asks the library refuses a direct debit that the bank would take. For money, the
# list belongs into one's own code, with the date and version of its source.
# Seen on 2026-11-27.

. "$(dirname "$0")/lib/setup.bash"

cat >"$work/epc409-09-v8.txt" <<'TXT'
AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO
PL PT RO RS SE SI SK SM VA
TXT
export WORK=$work

node_run ibantools@4.5.4 <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { countrySpecs } from 'ibantools';

const right = readFileSync(`${process.env.WORK}/epc409-09-v8.txt`, 'utf8').trim().split(/\s+/);
assert.equal(right.length, 42);
const theirs = Object.keys(countrySpecs).filter((country) => countrySpecs[country].SEPA);
const missing = right.filter((country) => !theirs.includes(country));
const more = theirs.filter((country) => !right.includes(country));
console.log(`ibantools: missing [${missing}], too many [${more}]`);
assert.deepEqual(missing, ['AL', 'MD', 'ME', 'MK', 'RS']);
assert.deepEqual(more, []);
JS

python_run schwifty==2026.10.1 <<'PY'
import os

from schwifty import registry

with open(os.environ['WORK'] + '/epc409-09-v8.txt', encoding='ascii') as file:
    right = set(file.read().split())
assert len(right) == 42
theirs = {
    country
    for country in registry.get_countries()
    if registry.get_iban_spec(country).in_sepa_zone
}
missing, more = sorted(right - theirs), sorted(theirs - right)
print(f'schwifty: missing {missing}, too many {more}')
assert missing == ['AL', 'GI', 'MD', 'ME', 'MK', 'RS', 'SM', 'VA'], 'other ones are missing now'
assert not more, 'there are too many now'
PY
