// A document's primary and the versions of that, the primary first, with the uids of the relations that they state.
MATCH (d:Document {uid: $uid})
WITH coalesce(head(COLLECT { MATCH (d)-[:VERSION_OF]->(p:Document) RETURN p }), d) AS primary, d
WITH primary, COLLECT {
       MATCH (v:Document)-[:VERSION_OF]->(primary)
       WITH v ORDER BY v.uid <> $uid, v.uid LIMIT $limit
       RETURN v ORDER BY v.uid
     } AS versions
UNWIND [primary] + versions AS member
RETURN member.uid AS uid, coalesce(member.relations, []) AS relations
