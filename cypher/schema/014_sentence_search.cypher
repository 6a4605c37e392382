// Full-text search over sentences; the cjk analyzer splits Chinese into pairs of characters
CREATE FULLTEXT INDEX sentence_search IF NOT EXISTS FOR (n:Sentence) ON EACH [n.text]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk', `fulltext.eventually_consistent`: false}}
