-- +goose Up
-- Posts of the platform are found by their words, too. The pairs of characters (text_grams, migration 00013) stand in a table of their
-- own: the rows of platform_posts change with every reading, and would carry the whole index entry of their text along each time.
-- What was written or changed waits in platform_post_unfound until somebody has taken its pairs; a search reads through it meanwhile.
CREATE TABLE platform_post_grams (
    platform_post_id bigint PRIMARY KEY REFERENCES platform_posts (id) ON DELETE CASCADE,
    grams            text[] NOT NULL
);
CREATE INDEX platform_post_grams_in ON platform_post_grams USING gin (grams);

CREATE TABLE platform_post_unfound (
    platform_post_id bigint PRIMARY KEY
);
INSERT INTO platform_post_unfound SELECT id FROM platform_posts;

-- +goose StatementBegin
CREATE FUNCTION platform_posts_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO platform_post_unfound SELECT id FROM written ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION platform_post_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO platform_post_unfound VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER platform_posts_written AFTER INSERT ON platform_posts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION platform_posts_written();
CREATE TRIGGER platform_post_rewritten AFTER UPDATE OF text ON platform_posts
    FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION platform_post_rewritten();

-- +goose Down
DROP TRIGGER platform_post_rewritten ON platform_posts;
DROP TRIGGER platform_posts_written ON platform_posts;
DROP FUNCTION platform_post_rewritten, platform_posts_written;
DROP TABLE platform_post_unfound, platform_post_grams;
