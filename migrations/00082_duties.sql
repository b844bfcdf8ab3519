-- +goose Up
-- By when a unit is told that a post which is due is not there, and what it has been told of.
CREATE TABLE duties (
    unit_id    bigint PRIMARY KEY REFERENCES units (id),
    leads      jsonb  NOT NULL,                    -- minutes before its time, by kind of template; absent: not watched
    raised     jsonb  NOT NULL,                    -- the hour or day of an open to-do, by kind of template
    version    int    NOT NULL,
    changed_by bigint REFERENCES users (id),
    changed_at timestamptz NOT NULL
);
ALTER TABLE templates DROP CONSTRAINT templates_kind_check;
ALTER TABLE templates ADD CONSTRAINT templates_kind_check CHECK (kind IN ('live', 'daily', 'forecast', 'warning',
    'warning_change', 'warning_lift', 'ozone', 'dust', 'ranking', 'digest', 'own'));

-- +goose Down
DROP TABLE duties;
