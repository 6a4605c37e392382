// All verdicts on recommendations of a mode, in a fixed order.
MATCH (f:Feedback {mode: $mode})
RETURN f.shares AS shares, f.accepted AS accepted
ORDER BY f.uid
