-- +goose Up
-- Files of words between their preview and their import; they go with the import, or after a day.
CREATE TABLE lexicon_files (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lexicon_id bigint NOT NULL REFERENCES lexicons (id),
    sent_by    bigint NOT NULL REFERENCES users (id),
    sent_at    timestamptz NOT NULL,
    name       text   NOT NULL,
    data       bytea  NOT NULL
);
CREATE INDEX lexicon_files_by_age ON lexicon_files (sent_at);

-- +goose Down
DROP TABLE lexicon_files;
