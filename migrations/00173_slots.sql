-- +goose Up
-- At which times of a week an account publishes: of one column, or of all that have no times of their own.
CREATE TABLE slot_weeks (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint      NOT NULL REFERENCES accounts (id),
    column_id  bigint REFERENCES columns (id),
    times      int[]       NOT NULL, -- minutes of the week in Shanghai, from Monday 0:00, in order
    workdays   boolean     NOT NULL, -- only on days that are worked
    revision   int         NOT NULL,
    set_by     bigint      NOT NULL REFERENCES users (id),
    set_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX slot_weeks_by_account ON slot_weeks (account_id, coalesce(column_id, 0));

-- +goose Down
DROP TABLE slot_weeks;
