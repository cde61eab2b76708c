"""The sessions of a payment: made, found, closed, and what they tell taken into pretix' books.

A payment of pretix is an order of Guichet: its reference is the payment's own global id. What is
kept of it stands in the payment's `info`.
"""
import json
import logging
from datetime import timedelta

from django.conf import settings as django_settings
from django.db import transaction
from django.utils.timezone import now
from pretix.base.models import Order, OrderPayment, OrderRefund, Quota
from pretix.base.payment import PaymentException
from pretix.base.templatetags.money import money_filter
from pretix.multidomain.urlreverse import eventreverse_absolute

from .client import GuichetError, NoAnswer
from .texts import now as say

logger = logging.getLogger(__name__)

OPEN = (OrderPayment.PAYMENT_STATE_CREATED, OrderPayment.PAYMENT_STATE_PENDING)
TAKEN = (OrderPayment.PAYMENT_STATE_CONFIRMED, OrderPayment.PAYMENT_STATE_REFUNDED)
# What a session may live at most, and lives at least.
LONGEST, SHORTEST = timedelta(days=60), timedelta(hours=1)


def minor(amount, currency):
    """An amount in minor units, exactly."""
    return int(amount.scaleb(django_settings.CURRENCY_PLACES.get(currency, 2)))


def major(amount, currency, like):
    """An amount of minor units as pretix writes it."""
    return type(like)(amount).scaleb(-django_settings.CURRENCY_PLACES.get(currency, 2))


def page_of(payment):
    return eventreverse_absolute(payment.order.event, "plugins:pretix_guichet:pay", kwargs={
        "order": payment.order.code, "secret": payment.order.secret, "payment": payment.local_id})


def locked(payment):
    """The payment as it stands now, and nobody else changes it. Within a transaction."""
    Order.objects.select_for_update().get(pk=payment.order_id)
    return OrderPayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)


def keep(payment, **facts):
    """Adds facts to what is kept of a payment."""
    with transaction.atomic():
        payment.info_data = {**locked(payment).info_data, **facts}
        payment.save(update_fields=["info"])


def shopper(payment):
    """What the order knows of who pays, and what was asked for on our page."""
    order, given = payment.order, payment.info_data.get("shopper", {})
    address = getattr(order, "invoice_address", None)
    known = {"email": order.email, "phone": str(order.phone or "")}
    where = {}
    if address:
        parts = address.name_parts or {}
        name = {"first": parts.get("given_name"), "last": parts.get("family_name")}
        if not any(name.values()):
            name = {"last": address.name or address.company}
        known["name"] = name
        lines = (address.street or "").splitlines()
        where = {"line1": lines[0] if lines else None, "line2": " ".join(lines[1:]) or None,
                 "postal_code": address.zipcode, "city": address.city,
                 "country": str(address.country or "")}
    if given.get("name"):
        known["name"] = {"last": given["name"]}
    if given.get("phone"):
        known["phone"] = given["phone"]
    where.update({name: given[name] for name in ("line1", "postal_code", "city", "country")
                  if given.get(name)})
    known["name"] = {k: v for k, v in known.get("name", {}).items() if v}
    # A country alone, which pretix always has, is no address.
    known["address"] = {k: v for k, v in where.items() if v} if where.get("line1") else None
    return {name: value for name, value in known.items() if value}


def show(payment, language):
    """The session in which the payment can be made now, with `markup`; a new one where the last
    has expired. `GuichetError` where it can't be made, `NoAnswer` where nobody knows."""
    client = payment.payment_provider.client
    payment.refresh_from_db(fields=["info"])
    kept = payment.info_data.get("sessions", [])
    if kept:
        session = client.session(kept[-1], language)
        if session["status"] != "expired":
            return session
    order = payment.order
    left = (order.expires or now()) - now()
    body = {
        "reference": payment.global_id,
        "amount": minor(payment.amount, order.event.currency),
        "currency": order.event.currency,
        "shopper": shopper(payment),
        "items": max(1, order.positions.count()),
        "locale": order.locale,
        "return_url": page_of(payment),
        # In whole days, so that two pages that ask at once ask for the same.
        "expires_in": int(timedelta(days=max(1, min(left, LONGEST).days)).total_seconds()),
    }
    tried = payment.info_data.get("tried", 0)
    made = client.new_session(body, f"{payment.global_id}-{tried}", language)
    with transaction.atomic():
        facts = locked(payment).info_data
        sessions = facts.get("sessions", [])
        if made["id"] not in sessions:
            facts.update(sessions=[*sessions, made["id"]], tried=tried + 1)
            payment.info_data = facts
            payment.save(update_fields=["info"])
    return made


def close(payment):
    """Closes all sessions of a payment, so that nothing can be paid in them any more.
    `PaymentException` where that can't be done now; what was paid meanwhile is taken."""
    client = payment.payment_provider.client
    # pretix hands over what it read before the page was shown.
    payment.refresh_from_db(fields=["info"])
    for session in payment.info_data.get("sessions", []):
        try:
            client.expire(session)
        except NoAnswer as error:
            raise PaymentException(say("no_answer")) from error
        except GuichetError as error:
            if error.code == "payment_open":
                raise PaymentException(say("still_open")) from error
            if error.code == "session_paid":
                transaction.on_commit(lambda paid=session: settle(payment, paid))
                raise PaymentException(say("is_paid")) from error
            raise PaymentException(str(error)) from error


def settle(payment, session):
    """Asks Guichet what became of a session, and takes it into pretix' books. May be repeated, and
    be done by several at once. `NoAnswer` where Guichet can't be asked."""
    truth = payment.payment_provider.client.session(session)
    if truth["reference"] != payment.global_id:
        raise ValueError(f"{session} is of {truth['reference']}, not of {payment.global_id}")
    for paid in truth["payments"]:
        if paid["id"] == truth.get("settled_by") and truth["status"] == "paid":
            take(payment, truth, paid)
        elif paid["surplus"]:
            add(payment, truth, paid)
        elif truth["status"] == "incomplete" and paid["accepted"]:
            raise_to_organiser(payment, paid["id"], "incomplete")
    return truth


def take(payment, truth, paid):
    """Marks a payment paid, once. What came too late is given back, or raised."""
    with transaction.atomic():
        current = locked(payment)
        first = current.state not in TAKEN
        if first:
            order = Order.objects.get(pk=payment.order_id)
            facts = {"payment": paid["id"], "method": paid["method"]}
            if order.status == Order.STATUS_CANCELED:
                facts["late"] = True
            current.info_data = {**current.info_data, **facts}
            current.save(update_fields=["info"])
    currency = current.order.event.currency
    asked = (minor(current.amount, currency), currency)
    if (truth["amount"], truth["currency"]) != asked:
        return raise_to_organiser(current, paid["id"], "amount")
    try:
        if first:
            current.confirm()
        else:
            finish(current)
    except Quota.QuotaExceededException:
        # Confirmed by now; the order is not paid, since its places were sold to others.
        keep(current, late=True)
    if current.info_data.get("late"):
        give_back(current)


def add(payment, truth, paid):
    """Writes down money that was taken beside what paid the order, once: as a payment of its own,
    which the back office can refund."""
    order = payment.order
    with transaction.atomic():
        locked(payment)
        if order.payments.filter(info__contains=f'"payment": "{paid["id"]}"').exists():
            return
        facts = {"payment": paid["id"], "method": paid["method"], "surplus_of": truth["id"]}
        extra = order.payments.create(
            provider=payment.provider, state=OrderPayment.PAYMENT_STATE_CREATED, fee=None,
            amount=major(paid["accepted"], truth["currency"], payment.amount),
            info=json.dumps(facts))
        extra.confirm()
    raise_to_organiser(extra, paid["id"], "surplus")


def finish(payment):
    """Marks an order paid whose payment was confirmed when we were interrupted: pretix itself would
    say nothing to a second `confirm()`, and leave the order unpaid."""
    order = payment.order
    open_still = order.status in (Order.STATUS_PENDING, Order.STATUS_EXPIRED)
    confirmed = payment.state == OrderPayment.PAYMENT_STATE_CONFIRMED
    if confirmed and open_still and order.pending_sum <= 0 and not payment.refunds.exists():
        payment._mark_order_paid(payment_refund_sum=order.payment_refund_sum)


def give_back(payment):
    """Gives back what was paid too late, once; tells the organiser where that can't be done."""
    with transaction.atomic():
        current = locked(payment)
        if current.refunds.exists():
            return
        refund = current.order.refunds.create(
            payment=current, provider=current.provider, amount=current.amount,
            source=OrderRefund.REFUND_SOURCE_EXTERNAL, state=OrderRefund.REFUND_STATE_CREATED)
        current.order.log_action("pretix.event.order.refund.created", {
            "local_id": refund.local_id, "provider": refund.provider})
    paid = current.info_data["payment"]
    current.order.log_action("pretix_guichet.late", {"payment": paid})
    try:
        current.payment_provider.execute_refund(refund)
    except PaymentException as error:
        refund_failed(refund, str(error))
        raise_to_organiser(current, paid, "not_given_back", str(error))


def refund_failed(refund, why):
    with transaction.atomic():
        refund.state = OrderRefund.REFUND_STATE_FAILED
        refund.save(update_fields=["state"])
        refund.order.log_action("pretix.event.order.refund.failed", {
            "local_id": refund.local_id, "provider": refund.provider, "error": why})


def raise_to_organiser(payment, paid, why, detail=""):
    """Has a person look at a payment, once for each reason: in the order's log, and as an order to
    follow up from today on."""
    told = f"{paid} {why}"
    with transaction.atomic():
        current = locked(payment)
        facts = current.info_data
        if told in facts.get("raised", []):
            return
        facts["raised"] = [*facts.get("raised", []), told]
        current.info_data = facts
        current.save(update_fields=["info"])
        order = current.order
        order.custom_followup_at = now().astimezone(order.event.timezone).date()
        order.save(update_fields=["custom_followup_at"])
        order.log_action("pretix_guichet.attention", {
            "payment": paid, "why": why, "detail": detail})
    payment.info_data = current.info_data


def follow(refund):
    """Finds out what became of a refund that is not over. May be repeated."""
    client, payment = refund.payment.payment_provider.client, refund.payment.info_data["payment"]
    currency = refund.order.event.currency
    asked = refund.info_data.get("instruction")
    if asked:
        answer = client.refund_stands(payment, asked)
    else:
        # The same key: if it was asked for, this is the answer that was lost.
        answer = client.refund(
            payment, minor(refund.amount, currency), reason(refund), key_of(refund))
        refund.info_data = {"instruction": answer["id"]}
        refund.state = OrderRefund.REFUND_STATE_TRANSIT
        refund.save(update_fields=["info", "state"])
    with transaction.atomic():
        Order.objects.select_for_update().get(pk=refund.order_id)
        current = OrderRefund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
        if current.state in (OrderRefund.REFUND_STATE_DONE, OrderRefund.REFUND_STATE_FAILED):
            return
        if answer["status"] == "refused":
            raise PaymentException(say("refund_refused", why=why_refused(answer)))
        if answer["status"] in ("done", "partly_done"):
            if answer["status"] == "partly_done":
                current.amount = major(answer["done"], currency, current.amount)
                raise_to_organiser(current.payment, payment, "part_refund",
                                   money_filter(current.amount, currency))
            current.done()
            refund.refresh_from_db()


def key_of(refund):
    return f"{refund.global_id}-refund"


def reason(refund):
    return f"pretix {refund.full_id}"


def why_refused(answer):
    said = [part.get("why") or part.get("code") or "" for part in answer["operations"]]
    return "; ".join(filter(None, said)) or answer["status"]
