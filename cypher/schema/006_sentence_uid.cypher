// A sentence is known by its uid
CREATE CONSTRAINT sentence_uid IF NOT EXISTS FOR (n:Sentence) REQUIRE n.uid IS UNIQUE
