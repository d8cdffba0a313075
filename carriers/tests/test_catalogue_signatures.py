"""Failures get canonical codes; unknown words are counted, and explained once for all cases."""

from __future__ import annotations

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.models import AuditEntry, Organization
from accounts.tests.builders import make_organization
from carriers.errors import UpstreamNotFound, UpstreamRefused
from carriers.models import CommandState, OutboxCommand, UpstreamSignature
from carriers.outbox.leases import claim_next
from carriers.outbox.looking import MAX_LOOKUPS
from carriers.outbox.outcomes import Rejected, Retry
from carriers.outbox.worker import run_next
from carriers.reports import FailureShare, failure_shares
from carriers.services.signatures import map_signature, record_case
from carriers.tests import calls
from carriers.tests.scripted import KIND, SCRIPT, make_command
from shipping_project.kernel.errors import InvalidInput

ODD = "The moon of order 7 stands in the wrong house."


def refused(detail: str, *, operation: str = "veeqo.buy_label", status: int = 422) -> Exception:
    return UpstreamRefused(detail, platform="veeqo", operation=operation, http_status=status)


class FailureCase(TestCase):
    organization: Organization

    @classmethod
    def setUpTestData(cls) -> None:
        cls.organization = make_organization()

    def setUp(self) -> None:
        SCRIPT.clear()

    def fail(self, outcome: object, *, lane: str = "order:1") -> OutboxCommand:  # type: ignore[override]
        """A command that ends so."""
        command = make_command(self.organization, lane=lane)
        SCRIPT.outcomes = [outcome]  # type: ignore[list-item]
        run_next("orders")
        command.refresh_from_db()
        return command


class CauseTests(FailureCase):
    def test_known_words_become_their_code_and_are_kept(self) -> None:
        command = self.fail(refused("Order must have a destination address."))

        self.assertEqual(command.state, CommandState.REJECTED)
        self.assertEqual(command.error_code, "address.missing")
        self.assertEqual(command.error_detail, "Order must have a destination address.")
        self.assertEqual(UpstreamSignature.objects.count(), 0)

    def test_whoever_settles_the_command_is_told_the_code(self) -> None:
        command = self.fail(refused("This allocation is already shipped"))

        told = Rejected("label.already_bought", "This allocation is already shipped")
        self.assertEqual(SCRIPT.settled, [(command.pk, told)])

    def test_words_say_which_record_was_not_found(self) -> None:
        missing = UpstreamNotFound("The Box was not found", platform="veeqo", http_status=404)
        named = self.fail(UpstreamNotFound("The Shipment was not found", http_status=404))
        other = self.fail(missing, lane="order:2")

        self.assertEqual(named.error_code, "booking.not_found")
        # Boxes are Easyship's, and the command is Veeqo's.
        self.assertEqual(other.error_code, "upstream.not_found")

    def test_our_own_codes_stay(self) -> None:
        gone = self.fail(Rejected("booking.gone", "The Shipment was not found"))

        self.assertEqual((gone.error_code, gone.signature_id), ("booking.gone", None))

    def test_carriers_words_about_a_label_are_read_too(self) -> None:
        failed = self.fail(
            Rejected("label.failed", "Invalid address provided for Receiver Address")
        )

        self.assertEqual(failed.error_code, "address.undeliverable")

    def test_unknown_words_keep_the_vague_code_and_are_counted(self) -> None:
        command = self.fail(refused(ODD))

        row = UpstreamSignature.objects.get()
        self.assertEqual((command.error_code, command.signature_id), ("upstream.refused", row.pk))
        self.assertEqual(
            (row.platform, row.operation, row.raw_code, row.cases, row.example),
            ("veeqo", "veeqo.buy_label", "upstream.refused", 1, ODD),
        )
        self.assertEqual(row.pattern, "the moon of order # stands in the wrong house")

    def test_same_words_are_one_group_with_its_newest_example(self) -> None:
        first = self.fail(refused(ODD))
        second = self.fail(refused(ODD.replace("7", "8")), lane="order:2")

        row = UpstreamSignature.objects.get()
        self.assertEqual((row.cases, row.example), (2, ODD.replace("7", "8")))
        self.assertEqual({first.signature_id, second.signature_id}, {row.pk})
        self.assertGreater(row.last_seen_at, row.first_seen_at)

    def test_same_words_about_another_operation_are_another_group(self) -> None:
        self.fail(refused(ODD))
        self.fail(refused(ODD, operation="veeqo.create_order"), lane="order:2")

        self.assertEqual(UpstreamSignature.objects.count(), 2)

    def test_failure_without_a_call_is_grouped_under_its_command(self) -> None:
        self.fail(Rejected("label.failed", ODD))

        row = UpstreamSignature.objects.get()
        self.assertEqual((row.operation, row.raw_code), (KIND, "label.failed"))

    def test_mail_address_is_not_kept_in_the_example(self) -> None:
        self.fail(refused("The moon of ann@example.com is gone."))

        row = UpstreamSignature.objects.get()
        self.assertEqual(row.example, "The moon of [hidden] is gone.")
        self.assertEqual(row.pattern, "the moon of <mail> is gone")

    def test_stuck_command_keeps_its_own_code_and_is_no_case(self) -> None:
        command = make_command(self.organization)
        claim_next("orders")
        OutboxCommand.objects.update(
            state=CommandState.UNKNOWN, sent_at=timezone.now(), lookups=MAX_LOOKUPS - 1
        )
        SCRIPT.findings = [Retry("upstream.refused", ODD)]

        run_next("orders")

        command.refresh_from_db()
        self.assertEqual(
            (command.state, command.error_code), (CommandState.STUCK, "outcome.unresolved")
        )
        self.assertEqual(UpstreamSignature.objects.count(), 0)

    def test_case_is_not_counted_when_settling_fails(self) -> None:
        SCRIPT.settle_errors = [ZeroDivisionError()]

        command = self.fail(refused(ODD))

        self.assertEqual(command.state, CommandState.UNKNOWN)
        self.assertEqual(UpstreamSignature.objects.count(), 0)


class MappingTests(FailureCase):
    def map(self, code: str) -> UpstreamSignature:
        row = UpstreamSignature.objects.get()
        return map_signature(signature_id=row.pk, code=code, actor="Mia Manager")

    def test_past_cases_get_the_code(self) -> None:
        past = self.fail(refused(ODD))

        row = self.map("parcel.over_weight")

        past.refresh_from_db()
        self.assertEqual((past.error_code, past.error_detail), ("parcel.over_weight", ODD))
        self.assertEqual((row.mapped_code, row.mapped_by), ("parcel.over_weight", "Mia Manager"))

    def test_coming_cases_get_the_code_and_are_still_counted(self) -> None:
        self.fail(refused(ODD))
        self.map("parcel.over_weight")

        coming = self.fail(refused(ODD.replace("7", "9")), lane="order:2")

        self.assertEqual(coming.error_code, "parcel.over_weight")
        self.assertEqual(UpstreamSignature.objects.get().cases, 2)

    def test_other_groups_are_left_alone(self) -> None:
        self.fail(refused(ODD))
        other = self.fail(refused("The sun is late."), lane="order:2")
        row = UpstreamSignature.objects.get(pattern__contains="moon")

        map_signature(signature_id=row.pk, code="parcel.over_weight", actor="Mia")

        other.refresh_from_db()
        self.assertEqual(other.error_code, "upstream.refused")

    def test_mapping_is_on_record_and_a_repeat_is_not(self) -> None:
        self.fail(refused(ODD))

        self.map("parcel.over_weight")
        self.map("parcel.over_weight")

        entry = AuditEntry.objects.get(action="signature.mapped")
        self.assertEqual(entry.actor, "Mia Manager")
        self.assertEqual(entry.before, {"mapped_code": ""})
        self.assertEqual(entry.after, {"mapped_code": "parcel.over_weight"})

    def test_mapping_can_be_changed_and_taken_back(self) -> None:
        past = self.fail(refused(ODD))
        self.map("parcel.over_weight")

        self.map("parcel.over_size")
        past.refresh_from_db()
        changed = past.error_code
        row = self.map("")
        past.refresh_from_db()

        self.assertEqual((changed, past.error_code), ("parcel.over_size", "upstream.refused"))
        self.assertEqual((row.mapped_code, row.mapped_by, row.mapped_at), ("", "", None))

    def test_code_that_steers_us_or_is_unknown_is_refused(self) -> None:
        past = self.fail(refused(ODD))

        for code in ("booking.gone", "upstream.refused", "moon.wrong"):
            with self.subTest(code=code), self.assertRaises(InvalidInput) as caught:
                self.map(code)
            self.assertEqual(caught.exception.errors[0].field, "mapped_code")

        past.refresh_from_db()
        self.assertEqual(past.error_code, "upstream.refused")
        self.assertEqual(UpstreamSignature.objects.get().mapped_code, "")
        self.assertFalse(AuditEntry.objects.exists())

    def test_long_words_and_names_fit(self) -> None:
        row = record_case(
            platform="veeqo", operation="o" * 200, raw_code="upstream.refused", words="w " * 5000
        )

        self.assertEqual((len(row.operation), len(row.pattern), row.cases), (60, 299, 1))


class ShareTests(FailureCase):
    def rejected(self, code: str, **facts: object) -> OutboxCommand:
        values = {"settled_at": timezone.now(), "error_code": code} | facts
        return calls.make_command(self.organization, CommandState.REJECTED, **values)  # type: ignore[arg-type]

    def share(self, platform: str = "veeqo") -> FailureShare:
        found = failure_shares(timezone.now())
        return next(one for one in found if one.platform == platform)

    def test_counts_failures_and_those_with_a_precise_code(self) -> None:
        self.rejected("address.missing")
        self.rejected("address.missing")
        self.rejected("upstream.refused")
        calls.make_command(self.organization, CommandState.STUCK, error_code="outcome.unresolved")
        self.rejected("label.failed", platform="easyship")

        veeqo, easyship = self.share(), self.share("easyship")

        self.assertEqual((veeqo.failures, veeqo.explained, veeqo.percent), (4, 3, "75.0"))
        self.assertEqual((easyship.failures, easyship.explained, easyship.percent), (1, 0, "0.0"))

    def test_leaves_out_what_is_old_called_off_or_went_well(self) -> None:
        self.rejected("address.missing", settled_at=timezone.now() - timedelta(days=8))
        self.rejected("order.called_off")
        calls.make_command(self.organization, CommandState.DELIVERED, settled_at=timezone.now())

        share = self.share()

        self.assertEqual((share.failures, share.percent), (0, ""))

    def test_code_that_nobody_knows_explains_nothing(self) -> None:
        self.rejected("moon.wrong")

        self.assertEqual(self.share().explained, 0)

    def test_share_is_never_rounded_up_to_all(self) -> None:
        for _ in range(1999):
            self.rejected("address.missing", lane="order:1")
        self.rejected("upstream.refused")

        self.assertEqual(self.share().percent, "99.9")

    def test_groups_without_a_meaning_are_counted(self) -> None:
        self.fail(refused(ODD))
        self.fail(refused("The sun is late."), lane="order:2")
        row = UpstreamSignature.objects.get(pattern__contains="sun")
        map_signature(signature_id=row.pk, code="parcel.over_size", actor="Mia")

        share = self.share()

        self.assertEqual((share.failures, share.explained, share.unmapped), (2, 1, 1))
