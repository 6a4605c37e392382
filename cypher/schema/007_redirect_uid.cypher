// A merged entity redirects from its old uid
CREATE CONSTRAINT redirect_uid IF NOT EXISTS FOR (n:Redirect) REQUIRE n.uid IS UNIQUE
