"""Which mail is which: a Message-ID is what its sender wrote, and anybody can write one that they have seen.

A mail never changes. Of mails that bear one Message-ID and differ in sender, way or time, the one seen first keeps it; each
other one gets an id of its own, the Message-ID with ``#1b2c3d4e`` behind it, eight digits of what tells it apart. So does a
mail whose Message-ID reads as if it had been given so: two mails never come to one id.
"""

import duckdb

from pipelines.resolve.relations import define

_OWN = "#[0-9a-f]{8}"
_MACROS = f"""
CREATE OR REPLACE TEMP MACRO mail_of(channel, party_ref, direction, occurred_at) AS
    CASE WHEN channel = 'email' THEN concat_ws(chr(31), lower(party_ref), direction, epoch_us(occurred_at)) ELSE '' END;

CREATE OR REPLACE TEMP MACRO reads_as_own_ref(source_ref) AS regexp_matches(source_ref, '{_OWN}$');

CREATE OR REPLACE TEMP MACRO own_ref(source_ref, mail) AS source_ref || '#' || left(md5(mail), 8);

-- all ids that were given for one Message-ID, and those made of these, are one group
CREATE OR REPLACE TEMP MACRO root_ref(source_ref) AS
    CASE WHEN contains(source_ref, '#') THEN regexp_replace(source_ref, '({_OWN})+$', '') ELSE source_ref END;

-- what the lake calls a mail that stood there once
CREATE OR REPLACE TEMP MACRO ref_as_it_came(channel, source_ref) AS
    CASE channel WHEN 'email' THEN regexp_replace(source_ref, '{_OWN}$', '') ELSE source_ref END;
"""


def install(con: duckdb.DuckDBPyConnection) -> None:
    """Make mail_of, reads_as_own_ref, own_ref, root_ref and ref_as_it_came known to this connection.

    ``mail_of`` is what tells a mail apart from others of its Message-ID; "" for what is no mail.
    """
    define(con, _MACROS)
