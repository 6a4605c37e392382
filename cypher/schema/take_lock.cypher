// Takes or renews the lock on the schema; no row when another process holds it
MERGE (lock:Meta {name: 'schema_lock'})
// Writing first makes others wait here, so that what is read next is the truth.
SET lock.touched = timestamp()
WITH lock
WHERE lock.value IS NULL OR lock.value = $owner OR lock.expires < timestamp()
SET lock.value = $owner, lock.expires = timestamp() + $milliseconds
RETURN lock.value AS owner
