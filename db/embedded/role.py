"""The role that the service uses: it owns the database and everything in it, and is no superuser.

Earlier releases made everything as the superuser, which an earlier release can still use.
"""

from collections.abc import Callable

ROLE = "genre"
Psql = Callable[[str, str], str]
"""Runs statements in a database as the superuser, and returns what they print."""

_OWNER = "SELECT datdba::regrole FROM pg_database WHERE datname = 'genre'"
_MAKE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'genre') THEN
        CREATE ROLE genre LOGIN;
    END IF;
END $$
"""
# Sequences of columns follow their tables. The database comes last: it says that all is done.
_HAND_OVER = """
DO $$
DECLARE command text;
BEGIN
    SET LOCAL lock_timeout = '30s';
    FOR command IN
        SELECT format('ALTER %s %s OWNER TO genre', CASE relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            ELSE 'TABLE' END, pg_class.oid::regclass)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (
                SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
                    AND objid = pg_class.oid AND deptype IN ('a', 'i') AND relkind = 'S'
            )
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO genre', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO genre', oid::regtype)
        FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    LOOP
        EXECUTE command;
    END LOOP;
    ALTER DATABASE genre OWNER TO genre;
END $$
"""


def ensure_owned(psql: Psql) -> None:
    """Make the role and the database unless they exist, and hand over what is the superuser's."""
    owner = psql("postgres", _OWNER).strip()
    if owner == ROLE:
        return
    psql("postgres", _MAKE_ROLE)
    if owner:
        psql("genre", _HAND_OVER)
    else:
        psql("postgres", "CREATE DATABASE genre OWNER genre")
