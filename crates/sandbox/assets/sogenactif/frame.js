// One field. What is typed goes from this frame to its own origin, and nowhere else: the page that
// embeds it hears about validity, brands and the token.
const field = document.body.dataset.field;
const input = document.getElementById("field");
const hash = new URLSearchParams(location.hash.slice(1));
const instance = hash.get("instance");
const parentOrigin = hash.get("parent") ?? "null";
const SERVICES = "/paymentprovider/hostedfields/services/";
/** Frames of the same card talk here; the embedding page, of another origin, can't. */
const siblings = new BroadcastChannel(`hosted-fields-${instance}`);
const table = new Map(
  document.body.dataset.table.split(";").map((line) => {
    const [first, brands] = line.split("=");
    return [first, brands.split(",")];
  }),
);
const STYLES = [
  "color",
  "font-family",
  "font-size",
  "font-weight",
  "letter-spacing",
  "line-height",
  "padding",
  "text-align",
  "caret-color",
];

let token = "";
let accepted = [];
let chosen = null;
/** The length of the security code, which follows the card. */
let codeLength = 3;
let over = false;
/** Kept by hand: the document's active element stays when another frame takes the focus. */
let focused = false;

const tell = (message) => parent.postMessage({ ...message, instance }, parentOrigin);
const digits = () => input.value.replace(/\D/g, "");

const brandsOf = (number) => {
  const all = table.get(number.slice(0, 6)) ?? [];
  return all.filter((brand) => accepted.length === 0 || accepted.includes(brand));
};

const checkNumber = (number) => {
  if (number === "") return "required";
  const known = number.length >= 6 && table.has(number.slice(0, 6));
  if (number.length >= 6 && !known) return "unknown";
  if (number.length < 15) return "incomplete";
  if (number.length > 19) return "too_long";
  return brandsOf(number).length === 0 ? "brand_not_accepted" : null;
};

const checkExpiry = (text) => {
  if (text === "") return "required";
  const month = Number(text.slice(0, 2));
  if (text.length >= 2 && (month < 1 || month > 12)) return "invalid";
  if (text.length !== 4 && text.length !== 6) return "incomplete";
  const year = text.length === 4 ? 2000 + Number(text.slice(2)) : Number(text.slice(2));
  const today = new Date();
  const now = today.getFullYear() * 12 + today.getMonth();
  return year * 12 + month - 1 < now ? "expired" : null;
};

const checkCode = (text) => {
  if (text === "") return "required";
  return text.length === codeLength ? null : "incomplete";
};

const check = () => ({ number: checkNumber, expiry: checkExpiry, csc: checkCode })[field](digits());

const group = (text) => {
  if (field === "number") return text.slice(0, 19).replace(/(\d{4})(?=\d)/g, "$1 ");
  if (field === "expiry" && text.length > 2) return `${text.slice(0, 2)}/${text.slice(2, 6)}`;
  return text.slice(0, field === "csc" ? codeLength : 6);
};

/** Writes the digits in groups, the caret after the same digit as before. */
const tidy = () => {
  const before = input.value.slice(0, input.selectionStart ?? 0).replace(/\D/g, "").length;
  const text = group(digits());
  if (text === input.value) return;
  input.value = text;
  let place = 0;
  for (let seen = 0; seen < before && place < text.length; place += 1) {
    if (/\d/.test(text[place])) seen += 1;
  }
  input.setSelectionRange(place, place);
};

const brand = () => {
  const brands = brandsOf(digits());
  return brands.includes(chosen) ? chosen : (brands[0] ?? null);
};

const report = () => {
  const error = check();
  const state = {
    empty: digits() === "",
    valid: error === null,
    error,
    focused,
  };
  if (field === "number") {
    state.brands = brandsOf(digits());
    state.brand = brand();
  }
  const wrong = error !== null && error !== "required" && !focused;
  input.setAttribute("aria-invalid", String(wrong));
  tell({ type: "change", state });
};

const typed = () => {
  tidy();
  if (field === "number") {
    const amex = brandsOf(digits()).includes("AMEX");
    siblings.postMessage({ type: "length", length: amex ? 4 : 3 });
  }
  report();
};

const post = async (name, body) => {
  const answer = await fetch(SERVICES + name, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  const content = await answer.json().catch(() => ({}));
  return { ok: answer.ok, content };
};

/** What the two other frames hold. */
const ask = (id) =>
  new Promise((resolve, reject) => {
    const found = new Map();
    const timer = setTimeout(() => done(reject, "frame_failed"), 3000);
    const hear = ({ data }) => {
      if (data?.type !== "answer" || data.id !== id) return;
      found.set(data.field, data);
      if (found.size === 2) done(resolve, found);
    };
    const done = (how, value) => {
      clearTimeout(timer);
      siblings.removeEventListener("message", hear);
      how(value);
    };
    siblings.addEventListener("message", hear);
    siblings.postMessage({ type: "ask", id });
  });

const tokenize = async (id) => {
  const fail = (code, fields = []) => tell({ type: "failed", id, code, fields });
  try {
    const others = await ask(id);
    const wrong = [{ field, error: check() }];
    for (const [name, other] of others) wrong.push({ field: name, error: other.error });
    const fields = wrong.filter((line) => line.error !== null);
    if (fields.length > 0) return fail("invalid_fields", fields);
    const { ok, content } = await post("tokens", {
      token,
      number: digits(),
      expiry: others.get("expiry").value,
      csc: others.get("csc").value,
      brand: chosen === null ? null : brand(),
    });
    if (!ok) return fail(content.error ?? "network", content.fields ?? []);
    return tell({
      type: "tokenized",
      id,
      paymentToken: content.paymentToken,
      brand: brand() ?? content.brand,
    });
  } catch (error) {
    return fail(error === "frame_failed" ? error : "network");
  }
};

const dress = (style) => {
  for (const name of STYLES) {
    const value = style[name] ?? style[name.replace(/-(.)/g, (_, c) => c.toUpperCase())];
    if (typeof value === "string") input.style.setProperty(name, value);
  }
  if (typeof style.placeholderColor === "string") {
    document.documentElement.style.setProperty("--placeholder", style.placeholderColor);
  }
  if (typeof style.colorScheme === "string") {
    document.documentElement.style.setProperty("color-scheme", style.colorScheme);
  }
};

const init = async (message) => {
  token = String(message.token);
  dress(message.style ?? {});
  if (message.label) input.setAttribute("aria-label", message.label);
  if (message.placeholder !== null) input.placeholder = message.placeholder;
  if (field === "number") {
    try {
      const { ok, content } = await post("session", { token });
      if (!ok) return tell({ type: "error", code: content.error ?? "network" });
      const wanted = Array.isArray(message.brands) ? message.brands : [];
      const both = content.brands.filter((name) => wanted.includes(name));
      accepted = content.brands.length === 0 ? wanted : wanted.length === 0 ? content.brands : both;
    } catch {
      return tell({ type: "error", code: "network" });
    }
  }
  input.disabled = false;
  return tell({ type: "ready" });
};

addEventListener("message", (event) => {
  const message = event.data;
  if (event.source !== parent || event.origin !== parentOrigin) return;
  if (message?.instance !== instance) return;
  if (message.type === "init") void init(message);
  else if (message.type === "focus") input.focus();
  else if (message.type === "tokenize" && field === "number") void tokenize(message.id);
  else if (message.type === "clear") {
    input.value = "";
    typed();
  } else if (message.type === "brand" && field === "number") {
    chosen = message.brand;
    report();
  }
});

siblings.addEventListener("message", ({ data }) => {
  if (field === "number" || over) return;
  if (data?.type === "ask") {
    siblings.postMessage({ type: "answer", id: data.id, field, value: digits(), error: check() });
  } else if (data?.type === "length" && field === "csc" && data.length !== codeLength) {
    codeLength = data.length;
    typed();
  }
});

addEventListener("pagehide", () => {
  over = true;
});
input.addEventListener("input", typed);
for (const [name, now] of [["focus", true], ["blur", false]]) {
  input.addEventListener(name, () => {
    focused = now;
    report();
  });
}
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter") tell({ type: "submit" });
});
tell({ type: "hello" });
