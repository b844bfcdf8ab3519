-- +goose Up
-- What the checks found in a version when it was submitted, why it was submitted all the same, and who agreed.
-- It stays with the version: a list that changes later changes nothing here.
CREATE TABLE version_findings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id bigint NOT NULL REFERENCES post_versions (id) ON DELETE CASCADE,
    account_id bigint REFERENCES accounts (id),    -- whose own wording; null: the common text, or the post itself
    rule       text   NOT NULL,
    level      text   NOT NULL CHECK (level IN ('block', 'second', 'hint')),
    start_at   int    NOT NULL CHECK (start_at >= 0),
    end_at     int    NOT NULL CHECK (end_at >= start_at),
    found      text   NOT NULL,
    suggestion text   NOT NULL,
    said       text   NOT NULL,                    -- source text of the message
    args       jsonb  NOT NULL,                    -- names and values in turn
    reason     text   NOT NULL,
    reason_by  bigint REFERENCES users (id),
    agreed_by  bigint REFERENCES users (id),
    agreed_at  timestamptz,
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL))
);
CREATE INDEX version_findings_of ON version_findings (version_id, id);

-- +goose Down
DROP TABLE version_findings;
