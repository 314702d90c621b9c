"""Photos of the submissions in one's scope as a ZIP, sent while it is made; nothing of it lies on the disk.

Left out: photos of a home outside its centre, photos of people of whom it is not said that they agreed, and files that
answer a personal question. They are without what the camera wrote into them, also for who may know it: a ZIP is passed on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backend.accounts.who import Who
from backend.deployments.filters import Filters
from backend.deployments.privacy import HOME, guarded
from backend.exports.form_answers import answers_of, form_tables, found_of, says_home, site_kinds
from backend.exports.form_tables import Table, value_at
from backend.exports.queries import among
from backend.exports.zips import Member, zipped
from backend.submissions.models import Attachment
from backend.submissions.sharing import agreed, bare_of

LIST = "photos.csv"
_ODD = re.compile(r"[^\w.-]")
_HEADINGS = ("file", "instance_id", "name", "sha256", "bytes", "received_sha256")


def photos(who: Who, filters: Filters, form: str, seen: Callable[[int], Any] = lambda count: None) -> Iterator[bytes]:
    """Raises NotFound and BadFilter at once. Its last member lists the others: a ZIP without it is not whole."""
    who.require(who.may_export, "export")
    tables = form_tables(form)
    return zipped(_members(who, filters, form, tables, seen), level=0)


def _members(
    who: Who, filters: Filters, form: str, tables: list[Table], seen: Callable[[int], Any]
) -> Iterator[Member]:
    listed = io.StringIO()
    table = csv.writer(listed, lineterminator="\r\n")
    table.writerow(_HEADINGS)
    taken: set[str] = set()
    for instance_id, file in _files(who, filters, form, tables):
        assert file.blob is not None  # noqa: S101  # for the type checker: said by the query
        name = _free(f"{_ODD.sub('-', instance_id)}/{_ODD.sub('_', file.name)}", taken)
        content = Told(bare_of(file.blob.sha256, file.blob.content_type))
        yield name, content
        table.writerow((name, instance_id, file.name, content.digest.hexdigest(), content.size, file.blob.sha256))
        seen(1)
    yield LIST, [listed.getvalue().encode()]


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free.lower() in taken:
        stem, dot, ending = name.rpartition(".")
        free, number = f"{stem}-{number}{dot}{ending}", number + 1
    taken.add(free.lower())
    return free


class Told:
    """What passes by, and afterwards its hash and how much it was."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self.content, self.digest, self.size = content, hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.content:
            self.digest.update(chunk)
            self.size += len(chunk)
            yield chunk


def _files(who: Who, filters: Filters, form: str, tables: list[Table]) -> Iterator[tuple[str, Attachment]]:
    answered, private, kinds = answers_of(), guarded(who), site_kinds(tables[0])
    for found, hidden in found_of(who, filters, form, None):
        answers = answered([one.current_instance_id for one in found])
        first = {one.current_instance_id: one.instance_id for one in found}
        shown = {}
        for one in found:
            _, told, _, centre = answers[one.current_instance_id]
            home = one.instance_id in hidden or (says_home(told, kinds) and private(HOME, centre))
            if not home:
                shown[one.current_instance_id] = _named(told, tables)
        rows = Attachment.objects.filter(
            version__instance_id__in=among(list(shown)), blob__content_type__startswith="image/"
        )
        for file in rows.select_related("blob", "version").order_by("id"):
            if file.name in shown[file.version.instance_id]:
                yield first[file.version.instance_id], file


def _named(answers: Mapping[str, Any], tables: list[Table]) -> set[str]:
    """The files that exported questions name; none where it is not said that the people in the photo agreed."""
    if not all(agreed(answers, c.path) for c in tables[0].columns if c.path[-1] == "photo_people"):
        return set()
    names: set[str] = set()
    for table in tables:
        paths = [column.path for column in table.columns if column.file]
        for node in _nodes(answers, table.repeat):
            names |= {value for path in paths if isinstance(value := value_at(node, path), str)}
    return names


def _nodes(answers: Any, repeat: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The answers themselves, or each entry of a repeat, through outer ones too."""
    if isinstance(answers, list):
        for entry in answers:
            yield from _nodes(entry, repeat)
    elif isinstance(answers, dict):
        if repeat:
            yield from _nodes(answers.get(repeat[0]), repeat[1:])
        else:
            yield answers
