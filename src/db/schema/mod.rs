//! Diesel's tables for both databases. Written by hand to match `migrations/`; a test inserts a row into each table.

mod article_tables;

pub use article_tables::*;

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        name_key -> Text,
        bio -> Text,
        password_hash -> Text,
        password_version -> BigInt,
        must_change_password -> Bool,
        is_moderator -> Bool,
        is_editor -> Bool,
        is_admin -> Bool,
        is_writer -> Bool,
        roles_version -> BigInt,
        banned_at -> Nullable<BigInt>,
        banned_until -> Nullable<BigInt>,
        ban_reason -> Text,
        is_sample -> Bool,
        created_at -> BigInt,
        email_verified_at -> Nullable<BigInt>,
        email_refusals -> BigInt,
        renamed_at -> Nullable<BigInt>,
        links -> Text,
        shows_comments -> Bool,
        picture -> Text,
        picture_waits -> Bool,
        waits_since -> Nullable<BigInt>,
        waits_because -> Text,
        has_second_factor -> Bool,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        token_hash -> Binary,
        state -> Text,
        account_id -> Nullable<BigInt>,
        password_version -> BigInt,
        roles_version -> BigInt,
        must_change_password -> Bool,
        data -> Text,
        data_expires_at -> BigInt,
        agent -> Text,
        network -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        proved_at -> BigInt,
        proof -> Text,
    }
}

diesel::table! {
    account_tokens (id) {
        id -> BigInt,
        account_id -> BigInt,
        kind -> Text,
        token_hash -> Text,
        email -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    totp_secrets (account_id) {
        account_id -> BigInt,
        secret -> Text,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
    }
}

diesel::table! {
    recovery_codes (account_id, code_hash) {
        account_id -> BigInt,
        code_hash -> Text,
    }
}

diesel::table! {
    logins (id) {
        id -> BigInt,
        account_id -> BigInt,
        proof -> Text,
        agent -> Text,
        network -> Text,
        device_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    deletions (account_id) {
        account_id -> BigInt,
        mode -> Text,
        requested_at -> BigInt,
        run_at -> BigInt,
    }
}

diesel::table! {
    exports (account_id) {
        account_id -> BigInt,
        file -> Text,
        requested_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> BigInt,
        account_id -> BigInt,
        credential_id -> Text,
        name -> Text,
        credential -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        account_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    former_usernames (username_key) {
        username_key -> Text,
        account_id -> BigInt,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        hits -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        run_at -> BigInt,
        attempts -> BigInt,
        locked_until -> BigInt,
        again_at -> Nullable<BigInt>,
        last_error -> Text,
        created_at -> BigInt,
        failed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mails (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        recipient -> Text,
        message_id -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        is_refused -> Bool,
    }
}

diesel::table! {
    use crate::text::SanitisedHtml;
    use diesel::sql_types::*;

    comments (id) {
        id -> BigInt,
        article_id -> BigInt,
        author_id -> BigInt,
        parent_id -> Nullable<BigInt>,
        path -> Binary,
        depth -> BigInt,
        body -> Text,
        html -> SanitisedHtml,
        version -> BigInt,
        moderation_version -> BigInt,
        status -> Text,
        hold -> Text,
        reject_reason -> Text,
        reject_note -> Text,
        is_shown -> Bool,
        public_replies -> BigInt,
        open_flags -> BigInt,
        idempotency_key -> Nullable<Text>,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        moderated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        status_before_delete -> Nullable<Text>,
        is_sample -> Bool,
        undo -> Nullable<Text>,
    }
}

diesel::table! {
    threads (article_id) {
        article_id -> BigInt,
        public_comments -> BigInt,
    }
}

diesel::table! {
    comment_versions (comment_id, number) {
        comment_id -> BigInt,
        number -> BigInt,
        body -> Text,
        trace -> Text,
        saved_at -> BigInt,
    }
}

diesel::table! {
    comment_counts (status) {
        status -> Text,
        total -> BigInt,
    }
}

diesel::table! {
    flags (id) {
        id -> BigInt,
        comment_id -> BigInt,
        account_id -> BigInt,
        reason -> Text,
        detail -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    moderation_log (id) {
        id -> BigInt,
        action -> Text,
        comment_id -> Nullable<BigInt>,
        actor_kind -> Text,
        actor -> Text,
        actor_id -> Nullable<BigInt>,
        subject -> Text,
        from_status -> Text,
        to_status -> Text,
        version -> BigInt,
        reason -> Text,
        note -> Text,
        created_at -> BigInt,
        kind -> Text,
        article_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    search_progress (kind) {
        kind -> Text,
        reached -> BigInt,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        token_hash -> Text,
        email -> Text,
        roles -> Text,
        created_by -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::text::SanitisedHtml;
    use diesel::sql_types::*;

    pages (slug) {
        slug -> Text,
        title -> Text,
        body -> Text,
        html -> SanitisedHtml,
        in_footer -> Bool,
        revision -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    page_revisions (slug, number) {
        slug -> Text,
        number -> BigInt,
        title -> Text,
        body -> Text,
        saved_by -> Nullable<BigInt>,
        saved_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    former_usernames,
    sessions,
    sections,
    tags,
    media,
    media_sizes,
    authors,
    articles,
    former_paths,
    article_presence,
    front_pins,
    autosaves,
    preview_links,
    working_copies,
    article_revisions,
    article_authors,
    article_tags,
    article_media,
    former_slugs,
    source_notes,
    corrections,
    comments,
    threads,
    comment_versions,
    flags,
    moderation_log,
    pages,
    page_revisions,
);

diesel::table! {
    vocabulary (word) {
        word -> Text,
        shown -> Text,
        reversed -> Text,
    }
}
