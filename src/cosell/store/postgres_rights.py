"""Whether a role may do on a PostgreSQL database what this program does there.

Must not read or write a row of anybody's.
"""

from cosell.store import StoreError
from cosell.store.postgres_tx import GRANTS, Connection
from cosell.store.statements import postgres_statements

_MISSING = postgres_statements()["missing_rights"]


def ensure_allowed(connection: Connection, where: str) -> None:
    """StoreError, which says what to grant, unless the role of a connection may work on all that
    cosell has there."""
    [(role, schema)] = connection.execute(
        "select quote_ident(current_user), quote_ident(current_schema())"
    ).fetchall()
    if schema is None:
        raise StoreError(
            f"The database {where} cannot be used: its role {role} may use no schema there."
            f" GRANT USAGE ON SCHEMA public TO {role};"
        )
    missing = sorted(connection.execute(_MISSING).fetchall(), reverse=True)  # tables first
    if missing:
        (kind, name, rights), others = missing[0], len(missing) - 1
        more = f" (and {others} others)" if others else ""
        raise StoreError(
            f"The database {where} cannot be used: its role {role} lacks {rights} on the"
            f" {kind} {name}{more}. {GRANTS.format(schema=schema, role=role)}"
        )
