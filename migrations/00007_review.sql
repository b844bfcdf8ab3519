-- +goose Up
-- One row per level of review of one version. hash is what the reviewer was shown.
CREATE TABLE reviews (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id    bigint NOT NULL REFERENCES posts (id),
    version_id bigint NOT NULL REFERENCES post_versions (id),
    level      int    NOT NULL CHECK (level >= 1),
    hash       bytea  NOT NULL,
    state      text   NOT NULL CHECK (state IN ('pending', 'approved', 'returned', 'void')),
    opened_at  timestamptz NOT NULL,
    decided_by bigint REFERENCES users (id),
    decided_at timestamptz,
    opinion    text   NOT NULL,
    UNIQUE (version_id, level)
);
CREATE INDEX reviews_pending ON reviews (opened_at) WHERE state = 'pending';
CREATE INDEX reviews_of_post ON reviews (post_id, id);

-- +goose Down
DROP TABLE reviews;
