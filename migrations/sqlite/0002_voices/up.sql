-- Whether a reader has anything of his own under an article: asked before a page that all readers share is given out.
CREATE INDEX comments_by_voice ON comments (author_id, article_id);
