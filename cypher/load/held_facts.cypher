// All facts of a version, packed.
MATCH (d:Document {uid: $uid})
RETURN d.held_facts AS facts
