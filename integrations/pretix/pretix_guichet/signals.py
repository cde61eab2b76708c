from django.dispatch import receiver
from django_scopes import scopes_disabled
from pretix.base.logentrytypes import OrderLogEntryType, log_entry_types
from pretix.base.models import OrderRefund
from pretix.base.payment import PaymentException
from pretix.base.signals import order_expired, periodic_task, register_payment_providers

from . import sessions
from .client import GuichetError, NoAnswer
from .texts import now as say


@receiver(register_payment_providers, dispatch_uid="pretix_guichet_provider")
def provider(sender, **kwargs):
    from .payment import Guichet
    return Guichet


@receiver(order_expired, dispatch_uid="pretix_guichet_expired")
def expired(sender, order, **kwargs):
    """Nothing is begun any more for an order whose places go to others. A payment that is under
    way may still end: then it is taken, or given back."""
    for payment in order.payments.filter(provider="guichet", state__in=sessions.OPEN):
        try:
            payment.payment_provider.cancel_payment(payment)
        except PaymentException as error:
            order.log_action("pretix.event.order.payment.canceled.failed", {
                "local_id": payment.local_id, "provider": "guichet", "error": str(error)})


@receiver(periodic_task, dispatch_uid="pretix_guichet_refunds")
@scopes_disabled()
def refunds(sender, **kwargs):
    """Asks after each refund that is not over: what was told may have been lost."""
    waiting = OrderRefund.objects.filter(
        provider="guichet", payment__provider="guichet",
        state__in=(OrderRefund.REFUND_STATE_CREATED, OrderRefund.REFUND_STATE_TRANSIT))
    for refund in waiting.select_related("order__event", "payment"):
        follow_to_the_end(refund)


def follow_to_the_end(refund):
    try:
        sessions.follow(refund)
    except NoAnswer:
        pass
    except (GuichetError, PaymentException) as error:
        sessions.refund_failed(refund, str(error))
        if refund.payment.info_data.get("late"):
            sessions.raise_to_organiser(
                refund.payment, refund.payment.info_data["payment"], "not_given_back", str(error))


@log_entry_types.new()
class Late(OrderLogEntryType):
    action_type = "pretix_guichet.late"

    def display(self, logentry, data):
        return say("log_late", payment=data.get("payment"))


@log_entry_types.new()
class Attention(OrderLogEntryType):
    action_type = "pretix_guichet.attention"

    def display(self, logentry, data):
        detail = data.get("detail", "")
        why = say(f"why_{data.get('why')}", why=detail, amount=detail)
        return say("log_attention", payment=data.get("payment"), why=why)
