// The entity of a uid.
MATCH (e:Entity {uid: $uid})
RETURN e {.uid, .type, .name, .aliases, .place, .fields, .stage, .description, .record_id, .authority, .updated_at} AS entity,
       COUNT { (e)--() } - COUNT { (e)<-[:MENTIONS]-() } - COUNT { (e)<-[:NAMES]-() } AS degree
