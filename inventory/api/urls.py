from django.urls import path
from rest_framework.routers import SimpleRouter

from inventory.api import sync_views, views
from inventory.api.alerts import StockAlertViewSet
from inventory.api.reports import StockReportView
from inventory.api.returns import ReturnViewSet
from inventory.api.why import StockWhyView
from inventory.counting.api import CountViewSet
from inventory.kits.api import KitViewSet
from inventory.purchasing.api import PurchaseViewSet, SupplierItemViewSet, SupplierViewSet
from inventory.reorder.api import ReorderView
from inventory.transfers.api import TransferViewSet

router = SimpleRouter(trailing_slash=False)
# Before the warehouses, whose own pages would take its name for a number.
router.register("warehouses/links", sync_views.WarehouseLinkViewSet)
router.register("warehouses", views.WarehouseViewSet)
router.register("stock/levels", views.StockLevelViewSet)
router.register("stock/movements", views.StockMovementViewSet)
router.register("stock/alerts", StockAlertViewSet)
router.register("stock/drifts", sync_views.StockDriftViewSet)
router.register("stock/at-platforms", sync_views.PlatformStockViewSet)
router.register("stock/sales", sync_views.PlatformSaleViewSet)
router.register("stock/runs", sync_views.StockRunViewSet)
router.register("stock/schedules", sync_views.StockScheduleViewSet)
router.register("stock/reservations", views.ReservationViewSet)
router.register("stock/kits", KitViewSet, basename="kit")
router.register("stock/suppliers", SupplierViewSet)
router.register("stock/supplier-items", SupplierItemViewSet)
router.register("stock/purchase-orders", PurchaseViewSet)
router.register("stock/transfers", TransferViewSet)
router.register("stock/counts", CountViewSet)
router.register("stock/returns", ReturnViewSet, basename="return")

urlpatterns = [
    path("reports/stock", StockReportView.as_view(), name="report-stock"),
    path("stock/reorder", ReorderView.as_view(), name="stock-reorder"),
    path("stock/adjustments", views.AdjustmentView.as_view(), name="stock-adjustments"),
    *router.urls,
    # Last, since a SKU may look like anything.
    path("stock/<path:sku>/why", StockWhyView.as_view(), name="stock-why-api"),
]
