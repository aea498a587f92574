"""The SQL of ``scale_world``: from drawn people to the ways they are reached by, to messages and rows of the CRM.

``chance(id, salt)`` is a number from 0 to 1 and ``pick(id, salt, choices)`` one below ``choices``, both drawn from a hash.
"""

_HOSTS = "['postbox.example', 'mailbird.example', 'inbox.example', 'webpost.example', 'letters.example', 'lamp.example']"
_IDENTIFIER = (
    "STRUCT(kind VARCHAR, scope VARCHAR, value VARCHAR, evidence VARCHAR, seen_at TIMESTAMPTZ, is_verified BOOLEAN)"
)
_CONSENT = "STRUCT(channel VARCHAR, purpose VARCHAR, allowed BOOLEAN, value VARCHAR)"
JUNK = "+441000000000"


def _told(kind: str, scope: str, value: str, evidence: str, when: str = "TRUE") -> str:
    """Return an identifier where the condition holds and the value is there, else NULL."""
    row = f"row({kind!r}, {scope!r}, {value}, {evidence!r}, NULL, TRUE)::{_IDENTIFIER}"
    return f"CASE WHEN ({when}) AND {value} IS NOT NULL THEN {row} END"


def _listed(*identifiers: str) -> str:
    return f"list_filter([{', '.join(identifiers)}], lambda told: told IS NOT NULL)"


WAYS = f"""
CREATE TABLE named AS
SELECT
    drawn.*,
    drawn.given || ' ' || family AS full_name,
    coalesce(nick.nick, plain_given) || ' ' || plain_family AS short_name,
    left(plain_given, 1) || '. ' || plain_family AS initial_name,
    CASE
        WHEN length(plain_family) < 5 THEN plain_given || ' ' || plain_family
        ELSE plain_given || ' ' || left(plain_family, 2) || substr(plain_family, 4, 1) || substr(plain_family, 3, 1)
            || substr(plain_family, 5)
    END AS slip_name
FROM drawn LEFT JOIN nick ON drawn.given = nick.given;

CREATE TABLE written AS
SELECT
    person,
    CASE pick(person, 'style', 6)
        WHEN 0 THEN given_slug || '.' || family_slug
        WHEN 1 THEN left(given_slug, 1) || '.' || family_slug
        WHEN 2 THEN given_slug || family_slug
        WHEN 3 THEN family_slug || '.' || given_slug
        WHEN 4 THEN given_slug || '.' || family_slug || (60 + pick(person, 'year', 40))
        ELSE given_slug || pick(person, 'number', 90000)
    END AS local,
    {_HOSTS}[1 + pick(person, 'host', 6)] AS host
FROM named;

CREATE TABLE person AS
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY local, host ORDER BY person) AS nth FROM written
),
own AS (
    SELECT
        person,
        CASE WHEN chance(person, 'mailless') > 0.03 THEN
            local || CASE WHEN nth = 1 THEN '' ELSE nth::VARCHAR END || '@' || host END AS email,
        CASE WHEN chance(person, 'phoneless') > 0.06 THEN '+447' || lpad(person::VARCHAR, 9, '4') END AS phone,
        regexp_replace(local, '[^a-z0-9]', '', 'g') || CASE WHEN nth = 1 THEN '' ELSE nth::VARCHAR END AS handle
    FROM numbered
)
SELECT
    named.*,
    CASE WHEN named.position = 1 AND chance(named.person, 'couple') < 0.06 THEN before.email ELSE own.email END AS email,
    CASE WHEN chance(named.person, 'moved') < 0.12 THEN 'x' || pick(named.person, 'new', 97) || own.email END AS old_email,
    CASE WHEN chance(named.person, 'recycled') < 0.007 AND named.person > 1000 THEN
        '+447' || lpad((named.person - 1000)::VARCHAR, 9, '4') ELSE own.phone END AS phone,
    CASE WHEN hash(named.household, 'line') % 2 = 0 AND named.household != named.person THEN
        '+44161' || lpad((named.household % 10000000)::VARCHAR, 7, '0') END AS landline,
    own.handle,
    (1 + pick(named.household, 'street', 180)) || ' '
        || ['Mill', 'Church', 'Station', 'Park'][1 + pick(named.household, 'kind', 4)] || ' Road' AS street,
    'M' || (1 + pick(named.household, 'area', 98)) || ' ' || (1 + pick(named.household, 'sector', 9))
        || chr((65 + pick(named.household, 'unit', 26))::INTEGER) || chr((65 + pick(named.household, 'house', 26))::INTEGER)
        AS postcode,
    'Town ' || chr((65 + pick(named.household, 'town', 26))::INTEGER) || pick(named.household, 'borough', 12) AS city,
    strftime(DATE '1950-01-01' + pick(named.person, 'born', 20000)::INTEGER, '%Y-%m-%d') AS born
FROM named
INNER JOIN own ON named.person = own.person
LEFT JOIN own AS before ON named.person - 1 = before.person;

CREATE TABLE way AS
SELECT person, source, nth
FROM person, (VALUES
    ('support_mail', 0, 0.62), ('support_mail', 1, 0.18), ('helpdesk', 0, 0.36), ('sms', 0, 0.40), ('calls', 0, 0.10),
    ('social_x', 0, 0.22), ('messenger', 0, 0.18)
) AS kind (source, nth, share)
WHERE chance(person, source || nth) < share;
"""

# The ways of a person are used unevenly: a draw squared goes to the first ones of a shuffled list more often.
MESSAGES = f"""
CREATE TABLE message AS
WITH shuffled AS (
    SELECT *, row_number() OVER (ORDER BY hash(person, source, nth, 'order')) - 1 AS place FROM way
),
size AS (SELECT count(*) AS ways FROM shuffled),
elsewhere AS (SELECT person AS stranger, email AS stranger_email FROM person),
meant AS (
    SELECT
        i,
        CASE WHEN i < size.ways THEN i
            ELSE least(size.ways - 1, floor(size.ways * pow(chance(i, 'way'), 1.6)))::BIGINT END AS place
    FROM range(greatest(1, $wanted - (6 * $persons) // 10)) AS drawn (i), size
),
said AS (
    SELECT
        meant.i,
        way.source,
        way.nth,
        person.*,
        chance(i, 'direction') < 0.4 AS is_answer,
        chance(i, 'night') < 0.01 AS is_late,
        chance(i, 'order') < 0.25 AS tells_order,
        'GT-' || lpad((person.person * 3 + pick(i, 'which order', 3))::VARCHAR, 8, '0') AS order_number,
        chance(i, 'claim') < 0.06 AS claims,
        -- one claim in eight is another person's address, typed by mistake or to be taken for them
        CASE WHEN chance(i, 'false claim') < 0.125 THEN other.stranger_email ELSE person.email END AS claimed_email,
        CASE
            WHEN chance(person.person * 10 + way.nth, 'variant' || way.source) < 0.80 THEN full_name
            WHEN chance(person.person * 10 + way.nth, 'variant' || way.source) < 0.88 THEN short_name
            WHEN chance(person.person * 10 + way.nth, 'variant' || way.source) < 0.94 THEN initial_name
            WHEN chance(person.person * 10 + way.nth, 'variant' || way.source) < 0.97 THEN plain_given
            ELSE slip_name
        END AS shown_name,
        chance(i, 'bounce') < 0.03 AND way.source = 'support_mail' AS is_bounce,
        chance(i, 'says name') < 0.06 AS says_name
    FROM meant
    INNER JOIN shuffled AS way ON meant.place = way.place
    INNER JOIN person ON way.person = person.person
    LEFT JOIN elsewhere AS other ON (person.person + 7919) % $persons = other.stranger
),
party AS (
    SELECT
        *,
        CASE source
            WHEN 'support_mail' THEN {
    _listed(
        _told("email", "", "CASE WHEN nth = 1 THEN coalesce(old_email, email) ELSE email END", "channel"),
        _told("name", "", "shown_name", "channel"),
        _told("phone", "", "phone", "claimed", "claims"),
        _told("reference", "", "order_number", "claimed", "tells_order"),
    )
}
            WHEN 'helpdesk' THEN {
    _listed(
        _told("account", "helpdesk", "(410000000000 + person)::VARCHAR", "channel"),
        _told("email", "", "email", "channel", "chance(person, 'desk mail') < 0.7"),
        _told("email", "", "email", "claimed", "chance(person, 'desk mail') >= 0.7 AND claims"),
        _told("name", "", "shown_name", "channel"),
        _told("reference", "", "order_number", "claimed", "tells_order"),
    )
}
            WHEN 'sms' THEN {
    _listed(
        _told("phone", "", "phone", "channel"),
        _told("email", "", "claimed_email", "claimed", "claims"),
        _told("reference", "", "order_number", "claimed", "tells_order"),
    )
}
            WHEN 'calls' THEN {
    _listed(
        _told("phone", "", "coalesce(landline, phone)", "channel"),
        _told("reference", "", "order_number", "claimed", "tells_order"),
    )
}
            WHEN 'social_x' THEN {
    _listed(
        _told("account", "x", "(1100000000000000000 + person)::VARCHAR", "channel"),
        _told("handle", "x", "handle", "channel", "chance(i, 'shows handle') < 0.4"),
        _told("name", "", "shown_name", "channel", "chance(i, 'shows handle') < 0.25"),
        _told("email", "", "claimed_email", "claimed", "claims"),
    )
}
            ELSE {
    _listed(
        _told("account", "messenger", "'inbox/' || given_slug || family_slug || '_' || person", "channel"),
        _told("name", "", "shown_name", "channel"),
        _told("email", "", "claimed_email", "claimed", "claims"),
        _told("reference", "", "order_number", "claimed", "tells_order"),
    )
}
        END AS told
    FROM said
)
SELECT
    person,
    source,
    source || '-' || i AS source_ref,
    CASE WHEN is_late THEN DATE '2026-03-02' ELSE DATE '2026-03-01' END AS night,
    CASE WHEN is_bounce THEN 'bounce' END AS reason,
    []::{_CONSENT}[] AS consent,
    CASE WHEN source = 'support_mail' THEN '{{"authentication":"pass","delivered_to":"support@shop.example"}}'
        ELSE '{{}}' END AS source_metadata,
    source || '/export' AS file,
    'message ' || i AS position,
    i AS sequence,
    md5(i::VARCHAR)[:24] AS content_hash,
    source || '-t' || person || '-' || (i % 7) AS conversation_ref,
    CASE source WHEN 'support_mail' THEN 'email' WHEN 'sms' THEN 'sms' WHEN 'calls' THEN 'voice' WHEN 'helpdesk' THEN 'chat'
        ELSE 'social' END AS channel,
    CASE WHEN is_answer THEN 'outbound' ELSE 'inbound' END AS direction,
    FALSE AS is_public,
    CASE
        WHEN is_late THEN TIMESTAMPTZ '2026-03-02 00:00:00+00' + to_seconds(pick(i, 'time', 86000))
        ELSE TIMESTAMPTZ '2024-03-01 00:00:00+00' + to_seconds(pick(i, 'time', 63000000))
    END AS occurred_at,
    CASE WHEN is_bounce THEN [] ELSE told || CASE WHEN chance(i, 'junk') < $junk THEN
        [row('phone', '', '{JUNK}', 'channel', NULL, TRUE)::{_IDENTIFIER}] ELSE [] END END AS party,
    coalesce(told[1].value, '') AS party_ref,
    CASE WHEN is_answer THEN 'agent-' || pick(i, 'agent', 40) END AS agent_ref,
    NULL::VARCHAR AS team,
    CASE WHEN source = 'support_mail' THEN 'About order ' || order_number END AS subject,
    ['Hello, ', 'Good morning, ', 'Hi there, ', ''][1 + pick(i, 'hello', 4)]
    || ['my parcel should have come two weeks ago and there is still no sign of it',
        'the zip of the rucksack came off on the second day, and I would like another one',
        'can you tell me whether the head torch is waterproof or only shower proof',
        'I was charged twice for the same order and my bank says to ask you',
        'I sent the socks back ten days ago and the refund has not reached my account'][1 + pick(i, 'matter', 5)]
    || ['. Could you look into this please?', '. It is a birthday present, so I really need it this week.',
        '. I look forward to hearing from you.'][1 + pick(i, 'close', 3)]
    || CASE WHEN says_name AND NOT is_answer THEN ' My name is ' || full_name || '.' ELSE '' END
    || CASE WHEN tells_order THEN ' Order ' || order_number ELSE '' END AS text,
    NULL::VARCHAR AS quoted_text,
    NULL::VARCHAR AS signature,
    NULL::VARCHAR AS in_reply_to_ref,
    []::STRUCT(name VARCHAR, size BIGINT, sha256 VARCHAR)[] AS attachments,
    NULL::VARCHAR AS topic,
    NULL::VARCHAR AS status,
    NULL::DOUBLE AS duration_seconds,
    NULL::TIMESTAMPTZ AS updated_at
FROM party
"""

PROFILES = f"""
CREATE TABLE profile AS
SELECT
    person,
    'crm' AS source,
    'C' || person AS source_ref,
    DATE '2026-03-01' AS night,
    NULL::VARCHAR AS reason,
    [row('email', 'marketing', chance(person, 'consent') < 0.5, coalesce(email, ''))::{_CONSENT}] AS consent,
    '{{}}' AS source_metadata,
    'crm/export' AS file,
    'row ' || person AS position,
    person AS sequence,
    md5('C' || person)[:24] AS content_hash,
    TIMESTAMPTZ '2024-03-01 00:00:00+00' + to_seconds(pick(person, 'changed', 63000000)) AS updated_at,
    {
    _listed(
        _told("crm_id", "crm", "'C' || person", "reference"),
        _told("name", "", "full_name", "reference"),
        _told("given_name", "", "given", "reference"),
        _told("family_name", "", "family", "reference"),
        _told("email", "", "CASE WHEN chance(person, 'crm mail') < 0.2 THEN old_email ELSE email END", "reference"),
        _told("phone", "", "phone", "reference", "chance(person, 'crm phone') < 0.8"),
        _told("phone", "", "landline", "reference"),
        _told("date_of_birth", "", "born", "reference", "chance(person, 'crm born') < 0.6"),
        _told("street", "", "street", "reference"),
        _told("city", "", "city", "reference"),
        _told("postcode", "", "postcode", "reference"),
        _told("country", "", "'United Kingdom'", "reference"),
        _told("reference", "", "'GT-' || lpad((person * 3)::VARCHAR, 8, '0')", "reference", "chance(person, 'last') < 0.5"),
        _told("phone", "", f"'{JUNK}'", "reference", "chance(person, 'junk') < $junk"),
    )
} AS identifiers
FROM person
WHERE chance(person, 'is customer') < 0.6
"""

# A hundredth of the CRM's rows changes in the second night; what belongs to whom.
REWRITTEN = """
INSERT INTO profile
SELECT * REPLACE (
    DATE '2026-03-02' AS night,
    content_hash || 'b' AS content_hash,
    TIMESTAMPTZ '2026-03-02 08:00:00+00' AS updated_at,
    list_transform(identifiers, lambda told: CASE WHEN told.kind = 'street' THEN struct_update(told, value := '1 New Street')
        ELSE told END) AS identifiers
)
FROM profile WHERE chance(person, 'rewritten') < 0.01;
CREATE VIEW truth AS
SELECT 'interaction' AS record_kind, source, source_ref, person::VARCHAR AS person_id, '' AS tags
FROM message WHERE reason IS NULL
UNION ALL
SELECT DISTINCT 'profile' AS record_kind, source, source_ref, person::VARCHAR AS person_id, '' AS tags FROM profile
"""
