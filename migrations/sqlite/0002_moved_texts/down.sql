DROP INDEX comments_flagged_again;
ALTER TABLE comments DROP COLUMN undo;
DROP TABLE former_paths;
DROP INDEX articles_expiring;
DROP INDEX articles_by_origin;
ALTER TABLE articles DROP COLUMN expires_at;
ALTER TABLE articles DROP COLUMN excerpt;
ALTER TABLE articles DROP COLUMN origin;
