// Keeps a verdict on a recommendation; a later one on the same takes its place.
MERGE (f:Feedback {uid: $uid})
SET f.start = $start, f.candidate = $candidate, f.mode = $mode, f.accepted = $accepted, f.shares = $shares, f.given_at = datetime()
