#!/usr/bin/env bash
# CLDR 48 parts the thousands of Swiss French in two ways: by a narrow space in 48.0.0, by an
# apostrophe in 48.2.0. Needs Node.js with npm.
#
# One major version of the data is taken for one way to write an amount. Between two releases of
# npm's cldr-numbers-full that differ in the minor version, fr-CH went from U+202F to U+0027, the
# mark that de-CH and it-CH have had in both. A JavaScript engine whose ICU has the older data goes
# on writing the space.
#
# A checkout that writes "1 234.50" on the server and 1'234.50 in the browser shows two
# spellings of one amount on one page, and a comparison of texts takes them for two amounts. Amounts
# on both sides belong to one table, pinned with its full version.
# Seen on 2026-11-27.

. "$(dirname "$0")/lib/setup.bash"

# Each version wants cldr-core of its own; two stand side by side here.
export npm_config_legacy_peer_deps=true

node_run older@npm:cldr-numbers-full@48.0.0 newer@npm:cldr-numbers-full@48.2.0 <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const mark = (name, locale) => {
  const file = new URL(`node_modules/${name}/main/${locale}/numbers.json`, import.meta.url);
  const numbers = JSON.parse(readFileSync(file, 'utf8')).main[locale].numbers;
  return numbers['symbols-numberSystem-latn'].group;
};
const shown = (text) => [...text].map((c) => `U+${c.codePointAt(0).toString(16)}`).join(' ');
for (const locale of ['fr-CH', 'de-CH', 'it-CH']) {
  console.log(locale, shown(mark('older', locale)), '->', shown(mark('newer', locale)));
}
assert.equal(mark('older', 'fr-CH'), '\u202f');
assert.equal(mark('newer', 'fr-CH'), "'");
for (const locale of ['de-CH', 'it-CH']) {
  assert.equal(mark('older', locale), "'");
  assert.equal(mark('newer', locale), "'");
}
const { icu, cldr } = process.versions;
const written = new Intl.NumberFormat('fr-CH').format(1234.5);
console.log(`Intl of ICU ${icu}, CLDR ${cldr}: ${shown(written)}`);
JS
