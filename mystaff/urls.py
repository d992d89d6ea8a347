"""The site inside a tenant: mounted at its path, or at the root of its host. No pattern names the tenant."""

from django.urls import include, path

from mystaff import admin, failures, health
from mystaff.signin import views as signin
from mystaff.signin.access_pass import access_pass
from mystaff.signin.confirm import confirm
from mystaff.signin.second_factor import passkey, second_factor

handler500 = failures.server_error
urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("update-password/", signin.update_password, name="update_password"),
    path("second-factor/", second_factor, name="mfa_authenticate"),
    path("access-pass/", access_pass, name="access_pass"),
    path("passkey/", passkey, name="mfa_login_webauthn"),
    path("confirm/", confirm, name="confirm"),
    path("admin/", admin.inside.urls),
    path("health/", health.health, name="health"),
    path("", include("mystaff.selfservice.urls")),
    path("", include("mystaff.account.urls")),
    path("", include("mystaff.portal.urls")),
]
