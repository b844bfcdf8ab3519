-- +goose Up
-- Private addresses under which a calendar program reads the plan in a person's name. Of an address only the hash is kept.
CREATE TABLE plan_feeds (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES users (id),
    name       text   NOT NULL,
    token_hash bytea  NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz
);
CREATE INDEX plan_feeds_of ON plan_feeds (user_id) WHERE revoked_at IS NULL;

-- +goose Down
DROP TABLE plan_feeds;
