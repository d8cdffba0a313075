"""What a public installation must not lack: proven from outside, with the settings of one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.test import TestCase, override_settings

from accounts.models import Role
from accounts.tests.builders import make_user
from accounts.tests.cases import client_for

PUBLIC = {
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "1",
    "BEHIND_PROXY": "1",
    "SECRET_KEY": "k9$2mQz7!vXw4@pLr8#tYb3^nHc6&jFd1*sGe5(aUo0)iPx%R-Wq7",
    "JWT_SIGNING_KEY": "w3!Fz8@Kq1#Lm6$Tn9%Vb4^Hy7&Rc2*Jd5(Xs0)Pg_Aa+Oe=Z",
    "ALLOWED_HOSTS": "shipping.example.com",
    "VEEQO_API_KEY": "key",
    "EASYSHIP_API_TOKEN": "token",
}
ORIGIN = "https://shop.example"


def _public(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the settings of a public installation."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    state = {
        "STATE_DIR": str(Path(settings.STATE_DIR)),
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "shipping_project.settings",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**bare, **state, **PUBLIC},
        capture_output=True,
        text=True,
        check=False,
    )


class DeployTests(TestCase):
    def test_check_of_a_public_installation_finds_nothing(self) -> None:
        done = _public("manage.py", "check", "--deploy", "--fail-level", "WARNING")

        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_limits_of_a_public_installation_are_those_that_are_documented(self) -> None:
        words = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()

        told = _public(
            "-c",
            "import django; django.setup(); from django.conf import settings as s;"
            "print(s.API_RATE, s.ORDER_CREATE_RATE, s.LOGIN_RATE, s.PARSE_RATE)",
        )

        self.assertEqual((told.stdout, told.stderr), ("1000/h 10/m 10/m 60/m\n", ""))
        self.assertLessEqual({"API_RATE=1000/h", "ORDER_CREATE_RATE=10/m"}, set(words))

    @override_settings(
        SECURE_SSL_REDIRECT=True,
        SECURE_HSTS_SECONDS=31_536_000,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    )
    def test_plain_http_is_led_to_https_which_asks_to_stay(self) -> None:
        plain = self.client.get("/login/")
        safe = self.client.get("/login/", headers={"X-Forwarded-Proto": "https"})

        self.assertEqual(plain.status_code, 301)
        self.assertTrue(plain["Location"].startswith("https://"))
        self.assertIn("max-age=31536000", safe["Strict-Transport-Security"])


class OriginTests(TestCase):
    def answer(self, origin: str) -> str | None:
        staff = client_for(make_user(Role.MANAGER))
        response = staff.get("/api/v1/orders", headers={"Origin": origin})
        allowed: str | None = response.headers.get("Access-Control-Allow-Origin")
        return allowed

    @override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
    def test_only_listed_origins_may_read_answers_in_a_browser(self) -> None:
        self.assertEqual(self.answer(ORIGIN), ORIGIN)
        self.assertIsNone(self.answer("https://elsewhere.example"))

    @override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
    def test_a_listed_origin_may_send_what_the_conventions_need(self) -> None:
        asked = "if-match,if-none-match,idempotency-key,x-api-key"

        response = self.client.options(
            "/api/v1/orders",
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": asked,
            },
        )

        allowed = response["Access-Control-Allow-Headers"].replace(" ", "").split(",")
        self.assertLessEqual(set(asked.split(",")), set(allowed))


class ReadersTests(TestCase):
    def test_readers_of_the_description_load_from_this_host_alone(self) -> None:
        for path in ("/api/docs/", "/api/redoc/"):
            with self.subTest(path):
                response = self.client.get(path)

                self.assertIn("default-src 'self'", response["Content-Security-Policy"])
                self.assertNotIn("//cdn", response.content.decode())
                self.assertIn("/static/drf_spectacular_sidecar/", response.content.decode())
