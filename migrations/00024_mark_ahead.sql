-- +goose Up
-- What a process may call of the deliveries it marked ahead of their instant: docs/decisions/0004. Numbers are the owner's own and only
-- grow. Above released: surely not called. Whoever moves such a delivery locks this row first and raises recalls.
CREATE TABLE releases (
    process_id uuid   PRIMARY KEY REFERENCES processes (id),
    marked     bigint NOT NULL DEFAULT 0,          -- highest number given out
    released   bigint NOT NULL DEFAULT 0,          -- highest number that may have been called
    recalls    bigint NOT NULL DEFAULT 0           -- one higher with each time others took some back
) WITH (fillfactor = 20);
ALTER TABLE deliveries ADD COLUMN ahead_no bigint;       -- the owner's number; null: marked at its instant
ALTER TABLE account_turns ADD COLUMN mark_before timestamptz; -- last_mark as it was before a mark ahead of its instant

-- +goose Down
ALTER TABLE account_turns DROP COLUMN mark_before;
ALTER TABLE deliveries DROP COLUMN ahead_no;
DROP TABLE releases;
