// What lets the module reach the page. wasm-bindgen makes it: the build puts it in place of this
// file, and `npm/glue.js` for the npm package. Where a development server loads the module itself
// (`provide`), nobody asks for it.

export const glue = () => undefined;
