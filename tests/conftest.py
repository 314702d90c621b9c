from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

import tests.soak  # noqa: F401  # registers the profile of `make soak`
from backend.audit import guards


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long tests too, as `make soak` does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        chosen = [item for item in items if item.get_closest_marker("soak") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests with transactions of their own empty every table afterwards, which the audit log's guards would refuse."""
    with django_db_blocker.unblock():
        guards.remove(connection)


@pytest.fixture(autouse=True)
def _forget_what_processes_remember() -> Iterator[None]:
    """Published forms, districts, pages and maps are kept by a process; each test has its own database."""
    yield
    from backend.deployments.places import forget_districts
    from backend.kept import forget_everything
    from backend.submissions.queries import forget_forms

    forget_forms()
    forget_districts()
    forget_everything()
