from django.urls import path
from rest_framework.routers import SimpleRouter

from orders.api import views
from orders.api.assignments import AssignmentViewSet
from orders.api.bulk import BulkOrdersView, ImportOrdersView
from orders.api.labels import LabelsView
from orders.api.money import LedgerTotalsView
from orders.api.packing import BoxViewSet
from orders.api.parcels import PackageViewSet, ScanViewSet, TrackedView
from orders.api.pulled import IntakeCheckView, PullSourceViewSet, PullWindowViewSet
from orders.api.rate_tables import CurrencyRateViewSet, TableRateViewSet
from orders.api.rates import RatesView
from orders.api.reports import OverviewView, PlatformsReportView
from orders.api.rerouting import RerouteView
from orders.api.rules import RuleSetViewSet
from orders.api.simulations import SimulationViewSet

router = SimpleRouter(trailing_slash=False)
router.register("orders", views.OrderViewSet, basename="order")
router.register("shipments", views.ShipmentViewSet, basename="shipment")
router.register("packages", PackageViewSet, basename="package")
router.register("tracking", ScanViewSet, basename="scan")
router.register("routing/rule-sets", RuleSetViewSet, basename="rule-set")
router.register("routing/assignments", AssignmentViewSet, basename="assignment")
router.register("routing/simulations", SimulationViewSet, basename="simulation")
router.register("routing/boxes", BoxViewSet, basename="box")
router.register("routing/rate-tables", TableRateViewSet, basename="table-rate")
router.register("routing/currency-rates", CurrencyRateViewSet, basename="currency-rate")
router.register("intake/windows", PullWindowViewSet, basename="pull-window")
router.register("intake/sources", PullSourceViewSet, basename="pull-source")

urlpatterns = [
    path("intake/check", IntakeCheckView.as_view(), name="intake-check"),
    path("orders/bulk", BulkOrdersView.as_view(), name="orders-bulk"),
    path("orders/reroute", RerouteView.as_view(), name="orders-reroute"),
    path("orders/import", ImportOrdersView.as_view(), name="orders-import"),
    path("orders/parse", views.ParseView.as_view(), name="orders-parse"),
    path("labels", LabelsView.as_view(), name="labels"),
    path("rates", RatesView.as_view(), name="rates"),
    path("tracking/parcels/<str:number>", TrackedView.as_view(), name="tracked"),
    path("reports/overview", OverviewView.as_view(), name="report-overview"),
    path("reports/platforms", PlatformsReportView.as_view(), name="report-platforms"),
    path("ledger/totals", LedgerTotalsView.as_view(), name="ledger-totals"),
    *router.urls,
]
