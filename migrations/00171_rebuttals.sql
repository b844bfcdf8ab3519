-- +goose Up
-- Rebuttals (权威辟谣): what is said of the city, what is true, how anybody knows, and until when that holds.
CREATE TABLE rebuttals (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id        bigint NOT NULL REFERENCES units (id),
    state          text   NOT NULL CHECK (state IN ('draft', 'signing', 'signed', 'withdrawn')),
    version        int    NOT NULL DEFAULT 1,           -- of the words, the last one that was written
    signed_version int    NOT NULL DEFAULT 0,           -- of the words in force; 0: none was signed yet
    revision       int    NOT NULL DEFAULT 1,
    asked_by       bigint REFERENCES users (id),        -- for a signature
    signed_by      bigint REFERENCES users (id),        -- of the words in force
    signed_at      timestamptz,
    returned_why   text   NOT NULL DEFAULT '',
    review_at      timestamptz,                         -- when somebody is to look whether it still holds
    let_end        timestamptz,                         -- the end of validity that somebody has seen and lets come
    withdrawn_by   bigint REFERENCES users (id),
    withdrawn_at   timestamptz,
    withdrawn_why  text   NOT NULL DEFAULT '',
    correction     text   NOT NULL DEFAULT '',          -- where a withdrawn one was corrected in public
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK (signed_version <= version),
    CHECK ((signed_version > 0) = (signed_by IS NOT NULL)),
    CHECK ((state = 'signed') <= (signed_version = version)),
    CHECK ((state = 'withdrawn') = (withdrawn_by IS NOT NULL))
);
CREATE INDEX rebuttals_by_change ON rebuttals (updated_at DESC, id DESC);

-- The words of a rebuttal, each time that somebody changed them.
CREATE TABLE rebuttal_versions (
    rebuttal_id bigint NOT NULL REFERENCES rebuttals (id),
    number      int    NOT NULL,
    claim       text   NOT NULL CHECK (btrim(claim) <> ''), -- what is said
    truth       text   NOT NULL CHECK (btrim(truth) <> ''), -- what is so
    area        text   NOT NULL,
    expert      text   NOT NULL,                        -- forecaster or expert who stands for it: name, post, how
    evidence    jsonb  NOT NULL,                        -- [{"source": link or name of a file, "note": …}]
    keywords    jsonb  NOT NULL,                        -- [[words that stand together in one sentence]]
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL,
    PRIMARY KEY (rebuttal_id, number),
    CHECK (valid_from < valid_until)
);
CREATE INDEX rebuttal_versions_by_end ON rebuttal_versions (valid_until);

-- What was done with a rebuttal.
CREATE TABLE rebuttal_steps (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rebuttal_id bigint NOT NULL REFERENCES rebuttals (id),
    act         text   NOT NULL,
    version     int    NOT NULL,
    note        text   NOT NULL DEFAULT '',
    by_user     bigint NOT NULL REFERENCES users (id),
    at          timestamptz NOT NULL
);
CREATE INDEX rebuttal_steps_of ON rebuttal_steps (rebuttal_id, id);

-- +goose StatementBegin
CREATE FUNCTION rebuttal_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was written and done about rebuttal % stays as it is', OLD.rebuttal_id;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rebuttal_versions_stay BEFORE UPDATE OR DELETE ON rebuttal_versions
    FOR EACH ROW EXECUTE FUNCTION rebuttal_words_stay();
CREATE TRIGGER rebuttal_steps_stay BEFORE UPDATE OR DELETE ON rebuttal_steps
    FOR EACH ROW EXECUTE FUNCTION rebuttal_words_stay();

-- +goose Down
DROP TABLE rebuttal_steps, rebuttal_versions, rebuttals;
DROP FUNCTION rebuttal_words_stay;
