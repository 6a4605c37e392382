// Documents that may be versions of one another meet in a band, which is one node
CREATE CONSTRAINT band_key IF NOT EXISTS FOR (n:Band) REQUIRE n.key IS UNIQUE
