from django.urls import path
from rest_framework.routers import SimpleRouter

from catalog.api import files, hs_codes, reports, sync_views, views

router = SimpleRouter(trailing_slash=False)
router.register("products", views.ProductViewSet)
router.register("sellables", views.SellableViewSet)
router.register("listings", views.PlatformListingViewSet)
router.register("catalog/runs", sync_views.CatalogRunViewSet)
router.register("catalog/conflicts", sync_views.SyncConflictViewSet)
router.register("catalog/issues", sync_views.ListedIssueViewSet)
router.register("catalog/masters", sync_views.FieldMasterViewSet)
router.register("catalog/schedules", sync_views.CatalogScheduleViewSet)

urlpatterns = [
    path("products/import", files.ProductImportView.as_view(), name="products-import"),
    path(
        "products/import/<int:pk>/failed",
        files.FailedRowsView.as_view(),
        name="products-import-failed",
    ),
    path("sellables/hs-codes", hs_codes.HsCodesView.as_view(), name="hs-codes"),
    path("products/export", files.ProductExportView.as_view(), name="products-export"),
    path("reports/catalog", reports.CatalogReportView.as_view(), name="report-catalog"),
    *router.urls,
]
