-- Words of articles: folded; in lower case with their accents; folded from end to begin. Queries that find nothing are corrected with them.
CREATE TABLE vocabulary (
    word TEXT NOT NULL PRIMARY KEY,
    shown TEXT NOT NULL,
    reversed TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX vocabulary_by_end ON vocabulary (reversed);

-- All texts are read into the search index again, with the stems of their words.
DELETE FROM search_progress;
INSERT INTO search_progress (kind, reached) VALUES ('articles', 0), ('comments', 0);
