from django.urls import path

from catalog.web import files, hs_codes, sync

urlpatterns = [
    path("catalog/import/", files.imports, name="catalog-import"),
    path("catalog/import/<int:job_id>/", files.import_job, name="catalog-import-job"),
    path("catalog/import/<int:job_id>/again/", files.import_once_more, name="catalog-import-again"),
    path("catalog/import/<int:job_id>/failed.csv", files.failed_rows, name="catalog-import-failed"),
    path("catalog/hs-codes/", hs_codes.hs_codes, name="catalog-hs-codes"),
    path("catalog/export/", files.export, name="catalog-export"),
    path("catalog/", sync.catalog, name="catalog"),
    path("catalog/platforms/<slug:platform>/read/", sync.read, name="catalog-read"),
    path("catalog/platforms/<slug:platform>/schedule/", sync.schedule, name="catalog-schedule"),
    path("catalog/runs/<int:run_id>/cancel/", sync.cancel, name="catalog-cancel"),
    path("catalog/runs/<int:run_id>/believe/", sync.believe, name="catalog-believe"),
    path("catalog/masters/", sync.decide, name="catalog-decide"),
    path("catalog/issues/<int:issue_id>/", sync.fit, name="catalog-fit"),
    path("catalog/conflicts/<int:conflict_id>/", sync.settle, name="catalog-settle"),
]
