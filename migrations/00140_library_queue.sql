-- +goose Up
-- What is deleted waits to be taken out of the library, like what was changed to be taken in: the publication stays until then, so that it
-- is known of which text it was.
ALTER TABLE library_published DROP CONSTRAINT library_published_platform_post_id_fkey;

-- Whoever changes a post that waits already holds its row: a job that did not see the change leaves it there.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION library_published_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread SELECT id FROM written ORDER BY id
        ON CONFLICT (platform_post_id) DO UPDATE SET platform_post_id = EXCLUDED.platform_post_id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION library_published_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread VALUES (NEW.id)
        ON CONFLICT (platform_post_id) DO UPDATE SET platform_post_id = EXCLUDED.platform_post_id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER library_published_gone AFTER DELETE ON platform_posts
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION library_published_new();

-- What was deleted before is counted anew.
INSERT INTO library_unread SELECT p.platform_post_id FROM library_published p JOIN library_texts t ON t.id = p.text_id
    WHERE t.times <> (SELECT count(*) FROM library_published o WHERE o.text_id = t.id) ON CONFLICT DO NOTHING;
DELETE FROM library_texts t WHERE NOT EXISTS (SELECT FROM library_published p WHERE p.text_id = t.id);

-- +goose Down
DROP TRIGGER library_published_gone ON platform_posts;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION library_published_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread SELECT id FROM written ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION library_published_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
DELETE FROM library_published l WHERE NOT EXISTS (SELECT FROM platform_posts p WHERE p.id = l.platform_post_id);
ALTER TABLE library_published ADD CONSTRAINT library_published_platform_post_id_fkey
    FOREIGN KEY (platform_post_id) REFERENCES platform_posts (id) ON DELETE CASCADE;
