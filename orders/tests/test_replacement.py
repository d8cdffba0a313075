"""A label that no longer fits its order is given back, and another one bought."""

from __future__ import annotations

import pytest

from carriers.outbox.leases import claim_next
from inventory.proof import stock_differences
from orders.models import LedgerLine, Order, Package, VoidRequest
from orders.rules.states import OrderState
from orders.rules.voids import VoidPurpose, VoidState
from orders.services.amend import correct_address
from orders.services.label_files import LabelOutdated, open_label
from orders.services.replacement import (
    LabelInTheWay,
    keep_label,
    replace_label,
    write_off_label,
)
from orders.services.retry import retry_order
from orders.tests.test_amend import AUSTIN, TAMPA, AmendCase
from shipping_project.kernel.errors import Conflict

VOIDS = ("DELETE", "/shipments")


class ReplacementCase(AmendCase):
    def shipped(self) -> Order:
        order = self.place(**AUSTIN)
        self.finish(rounds=2)
        self.assert_shipped_once(order)
        return order

    def readdress(self, order: Order) -> None:
        correct_address(order_id=order.pk, address=TAMPA, actor="ada", replaces_label=True)


class ReaddressTests(ReplacementCase):
    def test_a_bought_label_is_in_the_way_until_somebody_says_otherwise(self) -> None:
        order = self.shipped()

        with pytest.raises(LabelInTheWay):
            self.correct(order)

        order.refresh_from_db()
        self.assertEqual((order.city, order.state), ("Austin", OrderState.BOOKED.value))
        self.assertFalse(VoidRequest.objects.exists())
        self.assertEqual(len(self.twin.labels()), 1)

    def test_it_is_given_back_and_one_for_the_new_address_bought(self) -> None:
        order = self.shipped()

        self.readdress(order)
        self.go_on()

        self.assert_went_to_tampa(order)
        self.assertEqual(len(self.twin.labels("voided")), 1)
        void = VoidRequest.objects.get()
        self.assertEqual((void.purpose, void.state), (VoidPurpose.REPLACE, VoidState.ACCEPTED))
        self.assertEqual(LedgerLine.objects.filter(kind="bought").count(), 2)

    def test_nothing_is_bought_before_the_platform_took_the_old_one(self) -> None:
        order = self.shipped()
        self.twin.fault(*VOIDS, "error_before", status=400)

        self.readdress(order)
        self.go_on()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("could not be voided", order.attention_detail)
        self.assertEqual((len(self.twin.labels()), len(self.twin.bookings())), (1, 1))

    def test_after_a_refusal_a_retry_asks_again_and_never_ships_with_the_old_label(self) -> None:
        order = self.shipped()
        self.twin.fault(*VOIDS, "error_before", status=400)
        self.readdress(order)
        self.go_on()

        retry_order(order_id=order.pk, actor="ada")
        self.go_on()

        self.assert_went_to_tampa(order)
        states = VoidRequest.objects.order_by("id").values_list("state", flat=True)
        self.assertEqual(list(states), [VoidState.REJECTED.value, VoidState.ACCEPTED.value])

    def test_the_old_label_is_not_handed_out_any_more(self) -> None:
        order = self.shipped()
        package = Package.objects.get()

        self.readdress(order)

        with pytest.raises(LabelOutdated):
            open_label(package_id=package.pk)


class UndecidedTests(ReplacementCase):
    """The old label could not be given back, so a person chooses what to do with it."""

    def refused(self) -> Order:
        order = self.shipped()
        self.twin.fault(*VOIDS, "error_before", status=400)
        self.readdress(order)
        self.go_on()
        order.refresh_from_db()
        return order

    def test_written_off_another_one_is_bought_and_both_were_paid(self) -> None:
        order = self.refused()
        first = Package.objects.get()

        write_off_label(order_id=order.pk, reason="Too late", actor="ada")
        self.go_on()

        order.refresh_from_db()
        self.assertEqual((order.state, order.attention_code), (OrderState.BOOKED.value, ""))
        shipment = order.shipments.live().get()
        self.assertEqual((shipment.platform, shipment.carrier), ("veeqo", "USPS"))
        self.assertNotEqual(shipment.packages.get().tracking_number, first.tracking_number)
        self.assertEqual(len(self.twin.labels()), 2)
        self.assertEqual(LedgerLine.objects.filter(kind="bought").count(), 2)
        self.assertEqual(stock_differences(), [])

    def test_kept_after_all_it_is_handed_out_again(self) -> None:
        order = self.refused()

        keep_label(order_id=order.pk, reason="They fetch it there", actor="ada")
        self.finish()

        self.assert_shipped_once(order)
        self.assertTrue(open_label(package_id=Package.objects.get().pk).read(4))
        self.assertEqual(order.events.get(kind="label.kept").actor, "ada")

    def test_neither_is_possible_while_nothing_waits_for_it(self) -> None:
        order = self.shipped()

        for decide in (keep_label, write_off_label):
            with pytest.raises(Conflict):
                decide(order_id=order.pk, reason="No", actor="ada")

        self.assert_shipped_once(order)


class ReplaceTests(ReplacementCase):
    def test_a_label_is_replaced_on_request(self) -> None:
        order = self.shipped()

        replace_label(order_id=order.pk, reason="Packed heavier", actor="ada")
        self.go_on()

        self.assert_shipped_once(order)
        self.assertEqual(len(self.twin.labels("voided")), 1)
        self.assertEqual(VoidRequest.objects.get().reason, "Packed heavier")

    def test_a_repeat_while_it_is_under_way_is_refused(self) -> None:
        order = self.shipped()
        replace_label(order_id=order.pk, reason="Heavier", actor="ada")
        self.claim_next()

        with pytest.raises(Conflict):
            replace_label(order_id=order.pk, reason="Heavier", actor="ada")

        self.assertEqual(VoidRequest.objects.count(), 1)

    def test_a_label_whose_parcel_has_left_is_not_replaced(self) -> None:
        order = self.shipped()
        order.shipments.update(state="in_transit")

        with pytest.raises(Conflict):
            replace_label(order_id=order.pk, reason="Heavier", actor="ada")

        self.assertFalse(VoidRequest.objects.exists())

    def test_an_order_without_a_label_has_none_to_replace(self) -> None:
        order = self.place(**AUSTIN)

        with pytest.raises(Conflict):
            replace_label(order_id=order.pk, reason="Heavier", actor="ada")

        self.finish()
        self.assert_shipped_once(order)

    def claim_next(self) -> None:
        assert claim_next("orders") is not None
