-- +goose Up
-- A picture is shown to whoever may see a post or a delivery that has it; this finds those.
CREATE INDEX version_media_by_media ON version_media (media_id);

-- What the platform last counted of an account's posts, to notice that there were more than were shown.
CREATE TABLE post_totals (
    account_id bigint PRIMARY KEY REFERENCES accounts (id),
    posts      bigint NOT NULL,                    -- the platform's count
    known      bigint NOT NULL,                    -- posts of the account tracked here at the same time
    taken_at   timestamptz NOT NULL
);

-- +goose Down
DROP TABLE post_totals;
DROP INDEX version_media_by_media;
