-- Authors introduce themselves.
ALTER TABLE authors ADD COLUMN bio TEXT NOT NULL DEFAULT '';
ALTER TABLE authors ADD COLUMN links TEXT NOT NULL DEFAULT '';
ALTER TABLE authors ADD COLUMN avatar_id BIGINT;
ALTER TABLE articles ADD COLUMN hero_caption TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN hero_credit TEXT NOT NULL DEFAULT '';

-- What readers could read of a revision that was public and differs from the one before; its first words that do.
ALTER TABLE article_revisions ADD COLUMN text TEXT;
ALTER TABLE article_revisions ADD COLUMN excerpt TEXT NOT NULL DEFAULT '';

-- A tag's and an author's articles in the order in which they are listed: the time of publication, none while it is not public.
ALTER TABLE article_tags ADD COLUMN listed_at BIGINT;
ALTER TABLE article_authors ADD COLUMN listed_at BIGINT;
UPDATE article_tags SET listed_at = (SELECT a.published_at FROM articles a WHERE a.id = article_id AND a.status = 'published');
UPDATE article_authors SET listed_at = (SELECT a.published_at FROM articles a WHERE a.id = article_id AND a.status = 'published');
CREATE INDEX article_tags_listed ON article_tags (tag_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;
CREATE INDEX article_authors_listed ON article_authors (author_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;
DROP INDEX article_tags_by_tag;
DROP INDEX article_authors_by_author;
CREATE INDEX corrections_latest ON corrections (corrected_at DESC, article_id DESC, position DESC);
CREATE INDEX articles_mapped ON articles (id, updated_at) WHERE status = 'published';

-- The latest of one thread, whatever they reply to.
CREATE INDEX comments_latest ON comments (article_id, created_at DESC, id DESC) WHERE is_shown;

-- A picture in smaller widths.
CREATE TABLE media_sizes (
    media_id BIGINT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    width BIGINT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    mime TEXT NOT NULL,
    PRIMARY KEY (media_id, width)
);

-- Where an article stood before.
CREATE TABLE former_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    changed_at BIGINT NOT NULL
);
CREATE INDEX former_slugs_by_article ON former_slugs (article_id);

-- What was there before there was a search is read by and by: as far as here.
CREATE TABLE search_progress (
    kind TEXT NOT NULL PRIMARY KEY,
    reached BIGINT NOT NULL
);
INSERT INTO search_progress (kind, reached) VALUES ('articles', 0), ('comments', 0);

-- Words as the program folds them; a row's number is its time in seconds and its id in the last 30 bits, so that the newest come first.
CREATE VIRTUAL TABLE article_words USING fts5 (words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii');
CREATE VIRTUAL TABLE comment_words USING fts5 (words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii');
