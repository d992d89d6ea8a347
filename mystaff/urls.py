"""The site inside a tenant: mounted at its path, or at the root of its host. No pattern names the tenant."""

from django.urls import include, path

from mystaff import admin, failures, health
from mystaff.signin import badges, phone
from mystaff.signin import views as signin

handler500 = failures.server_error
urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-in/phone/", phone.phone, name="sms_sign_in"),
    path("sign-in/phone/code/", phone.code, name="sms_sign_in_code"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("update-password/", signin.update_password, name="update_password"),
    path("badge/", badges.badge, name="badge"),
    path("badge/pin/", badges.badge_pin, name="badge_pin"),
    path("badge/new-pin/", badges.badge_new_pin, name="badge_new_pin"),
    path("admin/", admin.inside.urls),
    path("health/", health.health, name="health"),
    path("", include("mystaff.selfservice.urls")),
    path("", include("mystaff.account.urls")),
    path("", include("mystaff.portal.urls")),
]
