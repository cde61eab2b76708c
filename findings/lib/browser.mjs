// For findings about Chromium: a server of a page's own, and the browser.
import http from 'node:http';
import { chromium } from 'playwright-core';

/** Serves on a port of its own; gives the origin. */
export async function serve(answer) {
  const server = http.createServer(answer);
  // A program that has said all ends, although it serves.
  server.unref();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Chromium without a window; says its version. */
export async function launch() {
  const executablePath = process.env.CHROMIUM;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  console.log(`Chromium ${browser.version()}`);
  return browser;
}
