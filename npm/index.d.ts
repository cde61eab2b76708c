/** A status that ends a checkout well. */
export type GuichetSettled = 'paid' | 'authorised';

/** What went wrong: the widget's own codes, or the `code` of a problem that the backend answered. */
export type GuichetErrorCode =
  | 'answer_unreadable'
  | 'backend_missing'
  | 'fields_expired'
  | 'fields_failed'
  | 'leave_failed'
  | 'load_failed'
  | 'offline'
  | 'policy_refused'
  | 'session_missing'
  | 'unsupported'
  | 'version_mismatch'
  | (string & {});

/** The page is asked before anything is sent that may take money, and may say no. */
export interface GuichetBeforePayEvent extends CustomEvent<{ readonly method: string }> {
  /**
   * Holds the payment back until the promise is kept. One that is broken, is kept with `false`, or
   * takes more than a minute, is a no; so is `preventDefault()`. May be called more than once, and
   * only while the event is handled.
   */
  waitUntil(answer: PromiseLike<unknown>): void;
}

/** The events of `<guichet-checkout>`. All bubble and cross shadow roots; no detail holds a secret. */
export interface GuichetEventMap {
  /** The widget can be used. */
  'guichet:ready': CustomEvent<null>;
  /** The shopper chose a method, or a saved card that pays by it. */
  'guichet:change': CustomEvent<{ readonly method: string }>;
  /** The shopper has pressed a button that may take money. Nothing was sent yet. */
  'guichet:before-pay': GuichetBeforePayEvent;
  /** The browser is about to leave for the platform. */
  'guichet:redirect': CustomEvent<{ readonly method: string }>;
  /** Once, when the session is settled. What a shop delivers on is what its server asks for. */
  'guichet:complete': CustomEvent<{ readonly status: GuichetSettled }>;
  /** Something went wrong. */
  'guichet:error': CustomEvent<{ readonly code: GuichetErrorCode }>;
}

/** The name of an event of `<guichet-checkout>`. */
export type GuichetEventName = keyof GuichetEventMap;

/** The attributes of `<guichet-checkout>`. */
export interface GuichetCheckoutAttributes {
  /** The session's secret, `css_…`. When it changes, the widget starts again. */
  session?: string | undefined;
  /** A language such as `fr`, or with its region `fr-CH`. */
  locale?: string | undefined;
  /** `light` keeps the light colours when the shopper's system is dark. */
  theme?: 'light' | undefined;
  /**
   * The origin of the backend, such as `https://pay.example`. Needed where the element comes from
   * this package; the element that the backend serves asks the backend that it came from.
   */
  backend?: string | undefined;
  /** The nonce of the page's policy, for browsers without constructed style sheets. */
  nonce?: string | undefined;
}

/** `<guichet-checkout>`. Its properties are its attributes. */
export interface GuichetCheckoutElement extends HTMLElement {
  /** The session's secret, `css_…`; empty where there is none. */
  session: string;
  /** A language such as `fr`, or with its region `fr-CH`. */
  locale: string;
  /** `light`, or empty. */
  theme: string;
  /** The origin of the backend. */
  backend: string;

  addEventListener<K extends keyof (HTMLElementEventMap & GuichetEventMap)>(
    type: K,
    listener: (
      this: GuichetCheckoutElement,
      event: (HTMLElementEventMap & GuichetEventMap)[K],
    ) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof (HTMLElementEventMap & GuichetEventMap)>(
    type: K,
    listener: (
      this: GuichetCheckoutElement,
      event: (HTMLElementEventMap & GuichetEventMap)[K],
    ) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'guichet-checkout': GuichetCheckoutElement;
  }
  // The events bubble: a listener may stand on any element, on the document or on the window.
  interface GlobalEventHandlersEventMap extends GuichetEventMap {}
}
