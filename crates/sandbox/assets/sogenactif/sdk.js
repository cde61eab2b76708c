// Hosted fields of the sandbox. No public source documents the calls of the real library: these are
// the sandbox's own.
//
//   const fields = SandboxHostedFields.create({
//     token,                           // merchantSessionToken
//     fields: { number, expiry, csc }, // elements, or selectors, in the document
//     brands: ["CB", "VISA"],          // optional: the brands that the shop takes
//     labels, placeholders, style,     // optional
//     on: { ready, change, submit, error },
//   });
//   const { paymentToken, brand } = await fields.tokenize();
(() => {
  "use strict";
  const ORIGIN = "{{ORIGIN}}";
  const PLACE = `${ORIGIN}/paymentprovider/hostedfields/fields/`;
  const FIELDS = ["number", "expiry", "csc"];
  const TITLES = {
    number: "Numéro de carte",
    expiry: "Date d'expiration",
    csc: "Cryptogramme",
  };
  /** Milliseconds that a frame has to answer. */
  const PATIENCE = 4000;
  /** The same for a token. */
  const TOKEN_PATIENCE = 15000;

  class HostedFieldsError extends Error {
    constructor(code, fields = []) {
      super(`hosted fields: ${code}`);
      this.name = "HostedFieldsError";
      this.code = code;
      this.fields = fields;
    }
  }

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");

  const find = (place) => {
    const element = typeof place === "string" ? document.querySelector(place) : place;
    if (!(element instanceof Element)) {
      throw new TypeError("fields.number, fields.expiry and fields.csc must be elements");
    }
    return element;
  };

  const makeFrame = (field, title, instance) => {
    const frame = document.createElement("iframe");
    const parent = encodeURIComponent(location.origin);
    frame.name = `sandbox-hosted-${field}`;
    frame.title = title;
    frame.setAttribute("scrolling", "no");
    frame.style.setProperty("display", "block");
    frame.style.setProperty("border", "0");
    frame.style.setProperty("width", "100%");
    frame.style.setProperty("height", "100%");
    frame.style.setProperty("color-scheme", "inherit");
    frame.src = `${PLACE}${field}#instance=${instance}&parent=${parent}`;
    return frame;
  };

  class HostedFields {
    #instance = random();
    #frames = new Map();
    #hello = new Set();
    #ready = new Set();
    #waiting = new Map();
    #options;
    #timer;
    #dead = false;

    constructor(options) {
      this.#options = options;
      // Every place is looked up before the first frame is made.
      const places = FIELDS.map((field) => [field, find(options.fields?.[field])]);
      addEventListener("message", this.#listen);
      for (const [field, place] of places) {
        const title = options.labels?.[field] ?? TITLES[field];
        const frame = makeFrame(field, title, this.#instance);
        frame.addEventListener("load", () => this.#loaded(field), { once: true });
        this.#frames.set(field, frame);
        place.append(frame);
      }
      this.#timer = setTimeout(() => this.#late(), PATIENCE);
    }

    /** A token for what was typed. Rejects with a HostedFieldsError. */
    tokenize() {
      if (this.#dead) return Promise.reject(new HostedFieldsError("destroyed"));
      if (this.#ready.size < FIELDS.length) {
        return Promise.reject(new HostedFieldsError("not_ready"));
      }
      if (this.#waiting.size > 0) return Promise.reject(new HostedFieldsError("busy"));
      const id = random();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#settle(id, ({ reject: no }) => no(new HostedFieldsError("network")));
        }, TOKEN_PATIENCE);
        this.#waiting.set(id, { resolve, reject, timer });
        this.#send("number", { type: "tokenize", id });
      });
    }

    /** The holder's choice among the card's brands; null goes back to the first. */
    setBrand(brand) {
      this.#send("number", { type: "brand", brand });
    }

    focus(field = "number") {
      this.#frames.get(field)?.focus();
      this.#send(field, { type: "focus" });
    }

    /** Empties the three fields. */
    clear() {
      for (const field of FIELDS) this.#send(field, { type: "clear" });
    }

    destroy() {
      if (this.#dead) return;
      this.#dead = true;
      clearTimeout(this.#timer);
      removeEventListener("message", this.#listen);
      for (const id of [...this.#waiting.keys()]) {
        this.#settle(id, ({ reject }) => reject(new HostedFieldsError("destroyed")));
      }
      for (const frame of this.#frames.values()) frame.remove();
      this.#frames.clear();
    }

    #send(field, message) {
      const frame = this.#frames.get(field);
      frame?.contentWindow?.postMessage({ ...message, instance: this.#instance }, ORIGIN);
    }

    #tell(name, value) {
      const listener = this.#options.on?.[name];
      if (!this.#dead && typeof listener === "function") listener(value);
    }

    #settle(id, how) {
      const waiting = this.#waiting.get(id);
      if (!waiting) return;
      this.#waiting.delete(id);
      clearTimeout(waiting.timer);
      how(waiting);
    }

    // A page that loaded without saying hello is an error page.
    #loaded(field) {
      setTimeout(() => {
        if (!this.#hello.has(field)) this.#late();
      }, 700);
    }

    #late() {
      clearTimeout(this.#timer);
      if (this.#dead || this.#ready.size === FIELDS.length || this.#timer === null) return;
      this.#timer = null;
      const field = FIELDS.find((name) => !this.#hello.has(name));
      this.#tell("error", new HostedFieldsError(field ? "frame_failed" : "network"));
    }

    #listen = (event) => {
      if (event.origin !== ORIGIN) return;
      const from = FIELDS.find((field) => this.#frames.get(field)?.contentWindow === event.source);
      const message = event.data;
      if (!from || message === null || typeof message !== "object") return;
      if (message.instance !== this.#instance) return;
      this.#take(from, message);
    };

    #take(field, message) {
      switch (message.type) {
        case "hello":
          this.#hello.add(field);
          this.#send(field, {
            type: "init",
            token: this.#options.token,
            brands: this.#options.brands ?? null,
            label: this.#options.labels?.[field] ?? null,
            placeholder: this.#options.placeholders?.[field] ?? null,
            style: this.#options.style ?? {},
          });
          break;
        case "ready":
          this.#ready.add(field);
          if (this.#ready.size === FIELDS.length) {
            clearTimeout(this.#timer);
            this.#tell("ready");
          }
          break;
        case "change":
          this.#tell("change", Object.freeze({ ...message.state, field }));
          break;
        case "submit":
          this.#tell("submit");
          break;
        case "error":
          clearTimeout(this.#timer);
          this.#timer = null;
          this.#tell("error", new HostedFieldsError(message.code));
          break;
        case "tokenized":
          this.#settle(message.id, ({ resolve }) =>
            resolve({ paymentToken: message.paymentToken, brand: message.brand }),
          );
          break;
        case "failed":
          this.#settle(message.id, ({ reject }) =>
            reject(new HostedFieldsError(message.code, message.fields)),
          );
          break;
        default:
      }
    }
  }

  const create = (options) => {
    if (typeof options?.token !== "string" || options.token === "") {
      throw new TypeError("token must be the merchantSessionToken");
    }
    return new HostedFields(options);
  };

  globalThis.SandboxHostedFields = Object.freeze({ create, HostedFieldsError });
})();
