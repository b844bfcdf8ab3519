-- +goose Up
-- How much each part of the house score counts for a unit and all below it. A setting is never changed: the next
-- revision takes its place. All null: the unit goes by what holds above it again.
CREATE TABLE score_weights (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id     bigint NOT NULL REFERENCES units (id),
    revision    int    NOT NULL CHECK (revision > 0),
    publishing  int    CHECK (publishing BETWEEN 0 AND 100),
    service     int    CHECK (service BETWEEN 0 AND 100),
    interaction int    CHECK (interaction BETWEEN 0 AND 100),
    forwards    int    CHECK (forwards BETWEEN 0 AND 100),
    approval    int    CHECK (approval BETWEEN 0 AND 100),
    set_by      bigint REFERENCES users (id),
    set_at      timestamptz NOT NULL,
    UNIQUE (unit_id, revision),
    CHECK (num_nulls(publishing, service, interaction, forwards, approval) IN (0, 5)),
    CHECK (publishing + service + interaction + forwards + approval = 100)
);

-- +goose Down
DROP TABLE score_weights;
