// Finds names by pinyin initials
CREATE INDEX name_initials IF NOT EXISTS FOR (n:Name) ON (n.initials)
