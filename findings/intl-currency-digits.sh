#!/usr/bin/env bash
# Intl and CLDR give sixteen currencies, the forint among them, other decimals than ISO 4217.
# Needs Node.js with npm.
#
# resolvedOptions().maximumFractionDigits is widely read as the number of a currency's minor digits. It
# is the number that people write: CLDR has 0 for the forint, the Colombian peso and the rupiah,
# where ISO 4217 and with it the payment platforms count hundredths.
#
# A checkout that multiplies by 10 to that number asks for a hundredth of the price in these
# currencies, and one that divides shows a hundred times as much. The minor unit belongs to ISO's table.
# Seen on 2026-11-28.

. "$(dirname "$0")/lib/setup.bash"

node_run currency-codes@2.2.0 <<'JS'
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const codes = createRequire(import.meta.url)('currency-codes');
const written = (currency) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits;
const differ = codes
  .data.filter(({ code, digits }) => written(code) !== digits)
  .map(({ code, digits }) => `${code} ${digits}/${written(code)}`);
const { icu, cldr } = process.versions;
console.log(`ICU ${icu}, CLDR ${cldr}; ISO list of ${codes.publishDate}`);
console.log(`${differ.length} differ (ISO/Intl): ${differ.join(', ')}`);
for (const known of ['HUF 2/0', 'COP 2/0', 'IDR 2/0']) {
  assert.ok(differ.includes(known), `${known} is no longer so`);
}
JS
