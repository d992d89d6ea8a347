"""The site, with the page that asks for a second factor."""

from allauth.mfa.base.views import authenticate
from django.urls import path

from mystaff.urls import handler500
from mystaff.urls import urlpatterns as pages

__all__ = ["handler500", "urlpatterns"]
urlpatterns = [path("second-factor/", authenticate, name="mfa_authenticate"), *pages]
