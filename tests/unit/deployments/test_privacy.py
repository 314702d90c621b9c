from __future__ import annotations

import pytest

from backend.accounts.who import Who
from backend.deployments.privacy import guarded, summed_upward


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([12, 3, 6, 0, 0], [12, None, None, None, None]),  # 3 alone would be the total less the others
        ([12, 3, 2, 7, None], [12, None, None, 7, None]),  # 3 + 2 are five together
        ([6, 0, 0, 0, 0], [None] * 5),  # six of one category in one home: none is told
        ([1, 2, 1, 0, 0], [None] * 5),
        ([8, 9, 10, 11, 12], [8, 9, 10, 11, 12]),
        ([None] * 5, [None] * 5),
    ],
)
def test_counts_under_five_cannot_be_had_by_subtraction(counts: list[int | None], shown: list[int | None]) -> None:
    assert summed_upward(counts) == shown


def test_only_homes_are_guarded_and_only_from_others() -> None:
    own = guarded(Who("coordinator", centres=frozenset({1})))
    assert [own("home", 1), own("home", 2), own("public", 2), own("home", None)] == [False, True, False, True]
    assert guarded(Who("cluster_team", everywhere=True))("home", 1)
    assert guarded(Who("coordinator", everywhere=True))("home", 1), "an adviser reads everything, but no homes"
    assert not guarded(Who("administrator", everywhere=True))("home", 1)
