import type { HTMLAttributes } from 'vue';
import type { GuichetCheckoutAttributes, GuichetEventMap } from './index.js';

// Vue writes `@guichet:before-pay` as `onGuichet:beforePay`.
type Camel<T extends string> = T extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B>>}`
  : T;
type Listeners = {
  [K in keyof GuichetEventMap as `on${Capitalize<Camel<K>>}`]?:
    | ((event: GuichetEventMap[K]) => unknown)
    | undefined;
};

/** `<guichet-checkout>` as Vue's templates see it. */
export type GuichetCheckout = new () => {
  $props: HTMLAttributes & GuichetCheckoutAttributes & Listeners;
};

declare module 'vue' {
  interface GlobalComponents {
    'guichet-checkout': GuichetCheckout;
  }
}
