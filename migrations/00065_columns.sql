-- +goose Up
-- A column (栏目) is what a post belongs to in the eyes of the reader. One without a unit is the whole installation's: it is the root's to keep,
-- and there is no root yet when a new installation is migrated.
CREATE TABLE columns (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint REFERENCES units (id),
    name       text   NOT NULL,
    active     boolean NOT NULL DEFAULT true,
    position   int    NOT NULL,
    created_by bigint REFERENCES users (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX columns_of_unit ON columns (unit_id);
INSERT INTO columns (name, position, created_at, updated_at)
SELECT name, n, now(), now()
FROM unnest(ARRAY['空气质量', '预警', '科普', '曝光台', '活动', '回应', '转载']) WITH ORDINALITY AS shipped (name, n);

-- The column belongs to the version: who approves a version approves it for its column.
ALTER TABLE post_versions ADD COLUMN column_id bigint REFERENCES columns (id);
CREATE INDEX post_versions_by_column ON post_versions (column_id) WHERE column_id IS NOT NULL;

-- +goose Down
ALTER TABLE post_versions DROP COLUMN column_id;
DROP TABLE columns;
