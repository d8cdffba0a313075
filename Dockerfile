# One image for web, worker and twin; the command decides. Settings come from the environment,
# secrets as NAME_FILE. State (SQLite, labels) lives in /app/var.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
# Checks of the environment belong to the start, not to the build.
RUN STATE_DIR=/tmp/build DEMO=1 python manage.py collectstatic --noinput -v 0 \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 shipping \
    && install -d -o shipping -g shipping var
USER shipping
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["gunicorn", "shipping_project.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
