from django.apps import AppConfig

from . import __version__
from .texts import text


class PluginApp(AppConfig):
    name = "pretix_guichet"
    verbose_name = "Guichet"

    class PretixPluginMeta:
        name = "Guichet"
        author = "Guichet"
        version = __version__
        category = "PAYMENT"
        visible = True
        description = text("plugin")
        compatibility = "pretix>=2026.8.0"
        settings_links = [
            ((text("settings"), "Guichet"), "control:event.settings.payment.provider",
             {"provider": "guichet"}),
        ]

    def ready(self):
        from . import signals  # noqa: F401
