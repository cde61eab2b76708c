import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import now
from pretix.base.models import Order
from pretix.base.payment import PaymentException
from pretix_guichet import sessions
from pretix_guichet.client import NoAnswer
from pretix_guichet.texts import TEXTS

from .conftest import WEBHOOK_SECRET

pytestmark = pytest.mark.django_db


def page(payment):
    order = payment.order
    return f"/camp/ete-26/order/{order.code}/{order.secret}/guichet/{payment.local_id}/"


def tell(client, payment, session, kind="session.paid", secret=WEBHOOK_SECRET, **more):
    body = json.dumps({"type": kind, "timestamp": "2026-11-27T18:53:05Z", "data": {
        "sequence": 1, "session": session, "reference": payment.global_id, **more}})
    seconds = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    seal = hmac.digest(key, f"msg_1.{seconds}.{body}".encode(), hashlib.sha256)
    return client.post("/_guichet/webhook/", body, content_type="application/json", headers={
        "webhook-id": "msg_1", "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(seal).decode()})


def test_the_page_makes_one_session_and_shows_what_the_server_printed(client, guichet, payment):
    for _ in range(2):
        answer = client.get(page(payment))
        assert answer.status_code == 200
        assert 'session="css_1"' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert "https://pay.example" in answer["Content-Security-Policy"]
        assert "'wasm-unsafe-eval'" in answer["Content-Security-Policy"]
    assert list(guichet.sessions) == ["cs_1"]
    made = next(body for method, path, body in guichet.calls if path == "/v1/sessions")
    assert made["amount"] == 4200 and made["currency"] == "EUR" and made["locale"] == "fr"
    assert made["reference"] == "CAMP-ETE-26-ABC12-P-1"
    assert made["return_url"].endswith(page(payment))


def test_another_orders_secret_opens_no_page(client, guichet, payment):
    assert client.get(page(payment).replace(payment.order.secret, "x" * 16)).status_code == 404


def test_who_comes_back_having_paid_has_a_paid_order(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    assert client.get(page(payment)).status_code == 302
    payment.order.refresh_from_db()
    assert payment.order.status == Order.STATUS_PAID


def test_a_webhook_pays_once_and_a_forged_one_nothing(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    forged = "whsec_" + base64.b64encode(b"x" * 24).decode()
    assert tell(client, payment, "cs_1", secret=forged).status_code == 400
    payment.refresh_from_db()
    assert payment.state == "created"
    for _ in range(3):
        assert tell(client, payment, "cs_1").status_code == 204
    payment.refresh_from_db()
    assert payment.state == "confirmed"
    said = payment.order.all_logentries().filter(
        action_type="pretix.event.order.payment.confirmed")
    assert said.count() == 1


def test_a_signed_message_about_an_unpaid_session_pays_nothing(client, guichet, payment):
    client.get(page(payment))
    assert tell(client, payment, "cs_1").status_code == 204
    payment.refresh_from_db()
    assert payment.state == "created"


def test_a_message_comes_again_while_guichet_can_not_be_asked(client, guichet, payment):
    client.get(page(payment))
    guichet.silent = True
    assert tell(client, payment, "cs_1").status_code == 503


@pytest.mark.parametrize("body", ["", "[]", '{"data": 3}', '{"data": {"reference": "A-B-P-9"}}'])
def test_what_is_no_message_is_refused(client, guichet, payment, body):
    answer = client.post("/_guichet/webhook/", body, content_type="application/json")
    assert answer.status_code == 400


def test_a_session_of_another_payment_pays_nothing(guichet, payment):
    guichet.make({"reference": "CAMP-ETE-26-OTHER-P-1", "amount": 1, "currency": "EUR"}, "k")
    guichet.pay("cs_1")
    with pytest.raises(ValueError):
        sessions.settle(payment, "cs_1")


def test_another_amount_is_raised_and_not_taken(client, guichet, payment):
    client.get(page(payment))
    guichet.sessions["cs_1"]["amount"] = 4199
    guichet.pay("cs_1")
    sessions.settle(payment, "cs_1")
    payment.refresh_from_db()
    assert payment.state == "created"
    assert payment.info_data["raised"] == ["pay_cs_1_1 amount"]


def test_what_is_paid_for_a_cancelled_order_is_given_back_once(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    Order.objects.update(status=Order.STATUS_CANCELED)
    for _ in range(3):
        assert tell(client, payment, "cs_1").status_code == 204
    # Nobody is thanked for it.
    assert "paid=yes" not in client.get(page(payment))["Location"]
    payment.refresh_from_db()
    assert payment.state == "refunded"
    assert [refund.amount for refund in payment.refunds.all()] == [Decimal("42.00")]
    assert len(guichet.refunds) == 1


def test_a_replayed_message_gives_nothing_back_of_an_order_that_was_paid_in_time(
        client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    tell(client, payment, "cs_1")
    Order.objects.update(status=Order.STATUS_CANCELED)
    tell(client, payment, "cs_1")
    assert not guichet.refunds


def test_what_can_not_be_given_back_is_raised(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    Order.objects.update(status=Order.STATUS_CANCELED)
    guichet.refuse = {"code": "operation_not_possible", "detail": "d", "errors": [
        {"field": "parts", "problem": "the issuer of the voucher alone can"}]}
    tell(client, payment, "cs_1")
    assert payment.refunds.get().state == "failed"
    payment.order.refresh_from_db()
    assert payment.order.custom_followup_at is not None
    log = payment.order.all_logentries().get(action_type="pretix_guichet.attention")
    assert "the issuer of the voucher alone can" in log.display()


def test_an_expired_order_is_revived_where_there_is_room(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    Order.objects.update(status=Order.STATUS_EXPIRED, expires=now() - timedelta(days=1))
    tell(client, payment, "cs_1")
    payment.order.refresh_from_db()
    assert payment.order.status == Order.STATUS_PAID and not guichet.refunds


def test_an_expired_order_whose_place_is_sold_is_given_back(client, guichet, payment, quota):
    client.get(page(payment))
    guichet.pay("cs_1")
    Order.objects.update(status=Order.STATUS_EXPIRED, expires=now() - timedelta(days=1))
    quota.size = 0
    quota.save()
    tell(client, payment, "cs_1")
    tell(client, payment, "cs_1")
    payment.order.refresh_from_db()
    assert payment.order.status == Order.STATUS_EXPIRED
    assert payment.refunds.get().state == "done"


def test_an_interrupted_confirmation_is_finished(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    # As it is when the process ends between pretix' two transactions.
    payment.state = "confirmed"
    payment.save()
    payment.confirm()
    payment.order.refresh_from_db()
    assert payment.order.status == Order.STATUS_PENDING
    tell(client, payment, "cs_1")
    payment.order.refresh_from_db()
    assert payment.order.status == Order.STATUS_PAID


def test_a_second_payment_of_a_session_can_be_refunded_in_pretix(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    tell(client, payment, "cs_1")
    second = guichet.pay("cs_1", surplus=True)
    for _ in range(2):
        tell(client, payment, "cs_1", "session.surplus")
    extra = payment.order.payments.exclude(pk=payment.pk).get()
    assert extra.state == "confirmed" and extra.info_data["payment"] == second
    assert payment.order.pending_sum == Decimal("-42.00")
    extra.payment_provider.execute_refund(payment.order.refunds.create(
        payment=extra, provider="guichet", amount=extra.amount, state="created"))
    assert any(second in path for _, path, _ in guichet.calls)


def test_closing_is_refused_while_money_may_be_taken(client, guichet, payment):
    client.get(page(payment))
    guichet.sessions["cs_1"]["status"] = "pending"
    with pytest.raises(PaymentException):
        payment.payment_provider.cancel_payment(payment)
    payment.refresh_from_db()
    assert payment.state == "created"
    guichet.sessions["cs_1"]["status"] = "refused"
    payment.payment_provider.cancel_payment(payment)
    assert payment.state == "canceled"
    assert guichet.sessions["cs_1"]["status"] == "expired"


def test_a_changed_order_closes_the_session_before_another_is_made(client, guichet, payment):
    client.get(page(payment))
    Order.objects.update(total=Decimal("50.00"))
    assert client.get(page(payment)).status_code == 302
    assert guichet.sessions["cs_1"]["status"] == "expired"
    payment.refresh_from_db()
    assert payment.state == "canceled"


def test_a_changed_order_waits_while_the_old_amount_may_be_taken(client, guichet, payment):
    client.get(page(payment))
    guichet.sessions["cs_1"]["status"] = "pending"
    Order.objects.update(total=Decimal("50.00"))
    answer = client.get(page(payment))
    assert "42" in answer.content.decode() and len(guichet.sessions) == 1
    assert "<guichet-checkout" not in answer.content.decode()


def test_a_second_payment_of_the_order_waits_for_the_first(client, guichet, payment):
    client.get(page(payment))
    second = payment.order.payments.create(
        provider="guichet", state="created", amount=payment.amount)
    guichet.sessions["cs_1"]["status"] = "pending"
    client.get(page(second))
    assert len(guichet.sessions) == 1
    guichet.sessions["cs_1"]["status"] = "cancelled"
    client.get(page(second))
    assert guichet.sessions["cs_1"]["status"] == "expired" and len(guichet.sessions) == 2


def test_an_expired_session_is_followed_by_a_new_one(client, guichet, payment):
    client.get(page(payment))
    guichet.sessions["cs_1"]["status"] = "expired"
    client.get(page(payment))
    assert len(guichet.sessions) == 2
    guichet.pay("cs_1")
    tell(client, payment, "cs_1")
    payment.refresh_from_db()
    assert payment.state == "confirmed"


def test_what_is_missing_is_asked_for_and_sent(client, guichet, payment):
    guichet.refuse = {"code": "field_invalid", "detail": "d", "errors": [
        {"field": "shopper.phone", "problem": "is missing"},
        {"field": "shopper.address", "problem": "is missing"}]}
    told = client.get(page(payment)).content.decode()
    assert 'name="phone"' in told and 'name="line1"' in told and 'name="name"' not in told
    guichet.refuse = None
    given = {"phone": "06 12 34 56 78", "line1": "12 rue des Lilas", "postal_code": "75011",
             "city": "Paris", "country": "FR"}
    assert client.post(page(payment), {**given, "phone": ""}).status_code == 200
    assert client.post(page(payment), given).status_code == 302
    client.get(page(payment))
    sent = guichet.sessions["cs_1"]["shopper"]
    assert sent["phone"] == "06 12 34 56 78" and sent["address"]["city"] == "Paris"


def test_what_the_form_can_not_answer_is_no_form(client, guichet, payment):
    guichet.refuse = {"code": "field_invalid", "detail": "d", "errors": [
        {"field": "currency", "problem": "is taken by no method"}]}
    assert "<form method=\"post\">" not in client.get(page(payment)).content.decode()


def refund(payment):
    return payment.order.refunds.create(
        payment=payment, provider="guichet", amount=Decimal("10.00"), state="created")


@pytest.fixture
def paid(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1")
    tell(client, payment, "cs_1")
    payment.refresh_from_db()
    return payment


def test_a_refund_that_waits_is_done_when_guichet_says_so(client, guichet, paid):
    guichet.refund_status = "pending"
    asked = refund(paid)
    paid.payment_provider.execute_refund(asked)
    assert asked.state == "transit"
    guichet.refund_status = "done"
    tell(client, paid, "cs_1", "payment.refunded", operation={"id": "op_1", "amount": 1000})
    asked.refresh_from_db()
    assert asked.state == "done" and len(guichet.refunds) == 1


def test_a_refund_that_got_no_answer_is_asked_for_again_with_its_key(guichet, paid):
    guichet.silent = True
    asked = refund(paid)
    paid.payment_provider.execute_refund(asked)
    assert asked.state == "transit"
    guichet.silent = False
    sessions.follow(asked)
    sessions.follow(asked)
    assert asked.state == "done"
    assert list(guichet.refunds) == ["CAMP-ETE-26-ABC12-R-1-refund"]


def test_a_refused_refund_tells_why(guichet, paid):
    guichet.refund_status = "refused"
    with pytest.raises(PaymentException, match="because"):
        paid.payment_provider.execute_refund(refund(paid))


def test_a_refund_that_is_done_in_part_counts_as_that_part(guichet, paid):
    guichet.refund_status = "partly_done"
    asked = refund(paid)
    paid.payment_provider.execute_refund(asked)
    assert asked.state == "done" and asked.amount == Decimal("9.00")


def test_a_part_that_is_held_is_raised_once(client, guichet, payment):
    client.get(page(payment))
    guichet.pay("cs_1", status="incomplete", accepted=1000)
    for _ in range(2):
        tell(client, payment, "cs_1", "session.incomplete")
    payment.refresh_from_db()
    assert payment.state == "created" and len(payment.info_data["raised"]) == 1


def test_without_an_answer_the_page_says_so(client, guichet, payment):
    guichet.silent = True
    assert client.get(page(payment)).status_code == 503
    with pytest.raises(NoAnswer):
        sessions.show(payment, "fr")


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_there_in_each_language(name):
    assert set(TEXTS[name]) == {"de", "en", "fr"}


@pytest.mark.parametrize("amount, currency, expected", [
    ("42.00", "EUR", 4200), ("0.01", "EUR", 1), ("1000", "JPY", 1000)])
def test_amounts_are_exact(amount, currency, expected):
    assert sessions.minor(Decimal(amount), currency) == expected
    assert sessions.major(expected, currency, Decimal(0)) == Decimal(amount)


def test_more_ways_are_offered_each_time_the_page_is_shown(client, guichet, payment):
    client.get(page(payment))
    assert 'name="phone"' not in client.get(page(payment)).content.decode()
    guichet.sessions["cs_1"]["left_out"] = [{"method": "cvconnect", "errors": [
        {"field": "shopper.phone", "problem": "is missing"}]}]
    for _ in range(2):
        told = client.get(page(payment)).content.decode()
        assert 'name="phone"' in told and "<guichet-checkout" in told
