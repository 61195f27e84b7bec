"""The vocabulary of contracts: what a loaded service model offers to the rest of the program.

A model is AWS's service description (service-2.json); `contract.load` reads one. Must not import a
sibling, and nothing in this package may know a particular service: what a service adds to its own
model arrives as `Additions`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias, Union

from cosell import __version__
from cosell.errors import WORD_COMPARED_MAX, FieldError, did_you_mean

Json: TypeAlias = Union[bool, int, float, str, "list[Json]", "dict[str, Json]", None]
Document: TypeAlias = dict[str, Json]

Member: TypeAlias = tuple[str, str]
"""A structure's shape name and the name of one of its members."""

Validated: TypeAlias = tuple[Document, tuple[FieldError, ...]]
"""The known members of a request, and everything that is wrong with them."""


class Stranger(NamedTuple):
    """A member that the model does not have: where it stands, and what could stand there."""

    path: str
    name: str
    known: tuple[str, ...]


class Additions(NamedTuple):
    """What a service knows about its shapes that its model does not say.

    `values` are accepted beside an enum's own. `closed` makes an enum of a free string: of a shape,
    or of one member. `unpatterned` names string shapes, or members, whose pattern is not asked,
    lengths that it states included; the min and max beside it are. `nulls` are members whose
    explicit null is kept as None. `words` say what a shape's pattern asks to whoever is refused for
    it: `must be a date such as 2026-12-31`. In answers an unset list in `empty_lists` is `[]`, and
    an unset structure in `objects` is an object whose members are unset; a structure in `echoes`
    says again what somebody said, and nothing of what was not. With `closed_members`, a request's
    members that the model does not have are faults; AWS ignores them.
    """

    values: Mapping[str, tuple[str, ...]]
    closed: Mapping[str | Member, tuple[str, ...]]
    unpatterned: frozenset[str | Member]
    nulls: frozenset[Member]
    empty_lists: frozenset[Member]
    objects: frozenset[Member]
    echoes: frozenset[str] = frozenset()
    words: Mapping[str, str] = {}
    closed_members: bool = False


NO_ADDITIONS = Additions(
    values={},
    closed={},
    unpatterned=frozenset(),
    nulls=frozenset(),
    empty_lists=frozenset(),
    objects=frozenset(),
)


class Operation(NamedTuple):
    """One operation. Its functions compile themselves when they are first called.

    `validate` raises SerializationException for a wrong JSON type and returns all other faults.
    `render` completes an answer; `digest` is what an idempotency token binds.
    `result_list` is the output member that a paginated operation fills.
    """

    name: str
    input_shape: str
    output_shape: str | None
    errors: frozenset[str]
    idempotency_token: str | None
    members: tuple[str, ...]
    is_read_only: bool
    result_list: str | None
    validate: Callable[[object], Validated]
    render: Callable[[Document], Document]
    digest: Callable[[Document], bytes]


class Contract(NamedTuple):
    """A service's model, ready for use.

    `enum` lists the values that a shape accepts, the service's additions last. `render` completes
    a document of any shape, `redact` blots out what the model marks as sensitive. `owner` is the
    structure that has the last member of a path (`project.expectedCustomerSpend[0].amount`) below
    a structure, '' if the model has none such. `strangers` finds the members of a document, at any
    depth, that its shape does not have. `outline` tells each member of a structure: its name, the
    type of its shape, whether it is required. `compile_all` compiles every shape at once, and
    raises ValueError for additions to what the model does not have; only tests want it.
    """

    service_id: str
    target_prefix: str
    signing_name: str
    model_date: str
    operations: Mapping[str, Operation]
    errors: frozenset[str]
    enum: Callable[[str], tuple[str, ...]]
    render: Callable[[str, Document], Document]
    redact: Callable[[str, Document], Document]
    owner: Callable[[str, str], str]
    strangers: Callable[[str, object], Iterator[Stranger]]
    outline: Callable[[str], Iterator[tuple[str, str, bool]]]
    compile_all: Callable[[], None]

    def lacking(self, operation: str, *others: str) -> str:
        """What to say of an operation that the model does not have: a client's may be newer. It may
        also be misspelt, for one of these or of `others`."""
        return (
            f"There is no operation {operation[:WORD_COMPARED_MAX]!r} in {self.signing_name} as of"
            f" {self.model_date}, the API model that cosell {__version__} has; a newer one may have"
            f" it.{did_you_mean(operation, (*self.operations, *others))}"
        )
