"""Opens a ticket office in fresh books: `open_shop.py '{"guichet": …, "key": …, "webhook": …}'`."""
import json
import sys
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.base.models import Event, Organizer, Team, User  # noqa: E402

given = json.loads(sys.argv[1])
call_command("migrate", run_syncdb=True, verbosity=0)

with scopes_disabled():
    organizer = Organizer.objects.create(name="Les Pins", slug="pins")
    event = Event.objects.create(
        organizer=organizer, name="Camping d’été", slug="ete", live=True, currency="EUR",
        date_from=now() + timedelta(days=90), plugins="pretix_guichet")
    event.settings.locales = ["de", "fr", "en"]
    event.settings.locale = "fr"
    event.settings.timezone = "Europe/Paris"
    event.settings.payment_term_expire_automatically = True
    # A place that was not paid in time goes to others.
    event.settings.payment_term_accept_late = True
    for name, value in {"endpoint": given["guichet"], "secret_key": given["key"],
                        "webhook_secret": given["webhook"], "_enabled": True}.items():
        event.settings.set(f"payment_guichet_{name}", value)
    item = event.items.create(name="Emplacement", default_price=Decimal("120.00"))
    extra = event.items.create(name="Vélo", default_price=Decimal("10.00"))
    quotas = {}
    for name, sold in (("Emplacements", item), ("Vélos", extra)):
        quotas[name] = event.quotas.create(name=name, size=200)
        quotas[name].items.add(sold)
    user = User.objects.create_user("guichet@example.com", given["password"])
    team = Team.objects.create(
        organizer=organizer, name="Caisse", all_events=True, all_event_permissions=True,
        all_organizer_permissions=True)
    team.members.add(user)
    token = team.tokens.create(name="shops")
print(json.dumps({
    "extra": extra.pk, "quota": quotas["Emplacements"].pk, "token": token.token}))
