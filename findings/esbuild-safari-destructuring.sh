#!/usr/bin/env bash
# esbuild 0.28.2 refuses plain destructuring for every Safari before 14.1 that is named as a target,
# and leaves the same line as it is for ES2015 to ES2018. Needs Node.js with npm.
#
# It takes destructuring for a feature that Safari has since 14.1 only, and has no translation to
# offer. Naming browsers looks like the more exact of the two ways, and is the one that ends the
# build, on a line that Safari 11.1 reads.
# A shop that bundles a payment script for older iPhones meets it as an error about a dependency.
# Seen on 2026-11-27.

. "$(dirname "$0")/lib/setup.bash"

node_run esbuild@0.28.2 <<'JS'
import assert from 'node:assert/strict';
import { transformSync, version } from 'esbuild';

const line = 'const { session, amount } = order;\n';
function built(target) {
  try {
    return transformSync(line, { target, logLevel: 'silent' }).code;
  } catch (error) {
    return error.errors[0].text;
  }
}

console.log(`esbuild ${version}`);
for (const year of ['es2015', 'es2018']) {
  console.log(`${year}: ${built(year)}`);
  assert.equal(built(year), line, `${year} is translated`);
}
for (const target of ['safari11.1', 'safari12', 'safari13.1', 'safari14', 'ios14']) {
  const told = built(target);
  console.log(`${target}: ${told}`);
  assert.match(told, /^Transforming destructuring .* is not supported yet$/);
}
assert.equal(built('safari14.1'), line, 'Safari 14.1 is translated');
JS
