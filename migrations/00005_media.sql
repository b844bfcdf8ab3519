-- +goose Up
-- A picture as it will be sent: re-encoded, without location data. The bytes lie in the blob store under sha256.
CREATE TABLE media (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id     bigint NOT NULL REFERENCES units (id),
    uploaded_by bigint NOT NULL REFERENCES users (id),
    uploaded_at timestamptz NOT NULL,
    file_name   text   NOT NULL,
    mime        text   NOT NULL CHECK (mime IN ('image/jpeg', 'image/png', 'image/gif')),
    bytes       bigint NOT NULL,
    width       int    NOT NULL,
    height      int    NOT NULL,
    frames      int    NOT NULL CHECK (frames >= 1), -- more than 1: an animation
    sha256      bytea  NOT NULL CHECK (length(sha256) = 32),
    thumb       bytea  NOT NULL CHECK (length(thumb) = 32),
    alt         text   NOT NULL
);
CREATE INDEX media_by_unit ON media (unit_id, id DESC);

-- +goose Down
DROP TABLE media;
