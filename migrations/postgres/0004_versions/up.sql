-- What a session was opened under, counted instead of timed: two nodes need not agree on the time of day.
ALTER TABLE accounts ADD COLUMN password_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN roles_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN password_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN roles_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN password_due BOOLEAN NOT NULL DEFAULT FALSE;
-- Who logged in after a role was given is asked for a new password, who was logged in before is not.
UPDATE sessions SET password_due = COALESCE((SELECT a.password_due AND sessions.created_at >= a.roles_changed_at FROM accounts a WHERE a.id = sessions.account_id), FALSE);
ALTER TABLE sessions DROP COLUMN renewed_at;
ALTER TABLE accounts DROP COLUMN roles_changed_at;

-- What an author's name looks like, so that nobody joins as them. Filled by the program.
ALTER TABLE authors ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
CREATE INDEX authors_by_key ON authors (name_key);
