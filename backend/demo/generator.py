"""The stream of made-up submissions: the same for the same stage, seed and day, whatever number of them is taken."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha1
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from backend.demo import answers, odd, stories
from backend.demo.answers import Answers
from backend.demo.picking import Picker
from backend.demo.stage import Site, Stage
from field_forms.answering import created_id

INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
BLOCK = 8000  # submissions that are sorted by their day of receipt at a time: what bounds the memory
_KIND = Picker({"deployment": 82, "need": 8, "training": 6, "bare": 4})


@dataclass(slots=True)
class Item:
    """One submission as a phone sends it, with when it arrived. `odd`: the flag that it was made for; `photo`: its file."""

    form_id: str
    instance_id: str
    centre: str
    received_at: dt.datetime
    answers: Answers
    odd: str = ""
    photo: str = ""


def items(stage: Stage, seed: int, today: dt.date, *, photos: int = 0) -> Iterator[Item]:
    """Endless. Story by story: a deployment's registration, then its reports in the order of their days.

    The first `photos` registrations name a photo. All was received before `today` (an Indian day) began.
    """
    tale = _Tale(stage, seed, today, photos)
    story = 0
    while True:
        yield from tale.story(story)
        story += 1


def by_receipt(stream: Iterable[Item], count: int) -> Iterator[Item]:
    """The first `count` of the stream, sorted by receipt within blocks: registrations still come before their reports."""
    stream = islice(stream, count)
    while block := list(islice(stream, BLOCK)):
        block.sort(key=lambda item: item.received_at)
        yield from block


class _Tale:
    def __init__(self, stage: Stage, seed: int, today: dt.date, photos: int) -> None:
        self.stage, self.today, self.photos = stage, today, photos
        self.name = f"{seed} {today}"
        self.number = 0
        self.midnight = dt.datetime.combine(today, dt.time(), INDIA)
        self._namespace = uuid5(NAMESPACE_URL, f"urn:gramreach:made-up {self.name}").bytes

    def story(self, number: int) -> Iterator[Item]:
        rng = random.Random(f"{self.name} {number}")  # noqa: S311  # stories, no secrets
        kind = _KIND(rng)
        if kind == "deployment":
            yield from self._deployment(rng, self.stage.village(rng, number))
        elif kind == "bare" and self.stage.bare:
            site = rng.choice(self.stage.bare)
            yield self._item(rng, "village_report", site, answers.no_deployment(rng, site, self._some_day(rng, site)))
        else:
            yield self._single(rng, kind, number)

    def _deployment(self, rng: random.Random, site: Site) -> Iterator[Item]:
        stage, today = self.stage, self.today
        tech = stage.technology(rng, site)
        profile = tech.profile
        start = stories.begin(rng, profile, stage.since.get(site.centre), today)
        registered = self._item(
            rng, "deployment_registration", site, answers.registration(rng, site, start, tech.slug, profile)
        )
        yield registered
        deployment = created_id(registered.instance_id)
        people = answers.people_of(rng, site, profile, start.installed)
        for n, visit in enumerate(stories.visits(rng, start, tech, today)):
            filled = answers.report(rng, site, deployment, visit, people, profile, n == 0)
            yield self._item(rng, "village_report", site, filled)

    def _single(self, rng: random.Random, kind: str, number: int) -> Item:
        site = self.stage.village(rng, number)
        if kind == "need" and self.stage.bare and rng.random() < 0.3:
            site = rng.choice(self.stage.bare)
        tech = self.stage.technology(rng, site)
        day = self._some_day(rng, site)
        if kind == "training":
            return self._item(rng, "training_event", site, answers.training(rng, site, day, tech.profile, tech.slug))
        return self._item(rng, "village_need", site, answers.need(rng, site, day, tech.profile, tech.slug))

    def _some_day(self, rng: random.Random, site: Site) -> dt.date:
        days = stories.MONTHS * 30
        since = self.stage.since.get(site.centre)
        if since is not None:
            days = max(2, min(days, (self.today - since).days))
        return self.today - dt.timedelta(days=1 + int(rng.random() * (days - 1)))

    def _item(self, rng: random.Random, form_id: str, site: Site, filled: Answers) -> Item:
        ended = dt.datetime.fromisoformat(filled["end"][:19]).replace(tzinfo=INDIA)
        item = Item(form_id, self._id(), site.centre, self._received(rng, ended), filled)
        if rng.random() < odd.SHARE:
            item.odd = odd.spoil(rng, filled)
        if self.photos and form_id == "deployment_registration":
            self.photos -= 1
            item.photo = f"photo-{self.number}.jpg"
            filled["evidence"] |= {"photo": item.photo, "photo_people": "none"}
        return item

    def _id(self) -> str:
        """UUIDv5 of seed, day and number; put together here, as `uuid.uuid5` takes five times as long."""
        self.number += 1
        digest = sha1(b"%b%d" % (self._namespace, self.number), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(digest[16], 16) & 3]
        return f"uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"

    def _received(self, rng: random.Random, ended: dt.datetime) -> dt.datetime:
        """Most at once, some when the phone next had a network; all before today."""
        roll = rng.random()
        hours = 0.05 + 2 * rng.random() if roll < 0.7 else 72 * rng.random() if roll < 0.95 else 240 * rng.random()
        received = ended + dt.timedelta(hours=hours)
        return received if received < self.midnight else max(ended, self.midnight - dt.timedelta(seconds=1))
