// The package's types in use. Lines after `@ts-expect-error` are those that must not compile.

import 'guichet-checkout';
import type {
  GuichetCheckoutAttributes,
  GuichetCheckoutElement,
  GuichetErrorCode,
  GuichetEventMap,
} from 'guichet-checkout';
import { load } from 'guichet-checkout/load';
import type { JSX } from 'react';
import type {} from 'guichet-checkout/react';
import type { SvelteHTMLElements } from 'svelte/elements';
import type {} from 'guichet-checkout/svelte';
import type { GlobalComponents } from 'vue';
import type {} from 'guichet-checkout/vue';

const checkout: GuichetCheckoutElement = document.createElement('guichet-checkout');
checkout.session = 'css_1';
checkout.backend = 'https://pay.example';
// @ts-expect-error a price is the server's affair
checkout.amount = 4200;
// @ts-expect-error a session is a text
checkout.session = 42;

checkout.addEventListener('guichet:before-pay', (event) => {
  const method: string = event.detail.method;
  event.waitUntil(fetch('/stock?method=' + method).then((answer) => answer.ok));
  event.preventDefault();
  // @ts-expect-error only a promise can be waited for
  event.waitUntil(true);
});
checkout.addEventListener('guichet:change', ({ detail }) => detail.method.length);
checkout.addEventListener('guichet:error', ({ detail }) => {
  const code: GuichetErrorCode = detail.code;
  if (code === 'offline') location.reload();
});
// The events bubble.
document.addEventListener('guichet:complete', (event) => {
  const settled: 'paid' | 'authorised' = event.detail.status;
  // @ts-expect-error no such status
  const wrong: 'open' = event.detail.status;
  return [settled, wrong];
});
window.addEventListener('guichet:ready', (event) => event.detail satisfies null);
document.body.addEventListener('guichet:redirect', (event) => event.detail.method);
document.querySelector('guichet-checkout')?.addEventListener('focus', (event) => event.target);
// @ts-expect-error no detail holds the session
document.addEventListener('guichet:redirect', (event) => event.detail.session);

const attributes: GuichetCheckoutAttributes = { session: 'css_1', theme: 'light', locale: 'fr' };
// @ts-expect-error there is no such theme
attributes.theme = 'neon';

const defined: Promise<CustomElementConstructor | undefined> = load('https://pay.example', {
  integrity: 'sha384-x',
});
// @ts-expect-error the backend is named by an address
load(8600);

type Handler<K extends keyof GuichetEventMap> = (event: GuichetEventMap[K]) => void;
const beforePay: Handler<'guichet:before-pay'> = (event) => event.preventDefault();

export const react: JSX.IntrinsicElements['guichet-checkout'] = {
  session: 'css_1',
  'onguichet:before-pay': beforePay,
  ref: (element: GuichetCheckoutElement | null) => void element?.session,
};
export const svelte: SvelteHTMLElements['guichet-checkout'] = {
  session: 'css_1',
  class: 'wide',
  'onguichet:before-pay': beforePay,
};
export const vue: InstanceType<GlobalComponents['guichet-checkout']>['$props'] = {
  session: 'css_1',
  'onGuichet:beforePay': beforePay,
};
export const wrong: JSX.IntrinsicElements['guichet-checkout'] = {
  // @ts-expect-error the event has no such detail
  'onguichet:change': (event: CustomEvent<{ amount: number }>) => event.detail.amount,
};

export { attributes, defined };
