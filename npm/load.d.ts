import type {} from './index.js';

/** How the script is loaded. */
export interface LoadOptions {
  /** The script's `integrity`, such as `sha384-…`: `integrity.json` of the backend has it. */
  integrity?: string | undefined;
  /** The nonce of the page's Content-Security-Policy. */
  nonce?: string | undefined;
}

/**
 * Loads the element from the backend, once. The promise is kept when `<guichet-checkout>` is
 * defined, and broken when the script can't be loaded: the next call tries again. On a server it is
 * kept at once, with nothing.
 *
 * @param backend The origin of the backend, such as `https://pay.example`.
 */
export declare function load(
  backend: string,
  options?: LoadOptions,
): Promise<CustomElementConstructor | undefined>;
