from django.urls import path

from orders.web.routing import batches, coverage, rule, simulations, versions, why_not

urlpatterns = [
    path("routing/", versions.routing, name="routing"),
    path("routing/versions/<int:version>/", versions.version, name="routing-version"),
    path("routing/versions/<int:version>/act/", versions.act, name="routing-act"),
    path("routing/versions/<int:version>/try/", simulations.begin, name="simulation-begin"),
    path("routing/versions/<int:version>/coverage/", coverage.coverage, name="routing-coverage"),
    path("routing/draft/defaults/", versions.defaults, name="routing-defaults"),
    path("routing/draft/rules/add/", rule.edit, {"place": 0}, name="routing-rule-add"),
    path("routing/draft/rules/<int:place>/", rule.edit, name="routing-rule"),
    path("routing/draft/rules/<int:place>/act/", rule.act, name="routing-rule-act"),
    path("routing/condition-row/", rule.blank_row, name="routing-condition-row"),
    path("routing/batches/", batches.batches, name="batches"),
    path("routing/batches/begin/", batches.begin, name="batch-begin"),
    path("routing/batches/<int:pk>/", batches.batch, name="batch"),
    path("routing/simulations/<int:pk>/", simulations.simulation, name="simulation"),
    path("routing/simulations/<int:pk>/act/", simulations.act, name="simulation-act"),
    path("routing/simulations/<int:pk>/changes.csv", simulations.csv, name="simulation-csv"),
    path(
        "routing/simulations/<int:pk>/orders/<str:number>/",
        simulations.change,
        name="simulation-change",
    ),
    path("orders/<str:number>/why-not/", why_not.why_not, name="order-why-not"),
]
