"""A kept scene that was brought up to date is the scene that would be made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from backend.deployments import pictures, scenes
from backend.deployments.filters import Filters, today
from backend.deployments.models import Change
from backend.submissions import bulk
from maps import reach, timeline
from maps.compose import Scene
from tests.integration.submissions.test_rebuild import Story, step
from tests.integration.world import World, make_world, user
from tests.soak import examples

VIEWS = (Filters(), Filters(status=("broken", "silent")), Filters(cluster=("best",)))


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[Filters]:
    """The filters whose scene was made anew, one entry each time."""
    made: list[Filters] = []
    whole = pictures.scene

    def counted(filters: Filters, who: Any = None) -> Scene:
        made.append(filters)
        return whole(filters, who)

    monkeypatch.setattr(scenes.pictures, "scene", counted)
    return made


def assert_same(found: Scene, wanted: Scene) -> None:
    for name in ("deployments", "months", "catchment"):
        frame, other = getattr(found, name), getattr(wanted, name)
        if len(other):
            assert_frame_equal(frame, other[frame.columns], check_dtype=False, obj=name)
        else:
            assert not len(frame), name


def assert_earlier_months_agree(filters: Filters) -> None:
    """What a scene carries of its earlier months is what reading them anew says."""
    scene = scenes.scene_of(filters)
    for moment in timeline.moments(scene.day, 14)[:-1:4]:
        found, wanted = pictures.at(scene, filters, moment), pictures.scene(replace(filters, as_of=moment.day))
        assert_frame_equal(found.catchment, wanted.catchment, check_dtype=False)
        for figures in (reach.reach, reach.villages):
            was, is_now = figures(found.deployments, moment.day), figures(wanted.deployments, moment.day)
            if isinstance(was, pd.DataFrame):
                assert_frame_equal(was, is_now, check_dtype=False)
            else:
                assert was == is_now


@pytest.mark.hypothesis
@pytest.mark.parametrize("review_required", [False, True])
def test_after_any_history_it_is_as_if_made_anew(db: None, review_required: bool) -> None:
    world = make_world()
    reviewer = user("administrator")
    phases = (Phase.explicit, Phase.reuse, Phase.generate)

    @settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck), phases=phases)
    @given(st.lists(step, max_size=12))
    def check(steps: list[tuple[Any, ...]]) -> None:
        from django.db import transaction

        scenes.forget_scenes()
        with override_settings(REVIEW_REQUIRED=review_required), transaction.atomic():
            story = Story(world, reviewer)
            for kind, *what in steps:
                story.play(kind, *what)
                for view in VIEWS:
                    assert_same(scenes.scene_of(view), pictures.scene(view))
                assert_earlier_months_agree(Filters())
            transaction.set_rollback(True)

    check()


def test_a_report_does_not_make_it_anew(world: World, anew: list[Filters]) -> None:
    story = Story(world, user("administrator"))
    story.play("register", 0, 0)
    assert scenes.scene_of(Filters()).deployments["reports"].tolist() == [0]
    story.play("report", 0, 3, 2, "seen")
    story.play("register", 1, 1)
    assert scenes.scene_of(Filters()).deployments["reports"].tolist() == [1, 0]
    assert len(anew) == 1
    assert scenes.scene_of(Filters()) is scenes.scene_of(Filters())


def test_a_village_that_was_only_visited_is_seen_too(world: World, anew: list[Filters]) -> None:
    story = Story(world, user("administrator"))
    assert not scenes.scene_of(Filters()).catchment["visited"].any()
    story.send(world.filled("village_need", place=1))
    assert scenes.scene_of(Filters()).catchment["visited"].tolist() == [False, True, False]
    assert len(anew) == 1


def test_what_the_feed_does_not_tell_by_deployment_makes_it_anew(world: World, anew: list[Filters]) -> None:
    scenes.scene_of(Filters())
    Change.objects.create(kind="village", key="demo:1")
    scenes.scene_of(Filters())
    Change.objects.create(kind="deployment", key="00000000-0000-0000-0000-000000000001")
    scenes.scene_of(Filters())
    assert len(anew) == 3


def test_tables_built_anew_make_it_anew(world: World, anew: list[Filters]) -> None:
    story = Story(world, user("administrator"))
    story.play("register", 0, 0)
    scenes.scene_of(Filters())
    bulk.rebuild()
    story.play("report", 0, 3, 2, "seen")
    assert_same(scenes.scene_of(Filters()), pictures.scene(Filters()))


def test_an_earlier_day_is_brought_up_to_date_too(world: World, anew: list[Filters]) -> None:
    story = Story(world, user("administrator"))
    story.play("register", 0, 0)
    story.play("report", 0, 3, 2, "seen")
    view = Filters(as_of=today().replace(day=1))
    scenes.scene_of(view)
    story.play("report", 0, 9, 0, "seen")
    assert_same(scenes.scene_of(view), pictures.scene(view))
    assert isinstance(scenes.scene_of(view).deployments, pd.DataFrame)
    assert anew.count(view) == 2  # the first time, and to compare
