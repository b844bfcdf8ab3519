-- +goose Up
-- Rules of inspections, as data: of the country, or of a unit and all below it. A rule is never changed, it ends.
CREATE TABLE inspection_rules (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text   NOT NULL UNIQUE,
    kind       text   NOT NULL CHECK (kind IN ('silence')),
    days       int    NOT NULL CHECK (days BETWEEN 1 AND 366), -- how long an account may be without a post
    warn_days  int    NOT NULL CHECK (warn_days >= 0 AND warn_days < days),
    unit_id    bigint REFERENCES units (id),                   -- null: for everybody
    source     text   NOT NULL CHECK (btrim(source) <> ''),
    from_day   date   NOT NULL,
    until_day  date   CHECK (until_day >= from_day),           -- the last day; null: it still holds
    created_by bigint REFERENCES users (id),                   -- null: it came with the program
    created_at timestamptz NOT NULL,
    ended_by   bigint REFERENCES users (id)
);
INSERT INTO inspection_rules (code, kind, days, warn_days, source, from_day, created_at)
VALUES ('silence', 'silence', 14, 7, '国办秘函〔2019〕19号', '2019-04-01', now());

-- +goose Down
DROP TABLE inspection_rules;
