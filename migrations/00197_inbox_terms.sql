-- +goose Up
-- Until when a unit answers what citizens say, and when it serves: versions, each from an instant on. Of
-- those that have begun the last written holds, so that a new one takes the place of what was meant for later.
CREATE TABLE inbox_terms (
    unit_id    bigint  NOT NULL REFERENCES units (id),
    revision   int     NOT NULL CHECK (revision > 0),
    since      timestamptz NOT NULL,
    inherits   boolean NOT NULL,                     -- from then on as the unit above; the rest means nothing then
    begins     int     NOT NULL CHECK (begins >= 0 AND begins < 1440),     -- minutes after midnight in Shanghai
    ends       int     NOT NULL CHECK (ends > begins AND ends <= 1440),
    days       smallint[] NOT NULL CHECK (days <@ ARRAY[0, 1, 2, 3, 4, 5, 6]::smallint[]), -- 0: Sunday
    works      boolean NOT NULL,                     -- days off and worked weekends of the holiday table count
    limits     jsonb   NOT NULL,                     -- by kind: first and next in minutes, urgent
    written_by bigint  NOT NULL REFERENCES users (id),
    written_at timestamptz NOT NULL CHECK (since >= written_at),           -- nothing is changed that was
    PRIMARY KEY (unit_id, revision)
);

-- +goose Down
DROP TABLE inbox_terms;
