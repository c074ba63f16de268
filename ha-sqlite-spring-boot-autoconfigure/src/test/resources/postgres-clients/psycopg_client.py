"""psycopg 3 against a node. The connection comes from PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE."""

import datetime as dt
import decimal
import uuid

import psycopg
from psycopg.types.json import Jsonb

VALUES = {
    "small": 12,
    "big": 2**53 + 1,
    "amount": decimal.Decimal("12.34"),
    "score": 0.1,
    "ok": True,
    "note": "naïve ☃ 'quoted' \\ text",
    "data": bytes(range(256)),
    "day": dt.date(2026, 2, 3),
    "clock": dt.time(4, 5, 6, 789000),
    "at": dt.datetime(2026, 2, 3, 4, 5, 6, 123456),
    "seen": dt.datetime(2026, 2, 3, 4, 5, 6, 500000, dt.timezone.utc),
    "code": uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "doc": {"a": [1, None, "x"]},
}


def create(connection):
    connection.execute("DROP TABLE IF EXISTS thing")
    connection.execute(
        "CREATE TABLE thing(id SERIAL PRIMARY KEY, small SMALLINT, big BIGINT, amount NUMERIC(10,2),"
        " score DOUBLE PRECISION, ok BOOLEAN, note TEXT, data BYTEA, day DATE, clock TIME, at TIMESTAMP,"
        " seen TIMESTAMPTZ, code UUID, doc JSONB)"
    )


def types_round_trip(connection):
    names = ", ".join(VALUES)
    for parameters in ("%s", "%b", "%t"):
        for binary in (False, True):
            marks = ", ".join(f"%({name}){parameters[1]}" for name in VALUES)
            values = {**VALUES, "doc": Jsonb(VALUES["doc"])}
            with connection.cursor(binary=binary) as cursor:
                row = cursor.execute(
                    f"INSERT INTO thing({names}) VALUES ({marks}) RETURNING {names}", values
                ).fetchone()
                assert list(row) == list(VALUES.values()), (parameters, binary, row)
                row = cursor.execute(f"SELECT {names} FROM thing WHERE code = %s AND at = %s LIMIT 1",
                                     [VALUES["code"], VALUES["at"]]).fetchone()
                assert list(row) == list(VALUES.values()), (parameters, binary, row)
    row = connection.execute(
        f"INSERT INTO thing({names}) VALUES ({', '.join(['%s'] * len(VALUES))}) RETURNING {names}",
        [None] * len(VALUES),
    ).fetchone()
    assert row == (None,) * len(VALUES), row
    connection.commit()


def batches_and_pipelines(connection):
    create(connection)
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO thing(note, small) VALUES (%s, %s)", [(f"n{i}", i) for i in range(500)])
        assert cursor.rowcount == 500, cursor.rowcount
        cursor.executemany(
            "INSERT INTO thing(note) VALUES (%s) RETURNING id", [("a",), ("b",)], returning=True
        )
        ids = [cursor.fetchone()[0]]
        cursor.nextset()
        ids.append(cursor.fetchone()[0])
        assert ids[1] == ids[0] + 1, ids
    connection.commit()
    with connection.pipeline():
        first = connection.execute("SELECT count(*) FROM thing")
        second = connection.execute("SELECT note FROM thing WHERE small = %s", [7])
        assert first.fetchone()[0] == 502
        assert second.fetchone()[0] == "n7"
    connection.commit()
    try:
        with connection.pipeline() as pipeline:
            connection.execute("UPDATE thing SET small = 0")
            connection.execute("SELECT * FROM nowhere")
            pipeline.sync()
        raise AssertionError("no error for a table that is not there")
    except psycopg.errors.UndefinedTable:
        connection.rollback()
    assert connection.execute("SELECT small FROM thing WHERE note = 'n7'").fetchone()[0] == 7
    for i in range(12):
        row = connection.execute("SELECT id FROM thing WHERE small = %s", [i], prepare=True).fetchone()
        assert row is not None
    connection.commit()


def rows_are_copied(connection):
    create(connection)
    with connection.cursor() as cursor:
        with cursor.copy("COPY thing(small, note, day) FROM STDIN") as copy:
            for i in range(100):
                copy.write_row((i, "tab\t and \\ and\nline", dt.date(2026, 1, 1)))
            copy.write_row((None, None, None))
        assert cursor.rowcount == 101, cursor.rowcount
        with cursor.copy("COPY thing(small, note, day) TO STDOUT") as copy:
            copy.set_types(["int2", "text", "date"])
            rows = list(copy.rows())
        assert rows[99] == (99, "tab\t and \\ and\nline", dt.date(2026, 1, 1)), rows[99]
        assert rows[100] == (None, None, None), rows[100]
    connection.commit()


def transactions(connection):
    with connection.transaction():
        connection.execute("INSERT INTO thing(note) VALUES ('kept')")
        try:
            with connection.transaction():
                connection.execute("INSERT INTO thing(note) VALUES ('lost')")
                raise psycopg.Rollback()
        except psycopg.Rollback:
            pass
    assert connection.execute("SELECT count(*) FROM thing WHERE note IN ('kept', 'lost')").fetchone()[0] == 1
    try:
        connection.execute("INSERT INTO thing(id) SELECT min(id) FROM thing")
        raise AssertionError("a key was given twice")
    except psycopg.errors.UniqueViolation:
        pass
    try:
        connection.execute("SELECT 1")
        raise AssertionError("a failed transaction went on")
    except psycopg.errors.InFailedSqlTransaction:
        connection.rollback()
    connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    connection.read_only = True
    try:
        connection.execute("DELETE FROM thing")
        raise AssertionError("a transaction that only reads has written")
    except psycopg.errors.ReadOnlySqlTransaction:
        connection.rollback()
    connection.read_only = None
    connection.isolation_level = None
    assert connection.execute("SELECT note FROM thing WHERE note = ANY(%s)", [["kept", "x"]]).fetchall() == [("kept",)]
    connection.commit()


with psycopg.connect(prepare_threshold=2) as opened:
    create(opened)
    for step in (types_round_trip, batches_and_pipelines, rows_are_copied, transactions):
        step(opened)
        print("ok", step.__name__)
