from django.urls import path

from mystaff.portal import views
from mystaff.portal.badges import add_badge, end_badge, reset_pin
from mystaff.portal.passwords import reset_password, unlock
from mystaff.portal.phones import phone, phone_sign_in, remove_phone

urlpatterns = [
    path("", views.locations, name="locations"),
    path("locations/<uuid:pk>/", views.location, name="location"),
    path("search/", views.search, name="search"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/reset-password/", reset_password, name="reset_password"),
    path("people/<uuid:pk>/unlock/", unlock, name="unlock"),
    path("people/<uuid:pk>/phone/", phone, name="phone"),
    path("people/<uuid:pk>/phone/remove/", remove_phone, name="remove_phone"),
    path("people/<uuid:pk>/phone-sign-in/", phone_sign_in, name="phone_sign_in"),
    path("people/<uuid:pk>/badge/", add_badge, name="add_badge"),
    path("people/<uuid:pk>/badge/end/", end_badge, name="end_badge"),
    path("people/<uuid:pk>/badge/pin/", reset_pin, name="reset_pin"),
    path("accent.css", views.accent, name="accent"),
]
