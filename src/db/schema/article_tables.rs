//! The tables of articles, and of what belongs to them.

diesel::table! {
    sections (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
    }
}

diesel::table! {
    tags (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        file -> Text,
        mime -> Text,
        width -> BigInt,
        height -> BigInt,
        bytes -> BigInt,
        created_at -> BigInt,
        name -> Text,
        alt -> Text,
        caption -> Text,
        credit -> Text,
        focus_x -> BigInt,
        focus_y -> BigInt,
    }
}

diesel::table! {
    media_sizes (media_id, width) {
        media_id -> BigInt,
        width -> BigInt,
        file -> Text,
        mime -> Text,
    }
}

diesel::table! {
    authors (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        name_key -> Text,
        bio -> Text,
        links -> Text,
        avatar_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::text::SanitisedHtml;
    use diesel::sql_types::*;

    articles (id) {
        id -> BigInt,
        slug -> Text,
        title -> Text,
        dek -> Text,
        source -> Text,
        source_format -> Text,
        summary_html -> SanitisedHtml,
        body_html -> SanitisedHtml,
        matters_html -> SanitisedHtml,
        summary_text -> Text,
        keyphrases -> Text,
        words -> BigInt,
        section_id -> BigInt,
        hero_id -> Nullable<BigInt>,
        hero_alt -> Text,
        hero_caption -> Text,
        hero_credit -> Text,
        status -> Text,
        comments_open -> Bool,
        published_at -> BigInt,
        updated_at -> BigInt,
        revision -> BigInt,
        is_sample -> Bool,
        origin -> Nullable<Text>,
        excerpt -> Text,
        expires_at -> Nullable<BigInt>,
        owner_id -> Nullable<BigInt>,
        comments_moderated -> Bool,
        edit_version -> BigInt,
        edit_base -> BigInt,
        edited_by -> Nullable<BigInt>,
        edited_at -> BigInt,
    }
}

diesel::table! {
    front_pins (position) {
        position -> BigInt,
        article_id -> BigInt,
        until -> Nullable<BigInt>,
    }
}

diesel::table! {
    autosaves (article_id) {
        article_id -> BigInt,
        fields -> Text,
        saved_by -> Nullable<BigInt>,
        saved_at -> BigInt,
    }
}

diesel::table! {
    article_presence (article_id, account_id) {
        article_id -> BigInt,
        account_id -> BigInt,
        since -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    preview_links (article_id) {
        article_id -> BigInt,
        token -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    former_paths (path) {
        path -> Text,
        article_id -> BigInt,
    }
}

diesel::table! {
    working_copies (article_id) {
        article_id -> BigInt,
        content -> Text,
        revision -> BigInt,
        publish_at -> Nullable<BigInt>,
        saved_by -> Nullable<BigInt>,
        saved_at -> BigInt,
    }
}

diesel::table! {
    article_revisions (article_id, number) {
        article_id -> BigInt,
        number -> BigInt,
        source -> Text,
        source_format -> Text,
        text -> Nullable<Text>,
        excerpt -> Text,
        saved_at -> BigInt,
        saved_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    article_authors (article_id, position) {
        article_id -> BigInt,
        position -> BigInt,
        author_id -> BigInt,
        listed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    article_tags (article_id, position) {
        article_id -> BigInt,
        position -> BigInt,
        tag_id -> BigInt,
        listed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    article_media (article_id, media_id, role) {
        article_id -> BigInt,
        media_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    former_slugs (slug) {
        slug -> Text,
        article_id -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    source_notes (article_id, position) {
        article_id -> BigInt,
        position -> BigInt,
        kind -> Text,
        text -> Text,
        publisher -> Text,
        url -> Text,
        noted_on -> Text,
    }
}

diesel::table! {
    corrections (article_id, position) {
        article_id -> BigInt,
        position -> BigInt,
        kind -> Text,
        text -> Text,
        corrected_at -> BigInt,
    }
}
