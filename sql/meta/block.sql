-- meta.block: how many pairs each blocking rule let in, counted exactly before any was scored.
--
-- Grain   one row per rule
-- Reads   resolve.block
-- Rule    largest_block is the number of identities that share the rule's most common value
SELECT
    rule,
    pairs,
    largest_block,
    blocks_left_out,
    pairs_left_out
FROM resolve.block
ORDER BY rule
