// A verdict on a recommendation is known by its uid
CREATE CONSTRAINT feedback_uid IF NOT EXISTS FOR (n:Feedback) REQUIRE n.uid IS UNIQUE
