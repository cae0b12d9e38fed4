-- origin: the file that the article came from. excerpt: what stands for an empty dek. expires_at: when it is taken down.
ALTER TABLE articles ADD COLUMN origin TEXT;
ALTER TABLE articles ADD COLUMN excerpt TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN expires_at BIGINT;
CREATE UNIQUE INDEX articles_by_origin ON articles (origin) WHERE origin IS NOT NULL;
CREATE INDEX articles_expiring ON articles (expires_at) WHERE status = 'published' AND expires_at IS NOT NULL;

-- Paths that an article had on another site: decoded, in lower case, without index file and trailing slash.
CREATE TABLE former_paths (
    path TEXT NOT NULL PRIMARY KEY,
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE
);
CREATE INDEX former_paths_by_article ON former_paths (article_id);

-- undo: what the last decision of a moderator changed besides the status, as JSON, so that it can be taken back.
ALTER TABLE comments ADD COLUMN undo TEXT;
CREATE INDEX comments_flagged_again ON comments (created_at, id) WHERE status = 'approved' AND open_flags > 0;

-- All texts are read into the search index again: Korean words are found by their parts.
DELETE FROM search_progress;
INSERT INTO search_progress (kind, reached) VALUES ('articles', 0), ('comments', 0);
