import type { HTMLAttributes } from 'svelte/elements';
import type { GuichetCheckoutAttributes, GuichetCheckoutElement, GuichetEventMap } from './index.js';

type Listeners = {
  [K in keyof GuichetEventMap as `on${K}`]?: ((event: GuichetEventMap[K]) => unknown) | undefined;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'guichet-checkout': HTMLAttributes<GuichetCheckoutElement> &
      GuichetCheckoutAttributes &
      Listeners;
  }
}
