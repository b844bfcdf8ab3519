-- +goose Up
-- Reports (报告) that people file: figures as they were when the report was made, words that are edited until two people
-- signed. Of a report only its words, its state and its signatures ever change.
CREATE TABLE reports (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text    NOT NULL CHECK (kind IN ('quarter', 'league', 'inspection', 'account')),
    unit_id      bigint  NOT NULL REFERENCES units (id),
    subtree      boolean NOT NULL,                      -- the unit with all below it; else the unit alone
    account_id   bigint REFERENCES accounts (id),       -- of a report on one account
    from_day     date    NOT NULL,
    to_day       date    NOT NULL,                      -- the last day
    figures      text    NOT NULL,                      -- JSON, kept to the letter
    hash         bytea   NOT NULL CHECK (length(hash) = 32), -- SHA-256 of figures
    title        text    NOT NULL,                      -- of the last version
    state        text    NOT NULL CHECK (state IN ('draft', 'signing', 'signed')),
    number       text UNIQUE,                           -- given with the second signature
    revision     int     NOT NULL DEFAULT 1,
    made_by      bigint REFERENCES users (id),          -- null: the machine
    made_at      timestamptz NOT NULL,
    first_by     bigint REFERENCES users (id),
    first_at     timestamptz,
    second_by    bigint REFERENCES users (id),
    second_at    timestamptz,
    returned_by  bigint REFERENCES users (id),
    returned_why text    NOT NULL DEFAULT '',
    updated_at   timestamptz NOT NULL,
    CHECK (from_day <= to_day),
    CHECK ((kind = 'account') = (account_id IS NOT NULL)),
    CHECK ((state = 'draft') = (first_by IS NULL)),
    CHECK ((state = 'signed') = (second_by IS NOT NULL)),
    CHECK ((state = 'signed') = (number IS NOT NULL)),
    CHECK (first_by <> second_by)
);
CREATE INDEX reports_by_change ON reports (updated_at DESC, id DESC);

-- The words of a report, each time that somebody changed them.
CREATE TABLE report_versions (
    report_id bigint NOT NULL REFERENCES reports (id),
    number    int    NOT NULL,
    title     text   NOT NULL,
    words     jsonb  NOT NULL,                          -- by the names of the places where they stand
    by_user   bigint REFERENCES users (id),
    at        timestamptz NOT NULL,
    PRIMARY KEY (report_id, number)
);

-- The last number of each kind and year.
CREATE TABLE report_numbers (
    kind text NOT NULL,
    year int  NOT NULL,
    last int  NOT NULL,
    PRIMARY KEY (kind, year)
);

-- +goose StatementBegin
CREATE FUNCTION reports_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'signed' THEN
        RAISE EXCEPTION 'report % is signed and stays as it is', OLD.id;
    END IF;
    IF (NEW.figures, NEW.hash, NEW.kind, NEW.from_day, NEW.to_day) IS DISTINCT FROM
        (OLD.figures, OLD.hash, OLD.kind, OLD.from_day, OLD.to_day) THEN
        RAISE EXCEPTION 'the figures of report % stay as they are', OLD.id;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER reports_stay BEFORE UPDATE ON reports FOR EACH ROW EXECUTE FUNCTION reports_stay();

-- +goose Down
DROP TABLE report_numbers, report_versions, reports;
DROP FUNCTION reports_stay;
