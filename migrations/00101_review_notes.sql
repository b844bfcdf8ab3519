-- +goose Up
-- What reviewers say to each other beside a text. A note stays; it is resolved or it is not.
CREATE TABLE review_notes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id     bigint NOT NULL REFERENCES posts (id),
    version_id  bigint NOT NULL REFERENCES post_versions (id),
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL,
    text        text   NOT NULL,
    quoted      text   NOT NULL,                  -- the words of the version it is about; '' for the whole
    asks        bigint[] NOT NULL,                -- colleagues named with @
    resolved_by bigint REFERENCES users (id),
    resolved_at timestamptz,
    CHECK ((resolved_by IS NULL) = (resolved_at IS NULL))
);
CREATE INDEX review_notes_of_post ON review_notes (post_id, id);

-- Who looks at the post's review hears of its notes.
-- +goose StatementBegin
CREATE FUNCTION live_review_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM live_tell(coalesce(string_agg(DISTINCT 'post/' || post_id || ' ', E'\n'), ''))
    FROM (SELECT post_id FROM fresh LIMIT 21) few;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER live_review_notes_new AFTER INSERT ON review_notes REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_review_notes();
CREATE TRIGGER live_review_notes AFTER UPDATE ON review_notes REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_review_notes();

-- Which version a reviewer has read, and as what: several are approved at once only where each was read.
CREATE TABLE review_opened (
    user_id    bigint NOT NULL REFERENCES users (id),
    version_id bigint NOT NULL REFERENCES post_versions (id) ON DELETE CASCADE,
    hash       bytea  NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (version_id, user_id)
);

-- +goose Down
DROP TABLE review_opened;
DROP TABLE review_notes;
DROP FUNCTION live_review_notes;
