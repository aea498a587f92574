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

ask AS (
    SELECT
        identity_id,
        source,
        occurred_at,
        regexp_replace(
            strip_accents(lower(array_to_string(
                list_filter(
                    string_split_regex(text, '[.?!:]+\s+'),
                    LAMBDA sentence: NOT regexp_matches(sentence, '@|\d[\d\s()/-]{4,}\d')
                ), ''
            ))), '[^\p{L}]', '', 'g'
        ) AS letters
    FROM message
),

asked AS MATERIALIZED (
    -- by itself, so that who claims meets the owner before times are compared
    SELECT
        pair.*,
        ask.source,
        ask.occurred_at,
        ask.letters
    FROM pair
    INNER JOIN ask ON pair.identity_id = ask.identity_id
)

SELECT DISTINCT
    asked.identity_id,
    asked.kind,
    asked.scope,
    asked.value
FROM asked
INNER JOIN ask AS other
    ON
        asked.owner_id = other.identity_id
        AND asked.source != other.source
        AND asked.occurred_at >= other.occurred_at - to_seconds($repeated_hours * 3600)
        AND asked.occurred_at <= other.occurred_at + to_seconds($repeated_hours * 3600)
WHERE
    least(length(asked.letters), length(other.letters)) >= $repeated_letters
    AND (contains(asked.letters, other.letters) OR contains(other.letters, asked.letters))
