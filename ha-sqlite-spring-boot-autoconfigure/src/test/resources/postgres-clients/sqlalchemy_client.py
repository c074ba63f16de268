"""SQLAlchemy 2 with psycopg against a node that has Chinook in it. The connection comes from the PG… variables."""

import datetime as dt
import decimal
import enum
import os
import uuid
from typing import List, Optional

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

URL = sa.URL.create(
    "postgresql+psycopg",
    os.environ["PGUSER"],
    os.environ["PGPASSWORD"],
    os.environ["PGHOST"],
    int(os.environ["PGPORT"]),
    os.environ["PGDATABASE"],
)


class Base(DeclarativeBase):
    pass


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Shop(Base):
    __tablename__ = "shop"
    __table_args__ = (sa.UniqueConstraint("name", "town"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    town: Mapped[Optional[str]]
    code: Mapped[uuid.UUID]
    mood: Mapped[Mood] = mapped_column(sa.Enum(Mood, native_enum=False))
    open: Mapped[bool] = mapped_column(default=True)
    founded: Mapped[dt.date]
    seen: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    about: Mapped[Optional[dict]] = mapped_column(sa.JSON)
    picture: Mapped[Optional[bytes]]
    orders: Mapped[List["Order"]] = relationship(back_populates="shop", cascade="all, delete-orphan")


class Order(Base):
    __tablename__ = "shop_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(sa.ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    total: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    shop: Mapped[Shop] = relationship(back_populates="orders")


def reflection(engine):
    inspector = sa.inspect(engine)
    assert inspector.default_schema_name == "public"
    tables = inspector.get_table_names()
    if "Track" not in tables:
        print("skipped: there is no Chinook")
        return
    assert {"Album", "Artist", "Track", "PlaylistTrack"} <= set(tables), tables
    columns = {column["name"]: column for column in inspector.get_columns("Track")}
    assert isinstance(columns["TrackId"]["type"], sa.BIGINT), columns["TrackId"]
    assert isinstance(columns["Name"]["type"], (sa.VARCHAR, sa.TEXT)) and columns["Name"]["nullable"] is False
    price = columns["UnitPrice"]["type"]
    assert (price.precision, price.scale) == (10, 2), price
    assert inspector.get_pk_constraint("PlaylistTrack")["constrained_columns"] == ["PlaylistId", "TrackId"]
    keys = {key["constrained_columns"][0]: key for key in inspector.get_foreign_keys("Track")}
    assert keys["AlbumId"]["referred_table"] == "Album" and keys["AlbumId"]["referred_columns"] == ["AlbumId"]
    indexes = inspector.get_indexes("Track")
    assert ["AlbumId"] in [index["column_names"] for index in indexes], indexes
    assert not any("expressions" in index for index in indexes), indexes
    metadata = sa.MetaData()
    metadata.reflect(engine, views=True)
    track, album = metadata.tables["Track"], metadata.tables["Album"]
    assert track.c.AlbumId.references(album.c.AlbumId)
    with engine.connect() as connection:
        query = sa.select(album.c.Title, sa.func.count()).join(track).group_by(album.c.Title).order_by(sa.desc(sa.func.count()))
        assert connection.execute(query.limit(1)).one() == ("Greatest Hits", 57)


def constraints_and_indexes(engine):
    with engine.begin() as connection:
        connection.execute(sa.text("DROP VIEW IF EXISTS word_view"))
        connection.execute(sa.text("DROP TABLE IF EXISTS word"))
        connection.execute(sa.text(
            "CREATE TABLE word(id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, lang TEXT DEFAULT 'en', n INT4,"
            " CONSTRAINT word_once UNIQUE (name, lang), CONSTRAINT positive CHECK (n > 0))"))
        connection.execute(sa.text("CREATE UNIQUE INDEX word_lower ON word(lower(name), n DESC)"))
        connection.execute(sa.text("CREATE INDEX word_n ON word(n) WHERE n > 10"))
        connection.execute(sa.text("CREATE VIEW word_view AS SELECT id, name FROM word"))
    inspector = sa.inspect(engine)
    indexes = {index["name"]: index for index in inspector.get_indexes("word")}
    assert indexes["word_lower"]["unique"] is True and indexes["word_lower"]["column_names"] == [None, "n"], indexes
    assert indexes["word_lower"]["expressions"] == ["lower(name)", "n"], indexes
    assert indexes["word_n"]["column_names"] == ["n"] and indexes["word_n"]["unique"] is False, indexes
    assert indexes["word_n"]["dialect_options"]["postgresql_where"] == "n > 10", indexes
    unique = inspector.get_unique_constraints("word")
    assert [entry["column_names"] for entry in unique] == [["name", "lang"]], unique
    assert inspector.get_view_names() == ["word_view"]
    assert "SELECT id, name" in inspector.get_view_definition("word_view")
    assert [column["name"] for column in inspector.get_columns("word_view")] == ["id", "name"]
    inspector.get_check_constraints("word")
    inspector.get_table_comment("word")
    inspector.get_sequence_names()
    inspector.get_materialized_view_names()
    inspector.get_schema_names()
    inspector.get_enums()
    inspector.get_domains()
    assert inspector.has_table("word") and not inspector.has_table("nowhere")


def objects_are_mapped(engine):
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    Base.metadata.create_all(engine)
    seen = dt.datetime(2026, 2, 3, 4, 5, 6, tzinfo=dt.timezone.utc)
    code = uuid.uuid4()
    with Session(engine) as session:
        shops = [
            Shop(name=f"s{i}", town="Ulm", code=code if i == 3 else uuid.uuid4(), mood=Mood.BAD if i % 2 else Mood.GOOD,
                 founded=dt.date(2026, 1, 1 + i), seen=seen, about={"n": [i, None]}, picture=bytes([i, 0, 255]),
                 orders=[Order(total=decimal.Decimal("10.10") * n) for n in range(i)])
            for i in range(6)
        ]
        session.add_all(shops)
        session.commit()
        assert [shop.id for shop in shops] == sorted(shop.id for shop in shops)
    with Session(engine) as session:
        shop = session.scalars(
            sa.select(Shop).where(Shop.code == code, Shop.open).options(selectinload(Shop.orders))
        ).one()
        assert (shop.name, shop.mood, shop.founded, shop.seen) == ("s3", Mood.BAD, dt.date(2026, 1, 4), seen)
        assert (shop.about, shop.picture) == ({"n": [3, None]}, bytes([3, 0, 255]))
        assert sum(order.total for order in shop.orders) == decimal.Decimal("30.30")
        page = session.scalars(sa.select(Shop).order_by(Shop.name).offset(2).limit(2)).all()
        assert [entry.name for entry in page] == ["s2", "s3"]
        found = session.scalars(sa.select(Shop.name).where(Shop.name.ilike("S_"), Shop.mood == Mood.GOOD)).all()
        assert sorted(found) == ["s0", "s2", "s4"], found
        assert session.scalar(sa.select(sa.func.max(Shop.founded))) in (dt.date(2026, 1, 6), "2026-01-06")
        shop.name = "renamed"
        session.delete(page[0])
        session.commit()
        assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 13
    try:
        with Session(engine) as session:
            session.add(Shop(name="s5", town="Ulm", code=code, mood=Mood.BAD, founded=dt.date.today(), seen=seen))
            session.commit()
        raise AssertionError("a unique constraint did not hold")
    except sa.exc.IntegrityError:
        pass


def pools_and_isolation(engine):
    with engine.connect() as connection:
        assert connection.get_isolation_level() in ("SERIALIZABLE", "READ COMMITTED")
    for level in ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"):
        with engine.connect().execution_options(isolation_level=level) as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
            assert connection.get_isolation_level() in (level, "SERIALIZABLE")
    with engine.connect() as connection:
        outer = connection.begin()
        nested = connection.begin_nested()
        connection.execute(sa.delete(Shop))
        nested.rollback()
        assert connection.scalar(sa.select(sa.func.count()).select_from(Shop)) == 5
        outer.commit()


opened = sa.create_engine(URL, pool_size=2, pool_pre_ping=True)
for step in (reflection, constraints_and_indexes, objects_are_mapped, pools_and_isolation):
    step(opened)
    print("ok", step.__name__)
opened.dispose()
