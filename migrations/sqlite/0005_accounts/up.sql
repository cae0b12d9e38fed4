-- email_refusals: permanent refusals by mail servers in a row; from five on nothing is sent there. waits_since: the account waits for
-- approval. has_second_factor: whether there is a confirmed TOTP secret or a passkey. picture: the beginning of its file names, empty = none;
-- picture_waits: a moderator has not shown it to all yet.
ALTER TABLE accounts ADD COLUMN email_verified_at BIGINT;
ALTER TABLE accounts ADD COLUMN email_refusals BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN renamed_at BIGINT;
ALTER TABLE accounts ADD COLUMN links TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN shows_comments BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN picture TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN picture_waits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN waits_since BIGINT;
ALTER TABLE accounts ADD COLUMN waits_because TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN has_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN deleted_at BIGINT;
CREATE INDEX accounts_pictures_waiting ON accounts (id) WHERE picture_waits;
CREATE INDEX accounts_by_picture ON accounts (picture) WHERE picture <> '';
CREATE INDEX accounts_waiting ON accounts (id) WHERE waits_since IS NOT NULL;

-- When and how the person last proved who they are: 'password', 'code', 'passkey' or 'provider'.
ALTER TABLE sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN proof TEXT NOT NULL DEFAULT '';

-- Links in mails that work once. token_hash: SHA-256 in hexadecimal digits. email: the address that the mail went to.
CREATE TABLE account_tokens (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_tokens_by_account ON account_tokens (account_id, kind);
CREATE INDEX account_tokens_reserving ON account_tokens (lower(email)) WHERE kind = 'cancel-email';
CREATE INDEX account_tokens_by_end ON account_tokens (expires_at);

-- One-time codes by time (RFC 6238). secret: sealed with the site's key. last_step: of the last code that was accepted.
CREATE TABLE totp_secrets (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL DEFAULT 0
);

-- Each works once and is deleted then. code_hash: HMAC-SHA256 with the site's key, in hexadecimal digits.
CREATE TABLE recovery_codes (
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Successful log-ins. device_hash: SHA-256 of the cookie that a browser keeps for a year.
CREATE TABLE logins (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    proof TEXT NOT NULL,
    agent TEXT NOT NULL,
    network TEXT NOT NULL,
    device_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX logins_by_account ON logins (account_id, id DESC);
CREATE INDEX logins_by_time ON logins (created_at);

-- Accounts that are to be deleted, or are being deleted. mode: 'anonymise' or 'erase'.
CREATE TABLE deletions (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    mode TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    run_at BIGINT NOT NULL
);

-- Copies of all that is stored about a person. file: its name once it is made, until then empty.
CREATE TABLE exports (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    file TEXT NOT NULL DEFAULT '',
    requested_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX exports_by_end ON exports (expires_at);
CREATE INDEX comments_of_author ON comments (author_id, id);

-- WebAuthn credentials. credential: as JSON of the library, with its public key. credential_id: in hexadecimal digits.
CREATE TABLE passkeys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- Accounts at another site by which people log in (OpenID Connect).
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_account ON identities (account_id);

-- Names that accounts had. They stay reserved, and lead to the account.
CREATE TABLE former_usernames (
    username_key TEXT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX former_usernames_by_account ON former_usernames (account_id);

-- The server refused it for good, which counts once against its address.
ALTER TABLE mails ADD COLUMN is_refused BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX mails_by_recipient ON mails (recipient);
