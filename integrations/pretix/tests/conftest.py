"""An event with a ticket, an order to be paid with Guichet, and a Guichet that is played."""
import json
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
from django.utils.timezone import now
from django_scopes import scope
from pretix.base.models import Event, Item, Order, OrderPosition, Organizer, Quota

WEBHOOK_SECRET = "whsec_Z3VpY2hldC10ZXN0cy13ZWJob29rLXNlY3JldC0tLS0="


class Guichet:
    """Plays the backend: what it was asked, and what it answers."""

    def __init__(self):
        self.sessions, self.keys, self.calls = {}, {}, []
        self.refunds, self.refund_status, self.refuse, self.silent = {}, "done", None, False

    def request(self, method, address, json=None, params=None, headers=None, **kwargs):
        path = address.removeprefix("https://pay.example")
        self.calls.append((method, path, json))
        if self.silent:
            raise requests.ConnectionError()
        assert headers["Authorization"] == "Bearer sk_test"
        if self.refuse and method == "POST":
            return answer(422, self.refuse)
        if (method, path) == ("POST", "/v1/sessions"):
            return self.make(json, headers["Idempotency-Key"])
        parts = path.strip("/").split("/")
        if parts[1] == "sessions":
            return self.session(parts)
        return self.refund(method, parts, json, headers.get("Idempotency-Key"))

    def make(self, body, key):
        id = self.keys.get(key)
        if not id:
            id = self.keys[key] = f"cs_{len(self.sessions) + 1}"
            self.sessions[id] = {
                "id": id, "status": "open", "payments": [], "settled_by": None,
                "reference": body["reference"], "amount": body["amount"],
                "currency": body["currency"], "shopper": body.get("shopper", {})}
        return answer(201, {**self.sessions[id], "secret": "css_1", "markup": MARKUP})

    def session(self, parts):
        session = self.sessions[parts[2]]
        if parts[3:] == ["expire"]:
            codes = {"pending": "payment_open", "paid": "session_paid"}
            if session["status"] in codes:
                return answer(409, {"code": codes[session["status"]], "detail": "no"})
            session["status"] = "expired"
        return answer(200, {**session, "markup": MARKUP})

    def refund(self, method, parts, body, key):
        if method == "POST":
            number = self.refunds.setdefault(key, (f"ins_{len(self.refunds) + 1}", body))[0]
        else:
            number = parts[4]
        amount = next(body["amount"] for id, body in self.refunds.values() if id == number)
        done = {"done": amount, "partly_done": amount - 100}.get(self.refund_status, 0)
        return answer(200, {
            "id": number, "status": self.refund_status, "amount": amount, "done": done,
            "operations": [{"why": "because"}]})

    def pay(self, id, status="paid", **more):
        session = self.sessions[id]
        number = f"pay_{id}_{len(session['payments']) + 1}"
        payment = {"id": number, "method": "card", "surplus": False,
                   "accepted": session["amount"], **more}
        session["payments"].append(payment)
        session["status"] = status
        if status == "paid" and not payment["surplus"]:
            session["settled_by"] = number
        return number


MARKUP = '<guichet-checkout session="css_1"></guichet-checkout>'


def answer(status, body):
    made = requests.Response()
    made.status_code, made._content = status, json.dumps(body).encode()
    return made


@pytest.fixture
def guichet(monkeypatch):
    played = Guichet()
    monkeypatch.setattr(requests, "request", played.request)
    return played


@pytest.fixture
def event(db):
    organizer = Organizer.objects.create(name="Camping", slug="camp")
    with scope(organizer=organizer):
        event = Event.objects.create(
            organizer=organizer, name="Été", slug="ete-26", live=True, currency="EUR",
            date_from=now() + timedelta(days=60), plugins="pretix_guichet")
        for name, value in {"endpoint": "https://pay.example", "secret_key": "sk_test",
                            "webhook_secret": WEBHOOK_SECRET, "_enabled": True}.items():
            event.settings.set(f"payment_guichet_{name}", value)
        yield event


@pytest.fixture
def quota(event):
    quota = event.quotas.create(name="Places", size=2)
    item = Item.objects.create(event=event, name="Place", default_price=Decimal("42.00"))
    quota.items.add(item)
    return quota


@pytest.fixture
def order(event, quota):
    order = Order.objects.create(
        code="ABC12", event=event, email="camille@example.com", status=Order.STATUS_PENDING,
        datetime=now(), expires=now() + timedelta(days=10), total=Decimal("42.00"), locale="fr",
        sales_channel=event.organizer.sales_channels.get(identifier="web"))
    OrderPosition.objects.create(
        order=order, item=quota.items.get(), variation=None, price=Decimal("42.00"))
    return order


@pytest.fixture
def payment(order):
    return order.payments.create(
        provider="guichet", state="created", amount=Decimal("42.00"))
