-- +goose Up
-- Files of posts between their preview and their import; they go with the import, or after a day.
CREATE TABLE plan_files (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sent_by  bigint NOT NULL REFERENCES users (id),
    sent_at  timestamptz NOT NULL,
    name     text   NOT NULL,
    sheet    bytea  NOT NULL,
    pictures bytea                                  -- an archive
);
CREATE INDEX plan_files_by_age ON plan_files (sent_at);

-- A file that was made drafts, with the drafts that it was made. One that is deleted leaves the list.
CREATE TABLE plan_imports (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text   NOT NULL,
    hash      bytea  NOT NULL,                      -- of the file, to tell when it comes again
    posts     int    NOT NULL,
    made_by   bigint NOT NULL REFERENCES users (id),
    made_at   timestamptz NOT NULL,
    undone_by bigint REFERENCES users (id),
    undone_at timestamptz
);
CREATE INDEX plan_imports_of ON plan_imports (made_by, id DESC);
CREATE INDEX plan_imports_equal ON plan_imports (hash) WHERE undone_at IS NULL;
CREATE TABLE plan_import_posts (
    import_id bigint NOT NULL REFERENCES plan_imports (id),
    post_id   bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (import_id, post_id)
);
CREATE INDEX plan_import_posts_of ON plan_import_posts (post_id);

-- +goose Down
DROP TABLE plan_import_posts, plan_imports, plan_files;
