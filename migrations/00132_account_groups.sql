-- +goose Up
-- Accounts that are chosen together: of one person, or of a unit and all below it.
CREATE TABLE account_groups (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id     bigint REFERENCES units (id),  -- whose it is; null: the person's
    user_id     bigint NOT NULL REFERENCES users (id), -- who saved it last
    name        text   NOT NULL,
    account_ids bigint[] NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_groups_own ON account_groups (user_id, name) WHERE unit_id IS NULL;
CREATE UNIQUE INDEX account_groups_of_unit ON account_groups (unit_id, name) WHERE unit_id IS NOT NULL;

-- +goose Down
DROP TABLE account_groups;
