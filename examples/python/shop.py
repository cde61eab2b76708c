"""A shop's server in Python: makes a session, prints the widget, is told, delivers once, refunds.

GUICHET_URL=https://pay.shop.example GUICHET_KEY=… GUICHET_WEBHOOK_SECRET=whsec_… \
SHOP_URL=https://shop.example SHOP_DATA=/var/lib/shop PORT=8700 python shop.py
"""
import json
import os
import re
import secrets
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

GUICHET, SHOP, DATA = os.environ["GUICHET_URL"], os.environ["SHOP_URL"], Path(os.environ["SHOP_DATA"])


# docs:begin
def verified(headers, body):
    """The message, if Guichet signed it within the last five minutes; otherwise it raises."""
    # Bytes as they came, before any parser; the names of the headers in small letters.
    small = {name.lower(): value for name, value in headers.items()}
    return Webhook(os.environ["GUICHET_WEBHOOK_SECRET"]).verify(body, small)
# docs:end


def guichet(path, body, key):
    """A call of the backend with the shop's key: the same key twice has one effect."""
    headers = {"Authorization": f"Bearer {os.environ['GUICHET_KEY']}", "Idempotency-Key": key,
               "Content-Type": "application/json"}
    with urlopen(Request(f"{GUICHET}{path}", json.dumps(body).encode(), headers)) as answer:
        return answer.read()


def new_order():
    order = f"python-{secrets.token_hex(8)}"
    # The price is the server's own. Keep the order before anybody is asked to pay it.
    address = {"line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris", "country": "FR"}
    shopper = {"name": {"first": "Camille", "last": "Durand"}, "email": "camille@example.com",
               "phone": "+33612345678", "address": address}
    body = {"reference": order, "amount": 4200, "currency": "EUR", "items": 1, "shopper": shopper,
            "return_url": f"{SHOP}/order/{order}"}
    (DATA / f"{order}.json").write_bytes(guichet("/v1/sessions", body, order))
    return order


class Shop(BaseHTTPRequestHandler):
    def reply(self, status, body="", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body.encode())), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/order":
            return self.reply(303, Location=f"/order/{new_order()}")
        if found := re.fullmatch(r"/order/([a-z0-9-]+)/refund", self.path):
            # Whoever asks has to be an employee: a real shop looks at that here.
            payment = (DATA / f"{found[1]}.paid").read_text()
            guichet(f"/v1/payments/{payment}/refunds", {"reason": "sent back"}, f"refund-{found[1]}")
            return self.reply(303, Location=f"/order/{found[1]}")
        try:
            message = verified(self.headers, body)
        except WebhookVerificationError:
            return self.reply(400)
        order = Path(message["data"]["reference"]).name
        if message["type"] == "payment.refunded":
            (DATA / f"{order}.refunded").touch()
        # Deliver on this, once: a message may come again, and "x" makes no file that is there.
        if message["type"] == "session.paid":
            try:
                with (DATA / f"{order}.paid").open("x") as paid:
                    paid.write(message["data"]["payment"]["id"])
                with (DATA / "delivered.log").open("a") as log:
                    log.write(f"{order}\n")
            except FileExistsError:
                pass
        self.reply(204)

    def do_GET(self):
        found = re.fullmatch(r"/order/([a-z0-9-]+)", self.path)
        kept = found and DATA / f"{found[1]}.json"
        if not kept or not kept.is_file():
            return self.reply(404)
        paid = "paid" if kept.with_suffix(".paid").is_file() else "to be paid"
        paid = "refunded" if kept.with_suffix(".refunded").is_file() else paid
        session = escape(json.loads(kept.read_bytes())["secret"])
        self.reply(200, f"""<!doctype html><html lang="en"><title>Order</title>
            <h1>Order {found[1]} is {paid}</h1>
            <script type="module" src="{escape(GUICHET)}/guichet.js"></script>
            <guichet-checkout session="{session}"></guichet-checkout>""", Content_Type="text/html")


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
