-- +goose Up
-- The content library. Each text that the matrix has published stands once in library_texts, however often it went out, with the letters and
-- pairs of letters of its folded form, and with marks of the accounts, columns, writers and times it went out under (internal/library/grams.go).
-- Everything a search asks for is an element of one array, and one index answers it.
CREATE TABLE library_texts (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash    bytea  NOT NULL UNIQUE,   -- SHA-256 of the text as it was published
    folded  text   NOT NULL,          -- half width, lower case, simplified
    times   int    NOT NULL,          -- how often it went out
    at      timestamptz NOT NULL,     -- and when last
    last_id bigint NOT NULL,          -- the platform post of that time
    grams   int[]  NOT NULL
);
CREATE INDEX library_texts_newest ON library_texts (at DESC, id DESC);
-- Written in batches by a job: nothing is gained by a list of what is pending, and a search would read through it.
CREATE INDEX library_texts_grams ON library_texts USING gin (grams) WITH (fastupdate = off);

-- One publication of a text.
CREATE TABLE library_published (
    platform_post_id bigint PRIMARY KEY REFERENCES platform_posts (id) ON DELETE CASCADE,
    text_id    bigint NOT NULL REFERENCES library_texts (id),
    account_id bigint NOT NULL REFERENCES accounts (id),
    column_id  bigint REFERENCES columns (id),
    user_id    bigint REFERENCES users (id), -- who wrote it here; null: it was not sent by this console
    at         timestamptz NOT NULL
);
CREATE INDEX library_published_of ON library_published (text_id, at DESC);

-- What was published or changed waits here until it is taken in.
CREATE TABLE library_unread (platform_post_id bigint PRIMARY KEY);
INSERT INTO library_unread SELECT id FROM platform_posts;

-- +goose StatementBegin
CREATE FUNCTION library_published_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread SELECT id FROM written ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION library_published_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_unread VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER library_published_new AFTER INSERT ON platform_posts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION library_published_new();
CREATE TRIGGER library_published_changed AFTER UPDATE OF text, origin ON platform_posts
    FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.origin IS DISTINCT FROM NEW.origin)
    EXECUTE FUNCTION library_published_changed();

-- What units keep by hand: a snippet, a whole text, a picture with where it is from and under which licence.
CREATE TABLE library_items (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id      bigint NOT NULL REFERENCES units (id),
    kind         text   NOT NULL CHECK (kind IN ('snippet', 'text', 'picture')),
    title        text   NOT NULL,
    text         text   NOT NULL,             -- of a picture: what is to be seen in it
    media_id     bigint REFERENCES media (id),
    source       text   NOT NULL,
    licence      text   NOT NULL,
    expires_on   date,                        -- the last day on which it may be used, in Beijing
    folded       text   NOT NULL,             -- title, text and source
    grams        int[]  NOT NULL,
    revision     int    NOT NULL DEFAULT 1,
    uses         int    NOT NULL DEFAULT 0,
    last_used_at timestamptz,
    retired_at   timestamptz,
    created_by   bigint NOT NULL REFERENCES users (id),
    created_at   timestamptz NOT NULL,
    updated_by   bigint NOT NULL REFERENCES users (id),
    updated_at   timestamptz NOT NULL,
    CHECK ((kind = 'picture') = (media_id IS NOT NULL))
);
CREATE INDEX library_items_of ON library_items (unit_id) WHERE retired_at IS NULL;
CREATE INDEX library_items_newest ON library_items (updated_at DESC, id DESC) WHERE retired_at IS NULL;
CREATE INDEX library_items_grams ON library_items USING gin (grams) WITH (fastupdate = off);

-- +goose Down
DROP TABLE library_items;
DROP TRIGGER library_published_changed ON platform_posts;
DROP TRIGGER library_published_new ON platform_posts;
DROP FUNCTION library_published_changed, library_published_new;
DROP TABLE library_unread, library_published, library_texts;
