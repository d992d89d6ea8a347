"""What belongs to no tenant: the front page, the operators' sign-in and admin, health, the demo's outbox."""

from django.conf import settings
from django.urls import include, path

from mystaff import admin, failures, health, outbox
from mystaff.portal.views import accent
from mystaff.signin import views as signin
from mystaff.signin.confirm import confirm
from mystaff.signin.second_factor import passkey, second_factor

handler500 = failures.server_error
urlpatterns = [
    path("", signin.choose, name="choose"),
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("update-password/", signin.update_password, name="update_password"),
    path("second-factor/", second_factor, name="mfa_authenticate"),
    path("passkey/", passkey, name="mfa_login_webauthn"),
    path("confirm/", confirm, name="confirm"),
    path("accent.css", accent, name="accent"),
    path("admin/", admin.outside.urls),
    path("health/", health.health, name="health"),
    path("", include("mystaff.selfservice.urls")),
    path("", include("mystaff.account.urls")),
]
if settings.MYSTAFF_DEMO:
    urlpatterns.append(path("outbox/", outbox.outbox, name="outbox"))
