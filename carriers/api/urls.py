from rest_framework.routers import SimpleRouter

from carriers.api import views

router = SimpleRouter(trailing_slash=False)
router.register("carriers", views.CarrierViewSet)
router.register("carrier-services", views.CarrierServiceViewSet)
router.register("platforms", views.PlatformAccountViewSet)
router.register("outbox/commands", views.OutboxCommandViewSet)
router.register("api-calls", views.ApiCallViewSet)

urlpatterns = router.urls
