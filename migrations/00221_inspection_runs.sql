-- +goose Up
-- Inspections of all accounts that are kept as they were: one for each week, and one for each quarter when it is over.
CREATE TABLE inspection_runs (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle text NOT NULL CHECK (cycle IN ('week', 'quarter')),
    day   date NOT NULL,        -- Monday of the week; the first day after the quarter
    at    timestamptz NOT NULL, -- when the accounts were judged
    UNIQUE (cycle, day)
);
CREATE INDEX inspection_runs_by_day ON inspection_runs (day DESC, id DESC);

-- What each rule said of each account then: names, rule and words as they were, in both languages.
CREATE TABLE inspection_results (
    run_id     bigint  NOT NULL REFERENCES inspection_runs (id),
    place      int     NOT NULL,                      -- from 1: who failed first stands in front
    account_id bigint  NOT NULL REFERENCES accounts (id),
    handle     text    NOT NULL,
    unit_name  text    NOT NULL,
    rule       text    NOT NULL,                      -- its code
    kind       text    NOT NULL,
    bound      int     NOT NULL,                      -- the days that the rule gave; 0: it has none
    source     text    NOT NULL,
    state      text    NOT NULL CHECK (state IN ('fail', 'soon', 'ok')),
    leads      boolean NOT NULL,                      -- the worst of its account, by which that is counted
    fails_on   date,
    days       int     NOT NULL,                      -- since the last post, or look
    because    text[]  NOT NULL DEFAULT '{}',         -- of what is well: nothing
    because_en text[]  NOT NULL DEFAULT '{}',
    remedy     text    NOT NULL DEFAULT '',
    remedy_en  text    NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, place)
);
CREATE UNIQUE INDEX inspection_results_leads ON inspection_results (run_id, account_id) INCLUDE (state) WHERE leads;

-- +goose StatementBegin
CREATE FUNCTION inspection_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an inspection that was kept stays as it is';
END $$;
-- +goose StatementEnd
CREATE TRIGGER inspection_runs_stay BEFORE UPDATE OR DELETE ON inspection_runs
    FOR EACH ROW EXECUTE FUNCTION inspection_stays();
CREATE TRIGGER inspection_results_stay BEFORE UPDATE OR DELETE ON inspection_results
    FOR EACH ROW EXECUTE FUNCTION inspection_stays();

-- +goose Down
DROP TABLE inspection_results, inspection_runs;
DROP FUNCTION inspection_stays;
