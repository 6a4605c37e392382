// Where a uid that was merged away leads.
MATCH (r:Redirect {uid: $uid})
RETURN r.target AS target
