"""Lets the day pass by which an order was to be paid: `expire_order.py CODE`. What expires it then is
pretix' own periodic task."""
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.base.models import Order  # noqa: E402

with scopes_disabled():
    Order.objects.filter(code=sys.argv[1]).update(expires=now() - timedelta(days=2))
    call_command("runperiodic", tasks="pretix.base.services.orders.expire_orders")
