"""A change made in the office's browser goes with Django's token, by whichever name the browser keeps it."""

from __future__ import annotations

import subprocess

import pytest

from field_forms.app.build import HERE as APP
from field_forms.app.build import node


@pytest.mark.parametrize(
    ("kept", "token"),
    [
        ("csrftoken=abc", "abc"),
        ("django_language=hi; __Host-csrftoken=abc", "abc"),  # by https
        ("othercsrftoken=no; csrftoken=abc", "abc"),
        ("sessionid=x", ""),
    ],
)
def test_the_token_is_found(kept: str, token: str) -> None:
    code = (
        f"globalThis.document = {{ cookie: {kept!r} }};"
        f"const {{ csrfToken }} = await import('file://{APP}/src/office/asking.ts'); console.log(csrfToken());"
    )
    ran = subprocess.run(
        [str(node()), "--no-warnings", "--input-type=module", "-e", code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip() == token
