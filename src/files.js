// Where this script finds the other files of the widget: beside itself, under names that the build
// puts here. In the npm package `npm/files.js` stands in this one's place.

const beside = (file) => new URL(file, import.meta.url);

export const glue = () => beside('__GUICHET_GLUE__');
export const wasm = () => beside('__GUICHET_WASM__');
export const card = () => beside('guichet_card.js');
export const words = (language) => beside('guichet_words_LANG.json'.replace('LANG', language));

// Their digests, by name: `glue:… wasm:… card:… fr:…`.
const DIGESTS = '__GUICHET_DIGESTS__';
const isMine = (script) => script.src === import.meta.url && script.integrity;

// By which the browser checks one of them, if the page asks for it: its script tag for this file has
// an `integrity`, which holds for these digests too.
export const integrity = (name) =>
  Array.from(document.scripts).some(isMine)
    ? 'sha256-' + new RegExp(name + ':(\\S+)').exec(DIGESTS)[1]
    : '';

// What the addresses of all of them begin with.
export const here = () => beside('.').href;
// The backend that serves this script is the one that it asks, and of its version.
export const backend = () => beside('.').origin;
export const VERSION = '';
