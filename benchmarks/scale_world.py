"""A large lake with truth, written in seconds: what scale is measured on, without any export to read.

Persons come from the vocabulary of the sample world; everything else is drawn by DuckDB from hashes, so that a size and a
seed always give the same lake. It is written as landing writes it: sealed partitions of two nights, the second a hundredth
of the records. The mix follows the sample world: mails, a helpdesk, calls, texts and chats, accounts of a social network,
rows of a CRM; households with one line or mailbox, numbers that were given to somebody else, misspelt and short names,
order numbers, claims (some of them false), bounces, texts that say a name.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.scale_records import MESSAGES, PROFILES, REWRITTEN, WAYS
from pipelines.demo.names import CULTURES, nicknames, vocabulary
from pipelines.extract.landing.partition import Batch, Seal, write_seal

NIGHTS = (date(2026, 3, 1), date(2026, 3, 2))
SOURCES = ("support_mail", "helpdesk", "sms", "calls", "social_x", "messenger")
WAYS_A_PERSON = 2.6  # identities a person comes to in the end, measured at 20,000 to 400,000 persons
RECORDS_AN_IDENTITY = 3


@dataclass(frozen=True)
class World:
    """What was written: how many persons, messages, rows of the CRM, and the share of all that came in the second night."""

    persons: int
    messages: int
    profiles: int
    late_share: float


def write_world(home: Path, identities: int, *, seed: int = 1, junk: bool = False, records: int = 0) -> World:
    """Write the lake of a home, of about ``identities`` identities, and ``truth/record_person.csv`` beside it.

    Args:
        junk: put one telephone number on a fifth of all records, as a shop does whose form does not take none.
        records: how many records there are in all; 0 for three an identity.
    """
    persons = max(20, round(identities / WAYS_A_PERSON))
    with duckdb.connect(config={"memory_limit": "2GB"}) as con:
        con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        con.register("drawn", _people(persons, seed))
        con.register("nick", _nicknames())
        con.execute(f"CREATE MACRO chance(id, salt) AS (hash(id, salt, {seed}) % 1000003) / 1000003.0")
        con.execute(f"CREATE MACRO pick(id, salt, choices) AS (hash(id, salt, {seed}) % choices)::BIGINT")
        for statement in con.extract_statements(WAYS):
            con.execute(statement)
        wanted = records or RECORDS_AN_IDENTITY * identities
        con.execute(MESSAGES, {"wanted": wanted, "persons": persons, "junk": 0.2 if junk else 0.0})
        con.execute(PROFILES, {"junk": 0.2 if junk else 0.0})
        con.execute(REWRITTEN)
        for night in NIGHTS:
            for source in SOURCES:
                _seal(con, home / "lake", source, night, "interaction")
            _seal(con, home / "lake", "crm", night, "profile")
        (home / "truth").mkdir(parents=True, exist_ok=True)
        con.execute(f"COPY truth TO '{home / 'truth' / 'record_person.csv'}' (HEADER, QUOTE '\"')")
        counts = con.execute("SELECT count(*), count(*) FILTER (WHERE night = $night) FROM message", {"night": NIGHTS[1]})
        messages, late = counts.fetchall()[0]
        profiles, changed = con.execute(
            "SELECT count(*), count(*) FILTER (WHERE night = $night) FROM profile", {"night": NIGHTS[1]}
        ).fetchall()[0]
    return World(persons, messages, profiles, (late + changed) / (messages + profiles))


def _seal(con: duckdb.DuckDBPyConnection, lake: Path, source: str, night: date, table: str) -> None:
    partition = lake / source / night.isoformat()
    partition.mkdir(parents=True, exist_ok=True)
    rows = {"interaction": "message", "profile": "profile"}[table]
    names = {table: f"{table}-bench.parquet", "ledger": "ledger-bench.parquet"}
    of = f"source = '{source}' AND night = DATE '{night.isoformat()}'"
    chosen = f"SELECT * EXCLUDE (person) FROM {rows} WHERE {of} ORDER BY sequence"
    con.execute(f"COPY ({chosen}) TO '{partition / names[table]}' (FORMAT parquet, COMPRESSION zstd)")
    con.execute(f"""
        COPY (
            SELECT
                '{source}' AS source, DATE '{night.isoformat()}' AS night, '{source}/export' AS file, 'none' AS sha256,
                0::BIGINT AS bytes, 'table' AS format, count(*) AS read, 0::BIGINT AS suppressed, 0::BIGINT AS quarantined,
                []::STRUCT(reason VARCHAR, count BIGINT)[] AS suppressed_reasons,
                []::STRUCT(reason VARCHAR, count BIGINT)[] AS warnings
            FROM {rows} WHERE {of}
        ) TO '{partition / names["ledger"]}' (FORMAT parquet, COMPRESSION zstd)
    """)
    write_seal(partition, Seal({"bench": Batch({}, names)}))


def _people(count: int, seed: int) -> pa.Table:
    """Draw the names of ``count`` people: as written, and in plain letters; the members of a household stand in a row."""
    vocab, rng = vocabulary(), np.random.default_rng(seed)
    cultures = list(CULTURES)
    sizes = rng.choice([1, 2, 3, 4], p=[0.7, 0.18, 0.07, 0.05], size=count)
    household = np.repeat(np.arange(count), sizes)[:count]
    culture = rng.choice(len(cultures), p=list(CULTURES.values()), size=count)[household]
    given, family = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number, name in enumerate(cultures):
        chosen = culture == number
        women = chosen & (rng.random(count) < 0.5)
        for kind, of_kind in (("female", women), ("male", chosen & ~women)):
            given[of_kind] = vocab.draw(name, kind, int(of_kind.sum()), rng)
        family[chosen] = vocab.draw(name, "family", int(chosen.sum()), rng)
    heads = np.searchsorted(household, household)  # most of a household bear one family name
    family = np.where(rng.random(count) < 0.85, family[heads], family)
    names, plain, slugs = (np.array(words, dtype=object) for words in (vocab.names, vocab.plain, vocab.slugs))
    return pa.table(
        {
            "person": np.arange(count),
            "household": household,
            "position": np.arange(count) - heads,
            "given": names[given],
            "family": names[family],
            "plain_given": plain[given],
            "plain_family": plain[family],
            "given_slug": slugs[given],
            "family_slug": slugs[family],
        }
    )


def _nicknames() -> pa.Table:
    table = nicknames()
    return pa.table({"given": list(table), "nick": [forms[0] for forms in table.values()]})
