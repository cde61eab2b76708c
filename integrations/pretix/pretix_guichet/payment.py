"""Guichet as a payment method of pretix."""
from collections import OrderedDict

from django import forms
from django.template.loader import get_template
from django.utils.functional import cached_property
from pretix.base.forms import SecretKeySettingsField
from pretix.base.models import OrderPayment, OrderRefund
from pretix.base.payment import BasePaymentProvider, PaymentException
from pretix.helpers.urls import mainreverse_absolute

from . import sessions
from .client import Client, GuichetError, NoAnswer
from .texts import now as say
from .texts import text


class Guichet(BasePaymentProvider):
    identifier = "guichet"
    verbose_name = "Guichet"
    abort_pending_allowed = False
    execute_payment_needs_user = True

    @property
    def public_name(self):
        return say("public_name")

    @cached_property
    def client(self):
        return Client(self.settings.endpoint, self.settings.secret_key)

    @property
    def is_enabled(self):
        known = self.settings.endpoint and self.settings.secret_key and self.settings.webhook_secret
        return bool(super().is_enabled and known)

    @property
    def settings_form_fields(self):
        webhook = mainreverse_absolute("plugins:pretix_guichet:webhook")
        own = [
            ("endpoint", forms.URLField(
                label=text("endpoint"), help_text=text("endpoint_help", webhook=webhook),
                assume_scheme="https")),
            ("secret_key", SecretKeySettingsField(label=text("secret_key"))),
            ("webhook_secret", SecretKeySettingsField(label=text("webhook_secret"))),
            ("field_origins", forms.CharField(
                label=text("field_origins"), help_text=text("field_origins_help"),
                widget=forms.Textarea(attrs={"rows": 2}), required=False)),
        ]
        return OrderedDict([*own, *super().settings_form_fields.items()])

    def payment_form_render(self, request, total=None, order=None):
        return say("next_page")

    def checkout_confirm_render(self, request, order=None, info_data=None):
        return say("next_page")

    def checkout_prepare(self, request, cart):
        return True

    def payment_prepare(self, request, payment):
        return True

    def payment_is_valid_session(self, request):
        return True

    def execute_payment(self, request, payment):
        return sessions.page_of(payment)

    def payment_pending_render(self, request, payment):
        # pretix itself draws no way back to a payment that was begun.
        return get_template("pretix_guichet/pending.html").render({
            "page": sessions.page_of(payment), "words": say("pay_now")})

    def payment_control_render(self, request, payment):
        facts = payment.info_data
        rows = [("Guichet", facts.get("payment")), (say("settings"), facts.get("method")),
                ("Session", ", ".join(facts.get("sessions", [])))]
        return get_template("pretix_guichet/control.html").render({
            "rows": [row for row in rows if row[1]]})

    def payment_control_render_short(self, payment):
        return payment.info_data.get("payment") or ""

    def refund_control_render(self, request, refund):
        return get_template("pretix_guichet/control.html").render({
            "rows": [("Guichet", refund.info_data.get("instruction"))]})

    def matching_id(self, payment):
        return payment.info_data.get("payment")

    def api_payment_details(self, payment):
        return {name: payment.info_data.get(name) for name in ("payment", "method", "sessions")}

    def cancel_payment(self, payment):
        sessions.close(payment)
        payment.state = OrderPayment.PAYMENT_STATE_CANCELED
        payment.save(update_fields=["state"])

    def payment_refund_supported(self, payment):
        return bool(payment.info_data.get("payment"))

    def payment_partial_refund_supported(self, payment):
        return self.payment_refund_supported(payment)

    def execute_refund(self, refund):
        if not refund.payment or not refund.payment.info_data.get("payment"):
            raise PaymentException(say("no_payment"))
        try:
            sessions.follow(refund)
        except GuichetError as error:
            why = "; ".join(found["problem"] for found in error.errors) or str(error)
            raise PaymentException(why) from error
        except NoAnswer:
            # Nobody knows whether it was asked for: never failed, asked again with the same key.
            refund.state = OrderRefund.REFUND_STATE_TRANSIT
            refund.save(update_fields=["state"])

    def shred_payment_info(self, obj):
        if obj.info:
            obj.info_data = {name: value for name, value in obj.info_data.items()
                             if name != "shopper"}
            obj.save(update_fields=["info"])
