// Creates or completes the entities of a document. A stage only rises, in the order of $stages; other own facts are kept if known.
UNWIND $rows AS row
MERGE (e:Entity {uid: row.uid})
WITH e, row, e.type IS NULL AS created, coalesce(e.aliases, []) AS before, e.stage AS stage_before
SET e:$(row.type)
SET e.type = row.type, e.name = row.name,
    e.aliases = before + [alias IN row.aliases WHERE NOT alias IN before],
    e.place = CASE  // a division says more than a cooperation area (G…), a longer path more than a shorter one
              WHEN size(row.place) = 0 OR size(coalesce(e.place, [])) = 0 THEN coalesce(e.place, []) + row.place
              WHEN any(c IN row.place WHERE c STARTS WITH 'G') THEN e.place
              WHEN any(c IN e.place WHERE c STARTS WITH 'G') THEN row.place
              WHEN size(e.place) >= size(row.place) THEN e.place
              ELSE row.place END,
    e.fields = CASE WHEN size(row.fields) = 0 THEN e.fields
               ELSE coalesce(e.fields, []) + [f IN row.fields WHERE NOT f IN coalesce(e.fields, [])] END,
    e.stage = CASE WHEN row.stage IS NULL THEN e.stage
              WHEN e.stage IS NULL THEN row.stage
              WHEN any(i IN range(0, size($stages) - 1) WHERE $stages[i] = e.stage
                       AND any(j IN range(0, size($stages) - 1) WHERE $stages[j] = row.stage AND j > i)) THEN row.stage
              ELSE e.stage END,
    e.description = coalesce(row.description, e.description),
    e.record_id = coalesce(row.record_id, e.record_id),
    e.authority = coalesce(row.authority, e.authority)
WITH e, created, (size(e.aliases) > size(before) OR coalesce(e.stage, '') <> coalesce(stage_before, '')) AS differs
SET e.updated_at = CASE WHEN created OR differs THEN datetime() ELSE e.updated_at END
RETURN sum(CASE WHEN created THEN 1 ELSE 0 END) AS added, sum(CASE WHEN differs AND NOT created THEN 1 ELSE 0 END) AS changed
