"""Made-up reports into the database, through the way that real ones take, each marked as illustrative."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from PIL import Image, ImageDraw

from backend.accounts.models import Device, Officer
from backend.accounts.tokens import new_token, token_hash
from backend.demo import generator, places, scene, technologies
from backend.demo.generator import Item
from backend.demo.stage import Stage, spread_wanted
from backend.registry.models import Centre, District
from backend.submissions.arrivals import Arrival
from backend.submissions.bulk import store
from backend.submissions.services import receive_all

BATCH = 200
INSTALLATION = "made-up"
_SMALLEST_STORY = 4  # submissions; the longest run of short ones asks for no more villages than so


def today() -> dt.date:
    return dt.datetime.now(generator.INDIA).date()


def prepare(reports: int) -> Stage:
    """Villages, lists and technologies for so many reports, made where they are missing, and the stage from them."""
    technologies.make()
    places.make_catchments()
    spread = places.spread(spread_wanted(reports // _SMALLEST_STORY))
    places.make(spread)
    stage = scene.stage(spread)
    for centre in Centre.objects.all():
        device_of(centre)
    _widen_areas(stage)
    return stage


def officer_of(centre: Centre) -> Officer:
    """The made-up officer of a centre. Of several that bear the name the first one is taken."""
    name = f"Field officer, {centre.short_name} (illustrative)"
    found = Officer.objects.filter(name=name, centre=centre).order_by("id").first()
    return found or Officer.objects.create(name=name, centre=centre)


def device_of(centre: Centre) -> Device:
    officer = officer_of(centre)
    found = Device.objects.filter(officer=officer, installation_id=INSTALLATION).select_related("officer").first()
    # Nobody knows its token: it only ever sends from here.
    return found or Device.objects.create(
        officer=officer, installation_id=INSTALLATION, token_hash=token_hash(new_token())
    )


def _widen_areas(stage: Stage) -> None:
    """An officer's area covers the districts of all villages that the centre looks after, so that none is `outside`."""
    codes: dict[str, set[str]] = {}
    for site in (*stage.smart, *stage.listed, *stage.bare, *stage.spread):
        codes.setdefault(site.centre, set()).add(site.code)
    rows = places.made_up().exclude(district=None).values_list("code", "district_id")
    district = {code: pk for code, pk in rows if pk is not None}
    for centre in Centre.objects.filter(slug__in=codes):
        wanted = {district[code] for code in codes[centre.slug] if code in district}
        officer_of(centre).districts.add(*District.objects.filter(pk__in=wanted))


def arrivals(stage: Stage, items: Iterable[Item]) -> Iterator[Arrival]:
    devices = {centre.slug: device_of(centre) for centre in Centre.objects.all()}
    anyone = next(iter(devices.values()))
    for item in items:
        said = {
            "form_id": item.form_id,
            "version": stage.versions[item.form_id],
            "instance_id": item.instance_id,
            "answers": item.answers,
        }
        files = {item.photo: io.BytesIO(photo(item.instance_id))} if item.photo else {}
        device = devices.get(item.centre, anyone)
        yield Arrival(device, item.received_at, item=said, files=files, illustrative=True)


def write(
    stage: Stage,
    reports: int,
    *,
    seed: int,
    day: dt.date,
    bulk: bool = False,
    processes: int = 1,
    photos: int = 0,
    progress: Callable[[int], object] = lambda n: None,
) -> Counter[str]:
    """Store the first `reports` of a seed and day; returns the outcomes. With `bulk`, those with files go first."""

    def chosen() -> Iterator[Item]:
        return islice(generator.items(stage, seed, day, photos=photos), reports)

    if not bulk:
        return _receive(arrivals(stage, generator.by_receipt(chosen(), reports)), progress)
    outcomes = _receive(arrivals(stage, _with_photos(chosen(), photos)))
    stored = store(arrivals(stage, generator.by_receipt(chosen(), reports)), progress, processes=processes)
    outcomes["stored"] += stored
    outcomes["identical"] = reports - outcomes["stored"]
    return outcomes


def _receive(coming: Iterator[Arrival], progress: Callable[[int], object] = lambda n: None) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    while batch := list(islice(coming, BATCH)):
        outcomes.update(outcome.outcome for outcome in receive_all(batch))
        progress(len(batch))
    return outcomes


def _with_photos(items: Iterable[Item], photos: int) -> Iterator[Item]:
    return islice((item for item in items if item.photo), photos) if photos else iter(())


def photo(name: str) -> bytes:
    """A drawing that nobody takes for a photo: it says what it is."""
    hue = sum(name.encode()) % 360
    image = Image.new("RGB", (480, 360), f"hsl({hue}, 35%, 82%)")
    draw = ImageDraw.Draw(image)
    draw.rectangle((150, 130, 330, 290), fill=f"hsl({hue}, 40%, 45%)")
    draw.polygon([(130, 130), (240, 60), (350, 130)], fill=f"hsl({hue}, 45%, 32%)")
    draw.text((20, 320), "Made up for the demonstration: no photo", fill="#14211F", font_size=18)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=70)
    return file.getvalue()
