import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_forms.instance import join_personal, mask_aadhaar, read, split_personal
from field_forms.personal import masked_text

from .forms import instance, schema

FORM = schema(
    """
| survey |
| | type | name | label | bind::gram:personal | appearance |
| | deviceid | deviceid | | | |
| | begin group | who | Who | | |
| | text | name | Name | yes | |
| | end group | | | | |
| | begin repeat | member | Member | | |
| | text | phone | Phone | yes | numbers |
| | text | note | Note | | |
| | end repeat | | | | |
| | text | remarks | Remarks | | |
| | text | owner_phone | Phone | | |
| | text | ration_card | Card | | numbers |
| | barcode | plate | Plate | | |
"""
)
XML = instance(
    "<who><name>Asha &amp; Sita</name></who><!-- kept -->\n"
    "<member><phone>1</phone><note>a</note></member><member ><phone  >2</phone ><note>b</note></member>"
)


def test_personal_answers_go_and_come_back_byte_for_byte() -> None:
    without, values = split_personal(read(XML), FORM)
    assert values == {"/who/name": "Asha & Sita", "/member[1]/phone": "1", "/member[2]/phone": "2"}
    assert b"Asha" not in without
    assert b"<!-- kept -->\n<member><phone></phone><note>a</note></member><member ><phone  ></phone >" in without
    assert join_personal(without, values) == XML


def test_a_form_without_personal_answers_is_left_alone() -> None:
    assert (
        split_personal(read(instance("<a/>")), schema("| survey |\n| | type | name | label |\n| | text | a | A |"))[1]
        == {}
    )


@pytest.mark.parametrize(
    "name",
    [
        "<name><![CDATA[Asha <3]]></name>",
        "<name>&#65;sha</name>",
        "<name>As<b>ha</b></name>",
        "<x:name xmlns:x='urn:x'>A</x:name>",
    ],
)
def test_personal_answers_are_found_however_they_are_written(name: str) -> None:
    xml = instance(f"<who>{name}</who>")
    without, values = split_personal(read(xml), FORM)
    assert set(values) == {"/who/name"}
    assert read(without).root.findtext("who/name") in ("", None)
    again = read(join_personal(without, values))
    assert split_personal(again, FORM) == (without, values)


def test_other_encodings_split_too() -> None:
    xml = ('<?xml version="1.0" encoding="UTF-16"?>' + XML.decode()).encode("utf-16")
    without, values = split_personal(read(xml), FORM)
    assert values["/who/name"] == "Asha & Sita"
    assert not read(without).root.findtext("who/name")
    assert read(join_personal(without, values)).root.findtext("who/name") == "Asha & Sita"


def test_values_go_into_empty_elements_of_either_form() -> None:
    assert join_personal(b'<data><a x="/>" /><b></b></data>', {"/a": "1<2", "/b": "\r"}) == (
        b'<data><a x="/>">1&lt;2</a><b>&#13;</b></data>'
    )


def test_a_value_without_a_place_is_said() -> None:
    with pytest.raises(ValueError, match=r"/member\[3\]/phone"):
        join_personal(XML, {"/member[3]/phone": "3"})


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    xml = join_personal(instance("<who><name/></who>"), {"/who/name": text})
    without, values = split_personal(read(xml), FORM)
    assert values == ({"/who/name": text} if text else {})
    assert (
        join_personal(without, values)
        .decode()
        .count(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    )


# 2345 6789 0124 carries a valid check digit (made up), 2345 6789 0125 does not.


@pytest.mark.parametrize(
    "text",
    [
        "234567890124",
        "2345 6789 0124",
        "2345-6789-0124",
        "Aadhaar:234567890124.",
        "आधार २३४५६७८९०१२४ है",
        "आधार234567890124",
        "two: 2345 6789 0124, 2345 6789 0124",
    ],
)
def test_aadhaar_numbers_are_masked(text: str) -> None:
    masked = masked_text(text)
    assert "XXXX XXXX " in masked
    assert "6789" not in masked
    assert "६७८९" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "234567890125",  # the check digit is wrong
        "1234567890124",  # thirteen digits
        "2345678901240",
        "034567890128",  # none begins with 0 or 1
        "134567890129",
        "12.234567890124",  # a decimal
        "2345 67890124",  # other groups than 4-4-4
        "9876543210",
        "no digits",
    ],
)
def test_other_numbers_are_left(text: str) -> None:
    assert masked_text(text) == text


def test_only_free_text_is_masked_and_named() -> None:
    number = "234567890124"
    xml = instance(
        f"<deviceid>{number}</deviceid><member><phone>{number}</phone><note>x</note></member><member><note>{number}</note>"
        f"</member><remarks>His number is {number}!</remarks><owner_phone>{number}</owner_phone>"
        f"<ration_card>{number}</ration_card><plate>{number}</plate>"
    )
    masked, paths = mask_aadhaar(read(xml), FORM)
    assert paths == ["/member[2]/note", "/remarks"]
    assert masked == xml.replace(f"<note>{number}".encode(), b"<note>XXXX XXXX 0124").replace(
        f"is {number}!".encode(), b"is XXXX XXXX 0124!"
    )


def test_character_references_do_not_hide_a_number() -> None:
    xml = instance("<remarks>&#50;34567890124</remarks>")
    assert mask_aadhaar(read(xml), FORM)[1] == ["/remarks"]


@pytest.mark.parametrize("cut", ["2345 67<!-- -->89 0124", "2345<![CDATA[6789]]>0124", "2345<?x y?>67890124"])
def test_a_number_cut_up_by_comments_is_masked(cut: str) -> None:
    masked, paths = mask_aadhaar(read(instance(f"<remarks>His {cut}</remarks>")), FORM)
    assert paths == ["/remarks"]
    assert b"6789" not in masked


def test_personal_free_text_is_masked_too() -> None:
    assert mask_aadhaar(read(instance("<who><name>Asha 2345 6789 0124</name></who>")), FORM)[1] == ["/who/name"]
