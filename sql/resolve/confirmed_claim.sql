-- resolve.confirmed_claim: claims that the owner's own channel speaks for.
--
-- Grain   one row per (identity_id, kind, scope, value)
-- Reads   resolve.identity_identifier, resolve.record_identity, resolve.contested_identifier, staging.interaction
-- Rule    the identity claims an address or number that others deliver and that no two people contest; and within
--         $repeated_hours both ask the same, in private and over two sources: the whole of the shorter message, without
--         what identifies anyone and of $repeated_letters letters at least, stands in the longer. Whoever types a
--         stranger's address does not know what its owner wrote. (That one of them is sent on by our answer, and the other
--         comes, is no proof: owners do come, and 12 of 50 victims fell to whoever waited for it.)
WITH pair AS (
    SELECT
        claim.identity_id,
        claim.kind,
        claim.scope,
        claim.value,
        owner.identity_id AS owner_id
    FROM resolve.identity_identifier AS claim
    INNER JOIN resolve.identity_identifier AS owner
        ON claim.kind = owner.kind AND claim.scope = owner.scope AND claim.value = owner.value
    ANTI JOIN resolve.contested_identifier AS contested
        ON claim.kind = contested.kind AND claim.scope = contested.scope AND claim.value = contested.value
    WHERE claim.kind IN ('email', 'phone') AND claim.is_claimed AND NOT owner.is_claimed
),

message AS (
    SELECT
        record.identity_id,
        interaction.source,
        interaction.source_ref,
        interaction.occurred_at,
        interaction.text
    FROM resolve.record_identity AS record
    INNER JOIN staging.interaction AS interaction
        ON record.source = interaction.source AND record.source_ref = interaction.source_ref
    WHERE
        record.record_kind = 'interaction'
        AND (
            record.identity_id IN (SELECT pair.identity_id FROM pair)
            OR record.identity_id IN (SELECT pair.owner_id FROM pair)
        )
        AND interaction.direction = 'inbound'
        AND NOT interaction.is_public
),

asked AS MATERIALIZED (
    -- by itself, so that who claims meets the owner before times are compared
    SELECT
        pair.*,
        message.source,
        message.source_ref,
        message.occurred_at
    FROM pair
    INNER JOIN message ON pair.identity_id = message.identity_id
),

met AS MATERIALIZED (
    -- few are near in time: only their words are looked at
    SELECT
        asked.identity_id,
        asked.kind,
        asked.scope,
        asked.value,
        asked.source,
        asked.source_ref,
        other.source AS other_source,
        other.source_ref AS other_source_ref
    FROM asked
    INNER JOIN message AS other
        ON
            asked.owner_id = other.identity_id
            AND asked.source != other.source
            AND asked.occurred_at >= other.occurred_at - to_seconds($repeated_hours * 3600)
            AND asked.occurred_at <= other.occurred_at + to_seconds($repeated_hours * 3600)
),

said AS (
    SELECT
        source,
        source_ref
    FROM met
    UNION
    SELECT
        other_source AS source,
        other_source_ref AS source_ref
    FROM met
),

ask AS (
    SELECT DISTINCT
        message.source,
        message.source_ref,
        regexp_replace(
            strip_accents(lower(array_to_string(
                list_filter(
                    string_split_regex(message.text, '[.?!:]+\s+'),
                    LAMBDA sentence: NOT regexp_matches(sentence, '@|\d[\d\s()/-]{4,}\d')
                ), ''
            ))), '[^\p{L}]', '', 'g'
        ) AS letters
    FROM message
    INNER JOIN said ON message.source = said.source AND message.source_ref = said.source_ref
)

SELECT DISTINCT
    met.identity_id,
    met.kind,
    met.scope,
    met.value
FROM met
INNER JOIN ask AS own ON met.source = own.source AND met.source_ref = own.source_ref
INNER JOIN ask AS other ON met.other_source = other.source AND met.other_source_ref = other.source_ref
WHERE
    least(length(own.letters), length(other.letters)) >= $repeated_letters
    AND (contains(own.letters, other.letters) OR contains(other.letters, own.letters))
