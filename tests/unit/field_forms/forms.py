"""Small forms for the tests, written as Markdown tables."""

from pathlib import Path

import field_forms
from field_forms.compile import CompiledForm, compile_form
from field_forms.schema import Schema

FORMS = Path(field_forms.__file__).parent / "forms"
SHIPPED = ("deployment_registration", "village_report", "village_need", "training_event")
SETTINGS = """
| settings |
| | form_id | version | namespaces |
| | wells   | 1       | gram="urn:gramreach:xforms" |
"""


def compiled(table: str, settings: str = SETTINGS, *, validate: bool = False) -> CompiledForm:
    return compile_form((settings + table).encode(), "wells.md", validate=validate)


def schema(table: str) -> Schema:
    return compiled(table).schema


def shipped(form_id: str) -> Schema:
    return compile_form((FORMS / f"{form_id}.md").read_bytes(), f"{form_id}.md", validate=False).schema


def instance(body: str) -> bytes:
    return f'<data id="wells" version="1">{body}<meta><instanceID>uuid:1</instanceID></meta></data>'.encode()
