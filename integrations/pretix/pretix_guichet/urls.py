from django.urls import re_path

from . import views

event_patterns = [
    re_path(r"^order/(?P<order>[^/]+)/(?P<secret>[A-Za-z0-9]+)/guichet/(?P<payment>[0-9]+)/$",
            views.Pay.as_view(), name="pay"),
]

urlpatterns = [
    re_path(r"^_guichet/webhook/$", views.webhook, name="webhook"),
]
