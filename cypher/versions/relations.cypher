// Relations of one type, with those of their sentences that belong to the documents given.
UNWIND $uids AS uid
MATCH (h:Entity)-[r:`RELATION_TYPE` {uid: uid}]->(t:Entity)
RETURN type(r) AS type, h {.uid, .type, .name} AS head, t {.uid, .type, .name} AS tail,
       [e IN r.evidence WHERE any(document IN $documents WHERE e STARTS WITH document + '/')] AS evidence
