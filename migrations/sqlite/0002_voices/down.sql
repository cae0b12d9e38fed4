DROP INDEX comments_by_voice;
DROP INDEX sessions_by_last_seen;
DROP INDEX sessions_by_start;
DELETE FROM comment_counts WHERE status = 'reported';
DROP INDEX comments_reported;
CREATE INDEX comments_flagged ON comments (created_at, id) WHERE open_flags > 0;
DROP INDEX comments_waiting;
CREATE INDEX comments_waiting ON comments (created_at, id) WHERE status IN ('pending', 'withheld');
