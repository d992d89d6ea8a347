from django.urls import path

from mystaff.selfservice import views

urlpatterns = [
    path("forgot-password/", views.forgot_password, name="forgot_password"),
    path("forgot-password/send/", views.send, name="recovery_send"),
    path("forgot-password/code/", views.code, name="recovery_code"),
    path("forgot-password/unlock/", views.unlock, name="recovery_unlock"),
    path("forgot-password/new/", views.new_password, name="recovery_password"),
]
