"""The site inside a tenant: mounted at its path, or at the root of its host. No pattern names the tenant."""

from django.urls import include, path

from mystaff import admin, failures, health, messages_admin
from mystaff.selfservice.views import forgot_password
from mystaff.signin import views as signin

messages_admin.register(admin.inside)
handler500 = failures.server_error
urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("update-password/", signin.update_password, name="update_password"),
    path("forgot-password/", forgot_password, name="forgot_password"),
    path("admin/", admin.inside.urls),
    path("health/", health.health, name="health"),
    path("", include("mystaff.account.urls")),
    path("", include("mystaff.portal.urls")),
]
