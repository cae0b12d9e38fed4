-- Times are UTC milliseconds since 1970. AUTOINCREMENT: an id is never used twice.
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The *_version columns count changes: a session that was opened under an older number has ended (password) or is renewed (roles).
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
    password_version BIGINT NOT NULL DEFAULT 0,
    must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
    is_moderator BOOLEAN NOT NULL DEFAULT FALSE,
    is_editor BOOLEAN NOT NULL DEFAULT FALSE,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    roles_version BIGINT NOT NULL DEFAULT 0,
    banned_at BIGINT,
    banned_until BIGINT,
    ban_reason TEXT NOT NULL DEFAULT '',
    is_sample BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL
);
CREATE INDEX accounts_by_staff ON accounts (id) WHERE is_moderator OR is_editor OR is_admin;
CREATE INDEX accounts_by_name ON accounts (name_key) WHERE name_key <> '';

-- state: 'anonymous' (no account), 'pending-login' (the password was right, a second factor is missing) or 'signed-in'.
-- data: JSON of short-lived values (a challenge), ignored after data_expires_at.
CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    password_version BIGINT NOT NULL DEFAULT 0,
    roles_version BIGINT NOT NULL DEFAULT 0,
    must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
    data TEXT NOT NULL DEFAULT '',
    data_expires_at BIGINT NOT NULL DEFAULT 0,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, seen_at);
CREATE INDEX sessions_by_last_seen ON sessions (seen_at);
CREATE INDEX sessions_by_start ON sessions (created_at);

CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    hits BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_end ON throttles (expires_at);

-- Background work. A claim moves run_at to the end of its lease, so that a job of a node that died becomes due again.
-- unique_key: at most one job waits under it. again_at: it was enqueued again while it ran. failed_at: given up, for people to see.
CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT UNIQUE,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    again_at BIGINT,
    last_error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    failed_at BIGINT
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE failed_at IS NULL;
CREATE INDEX jobs_failing ON jobs (id) WHERE last_error <> '';

-- The outbox. A row holds what a message is made from, never a token; it is rendered when its job sends it.
CREATE TABLE mails (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX mails_by_kind ON mails (kind, created_at);
CREATE INDEX mails_unsent ON mails (id) WHERE sent_at IS NULL;
CREATE INDEX mails_sent ON mails (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE sections (
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

-- A picture in smaller widths.
CREATE TABLE media_sizes (
    media_id BIGINT NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    width BIGINT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    mime TEXT NOT NULL,
    PRIMARY KEY (media_id, width)
);

-- name_key: the folded name, compared when somebody joins under it.
CREATE TABLE authors (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',
    links TEXT NOT NULL DEFAULT '',
    avatar_id BIGINT REFERENCES media (id)
);
CREATE INDEX authors_by_key ON authors (name_key);
CREATE INDEX authors_by_avatar ON authors (avatar_id) WHERE avatar_id IS NOT NULL;

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
    hero_caption TEXT NOT NULL DEFAULT '',
    hero_credit TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    comments_open BOOLEAN NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1,
    is_sample BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX articles_latest ON articles (published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX articles_by_section ON articles (section_id, published_at DESC, id DESC) WHERE status = 'published';
CREATE INDEX articles_mapped ON articles (id, updated_at) WHERE status = 'published';
CREATE INDEX articles_due ON articles (published_at) WHERE status = 'scheduled';
CREATE INDEX articles_samples ON articles (id) WHERE is_sample;

-- What staff have changed in an article since it was published, or what it is before; publishing copies it over.
CREATE TABLE working_copies (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    revision BIGINT NOT NULL,
    publish_at BIGINT,
    saved_by BIGINT REFERENCES accounts (id),
    saved_at BIGINT NOT NULL
);
CREATE INDEX working_copies_due ON working_copies (publish_at) WHERE publish_at IS NOT NULL;

-- text: what readers could read of this revision, where it was public and differs from the one before; excerpt: its first words that differ.
CREATE TABLE article_revisions (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    source TEXT NOT NULL,
    source_format TEXT NOT NULL,
    text TEXT,
    excerpt TEXT NOT NULL DEFAULT '',
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, number)
);

-- listed_at: the article's time of publication while it is public, else NULL.
CREATE TABLE article_authors (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES authors (id),
    listed_at BIGINT,
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_authors_listed ON article_authors (author_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;

CREATE TABLE article_tags (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    tag_id BIGINT NOT NULL REFERENCES tags (id),
    listed_at BIGINT,
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_tags_listed ON article_tags (tag_id, listed_at DESC, article_id DESC) WHERE listed_at IS NOT NULL;

-- Which pictures an article shows, role 'hero', 'body' or 'working-copy'; authors.avatar_id has the third use. One that is used is never deleted.
CREATE TABLE article_media (
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    media_id BIGINT NOT NULL REFERENCES media (id),
    role TEXT NOT NULL,
    PRIMARY KEY (article_id, media_id, role)
);
CREATE INDEX article_media_by_media ON article_media (media_id);

CREATE TABLE former_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    changed_at BIGINT NOT NULL
);
CREATE INDEX former_slugs_by_article ON former_slugs (article_id);

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
CREATE INDEX corrections_latest ON corrections (corrected_at DESC, article_id DESC, position DESC);

-- version counts texts, moderation_version counts changes of status; a moderation form carries both.
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
    moderation_version BIGINT NOT NULL DEFAULT 0,
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
-- The latest of one thread, replies or not: its feed.
CREATE INDEX comments_latest ON comments (article_id, created_at DESC, id DESC) WHERE is_shown;
-- The conditions of these two are spelled out in queries as they stand here.
CREATE INDEX comments_waiting ON comments (created_at, id) WHERE CASE status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END;
CREATE INDEX comments_reported ON comments (created_at, id) WHERE open_flags > 0 AND CASE status WHEN 'published' THEN TRUE WHEN 'approved' THEN
    (open_flags >= 3 OR COALESCE(edited_at, 0) > COALESCE(moderated_at, created_at)) ELSE FALSE END;
CREATE INDEX comments_to_purge ON comments (deleted_at) WHERE status = 'deleted' AND body <> '';
CREATE INDEX comments_by_author ON comments (author_id, status, id DESC);
CREATE INDEX comments_by_author_and_article ON comments (author_id, article_id);
CREATE INDEX comments_by_parent ON comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_by_status ON comments (status, created_at, id);

-- Counters of an article's thread, read by lists of articles.
CREATE TABLE threads (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    public_comments BIGINT NOT NULL
);

-- trace: JSON of what each moderation rule said of this version.
CREATE TABLE comment_versions (
    comment_id BIGINT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    trace TEXT NOT NULL DEFAULT '',
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, number)
);

-- Comments by status, and 'reported', changed in the transaction that changes a comment.
CREATE TABLE comment_counts (
    status TEXT NOT NULL PRIMARY KEY,
    total BIGINT NOT NULL
);
INSERT INTO comment_counts (status, total) VALUES ('reported', 0);

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

-- actor_kind: 'account', 'rule' or 'console'; actor: the username, or the rule's name.
CREATE TABLE moderation_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL,
    comment_id BIGINT,
    actor_kind TEXT NOT NULL,
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

-- How far existing texts have been read into the search index.
CREATE TABLE search_progress (
    kind TEXT NOT NULL PRIMARY KEY,
    reached BIGINT NOT NULL
);
INSERT INTO search_progress (kind, reached) VALUES ('articles', 0), ('comments', 0);

-- Words as the program folds them. A row's number is its time in seconds and its id in the last 30 bits: the newest come first.
CREATE VIRTUAL TABLE article_words USING fts5 (words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii');
CREATE VIRTUAL TABLE comment_words USING fts5 (words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii');
