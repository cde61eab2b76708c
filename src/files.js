// Where this script finds the other files of the widget: beside itself, under names that the build
// puts here. In the npm package `npm/files.js` stands in this one's place.

const beside = (file) => new URL(file, import.meta.url);

export const glue = () => beside('__GUICHET_GLUE__');
export const wasm = () => beside('__GUICHET_WASM__');
export const card = () => beside('guichet_card.js');
export const words = (language) => beside('guichet_words_LANG.json'.replace('LANG', language));

// What the addresses of all of them begin with.
export const here = () => beside('.').href;
// The backend that serves this script is the one that it asks, and of its version.
export const backend = () => beside('.').origin;
export const VERSION = '';
