-- +goose Up
-- Addresses that people recorded by hand are addresses of the web. What an older version took otherwise goes; the post's own id stays.
UPDATE deliveries SET remote_url = NULL WHERE remote_url !~* '^https?://';
ALTER TABLE deliveries ADD CONSTRAINT deliveries_web_address CHECK (remote_url ~* '^https?://');

-- What equals a version that was submitted: the same requests to the same accounts.
CREATE INDEX post_versions_hash ON post_versions (hash) WHERE hash IS NOT NULL;

-- +goose Down
DROP INDEX post_versions_hash;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_web_address;
