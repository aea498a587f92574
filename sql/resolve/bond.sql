-- resolve.bond: the links that hold each customer together; without any one of them it falls in two.
--
-- Grain   one row per (identity_l, identity_r), identity_l the smaller; one less a customer than it has identities
-- Reads   bond_link (parts.build_parts)
-- Rule    the strongest spanning tree of the links that were taken; a steward's is infinitely strong
SELECT
    identity_l,
    identity_r,
    match_weight
FROM bond_link
ORDER BY identity_l, identity_r
