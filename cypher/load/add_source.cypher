// Notes a further source of a document that is known already.
MATCH (d:Document {uid: $uid})
WITH d, coalesce(d.own_sources, d.sources, []) AS own
SET d.own_sources = CASE WHEN $source IN own THEN own ELSE own + $source END
