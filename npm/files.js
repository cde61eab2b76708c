// Where the element of the npm package finds the other files of the widget. Each address is written
// out, because that is what bundlers follow: they put the file beside their own and its new name
// here.

const WORDS = {
  de: () => new URL('./guichet_words_de.json', import.meta.url),
  en: () => new URL('./guichet_words_en.json', import.meta.url),
  es: () => new URL('./guichet_words_es.json', import.meta.url),
  fr: () => new URL('./guichet_words_fr.json', import.meta.url),
  it: () => new URL('./guichet_words_it.json', import.meta.url),
  nl: () => new URL('./guichet_words_nl.json', import.meta.url),
  pt: () => new URL('./guichet_words_pt.json', import.meta.url),
  sv: () => new URL('./guichet_words_sv.json', import.meta.url),
};

export const glue = () => new URL('./guichet_widget.js', import.meta.url);
export const wasm = () => new URL('./guichet_widget_bg.wasm', import.meta.url);
export const card = () => new URL('./guichet_card.js', import.meta.url);
export const words = (language) => WORDS[language]();

// Bundlers know what they load: it is in the same file.
export const takeover = () => import('./takeover.js');
export const refusals = () => import('./words/refusals.js');

// What the shop's own build made is for that build to vouch for.
export const digest = () => '';
export const isChecked = () => false;

// Bundlers put them in one folder.
export const here = () => new URL('.', wasm()).href;
// Who serves the files is not who takes payments: the page must say who does.
export const backend = () => '';
export const VERSION = '__GUICHET_VERSION__';
