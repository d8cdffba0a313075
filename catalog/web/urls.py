from django.urls import path

from catalog.web import sync

urlpatterns = [
    path("catalog/", sync.catalog, name="catalog"),
    path("catalog/platforms/<slug:platform>/read/", sync.read, name="catalog-read"),
    path("catalog/platforms/<slug:platform>/schedule/", sync.schedule, name="catalog-schedule"),
    path("catalog/runs/<int:run_id>/cancel/", sync.cancel, name="catalog-cancel"),
    path("catalog/runs/<int:run_id>/believe/", sync.believe, name="catalog-believe"),
    path("catalog/masters/", sync.decide, name="catalog-decide"),
    path("catalog/conflicts/<int:conflict_id>/", sync.settle, name="catalog-settle"),
]
