"""HS codes: what is known here, what Easyship adds, and what is said when it does not answer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import client_for
from carriers.models import PlatformAccount
from catalog.tests.builders import make_sellable
from catalog.tests.sync_case import SyncCase

API = "/api/v1/sellables/hs-codes"


class HsCodeTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        make_sellable(self.alder, "A", hs_code="732394", customs_description="Steel mug")
        make_sellable(self.alder, "B", hs_code="732394", customs_description="Steel mug")
        make_sellable(self.alder, "C", hs_code="940520", customs_description="Desk lamp")
        make_sellable(make_organization("birch"), "D", hs_code="732310")
        self.user = make_user(Role.PARTNER, organization=self.alder)

    def found(self, **query: str) -> Any:
        return client_for(self.user).get(API, query).json()

    def codes(self, **query: str) -> list[tuple[str, int]]:
        return [(one["code"], one["used"]) for one in self.found(**query)["codes"]]

    def test_own_codes_are_found_by_their_beginning_and_by_words(self) -> None:
        self.assertEqual(self.codes(search="73.23"), [("732394", 2)])
        self.assertEqual(self.codes(search="desk LAMP"), [("940520", 1)])
        self.assertEqual(self.codes(search=""), [])

    def test_easyship_adds_what_it_knows(self) -> None:
        found = self.found(search="95", easyship="true")

        self.assertTrue(found["is_whole"])
        self.assertTrue(found["codes"])
        self.assertEqual({one["source"] for one in found["codes"]}, {"easyship"})

    def test_own_codes_are_told_while_easyship_is_away(self) -> None:
        self.control("POST", "faults", method="GET", path="/hs_codes", effect="error_before")

        found = self.found(search="steel", easyship="true")

        self.assertEqual(
            ([one["code"] for one in found["codes"]], found["is_whole"]), (["732394"], False)
        )

    def test_platform_switched_off_is_not_asked(self) -> None:
        PlatformAccount.objects.update_or_create(
            platform="easyship", defaults={"is_enabled": False}
        )

        self.assertFalse(self.found(search="steel", easyship="true")["is_whole"])

    def test_page_helps_with_the_field(self) -> None:
        self.client.force_login(self.user)

        self.assertContains(self.client.get(reverse("catalog")), "Find an HS code")
        answer = self.client.get(
            reverse("catalog-hs-codes"), {"q": "mug"}, headers={"HX-Request": "true"}
        )
        self.assertContains(answer, "732394")
        self.assertNotContains(answer, "<html")
