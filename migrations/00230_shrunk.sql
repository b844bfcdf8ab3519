-- +goose Up
-- What a picture was as it was uploaded, where it had to be made smaller to be sent; 0: it was not.
ALTER TABLE media ADD COLUMN was_bytes bigint NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN was_width int NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN was_height int NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE media DROP COLUMN was_bytes, DROP COLUMN was_width, DROP COLUMN was_height;
