-- Writers write and submit drafts of their own.
ALTER TABLE accounts ADD COLUMN is_writer BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX accounts_by_staff;
CREATE INDEX accounts_by_staff ON accounts (id) WHERE is_moderator OR is_editor OR is_admin OR is_writer;

-- owner_id: whose draft it is. edit_version counts saves and autosaves; edit_base: its value before the first of the last autosaves by edited_by.
ALTER TABLE articles ADD COLUMN owner_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE articles ADD COLUMN comments_moderated BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE articles ADD COLUMN edit_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE articles ADD COLUMN edit_base BIGINT NOT NULL DEFAULT 1;
ALTER TABLE articles ADD COLUMN edited_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE articles ADD COLUMN edited_at BIGINT NOT NULL DEFAULT 0;
UPDATE articles SET edited_at = updated_at;
CREATE INDEX articles_edited ON articles (edited_at DESC, id DESC);
-- Expressions: the status alone must not lead lists of readers away from their partial indexes.
CREATE INDEX articles_by_status ON articles ((status || ''), edited_at DESC, id DESC);
CREATE INDEX articles_by_date ON articles ((status || ''), published_at DESC, id DESC);
CREATE INDEX articles_by_owner ON articles (owner_id, edited_at DESC, id DESC);
CREATE INDEX articles_edited_in_section ON articles (section_id, edited_at DESC, id DESC);
CREATE INDEX article_authors_by_author ON article_authors (author_id, article_id);
CREATE INDEX threads_by_comments ON threads (public_comments DESC, article_id DESC);
CREATE INDEX comments_waiting_by_article ON comments (article_id) WHERE CASE status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END;

ALTER TABLE article_revisions ADD COLUMN saved_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL;

-- What is being typed into the form of an article, as JSON, until it is saved.
CREATE TABLE autosaves (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    fields TEXT NOT NULL,
    saved_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    saved_at BIGINT NOT NULL
);

-- Who has the form of an article open.
CREATE TABLE article_presence (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, account_id)
);
CREATE INDEX article_presence_by_sign ON article_presence (seen_at);

-- Links that show an article before it is published.
CREATE TABLE preview_links (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX preview_links_by_end ON preview_links (expires_at);

-- kind: what the entry is about: 'comment', 'account', 'article', 'page', 'media' or 'setting'.
ALTER TABLE moderation_log ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE moderation_log ADD COLUMN article_id BIGINT;
UPDATE moderation_log SET kind = CASE WHEN comment_id IS NULL THEN 'account' ELSE 'comment' END;
CREATE INDEX moderation_log_by_kind ON moderation_log (kind, id DESC);
CREATE INDEX moderation_log_by_actor ON moderation_log (actor_id, id DESC);
CREATE INDEX moderation_log_by_article ON moderation_log (article_id, id DESC) WHERE article_id IS NOT NULL;

-- name: of the file as it was uploaded. focus: the point that crops keep, in percent of width and height.
ALTER TABLE media ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN alt TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN caption TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN credit TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN focus_x BIGINT NOT NULL DEFAULT 50;
ALTER TABLE media ADD COLUMN focus_y BIGINT NOT NULL DEFAULT 50;
CREATE INDEX media_newest ON media (created_at DESC, id DESC);

-- About, imprint, guidelines and further pages. One named about, guidelines or privacy takes the place of the built-in text.
CREATE TABLE pages (
    slug TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    in_footer BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE page_revisions (
    slug TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (slug, number)
);

-- Invitations by a link that works once. roles: names separated by commas. token_hash: SHA-256 in hexadecimal digits.
CREATE TABLE invitations (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    roles TEXT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_by_end ON invitations (expires_at);

-- The articles that an editor has put at the top of the front page: the lead at 0, then those below it.
CREATE TABLE front_pins (
    position BIGINT NOT NULL PRIMARY KEY,
    article_id BIGINT NOT NULL UNIQUE REFERENCES articles (id) ON DELETE CASCADE,
    until BIGINT
);
