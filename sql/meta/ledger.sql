-- meta.ledger: what each file brought; for every file read = accepted + duplicate + suppressed + quarantined.
--
-- Grain   one row per (source, night, file)
-- Reads   staging.ledger
-- Rule    a record whose content stands already in an earlier file is a duplicate
SELECT
    source,
    night,
    file,
    bytes,
    sha256,
    format,
    read,
    accepted,
    duplicate,
    suppressed,
    quarantined
FROM staging.ledger
ORDER BY source, night, file
