from rest_framework.routers import SimpleRouter

from catalog.api import views

router = SimpleRouter(trailing_slash=False)
router.register("products", views.ProductViewSet)
router.register("sellables", views.SellableViewSet)
router.register("listings", views.PlatformListingViewSet)

urlpatterns = router.urls
