from io import BytesIO

import pytest
from openpyxl import Workbook

from field_forms.compile import FormError, compare, compile_form
from field_forms.schema import Schema

from .forms import FORMS, SHIPPED, compiled, schema, shipped


@pytest.mark.parametrize("form_id", SHIPPED)
def test_shipped_forms_pass_odk_validate_in_two_languages(form_id: str) -> None:
    form = compile_form((FORMS / f"{form_id}.md").read_bytes(), f"{form_id}.md")
    assert (form.form_id, form.warnings) == (form_id, ())
    assert form.schema.languages == ("en", "hi")
    assert set(form.schema.title) == {"en", "hi"}
    for question in form.schema.questions:
        if question.asked or question.type == "note":
            assert set(question.label) == {"en", "hi"}, question.path
        if question.constraint:
            assert set(question.constraint_message) == {"en", "hi"}, question.path
        for texts in (question.choices or {}).values():
            assert set(texts) == {"en", "hi"}, question.path


@pytest.mark.parametrize("form_id", SHIPPED)
def test_a_stored_schema_reads_back_the_same(form_id: str) -> None:
    form = shipped(form_id)
    again = Schema.from_json(form.to_json())
    assert (again.questions, again.groups, again.entity, again.files) == (
        form.questions,
        form.groups,
        form.entity,
        form.files,
    )


@pytest.mark.parametrize(
    ("rows", "row", "column", "remedy"),
    [
        ("| | integer | depth | Depth | | ${nope} > 1 |", 2, "relevant", "add a question 'nope'"),
        ("| | intger | depth | Depth | | |", 2, "type", "integer"),
        ("| | integer | depth | | | |", 2, "label", "words"),
        ("| | text | a | A | | |\n| | integer | my depth | Depth | | |", 3, "name", "letters"),
        ("| | text | a | A | | |\n| | text | a | B | | |", 3, "name", "another name"),
        ("| | begin group | g | G | | |\n| | text | a | A | | |", 2, "type", "end group"),
        ("| | text | a | A | | |\n| | select_one colours | b | B | | |", 3, "type", "choices sheet"),
    ],
)
def test_pyxform_faults_name_row_column_and_remedy(rows: str, row: int, column: str, remedy: str) -> None:
    with pytest.raises(FormError) as caught:
        compiled("| survey |\n| | type | name | label | constraint | relevant |\n" + rows)
    (problem,) = caught.value.problems
    assert (problem.sheet, problem.row, problem.column) == ("survey", row, column)
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("rows", "where", "remedy"),
    [
        (
            "| | text | a | A | | ${b} = 1 |\n| | text | b | B | | ${a} = 1 |",
            [(2, "relevant"), (3, "relevant")],
            "circle",
        ),
        ("| | text | a | A | | |\n| | integer | b | B | . > | |", [(3, "constraint")], "missing"),
        ("| | text | a | A | | |\n| | text | b | B | | foo(${a}) |", [(3, "relevant")], "foo"),
    ],
)
def test_validate_faults_name_row_column_and_remedy(rows: str, where: list[tuple[int, str]], remedy: str) -> None:
    with pytest.raises(FormError) as caught:
        compiled("| survey |\n| | type | name | label | constraint | relevant |\n" + rows, validate=True)
    assert [(problem.row, problem.column) for problem in caught.value.problems] == where
    assert remedy in caught.value.problems[0].remedy
    assert "form.xml" not in str(caught.value)
    assert "javarosa" not in str(caught.value)


def test_an_encrypted_form_is_refused() -> None:
    settings = "| settings |\n| | form_id | version | public_key |\n| | wells | 1 | MIIB |\n"
    with pytest.raises(FormError, match="nobody here could read") as caught:
        compiled("| survey |\n| | type | name | label |\n| | text | a | A |", settings)
    assert (caught.value.problems[0].sheet, caught.value.problems[0].column) == ("settings", "public_key")


def test_a_form_without_identity_is_refused() -> None:
    with pytest.raises(FormError) as caught:
        compiled(
            "| survey |\n| | type | name | label |\n| | text | a | A |", "| settings |\n| | form_title |\n| | W |\n"
        )
    assert [problem.column for problem in caught.value.problems] == ["form_id", "version"]


@pytest.mark.parametrize(
    ("source", "name"), [(b"hello", "a.md"), (b"PK\3\4", "a.xlsx"), (b"x", "a.pdf"), (b"\xff", "a.csv")]
)
def test_what_is_no_form_is_refused_with_words(source: bytes, name: str) -> None:
    with pytest.raises(FormError) as caught:
        compile_form(source, name)
    assert name in caught.value.problems[0].message


def test_csv_compiles_as_markdown_does() -> None:
    source = "survey\n,type,name,label\n,text,a,A\nsettings\n,form_id,version\n,wells,1\n"
    form = compile_form(source.encode(), "wells.csv", validate=False)
    assert [question.name for question in form.schema.questions] == ["a"]


def test_xlsx_compiles_as_markdown_does_and_faults_name_the_row_one_sees() -> None:
    book = Workbook()
    survey, settings = book.active, book.create_sheet("settings")
    assert survey is not None
    survey.title = "survey"
    for row in (("type", "name", "label"), ("text", "a", "A"), (None, None, None), ("intger", "b", "B")):
        survey.append(row)
    for row in (("form_id", "version"), ("wells", 2026112201)):
        settings.append(row)
    with pytest.raises(FormError) as caught:
        compile_form(_saved(book), "wells.xlsx", validate=False)
    assert caught.value.problems[0].row == 4
    survey["A4"] = "integer"
    form = compile_form(_saved(book), "wells.xlsx", validate=False)
    assert (form.version, form.schema.by_name["b"].type) == ("2026112201", "int")


def _saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


PERSONAL = """
| survey |
| | type | name | label | bind::gram:personal | calculation |
| | text | who  | Name  | yes | |
"""


def test_a_personal_answer_must_not_leak_into_a_calculate() -> None:
    with pytest.raises(FormError) as caught:
        compiled(PERSONAL + "| | calculate | greeting | | | concat('Hi ', ${who}) |")
    assert (caught.value.problems[0].row, caught.value.problems[0].column) == (3, "calculation")


def test_an_undeclared_personal_column_is_refused() -> None:
    with pytest.raises(FormError, match="urn:gramreach:xforms"):
        compiled(PERSONAL, "| settings |\n| | form_id | version |\n| | wells | 1 |\n")


def test_personal_reaches_the_schema_through_validate() -> None:
    assert compiled(PERSONAL, validate=True).schema.by_name["who"].personal


TRAINING = (FORMS / "training_event.md").read_text()


def test_a_form_without_a_derived_field_is_refused() -> None:
    source = TRAINING.replace("| text | topic |", "| text | subject |")
    with pytest.raises(FormError, match="no question 'topic'"):
        compile_form(source.encode(), "training_event.md", validate=False)


def test_a_derived_field_of_another_type_is_refused_at_its_row() -> None:
    source = TRAINING.replace("| text | topic |", "| integer | topic |")
    with pytest.raises(FormError) as caught:
        compile_form(source.encode(), "training_event.md", validate=False)
    (problem,) = caught.value.problems
    assert (problem.column, problem.row) == ("type", problem.row)
    assert problem.row is not None


def test_a_derived_field_may_move_to_a_new_name_if_it_says_so() -> None:
    old = shipped("training_event")
    moved = [
        q if q.name != "topic" else type(q)(**{**vars(q), "name": "taught", "path": ("training", "taught")})
        for q in old.questions
    ]
    silent = Schema(**{**_fields(old), "questions": tuple(moved)})
    said = [q if q.name != "taught" else type(q)(**{**vars(q), "renamed_from": "topic"}) for q in moved]
    spoken = Schema(**{**_fields(old), "questions": tuple(said)})
    assert ["'topic' has vanished" in problem.message for problem in compare(old, silent)] == [True]
    assert compare(old, spoken) == ()
    assert compare(spoken, spoken) == ()


def _fields(form: Schema) -> dict[str, object]:
    return {name: getattr(form, name) for name in Schema.__dataclass_fields__}


def test_the_schema_knows_what_the_sheet_said() -> None:
    form = schema(
        """
| survey |
| | type | name | label::English (en) | label::Hindi (hi) | required | relevant | appearance | default |
| | today | today | | | | | | |
| | begin group | site | Site | जगह | | | | |
| | select_one_from_file villages.csv | village | Village | गाँव | yes | | minimal | |
| | select_multiple kinds | kind | Kind | | | | | |
| | end group | | | | | | | |
| | begin repeat | well | Well | कुआँ | | ${village} != '' | | |
| | decimal | depth | Depth | गहराई | | | | 5 |
| | end repeat | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Hindi (hi) |
| | kinds | open | Open | खुला |
"""
    )
    village, depth = form.by_path["site", "village"], form.by_name["depth"]
    assert (village.itemset_file, village.required, village.appearance) == ("villages.csv", "true()", "minimal")
    assert village.label == {"en": "Village", "hi": "गाँव"}
    assert form.by_name["kind"].choices == {"open": {"en": "Open", "hi": "खुला"}}
    assert form.by_name["kind"].label == {"en": "Kind"}
    assert (depth.repeat, depth.type, depth.default) == (("well",), "decimal", "5")
    assert form.groups_by_path[("well",)].repeat
    assert "village" in (form.groups_by_path[("well",)].relevant or "")
    assert form.by_name["today"].metadata == "today"
    assert form.files == ("villages.csv",)


def test_constraints_and_calculates_come_as_xpath_and_messages_keep_their_names() -> None:
    form = schema(
        """
| survey |
| | type | name | label::English (en) | label::Hindi (hi) | constraint | constraint_message::English (en) | calculation |
| | decimal | depth | Depth | गहराई | . < 100 | ${depth} is too deep | |
| | calculate | double | | | | | ${depth} * 2 |
"""
    )
    depth, double = form.by_name["depth"], form.by_name["double"]
    assert (depth.constraint, depth.constraint_message) == (". < 100", {"en": "${depth} is too deep"})
    assert (double.calculate, double.calculated, depth.calculated) == ("/data/depth  * 2", True, False)
