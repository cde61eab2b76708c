// A shop's server in Node.js: makes a session, prints the widget, is told, delivers once, refunds.
//   GUICHET_URL=https://pay.shop.example GUICHET_KEY=… GUICHET_WEBHOOK_SECRET=whsec_… \
//   SHOP_URL=https://shop.example SHOP_DATA=/var/lib/shop PORT=8700 node shop.js
import { randomBytes } from "node:crypto";
import { access, appendFile, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename } from "node:path";
import { Webhook } from "standardwebhooks";

const { GUICHET_URL, GUICHET_KEY, GUICHET_WEBHOOK_SECRET, SHOP_URL, SHOP_DATA, PORT } = process.env;

// docs:begin
/** The message, if Guichet signed it within the last five minutes; otherwise it throws. */
function verified(headers, body) {
  // A plain object: the library finds nothing in a `Headers`. Hand one over as
  // `Object.fromEntries(request.headers)`. The body is the text as it came, before any parser.
  return new Webhook(GUICHET_WEBHOOK_SECRET).verify(body, headers);
}
// docs:end

/** A call of the backend with the shop's key: the same `idempotency-key` has one effect. */
async function guichet(path, body, key) {
  const headers = { authorization: `Bearer ${GUICHET_KEY}`, "idempotency-key": key,
    "content-type": "application/json" };
  const answer = await fetch(GUICHET_URL + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

async function webhook(request, body) {
  let message;
  try {
    message = verified(request.headers, body);
  } catch {
    return [400];
  }
  const order = basename(message.data.reference);
  if (message.type === "payment.refunded") await writeFile(`${SHOP_DATA}/${order}.refunded`, "");
  // Deliver on this, once: a message may come again, and "wx" makes no file that is there.
  if (message.type === "session.paid") {
    const made = writeFile(`${SHOP_DATA}/${order}.paid`, message.data.payment.id, { flag: "wx" });
    const first = await made.then(() => true, () => false);
    if (first) await appendFile(`${SHOP_DATA}/delivered.log`, `${order}\n`);
  }
  return [204];
}

async function newOrder() {
  const order = `node-${randomBytes(8).toString("hex")}`;
  // The price is the server's own. Keep the order before anybody is asked to pay it.
  const shopper = { name: { first: "Camille", last: "Durand" }, email: "camille@example.com",
    phone: "+33612345678",
    address: { line1: "12 rue des Lilas", postal_code: "75011", city: "Paris", country: "FR" } };
  const session = await guichet("/v1/sessions", { reference: order, amount: 4200, currency: "EUR",
    items: 1, shopper, return_url: `${SHOP_URL}/order/${order}` }, order);
  await writeFile(`${SHOP_DATA}/${order}.json`, session);
  return [303, "", { location: `/order/${order}` }];
}

async function refund(order) {
  // Whoever asks has to be an employee: a real shop looks at that here.
  const payment = await readFile(`${SHOP_DATA}/${order}.paid`, "utf8");
  await guichet(`/v1/payments/${payment}/refunds`, { reason: "sent back" }, `refund-${order}`);
  return [303, "", { location: `/order/${order}` }];
}

async function orderPage(order) {
  const { secret } = JSON.parse(await readFile(`${SHOP_DATA}/${order}.json`, "utf8"));
  const is = (state) => access(`${SHOP_DATA}/${order}.${state}`).then(() => state, () => null);
  const paid = (await is("refunded")) ?? (await is("paid")) ?? "to be paid";
  return [200, `<!doctype html><html lang="en"><title>Order</title><h1>Order ${order} is ${paid}</h1>
    <script type="module" src="${GUICHET_URL}/guichet.js"></script>
    <guichet-checkout session="${secret}"></guichet-checkout>`, { "content-type": "text/html" }];
}

async function answer(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const order = /^\/order\/([a-z0-9-]+)(\/refund)?$/.exec(request.url);
  if (request.method === "POST" && request.url === "/webhook") return webhook(request, body);
  if (request.method === "POST" && request.url === "/order") return newOrder();
  if (request.method === "POST" && order?.[2]) return refund(order[1]);
  return order && !order[2] ? orderPage(order[1]) : [404];
}

createServer(async (request, response) => {
  const [status, body = "", headers = {}] = await answer(request).catch(() => [500]);
  response.writeHead(status, headers).end(body);
}).listen(PORT, "127.0.0.1");
