from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from backend.demo import synthesize
from backend.demo.stage import Stage
from backend.submissions.publishing import publish_shipped

REPORTS = 160


@pytest.fixture(scope="module")
def shared_stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The real registry, the shipped forms, and made-up villages and technologies: made once, as it takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_registry", stdout=io.StringIO())
        publish_shipped(validate=False)
        yield synthesize.prepare(REPORTS)
        transaction.set_rollback(True)


@pytest.fixture
def stage(shared_stage: Stage, db: None) -> Stage:
    """The same for each test, which takes back what it wrote."""
    return shared_stage
