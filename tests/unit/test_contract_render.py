"""Answers, redaction and digests of a small model that also contains itself."""

from hashlib import sha256
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest

from cosell.contract import NO_ADDITIONS, Additions, Contract, Document
from cosell.contract.load import load

SHAPES: dict[str, Any] = {
    "GetRequest": {
        "type": "structure",
        "members": {"Id": {"shape": "Text"}, "Token": {"shape": "Text", "idempotencyToken": True}},
    },
    "GetResponse": {
        "type": "structure",
        "members": {
            "Title": {"shape": "Text"},
            "Contact": {"shape": "Contact"},
            "Children": {"shape": "Contacts"},
            "Aliases": {"shape": "Texts"},
            "Tags": {"shape": "Texts"},
            "Payload": {"shape": "Payload"},
            "Amounts": {"shape": "Amounts"},
            "Places": {"shape": "Places"},
            "Free": {"shape": "Free"},
        },
    },
    "Contact": {
        "type": "structure",
        "members": {
            "Name": {"shape": "Secret"},
            "Email": {"shape": "Text"},
            "Reports": {"shape": "Contacts"},
        },
    },
    "Payload": {
        "type": "structure",
        "union": True,
        "members": {"Lead": {"shape": "Contact"}, "Note": {"shape": "Text"}},
    },
    "Contacts": {"type": "list", "member": {"shape": "Contact"}},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Amounts": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}},
    "Places": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Contact"}},
    "Free": {"type": "structure", "members": {}, "document": True},
    "Text": {"type": "string"},
    "Secret": {"type": "string", "sensitive": True},
    "Lost": {"type": "structure", "exception": True, "members": {"Message": {"shape": "Text"}}},
}
MODEL: dict[str, Any] = {
    "metadata": {
        "serviceId": "Small",
        "targetPrefix": "SmallTarget",
        "signingName": "small",
        "modelDate": "2026-01-01",
    },
    "operations": {
        "Get": {
            "name": "Get",
            "readonly": True,
            "input": {"shape": "GetRequest"},
            "output": {"shape": "GetResponse"},
            "errors": [{"shape": "Lost"}],
        },
        "Touch": {"name": "Touch", "input": {"shape": "GetRequest"}},
    },
    "pagination": {"Get": {"result_key": "Children"}},
    "shapes": SHAPES,
}
ADDITIONS = Additions(
    values={},
    closed={},
    unpatterned=frozenset(),
    nulls=frozenset(),
    empty_lists=frozenset({("GetResponse", "Tags")}),
    objects=frozenset({("GetResponse", "Contact")}),
)
NOBODY: Document = {"Email": None, "Name": None, "Reports": None}
UNSET: Document = {
    "Aliases": None,
    "Amounts": None,
    "Children": None,
    "Contact": NOBODY,
    "Free": None,
    "Payload": None,
    "Places": None,
    "Tags": [],
    "Title": None,
}


@pytest.fixture(scope="module")
def small() -> Contract:
    return load(orjson.dumps(MODEL), ADDITIONS)


def test_load_says_what_the_model_says(small: Contract) -> None:
    get, touch = small.operations["Get"], small.operations["Touch"]
    assert (small.service_id, small.target_prefix) == ("Small", "SmallTarget")
    assert (small.signing_name, small.model_date) == ("small", "2026-01-01")
    assert small.errors == get.errors == {"Lost"}
    assert (get.input_shape, get.output_shape) == ("GetRequest", "GetResponse")
    assert (get.members, get.idempotency_token) == (("Id", "Token"), "Token")
    assert (get.is_read_only, get.result_list) == (True, "Children")
    assert (touch.is_read_only, touch.result_list, touch.output_shape) == (False, None, None)


def test_render_unset_members_are_there_in_alphabetical_order(small: Contract) -> None:
    answer = small.operations["Get"].render({})
    assert answer == UNSET
    assert list(answer) == sorted(answer)


def test_render_what_is_set_stays_and_what_is_unknown_goes(small: Contract) -> None:
    document: Document = {
        "Title": "t",
        "Owner": "unknown",
        "Aliases": ["a"],
        "Tags": ["b"],
        "Children": [{"Name": "n", "Age": 1, "Reports": [{}]}],
        "Amounts": {"a": "1"},
        "Places": {"here": {"Name": "n"}},
        "Free": {"b": 1, "a": None},
    }
    assert small.operations["Get"].render(document) == {
        **UNSET,
        "Title": "t",
        "Aliases": ["a"],
        "Tags": ["b"],
        "Children": [{**NOBODY, "Name": "n", "Reports": [NOBODY]}],
        "Amounts": {"a": "1"},
        "Places": {"here": {**NOBODY, "Name": "n"}},
        "Free": {"b": 1, "a": None},
    }


def test_render_a_union_shows_the_set_member_only(small: Contract) -> None:
    assert small.render("Payload", {"Lead": None, "Note": "x"}) == {"Note": "x"}
    assert small.render("Payload", {"Lead": {"Name": "n"}}) == {"Lead": {**NOBODY, "Name": "n"}}
    assert small.render("Payload", {}) == {}


def test_render_what_is_rendered_already_passes(small: Contract) -> None:
    done = orjson.Fragment(b'{"Name":"n"}')
    document: Any = {"Contact": done, "Children": [done, {}], "Payload": done}
    answer = orjson.loads(orjson.dumps(small.operations["Get"].render(document)))
    assert (answer["Contact"], answer["Payload"]) == ({"Name": "n"}, {"Name": "n"})
    assert answer["Children"] == [{"Name": "n"}, NOBODY]


def test_render_an_echo_says_what_was_said_and_no_more() -> None:
    echoing = load(orjson.dumps(MODEL), ADDITIONS._replace(echoes=frozenset({"Contact"})))
    said: Document = {"Reports": [{"Name": "n"}], "Email": None, "Owner": "unknown"}
    assert echoing.render("Contact", said) == {"Reports": [{"Name": "n"}]}
    assert echoing.operations["Get"].render({"Children": [said]}) == {
        **UNSET,
        "Contact": {},
        "Children": [{"Reports": [{"Name": "n"}]}],
    }


def test_render_without_output_is_empty(small: Contract) -> None:
    assert small.operations["Touch"].render({"Id": "x"}) == {}


def test_render_a_shape_without_members_is_as_it_is(small: Contract) -> None:
    assert small.render("Free", {"b": 1}) == {"b": 1}


def test_redact_sensitive_and_unknown_values_are_blotted_out(small: Contract) -> None:
    document: Document = {
        "Title": "t",
        "Contact": {"Name": "n", "Email": None, "Phone": "1"},
        "Children": [{"Name": None}],
        "Amounts": {"a": "1"},
        "Aliases": ["a"],
        "Free": {"x": 1},
        "Owner": {"x": 1},
    }
    assert small.redact("GetResponse", document) == {
        "Title": "t",
        "Contact": {"Name": "***", "Email": None, "Phone": "***"},
        "Children": [{"Name": None}],
        "Amounts": {"a": "***"},
        "Aliases": ["a"],
        "Free": {"x": 1},
        "Owner": "***",
    }


def test_redact_values_of_another_kind_are_blotted_out(small: Contract) -> None:
    document: Document = {"Title": {"x": 1}, "Contact": "n", "Children": 1, "Amounts": [1]}
    assert small.redact("GetResponse", document) == dict.fromkeys(document, "***")


def test_digest_binds_members_and_not_their_order_nor_the_token(small: Contract) -> None:
    digest = small.operations["Get"].digest
    nested: Document = {"A": [1, {"x": 1, "y": 2}], "Token": "1"}
    same: Document = {"Token": "2", "A": [1, {"y": 2, "x": 1}]}
    other: Document = {"A": [{"x": 1, "y": 2}, 1]}
    assert digest(nested) == digest(same)
    assert digest(nested) != digest(other)
    assert len(digest({})) == 32


def test_digest_stays_what_it_was(small: Contract) -> None:
    # Stored ledgers hold it: another serialisation needs another number in front.
    expected = sha256(b'1{"A":1,"B":"x"}').digest()
    assert small.operations["Get"].digest({"B": "x", "A": 1, "Token": "t"}) == expected


def test_validate_shapes_that_contain_themselves(small: Contract) -> None:
    chief: Document = {"Reports": [{"Reports": [{"Name": "n"}]}]}
    assert small.render("Contact", chief)["Email"] is None
    small.compile_all()


def test_compile_while_other_threads_compile() -> None:
    contract = load(orjson.dumps(MODEL), NO_ADDITIONS)
    together, answers = Barrier(8), []

    def call() -> None:
        together.wait()
        answers.append(contract.render("Contact", {"Reports": [{"Reports": [{}]}]}))

    threads = [Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deep = {**NOBODY, "Reports": [{**NOBODY, "Reports": [NOBODY]}]}
    assert answers == [deep] * 8


def test_compile_all_refuses_additions_to_what_is_not_there() -> None:
    additions = ADDITIONS._replace(
        values={"Colour": ("Blue",)},
        nulls=frozenset({("Contact", "Nickname"), ("Contact", "Email")}),
        echoes=frozenset({"Contact", "Parrot"}),
    )
    with pytest.raises(ValueError, match=r"\('Contact', 'Nickname'\), Colour, Parrot$"):
        load(orjson.dumps(MODEL), additions).compile_all()
