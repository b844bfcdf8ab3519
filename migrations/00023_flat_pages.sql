-- +goose Up
-- How many posts are due in an hour, by unit and phase, so that a calendar does not count them one by one. What changes is added to
-- post_hour_changes, where nobody waits for anybody, and folded into post_hours from time to time; together they are exact.
CREATE TABLE post_hours (
    hour    timestamptz NOT NULL,
    unit_id bigint NOT NULL REFERENCES units (id),
    phase   text   NOT NULL,
    posts   int    NOT NULL,
    PRIMARY KEY (hour, unit_id, phase)
);
CREATE TABLE post_hour_changes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hour    timestamptz NOT NULL,
    unit_id bigint NOT NULL,
    phase   text   NOT NULL,
    posts   int    NOT NULL                        -- added; negative: taken away
);
CREATE INDEX post_hour_changes_hour ON post_hour_changes (hour);

CREATE FUNCTION post_hour(due timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date_bin('1 hour', due, timestamptz '2000-01-01 00:00Z');

-- +goose StatementBegin
CREATE FUNCTION note_post_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, count(*) FROM now_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, -count(*) FROM old_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, sum(n)
        FROM (SELECT due_at, unit_id, phase, -1 AS n FROM old_rows UNION ALL SELECT due_at, unit_id, phase, 1 FROM now_rows) moved
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER post_hours_insert AFTER INSERT ON posts REFERENCING NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_hours();
CREATE TRIGGER post_hours_delete AFTER DELETE ON posts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_hours();
CREATE TRIGGER post_hours_update AFTER UPDATE ON posts REFERENCING OLD TABLE AS old_rows NEW TABLE AS now_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_post_hours();
INSERT INTO post_hours SELECT post_hour(due_at), unit_id, phase, count(*) FROM posts
WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3;

-- The first and the last of an hour are found in its unit.
CREATE INDEX posts_of_unit_by_due ON posts (unit_id, due_at) WHERE due_at IS NOT NULL AND phase <> 'withdrawn';

-- What needs somebody is found without counting what does not. Like "settled" it is what an index may know of the state: a mark and an
-- ordinary record leave it as it is.
ALTER TABLE deliveries ADD COLUMN troubled boolean NOT NULL GENERATED ALWAYS AS (state IN ('unknown', 'failed', 'missed')) STORED;
CREATE INDEX deliveries_troubled ON deliveries (post_id) WHERE troubled;

-- +goose Down
DROP INDEX deliveries_troubled;
ALTER TABLE deliveries DROP COLUMN troubled;
DROP INDEX posts_of_unit_by_due;
DROP TRIGGER post_hours_update ON posts;
DROP TRIGGER post_hours_delete ON posts;
DROP TRIGGER post_hours_insert ON posts;
DROP FUNCTION note_post_hours;
DROP TABLE post_hour_changes, post_hours;
DROP FUNCTION post_hour;
