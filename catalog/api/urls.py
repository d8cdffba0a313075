from rest_framework.routers import SimpleRouter

from catalog.api import sync_views, views

router = SimpleRouter(trailing_slash=False)
router.register("products", views.ProductViewSet)
router.register("sellables", views.SellableViewSet)
router.register("listings", views.PlatformListingViewSet)
router.register("catalog/runs", sync_views.CatalogRunViewSet)
router.register("catalog/conflicts", sync_views.SyncConflictViewSet)
router.register("catalog/issues", sync_views.ListedIssueViewSet)
router.register("catalog/masters", sync_views.FieldMasterViewSet)
router.register("catalog/schedules", sync_views.CatalogScheduleViewSet)

urlpatterns = router.urls
