// What an npm package of this project promises, looked at in the file that would be published:
//
//   node npm/check.mjs PACKAGE ASSETS VERSION
//
// PACKAGE is that file, unpacked where `examples` has its packages; ASSETS is what the backend
// serves. Every fault is printed; any of them fails the run.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, assets, version] = process.argv.slice(2);
const root = new URL('..', import.meta.url).pathname;
const require = createRequire(join(root, 'examples/package.json'));
const text = (...path) => readFileSync(join(...path), 'utf8');
const json = (...path) => JSON.parse(text(...path));
const digest = (kind, ...path) => createHash(kind).update(readFileSync(join(...path)));

const faults = [];
const same = (what, seen, wanted) => {
  const [a, b] = [seen, wanted].map((value) => JSON.stringify(value));
  if (a !== b) faults.push(`${what}: ${a}, and not ${b}`);
};
const sorted = (list) => [...new Set(list)].sort();
const found = (content, pattern) => sorted([...content.matchAll(pattern)].map((hit) => hit[1]));

// Every file, and no other.
const LANGUAGES = ['de', 'en', 'es', 'fr', 'it', 'nl', 'pt', 'sv'];
const FILES = [
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'README.md',
  'custom-elements.json',
  'guichet.js',
  'guichet_card.js',
  'guichet_widget.js',
  'guichet_widget_bg.wasm',
  ...LANGUAGES.map((language) => `guichet_words_${language}.json`),
  'index.d.ts',
  'integrity.json',
  'load.d.ts',
  'load.js',
  'package.json',
  'react.d.ts',
  'svelte.d.ts',
  'vue.d.ts',
];
const files = readdirSync(folder, { recursive: true });
same('files', sorted(files), sorted(FILES));

// Nothing of the machine that built it, no key and no session. Where the compiler's own library was
// built, a module without the lean switches tells, and that is everybody's.
const FOREIGN = [
  [/sourceMappingURL/, 'a source map'],
  [/\/(?:home|root|Users|tmp)\/[\w.-]/, 'a path of the machine'],
  [/\.cargo\b/, 'a path of the compiler'],
  [/BEGIN [A-Z ]*PRIVATE KEY|\b(?:sk|css|cs)_[\w-]{12}/, 'a secret'],
];
for (const name of files) {
  const content = readFileSync(join(folder, name), 'latin1');
  for (const [pattern, what] of FOREIGN) {
    if (pattern.test(content)) faults.push(`${name} holds ${what}: ${pattern.exec(content)[0]}`);
  }
}

const described = json(folder, 'package.json');
same('version', described.version, version);
same('version in the script', text(folder, 'guichet.js').includes(`"${version}"`), true);
same('private', described.private, undefined);
same('scripts', described.scripts, undefined);
same('dependencies', described.dependencies, undefined);

// The module, its texts and the script for cards are byte for byte what the backend serves; the
// element's digest is told.
const kinds = { wasm: 'guichet_widget_bg.wasm', card: 'guichet_card.js' };
for (const { kind, name } of json(assets, 'manifest.json').files) {
  if (kind === 'element') {
    const wanted = 'sha384-' + digest('sha384', assets, name).digest('base64');
    same('integrity.json', json(folder, 'integrity.json'), { [name]: wanted });
    continue;
  }
  // Markup from the server names the backend's own. What takes over is in the package's own script.
  if (['glue', 'refusals', 'style'].includes(kind)) continue;
  const plain = kinds[kind] ?? name.replace(/-[0-9a-f]{16}/, '');
  const [ours, theirs] = [[folder, plain], [assets, name]];
  same(plain, ...[ours, theirs].map((path) => digest('sha256', ...path).digest('hex')));
}

// The manifest has its schema's form, and says what there is.
const manifest = json(folder, 'custom-elements.json');
const Ajv = require('ajv').default;
const schema = require('custom-elements-manifest/schema.json');
const valid = new Ajv({ strict: false }).compile(schema);
if (!valid(manifest)) faults.push(`custom-elements.json: ${JSON.stringify(valid.errors)}`);
same('schemaVersion', manifest.schemaVersion, '1.0.0');
const [{ attributes, members, events, cssParts, cssProperties }] =
  manifest.modules[0].declarations;
const names = (list) => sorted(list.map(({ name }) => name));
const element = text(root, 'src/element.js');
const listed = (name) => found(element.match(new RegExp(`${name} = \\[(.*)\\]`))[1], /'(\w+)'/g);
same('properties', names(members), listed('PROPERTIES'));
same('attributes', names(attributes), sorted([...listed('PROPERTIES'), 'nonce']));
const sources = (path, end) =>
  readdirSync(join(root, path), { recursive: true })
    .filter((name) => name.endsWith(end) && !name.includes('tests'))
    .map((name) => text(root, path, name))
    .join('\n');
const emitted = /['"](guichet:[a-z-]+)['"]/g;
const code = sources('src', '.rs') + sources('src', '.js');
same('events', names(events), found(code, emitted));
same('events of the types', found(text(folder, 'index.d.ts'), emitted), names(events));
same('events of the docs', found(text(root, 'docs/widget.md'), /\| `(guichet:[a-z-]+)`/g), names(events));
const css = text(root, 'src/widget.css');
same('css properties', names(cssProperties), found(css, /var\((--guichet-[a-z-]+)/g));
const docs = text(root, 'docs/widget.md');
same('css parts of the docs', found(/through `::part\(\)`:([^.]*)\./.exec(docs)[1], /`([a-z-]+)`/g), names(cssParts));
const views = sources('src/view', '.rs');
for (const { name } of cssParts) {
  if (!views.includes(`"${name}"`)) faults.push(`no face has the part ${name}`);
}
for (const name of found(views, /\.part\("([a-z-]+)"/g)) {
  if (!cssParts.some((part) => part.name === name)) faults.push(`the part ${name} is not told of`);
}

// A server may import all of it.
const entries = Object.entries(described.exports);
for (const [entry, { default: file }] of entries.filter(([, { default: file }]) => file)) {
  const module = await import(pathToFileURL(join(folder, file)));
  if (entry === './load') same('load() on a server', await module.load('https://pay.example'), undefined);
}

for (const fault of faults) console.error('guichet-checkout: ' + fault);
process.exit(faults.length ? 1 : 0);
