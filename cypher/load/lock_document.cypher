// Creates the document's node or takes its write lock, so that two loads of one document follow one another.
MERGE (d:Document {uid: $uid})
SET d.loading = true
REMOVE d.loading
