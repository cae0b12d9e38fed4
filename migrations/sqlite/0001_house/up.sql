-- Times are UTC milliseconds since 1970. AUTOINCREMENT: an id is never used twice.
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    name_key TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',
    password_hash TEXT NOT NULL,
    password_due BOOLEAN NOT NULL DEFAULT FALSE,
    is_moderator BOOLEAN NOT NULL DEFAULT FALSE,
    is_editor BOOLEAN NOT NULL DEFAULT FALSE,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    roles_changed_at BIGINT NOT NULL DEFAULT 0,
    banned_at BIGINT,
    banned_until BIGINT,
    ban_reason TEXT NOT NULL DEFAULT '',
    is_sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL
);
CREATE INDEX accounts_by_staff ON accounts (id) WHERE is_moderator OR is_editor OR is_admin;
CREATE INDEX accounts_by_name ON accounts (name_key) WHERE name_key <> '';

CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    renewed_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, seen_at);

CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    hits BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_end ON throttles (expires_at);

CREATE TABLE sections (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE authors (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE tags (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE media (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL UNIQUE,
    mime TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE articles (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    dek TEXT NOT NULL,
    source TEXT NOT NULL,
    source_format TEXT NOT NULL,
    summary_html TEXT NOT NULL,
    body_html TEXT NOT NULL,
    matters_html TEXT NOT NULL,
    summary_text TEXT NOT NULL,
    keyphrases TEXT NOT NULL,
    words BIGINT NOT NULL,
    section_id BIGINT NOT NULL REFERENCES sections (id),
    hero_id BIGINT REFERENCES media (id),
    hero_alt TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    comments_open BOOLEAN NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1,
    is_sample BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX articles_latest ON articles (published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX articles_by_section ON articles (section_id, published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX articles_due ON articles (published_at) WHERE status = 'scheduled';
CREATE INDEX articles_samples ON articles (id) WHERE is_sample;

CREATE TABLE article_revisions (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT NOT NULL,
    source_format TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, number)
);

CREATE TABLE article_authors (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_authors_by_author ON article_authors (author_id, article_id);

CREATE TABLE article_tags (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_tags_by_tag ON article_tags (tag_id, article_id);

CREATE TABLE source_notes (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    publisher TEXT NOT NULL,
    url TEXT NOT NULL,
    noted_on TEXT NOT NULL,
    PRIMARY KEY (article_id, position)
);

CREATE TABLE corrections (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    corrected_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, position)
);

CREATE TABLE comments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    author_id BIGINT NOT NULL REFERENCES accounts (id),
    parent_id BIGINT REFERENCES comments (id),
    path BLOB NOT NULL,
    depth BIGINT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    acts BIGINT NOT NULL DEFAULT 0,
    status TEXT NOT NULL,
    hold TEXT NOT NULL DEFAULT '',
    reject_reason TEXT NOT NULL DEFAULT '',
    reject_note TEXT NOT NULL DEFAULT '',
    is_shown BOOLEAN NOT NULL,
    public_replies BIGINT NOT NULL DEFAULT 0,
    open_flags BIGINT NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    moderated_at BIGINT,
    deleted_at BIGINT,
    status_before_delete TEXT,
    is_sample BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX comments_path ON comments (article_id, path);
CREATE UNIQUE INDEX comments_once ON comments (author_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX comments_newest ON comments (article_id, created_at DESC, id DESC) WHERE parent_id IS NULL AND is_shown;
CREATE INDEX comments_replied ON comments (article_id, public_replies DESC, created_at DESC, id DESC) WHERE parent_id IS NULL AND is_shown;
CREATE INDEX comments_hidden ON comments (article_id, created_at DESC, id DESC) WHERE parent_id IS NULL AND NOT is_shown;
CREATE INDEX comments_own_hidden ON comments (author_id, article_id, created_at DESC, id DESC) WHERE parent_id IS NULL AND NOT is_shown;
CREATE INDEX comments_waiting ON comments (created_at, id) WHERE status IN ('pending', 'withheld');
CREATE INDEX comments_to_purge ON comments (deleted_at) WHERE status = 'deleted' AND body <> '';
CREATE INDEX comments_by_author ON comments (author_id, status, id DESC);
CREATE INDEX comments_by_parent ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_by_status ON comments (status, created_at, id);
CREATE INDEX comments_flagged ON comments (created_at, id) WHERE open_flags > 0;

-- What a list of articles says of their threads.
CREATE TABLE threads (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    public_comments BIGINT NOT NULL
);

CREATE TABLE comment_versions (
    comment_id BIGINT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, number)
);

CREATE TABLE comment_counts (
    status TEXT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL
);

CREATE TABLE flags (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    comment_id BIGINT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (comment_id, account_id)
);
CREATE INDEX flags_by_account ON flags (account_id);

CREATE TABLE moderation_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL,
    comment_id BIGINT,
    actor TEXT NOT NULL,
    actor_id BIGINT,
    subject TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    version BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX moderation_log_by_comment ON moderation_log (comment_id, id DESC);
