-- +goose Up
-- A pause may let what is marked urgent go on: a warning is sent while everything else waits.
ALTER TABLE pauses ADD COLUMN spares_urgent boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE pauses DROP COLUMN spares_urgent;
