import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { GuichetCheckoutAttributes, GuichetCheckoutElement, GuichetEventMap } from './index.js';

type Listeners = {
  [K in keyof GuichetEventMap as `on${K}`]?: ((event: GuichetEventMap[K]) => unknown) | undefined;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'guichet-checkout': DetailedHTMLProps<
        HTMLAttributes<GuichetCheckoutElement>,
        GuichetCheckoutElement
      > &
        GuichetCheckoutAttributes &
        Listeners;
    }
  }
}
