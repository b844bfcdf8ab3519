-- +goose Up
-- Answers to writes that came with an Idempotency-Key: the same request again gets the same answer. Kept for a day.
CREATE TABLE replays (
    user_id      bigint NOT NULL REFERENCES users (id),
    route        text   NOT NULL,                  -- method and path as registered, such as "POST /posts/{id}/review"
    key          text   NOT NULL,
    request_hash bytea  NOT NULL,                  -- SHA-256 of address and body
    begun_at     timestamptz NOT NULL,
    ended_at     timestamptz,                      -- null: under way, or nobody knows how it ended
    status       int,
    header       jsonb,
    body         bytea,
    PRIMARY KEY (user_id, route, key),
    CHECK ((ended_at IS NULL) = (status IS NULL))
);
CREATE INDEX replays_by_age ON replays (begun_at);

-- +goose Down
DROP TABLE replays;
