-- +goose Up
-- A file of past posts that somebody had taken in: it is worked through as a job, and can be undone as one.
CREATE TABLE imports (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    user_id    bigint REFERENCES users (id),       -- who sent the file; null: the system
    file_name  text   NOT NULL,
    bytes      bigint NOT NULL,
    state      text   NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'undone')),
    rows       int    NOT NULL,                    -- read in the file, those that were left out included
    rejected   int    NOT NULL,                    -- left out
    done       int    NOT NULL DEFAULT 0,          -- worked through so far, of those that are fit
    added      int    NOT NULL DEFAULT 0,          -- posts that were not known
    kept       int    NOT NULL DEFAULT 0,          -- of them, left when it was undone: the platform has shown them since
    created_at timestamptz NOT NULL,
    beat_at    timestamptz,                        -- when a process last went on with it
    ended_at   timestamptz
);
CREATE INDEX imports_of ON imports (account_id, id DESC);

-- The file, until it is worked through.
CREATE TABLE import_files (
    import_id bigint PRIMARY KEY REFERENCES imports (id),
    data      bytea  NOT NULL
);

-- Lines that were left out.
CREATE TABLE import_rejects (
    import_id bigint NOT NULL REFERENCES imports (id),
    line      int    NOT NULL,
    reason    text   NOT NULL,
    PRIMARY KEY (import_id, line)
);

ALTER TABLE platform_posts ADD COLUMN import_id bigint REFERENCES imports (id);
CREATE INDEX platform_posts_imported ON platform_posts (import_id) WHERE import_id IS NOT NULL;

-- +goose Down
ALTER TABLE platform_posts DROP COLUMN import_id;
DROP TABLE import_rejects;
DROP TABLE import_files;
DROP TABLE imports;
