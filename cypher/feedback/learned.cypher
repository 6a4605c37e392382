// What was learnt from the verdicts, as JSON.
OPTIONAL MATCH (m:Meta {name: 'feedback'})
RETURN m.summary AS learned
