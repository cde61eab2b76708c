// Where this script finds the other files of the widget: beside itself, under names that the build
// puts here. In the npm package `npm/files.js` stands in this one's place.

const beside = (file) => new URL(file, import.meta.url);

export const wasm = () => beside('__GUICHET_WASM__');
export const card = () => beside('guichet_card.js');
export const words = (language) => beside('guichet_words_LANG.json'.replace('LANG', language));

// The script that takes over. The two functions are those of the script that asks for it, and what
// is between them goes at the end of the address.
export const takeover = (imported, again, vouched) =>
  imported(beside('guichet_takeover.js') + again, vouched(digest('takeover')));

// What is said where nothing can, in the same way: also in a browser that lacks `URL`.
export const refusals = (imported, again, vouched) => {
  const url = import.meta.url.replace(/[^/]*$/, 'guichet_refusals.js');
  return imported(url + again, vouched(digest('refusals')));
};

// Their digests, by name: `takeover:… refusals:… wasm:…` in the element's script, `card:… fr:…` in
// the one that takes over.
const DIGESTS = '__GUICHET_DIGESTS__';
export const digest = (name) => new RegExp(name + ':(\\S+)').exec(DIGESTS)[1];

// Whether the page asks that all of them be checked: its script tag for this file has an
// `integrity`, which holds for these digests too.
const isMine = (script) => script.src === import.meta.url && script.integrity;
export const isChecked = () => Array.from(document.scripts).some(isMine);

// What the addresses of all of them begin with.
export const here = () => beside('.').href;
// The backend that serves this script is the one that it asks, and of its version.
export const backend = () => beside('.').origin;
export const VERSION = '';
