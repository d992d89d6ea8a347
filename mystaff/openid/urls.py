from django.urls import path

from mystaff.openid import endpoints, sign_out, views

urlpatterns = [
    path(".well-known/openid-configuration", endpoints.configuration, name="openid_configuration"),
    path("openid/keys/", endpoints.keys, name="openid_keys"),
    path("openid/authorize/", views.authorize, name="openid_authorize"),
    path("openid/continue/", views.continue_, name="openid_continue"),
    path("openid/answer/", views.answer, name="openid_answer"),
    path("openid/token/", endpoints.token, name="openid_token"),
    path("openid/userinfo/", endpoints.userinfo, name="openid_userinfo"),
    path("openid/revoke/", endpoints.revoke, name="openid_revoke"),
    path("openid/end-session/", sign_out.end_session, name="openid_end_session"),
    path("openid/signed-out/", sign_out.signed_out, name="openid_signed_out"),
]
