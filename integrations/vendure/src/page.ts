import { Shown } from './service';
import { Language, TEXTS, Words } from './texts';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const COUNTRIES = ['FR', 'BE', 'CH', 'DE', 'LU'];

const control = (name: string): string =>
  name === 'countryCode'
    ? `<select name="${name}" id="${name}">${COUNTRIES.map((code) => `<option>${code}</option>`)
      .join('')}</select>`
    : `<input name="${name}" id="${name}" maxlength="200" required>`;

const form = (words: Words, story: string, fields: string[]): string => {
  const rows = fields.map((name) =>
    `<p><label for="${name}">${words[name as keyof Words]}</label> ${control(name)}</p>`);
  return `<form method="post"><p>${story}</p>${rows.join('')}<button>${words.save}</button></form>`;
};

const inside = (words: Words, shown: Shown): string => {
  switch (shown.kind) {
    case 'checkout': {
      const spare = `<p>${words.noScript}</p></guichet-checkout>`;
      const more = shown.missing.length ? form(words, words.moreWays, shown.missing) : '';
      return shown.markup.replace('</guichet-checkout>', spare) + more;
    }
    case 'missing':
      return form(words, words.needed, shown.missing);
    case 'underWay': {
      const minutes = String(shown.minutes ?? words.few);
      return `<p data-story="underWay">${words.underWay.replace('{minutes}', minutes)}</p>`;
    }
    default:
      return `<p data-story="${shown.kind}">${words[shown.kind]}</p>`;
  }
};

/** The page of an order: the widget, what is missing, or what became of it. */
export const page = (
  language: Language, code: string, backend: string, shown: Shown | { kind: 'unreachable' },
): string => {
  const words = TEXTS[language];
  const fill = (text: string) => text.replace('{code}', escape(code));
  const body = shown.kind === 'unreachable'
    ? `<p data-story="unreachable">${words.unreachable}</p>`
    : fill(inside(words, shown));
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${fill(words.pay)}</title>
<script type="module" src="${escape(backend)}/guichet.js"></script>
<h1>${fill(words.pay)}</h1>
${body}
`;
};
