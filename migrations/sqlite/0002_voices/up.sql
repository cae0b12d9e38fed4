-- Whether a reader has anything of his own under an article: asked before a page that all readers share is given out.
CREATE INDEX comments_by_voice ON comments (author_id, article_id);
-- What has ended by itself is swept without reading every session.
CREATE INDEX sessions_by_last_seen ON sessions (seen_at);
CREATE INDEX sessions_by_start ON sessions (created_at);
-- How many comments are reported, kept in step from now on: every page of a moderator says it.
INSERT INTO comment_counts (status, total) SELECT 'reported', COUNT(*) FROM comments WHERE open_flags > 0 AND CASE status WHEN 'published' THEN TRUE WHEN 'approved' THEN
    (open_flags >= 3 OR COALESCE(edited_at, 0) > COALESCE(moderated_at, created_at)) ELSE FALSE END;
-- The queues that are worked off have an index of exactly what is in them.
DROP INDEX comments_flagged;
CREATE INDEX comments_reported ON comments (created_at, id) WHERE open_flags > 0 AND CASE status WHEN 'published' THEN TRUE WHEN 'approved' THEN
    (open_flags >= 3 OR COALESCE(edited_at, 0) > COALESCE(moderated_at, created_at)) ELSE FALSE END;
DROP INDEX comments_waiting;
CREATE INDEX comments_waiting ON comments (created_at, id) WHERE CASE status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END;
