DROP INDEX authors_by_key;
ALTER TABLE authors DROP COLUMN name_key;
ALTER TABLE accounts ADD COLUMN roles_changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN renewed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions DROP COLUMN password_due;
ALTER TABLE sessions DROP COLUMN roles_version;
ALTER TABLE sessions DROP COLUMN password_version;
ALTER TABLE accounts DROP COLUMN roles_version;
ALTER TABLE accounts DROP COLUMN password_version;
