import json
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from django_countries import countries
from django_scopes import scope, scopes_disabled
from pretix.base.middleware import add_to_response_csp
from pretix.base.models import Order, OrderPayment, OrderRefund
from pretix.base.payment import PaymentException
from pretix.base.templatetags.money import money_filter
from pretix.presale.views import EventViewMixin
from pretix.presale.views.order import OrderDetailMixin
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from . import sessions
from .client import GuichetError, NoAnswer
from .signals import follow_to_the_end
from .texts import now as say
from .texts import text

# What the page can ask for, and what the backend calls it.
FIELDS = {
    "name": ("shopper.name",),
    "phone": ("shopper.phone",),
    "line1": ("shopper.address", "shopper.address.line1"),
    "postal_code": ("shopper.address", "shopper.address.postal_code"),
    "city": ("shopper.address", "shopper.address.city"),
    "country": ("shopper.address", "shopper.address.country"),
}


class Missing(forms.Form):
    """What the payment needs to know beside what the order says."""

    def __init__(self, fields, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in fields:
            field = forms.ChoiceField if name == "country" else forms.CharField
            options = {"choices": list(countries)} if name == "country" else {"max_length": 200}
            self.fields[name] = field(label=text(name), **options)
            self.fields[name].widget.attrs["class"] = "form-control"


def missing(errors):
    """The fields of the form that answer these errors, or none where one can't be answered."""
    told = {error["field"] for error in errors}
    fields = [name for name, names in FIELDS.items() if told.intersection(names)]
    answered = {name for field in fields for name in FIELDS[field]}
    return fields if told <= answered else []


class Pay(EventViewMixin, OrderDetailMixin, TemplateView):
    template_name = "pretix_guichet/pay.html"

    def dispatch(self, request, *args, **kwargs):
        refused = self.verify_order_access()
        if refused:
            return refused
        request.pci_dss_payment_page = True
        answer = super().dispatch(request, *args, **kwargs)
        # The page holds the session's secret.
        answer["Cache-Control"] = "no-store"
        add_to_response_csp(answer, self.policy())
        return answer

    def policy(self):
        settings = self.payment.payment_provider.settings
        backend = "{0.scheme}://{0.netloc}".format(urlsplit(settings.endpoint))
        fields = (settings.field_origins or "").split()
        return {
            "script-src": [backend, "'wasm-unsafe-eval'", *fields],
            "connect-src": [backend, *fields],
            "style-src": [backend],
            "form-action": [backend],
            **({"frame-src": fields} if fields else {}),
        }

    @cached_property
    def payment(self):
        found = self.order.payments.filter(
            local_id=self.kwargs["payment"], provider="guichet").first()
        if not found:
            raise Http404()
        return found

    def get(self, request, *args, **kwargs):
        try:
            return self.elsewhere() or self.pay_here()
        except NoAnswer:
            return self.say(say("unreachable"), status=503)

    def post(self, request, *args, **kwargs):
        """Keeps what was missing; the session is made anew with it."""
        fields = [name for name in FIELDS if name in request.POST]
        form = Missing(fields, request.POST)
        if not form.is_valid():
            return self.ask(form)
        try:
            sessions.close(self.payment)
        except PaymentException as error:
            messages.error(request, str(error))
            return redirect(sessions.page_of(self.payment))
        given = {**self.payment.info_data.get("shopper", {}), **form.cleaned_data}
        tried = self.payment.info_data.get("tried", 0) + 1
        sessions.keep(self.payment, shopper=given, tried=tried)
        return redirect(sessions.page_of(self.payment))

    def elsewhere(self):
        """Where this payment is not to be made: a page that says so, or the order's."""
        ours = self.order.payments.filter(provider="guichet")
        for payment in ours.filter(state__in=sessions.OPEN):
            for session in payment.info_data.get("sessions", []):
                sessions.settle(payment, session)
        self.order.refresh_from_db()
        self.payment.refresh_from_db()
        if self.order.status == Order.STATUS_PAID:
            return redirect(self.get_order_url() + "?paid=yes")
        if self.payment.state not in sessions.OPEN or self.order._can_be_paid() is not True:
            return self.leave(say("closed"))
        changed = self.payment.amount != self.order.pending_sum
        closing = ours.filter(state__in=sessions.OPEN)
        # Of one order one payment at a time can be made: the others are closed before.
        for other in closing if changed else closing.exclude(pk=self.payment.pk):
            try:
                other.payment_provider.cancel_payment(other)
            except PaymentException:
                amount = money_filter(other.amount, self.order.event.currency)
                return self.say(say("under_way", amount=amount))
            self.order.log_action("pretix.event.order.payment.canceled", {
                "local_id": other.local_id, "provider": other.provider})
        return self.leave(say("changed")) if changed else None

    def pay_here(self):
        try:
            session = sessions.show(self.payment, get_language())
        except GuichetError as error:
            fields = missing(error.errors)
            if not fields:
                return self.say(say("no_way"))
            given = self.payment.info_data.get("shopper", {})
            wrong = any(given.get(name) for name in fields)
            return self.ask(Missing(fields, initial=given), say("wrong") if wrong else "")
        left_out = session.get("left_out", [])
        fields = missing([error for method in left_out for error in method["errors"]])
        return self.draw(
            markup=mark_safe(session["markup"].replace(
                "</guichet-checkout>", f"<p>{say('no_script')}</p></guichet-checkout>")),
            more=Missing(fields) if fields else None,
            more_ways=say("more_ways"))

    def ask(self, form, wrong=""):
        return self.draw(form=form, wrong=wrong, needed=say("needed"))

    def say(self, story, status=200):
        return self.draw(status=status, story=story)

    def leave(self, story):
        messages.info(self.request, story)
        return redirect(self.get_order_url())

    def draw(self, status=200, **context):
        return self.render_to_response(self.get_context_data(
            order=self.order, order_url=self.get_order_url(),
            title=say("pay_order", code=self.order.code), back=say("back"), save=say("save"),
            backend=self.payment.payment_provider.settings.endpoint.rstrip("/"), **context,
        ), status=status)


def found_by(reference):
    """The payment with that global id."""
    parts = reference.rsplit("-", 3)
    if len(parts) != 4 or not parts[3].isascii() or not parts[3].isdigit():
        return None
    found = OrderPayment.objects.filter(
        order__code=parts[1], local_id=int(parts[3]), provider="guichet")
    found = found.select_related("order__event__organizer")
    return next((payment for payment in found if payment.global_id == reference), None)


@csrf_exempt
@require_POST
@scopes_disabled()
def webhook(request):
    try:
        # Not believed yet: it only says whose secret is to be tried.
        claimed = json.loads(request.body)["data"]["reference"]
        payment = found_by(claimed)
        secret = payment.payment_provider.settings.webhook_secret
        # Not `request.headers`: their names are written in capitals.
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = Webhook(secret).verify(request.body, headers)
    except (ValueError, KeyError, TypeError, AttributeError, WebhookVerificationError):
        return HttpResponse(status=400)
    with scope(organizer=payment.order.event.organizer):
        try:
            told(payment, message)
        except NoAnswer:
            # It comes again.
            return HttpResponse(status=503)
    return HttpResponse(status=204)


def told(payment, message):
    """Guichet is asked: what is true now decides, not what a message says."""
    data = message["data"]
    sessions.settle(payment, data["session"])
    if message["type"] == "session.attention":
        sessions.raise_to_organiser(
            payment, data["payment"]["id"], "guichet", data.get("attention") or "")
    if data.get("operation"):
        waiting = payment.refunds.filter(
            state__in=(OrderRefund.REFUND_STATE_CREATED, OrderRefund.REFUND_STATE_TRANSIT))
        for refund in waiting:
            follow_to_the_end(refund)
