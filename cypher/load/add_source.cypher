// Notes a further source of a document that is known already.
MATCH (d:Document {uid: $uid})
SET d.sources = CASE WHEN $source IN coalesce(d.sources, []) THEN d.sources ELSE coalesce(d.sources, []) + $source END
