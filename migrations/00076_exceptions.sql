-- +goose Up
-- That a forbidden word may stand in one text all the same: asked by one person, confirmed by another. It is bound to the
-- word and the text, and holds for posts of its unit and of those below.
CREATE TABLE lexicon_exceptions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lexicon_id bigint NOT NULL REFERENCES lexicons (id),
    unit_id    bigint NOT NULL REFERENCES units (id),
    word       text   NOT NULL,
    text_hash  bytea  NOT NULL CHECK (length(text_hash) = 32),
    text       text   NOT NULL,                       -- what the second person reads
    post_id    bigint,                                -- where it was asked; null: in a text that nobody has kept
    state      text   NOT NULL CHECK (state IN ('asked', 'confirmed', 'stopped', 'expired')),
    why        text   NOT NULL,
    asked_by   bigint NOT NULL REFERENCES users (id),
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    decided_by bigint REFERENCES users (id),
    decided_at timestamptz,
    decide_why text   NOT NULL DEFAULT '',
    CONSTRAINT lexicon_exceptions_second_person CHECK (state <> 'confirmed' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX lexicon_exceptions_once ON lexicon_exceptions (text_hash, lexicon_id, unit_id, word)
    WHERE state IN ('asked', 'confirmed');
CREATE INDEX lexicon_exceptions_asked ON lexicon_exceptions (expires_at) WHERE state = 'asked';

-- +goose Down
DROP TABLE lexicon_exceptions;
