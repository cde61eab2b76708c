#!/usr/bin/env bash
# esbuild's --minify takes out the comments by which an import is kept from the next bundler. Needs
# Node.js with npm.
#
# `import(/* webpackIgnore: true */ url)` and `import(/* @vite-ignore */ url)` say to a shop's bundler
# that an address is only known when the page runs. esbuild keeps them as they are without options,
# and also where syntax and names are minified; with blanks minified, and so with --minify, they are
# gone from the file, without a word.
#
# A checkout's package is minified by whoever publishes it and bundled by the shop. The published
# file that loads its module from the payment backend then is taken for an import that the shop's
# bundler should have resolved. What is to be bundled again is minified without its blanks.
# Seen on 2026-11-27.

. "$(dirname "$0")/lib/setup.bash"

node_run esbuild@0.28.2 <<'JS'
import assert from 'node:assert/strict';
import { transformSync, version } from 'esbuild';

console.log('esbuild', version);
for (const comment of ['/* webpackIgnore: true */', '/* @vite-ignore */']) {
  const source = `export const load = (url) => import(${comment} url);`;
  const kept = (options) => transformSync(source, options).code.includes(comment.slice(3, -3));
  const some = { minifySyntax: true, minifyIdentifiers: true };
  console.log(comment, 'plain', kept({}), 'names', kept(some), 'all', kept({ minify: true }));
  assert.equal(kept({}), true);
  assert.equal(kept(some), true);
  assert.equal(kept({ ...some, minifyWhitespace: true }), false);
  assert.equal(kept({ minify: true }), false);
}
JS
