// Gives the lock on the schema back
MATCH (lock:Meta {name: 'schema_lock', value: $owner})
REMOVE lock.value, lock.expires, lock.touched
RETURN count(lock) AS released
