from django.urls import path
from rest_framework.routers import SimpleRouter

import accounts.api.schema  # noqa: F401 # announces itself to the description
from accounts.api import views

router = SimpleRouter(trailing_slash=False)
router.register("organizations", views.OrganizationViewSet)
router.register("users", views.UserViewSet)
router.register("api-keys", views.ApiKeyViewSet)

urlpatterns = [
    path("auth/token", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", views.RefreshView.as_view(), name="token-refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="token-logout"),
    path("auth/me", views.MeView.as_view(), name="me"),
    *router.urls,
]
