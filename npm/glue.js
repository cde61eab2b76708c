// In the npm package it is a file of its own, beside the module: bundlers put both where their other
// files are.

import * as files from './files.js';

export const glue = (imported, again) => imported(files.glue() + again);
