// Notes that a migration was applied
MERGE (m:Migration {version: $version})
ON CREATE SET m.applied_at = $applied_at, m.checksum = $checksum
RETURN m.version AS version
