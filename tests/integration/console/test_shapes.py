"""What a report drew besides its position, in repeats too, is seen on the map of its page."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.submissions.publishing import publish
from tests.integration.world import World, user

WALKS = """
| settings |
| | form_id | version |
| | walks | 1 |
| survey |
| | type | name | label |
| | text | who | Who? |
| | begin repeat | walk | Walk |
| | geotrace | path | Path walked |
| | geoshape | field | Field |
| | geopoint | well | Well |
| | end repeat | | |
"""
WALK = """<walk><path>13.18 74.93 0 0;13.181 74.931 0 0</path><field>13.18 74.93 0 0;13.181 74.93 0 0;13.181 74.931 0 0;\
13.18 74.93 0 0</field><well>13.1805 74.9305 0 4</well></walk>"""


@pytest.mark.django_db
def test_lines_areas_and_places_of_repeats_are_drawn_and_named(world: World) -> None:
    publish(WALKS.encode(), "walks.md", validate=False)
    empty = "<walk><path/><field/><well/></walk>"
    body = f"<who>Asha</who>{WALK}{empty}{WALK}<meta><instanceID>uuid:w</instanceID></meta>"
    xml = f'<data id="walks" version="1">{body}</data>'
    assert world.client().post("/api/v1/submissions", xml.encode(), content_type="application/xml").status_code == 201
    client = Client()
    client.force_login(user("administrator", "boss"))
    page = client.get("/reports/uuid:w").content.decode()
    assert "<span>walks</span></h1>" in page
    assert ("Line, 155 m" in page, "Area, 0.60 hectares" in page) == (True, True)
    assert "रेखा, 155 मी" in client.get("/reports/uuid:w?answers=hi").content.decode()
    for kind, name in (("line", "Path walked"), ("area", "Field"), ("spot", "Well")):
        assert page.count(f'class="{kind}"><title>{name}</title>') == 2
        assert f'<span class="drawn {kind}">{name}</span>' in page
