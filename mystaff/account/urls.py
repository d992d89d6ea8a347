from django.urls import path

from mystaff.account import factors, info, signed_in, views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="change_password"),
    path("account/app/", factors.add_app, name="add_app"),
    path("account/keys/", factors.add_key, name="add_key"),
    path("account/keys/<int:pk>/", factors.rename_key, name="rename_key"),
    path("account/factors/<int:pk>/remove/", factors.remove_factor, name="remove_factor"),
    path("account/recovery-codes/", factors.recovery_codes, name="recovery_codes"),
    path("account/sessions/end/", signed_in.end_session, name="end_session"),
    path("account/security-info/review/", info.review, name="review_security_info"),
    path("account/security-info/<slug:kind>/", info.security_info, name="security_info"),
    path("account/security-info/<slug:kind>/prove/", info.prove, name="prove_security_info"),
    path("account/security-info/<slug:kind>/code/", info.code, name="security_info_code"),
    path("account/security-info/<slug:kind>/remove/", info.remove, name="remove_security_info"),
    path("switch/", views.switch_organization, name="switch_organization"),
]
