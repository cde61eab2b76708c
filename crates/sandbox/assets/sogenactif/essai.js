// The page that tries the hosted fields.
"use strict";
const form = document.getElementById("trial");
const state = document.getElementById("state");
const output = document.getElementById("token");
const brands = document.getElementById("brand");
const byId = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;

const showBrands = (list, brand) => {
  const shown = Array.from(brands.options, (option) => option.value);
  if (shown.join() !== list.join()) {
    brands.replaceChildren(...list.map((name) => new Option(name, name)));
  }
  if (brand !== null) brands.value = brand;
};

if (globalThis.SandboxHostedFields === undefined) {
  state.textContent = "bibliothèque absente";
} else {
  const fields = SandboxHostedFields.create({
    token: form.dataset.token,
    fields: { number: byId("number"), expiry: byId("expiry"), csc: byId("csc") },
    style: dark ? { color: "#e8eef2", placeholderColor: "#a4b3bf", colorScheme: "dark" } : {},
    on: {
      ready: () => {
        state.textContent = "prêt";
      },
      change: (change) => {
        state.textContent = `${change.field} : ${change.error ?? "correct"}`;
        if (change.field === "number") showBrands(change.brands, change.brand);
      },
      submit: () => form.requestSubmit(),
      error: (error) => {
        state.textContent = `erreur : ${error.code}`;
      },
    },
  });
  for (const name of ["number", "expiry", "csc"]) {
    byId(`label-${name}`).addEventListener("click", () => fields.focus(name));
  }
  brands.addEventListener("change", () => fields.setBrand(brands.value));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { paymentToken, brand } = await fields.tokenize();
      output.value = `${paymentToken} (${brand})`;
      state.textContent = "jeton obtenu";
    } catch (error) {
      output.value = "";
      const wrong = (error.fields ?? []).map((line) => `${line.field} ${line.error}`);
      state.textContent = `erreur : ${[error.code, ...wrong].join(", ")}`;
    }
  });
}
