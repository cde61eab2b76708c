"""pretix as it is installed, with its tables made at once: its migrations take four minutes."""
from pretix.settings import *  # noqa: F401,F403


class Off:
    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None

    def setdefault(self, app, default=None):
        return None


MIGRATION_MODULES = Off()
# Nobody is written to.
EMAIL_BACKEND = EMAIL_CUSTOM_SMTP_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
