from django.urls import path

from mystaff.portal import views
from mystaff.portal.passwords import reset_password, unlock
from mystaff.portal.phones import phone, phone_sign_in, register_again, remove_phone
from mystaff.portal.sign_in_methods import clear_factors, end_access_pass, give_access_pass

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
    path("people/<uuid:pk>/access-pass/", give_access_pass, name="give_access_pass"),
    path("people/<uuid:pk>/access-pass/end/", end_access_pass, name="end_access_pass"),
    path("people/<uuid:pk>/sign-in-methods/remove/", clear_factors, name="clear_factors"),
    path("people/<uuid:pk>/register-again/", register_again, name="register_again"),
    path("accent.css", views.accent, name="accent"),
]
