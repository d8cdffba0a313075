"""What a merge decides, by table: nothing is overwritten that only the other side changed."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.rules.merge import FIELDS, Group, Master, merge

BOX = {"weight_g": 420, "length_mm": 120, "width_mm": 90, "height_mm": 100}


def merged(
    base: dict[str, Any],
    ours: dict[str, Any],
    theirs: dict[str, Any],
    master: Master = Master.NOBODY,
    platform: str = "veeqo",
) -> Any:
    masters = dict.fromkeys(Group, master)
    return merge(base=base, ours=ours, theirs=theirs, platform=platform, masters=masters)


class TestMerge:
    def test_same_on_both_sides_is_agreed(self) -> None:
        found = merged({}, BOX, BOX)

        assert (found.take, found.ahead, found.conflicts) == ({}, (), ())
        assert found.base == BOX

    def test_change_made_only_there_is_taken(self) -> None:
        found = merged(BOX, BOX, {**BOX, "weight_g": 500})

        assert found.take == {"weight_g": 500}
        assert found.base == {**BOX, "weight_g": 500}

    def test_change_made_only_here_is_told_and_kept(self) -> None:
        found = merged(BOX, {**BOX, "weight_g": 500}, BOX)

        assert (found.take, found.ahead) == ({}, (Group.MEASURES,))
        assert found.base == BOX

    def test_change_on_both_sides_is_for_a_person_and_moves_nothing(self) -> None:
        found = merged(BOX, {**BOX, "weight_g": 500}, {**BOX, "length_mm": 200})

        assert found.conflicts == (Group.MEASURES,)
        assert (found.take, found.base) == ({}, BOX)

    def test_same_change_on_both_sides_is_agreed(self) -> None:
        changed = {**BOX, "weight_g": 500}

        found = merged(BOX, changed, changed)

        assert (found.take, found.ahead, found.conflicts) == ({}, (), ())
        assert found.base == changed

    def test_groups_are_decided_apart(self) -> None:
        base = {**BOX, "hs_code": "732394"}

        found = merged(base, {**base, "weight_g": 500}, {**base, "hs_code": "732399"})

        assert (found.take, found.ahead) == ({"hs_code": "732399"}, (Group.MEASURES,))

    def test_blank_here_and_never_agreed_takes_theirs(self) -> None:
        theirs = {"hs_code": "732394", "origin_country": "CN"}

        found = merged({}, {"hs_code": "", "origin_country": "CN"}, theirs)

        assert found.take == {"hs_code": "732394"}

    def test_blank_made_here_after_agreeing_is_our_change(self) -> None:
        found = merged({"hs_code": "732394"}, {"hs_code": ""}, {"hs_code": "732394"})

        assert (found.take, found.ahead) == ({}, (Group.CUSTOMS,))

    @pytest.mark.parametrize("silent", ["", None])
    def test_value_not_stated_there_takes_no_part(self, silent: Any) -> None:
        found = merged({"barcode": "1"}, {"barcode": "2"}, {"barcode": silent})

        assert (found.take, found.ahead, found.conflicts) == ({}, (), ())
        assert found.base == {"barcode": "1"}

    def test_first_meeting_with_two_values_is_for_a_person(self) -> None:
        assert merged({}, {"title": "Mug"}, {"title": "Cup"}).conflicts == (Group.CONTENT,)

    def test_titles_of_the_same_words_are_the_same(self) -> None:
        found = merged({}, {"title": "Tea Cosy, wool"}, {"title": "Tea Cosy – Wool"})

        assert (found.take, found.ahead, found.conflicts) == ({}, (), ())

    def test_other_signs_in_a_sku_like_value_are_another_value(self) -> None:
        assert merged({}, {"barcode": "1-2"}, {"barcode": "12"}).conflicts == (Group.CONTENT,)

    @pytest.mark.parametrize("base", ["Mug", "Cup", "Jug"])
    def test_master_there_always_has_its_way(self, base: str) -> None:
        found = merged({"title": base}, {"title": "Mug"}, {"title": "Cup"}, Master.VEEQO)

        assert found.take == {"title": "Cup"}

    @pytest.mark.parametrize("master", [Master.OURS, Master.EASYSHIP])
    def test_any_other_master_keeps_ours(self, master: Master) -> None:
        found = merged({"title": "Mug"}, {"title": "Mug"}, {"title": "Cup"}, master)

        assert (found.take, found.ahead, found.conflicts) == ({}, (Group.CONTENT,), ())

    def test_no_field_stands_in_two_groups(self) -> None:
        names = [name for fields in FIELDS.values() for name in fields]

        assert len(names) == len(set(names)) == 17
