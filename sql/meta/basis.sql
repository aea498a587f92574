-- meta.basis: what tonight's identities rest on, so that the next change can be told its cause.
--
-- Grain   one row per (fact, content)
-- Reads   resolve.basis
-- Rule    a fact is model, code, population, setting <key> of linkage.yml, or judgement (its id and the two identities)
SELECT
    fact,
    content
FROM resolve.basis
ORDER BY fact, content
