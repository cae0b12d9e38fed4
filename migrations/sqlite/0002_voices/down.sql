DROP INDEX comments_by_voice;
