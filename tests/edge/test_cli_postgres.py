"""`cosell migrate`, and what is said of a PostgreSQL database that cannot be used."""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from cosell.store.sqlite_file import newest_format
from tests import postgres
from tests.databases import Database
from tests.edge.test_cli_serve import COSELL, PATIENCE_S, ran, refused
from tests.harness import environment

FORMAT = newest_format()
SERVE = ("serve", "--port", "0")


@pytest.fixture
def empty() -> Iterator[str]:
    """A database in which there is nothing."""
    url = postgres.empty_database()
    yield url
    postgres.drop(url)


def told(*arguments: str) -> str:
    done = ran(*arguments)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def say(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def formats(url: str) -> list[tuple[object, ...]]:
    return Database(url).rows("select format from cosell_format order by format")


def test_migrate_makes_an_empty_database_ours_and_leaves_one_that_is_alone(empty: str) -> None:
    assert told("migrate", "--database", empty) == f"{empty} is at format {FORMAT} now\n"
    tables = Database(empty).rows("select tablename from pg_tables where schemaname = 'public'")
    assert {("namespace",), ("document",), ("procrastinate_jobs",)} < set(tables)
    say(empty, "insert into retired (ns, retired_at) values (7, 1)")
    assert told("migrate", "--database", empty) == f"{empty} was at format {FORMAT} already\n"
    assert Database(empty).rows("select ns from retired") == [(7,)]
    assert formats(empty) == [(FORMAT,)]


def test_migrate_from_several_places_at_once_is_done_once(empty: str) -> None:
    command = [*COSELL, "migrate", "--database", empty]
    running = [
        subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=PATIENCE_S) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert sorted(out for out, _ in said) == [
        f"{empty} is at format {FORMAT} now\n",
        f"{empty} was at format {FORMAT} already\n",
        f"{empty} was at format {FORMAT} already\n",
    ]
    assert formats(empty) == [(FORMAT,)]


@pytest.mark.parametrize("table", ["namespace", "tag", "procrastinate_jobs"])
def test_migrate_leaves_another_program_s_database_alone(empty: str, table: str) -> None:
    say(empty, f"create table {table} (theirs text)")
    said = refused(ran("migrate", "--database", empty), 1)
    assert said.startswith(f"cosell: The database {empty} cannot be migrated: ")
    assert "tables of another program; give cosell a database, or a schema, of its own" in said
    tables = Database(empty).rows("select tablename from pg_tables where schemaname = 'public'")
    assert tables == [(table,)]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize(
    "command", [("migrate",), SERVE, ("worker",)], ids=["migrate", "serve", "worker"]
)
def test_a_database_that_cannot_hold_every_letter_is_refused(
    empty: str, encoding: str, command: tuple[str, ...]
) -> None:
    name = f"in_{encoding.lower()}"
    say(empty, f"create database {name} encoding '{encoding}' template template0 locale 'C'")
    where = empty.replace(urlsplit(empty).path, f"/{name}", 1)
    try:
        said = refused(ran(*command, "--database", where), 1)
    finally:
        say(empty, f"drop database {name}")
    assert f"its encoding is {encoding}, which has not every letter" in said
    assert "createdb --encoding UTF8" in said


def test_migrate_that_was_broken_off_goes_on_where_it_was(migrated: str) -> None:
    say(
        migrated,
        "delete from setting where name = 'queue'",
        "drop schema public cascade",
        "create schema public",
    )
    told("migrate", "--database", migrated)
    say(migrated, "delete from setting where name = 'queue'")
    said = refused(ran(*SERVE, "--database", migrated), 1)
    assert "was not migrated to the end. Run `cosell migrate --database …` again." in said


def test_who_may_not_make_tables_is_told(empty: str) -> None:
    say(
        empty,
        "create role nobody_in_particular login",
        "revoke create on schema public from public",
    )
    mine = empty.replace("postgres@", "nobody_in_particular@")
    try:
        said = refused(ran("migrate", "--database", mine), 1)
    finally:
        say(empty, "drop role nobody_in_particular")
    assert "cannot be migrated: permission denied for schema public." in said


@pytest.mark.parametrize("command", [SERVE, ("worker",)], ids=["serve", "worker"])
def test_a_database_that_is_behind_is_refused_with_what_to_run(
    empty: str, command: tuple[str, ...]
) -> None:
    said = refused(ran(*command, "--database", empty), 1)
    assert said.endswith(
        f"cosell: The database {empty} has no tables of cosell's yet; this cosell needs format"
        f" {FORMAT}. Run `cosell migrate --database …` first.\n"
    )


@pytest.mark.parametrize(
    "command", [SERVE, ("worker",), ("migrate",)], ids=["serve", "worker", "migrate"]
)
def test_a_database_that_is_ahead_is_refused(migrated: str, command: tuple[str, ...]) -> None:
    say(migrated, "insert into cosell_format (format, works_with) values (99, 98)")
    said = refused(ran(*command, "--database", migrated), 1)
    assert said.startswith(f"cosell: The database {migrated} ")
    assert said.endswith(
        f" has format 99; this cosell knows formats up to {FORMAT}. Use the newer cosell that"
        " migrated it.\n"
    )


def test_a_database_that_is_ahead_and_works_with_this_cosell_is_left_as_it_is(
    migrated: str,
) -> None:
    say(migrated, f"insert into cosell_format (format, works_with) values (99, {FORMAT})")
    assert told("migrate", "--database", migrated) == f"{migrated} was at format 99 already\n"
    assert formats(migrated) == [(FORMAT,), (99,)]


@pytest.mark.parametrize("command", [SERVE, ("worker",), ("migrate",)])
@pytest.mark.parametrize(
    "where", ["me:shh@127.0.0.1:1/x", "me:s%hh@localhost/x", "me:shh@[::1]x/x"]
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    command: tuple[str, ...], where: str
) -> None:
    done = ran(*command, "--database", f"postgresql://{where}")
    said = refused(done, 1)
    assert f"postgresql://me:***@{where.partition('@')[2]} can" in said
    assert "hh@" not in done.stdout + said
    assert "shh" not in done.stdout + said


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("migrate", "a SQLite state is brought up to date by `cosell serve`"),
        ("worker", "the server of a SQLite state does by itself what is due"),
    ],
)
def test_a_sqlite_state_is_not_theirs(command: str, why: str) -> None:
    said = refused(ran(command, "--database", "state.db"), 2)
    assert said == f"cosell: --database: {command} wants postgresql://…; {why}.\n"


@pytest.mark.parametrize("absent", ["psycopg", "psycopg_pool", "procrastinate"])
@pytest.mark.parametrize("command", [SERVE, ("worker",), ("migrate",)])
def test_who_lacks_the_extra_is_told_what_to_install(command: tuple[str, ...], absent: str) -> None:
    program = (
        f"import sys; sys.modules[{absent!r}] = None; from cosell.cli import main;"
        f" sys.exit(main({[*command, '--database', 'postgresql://localhost/x']!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    said = refused(done, 1)
    assert said == "cosell: PostgreSQL needs more packages: pip install 'cosell[postgres]'\n"
