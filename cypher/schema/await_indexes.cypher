// Waits until every index is populated
CALL db.awaitIndexes($seconds)
