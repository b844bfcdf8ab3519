-- +goose Up
-- A form that is sent twice before its post has an address leads to one draft: form_key is the one-time key of the form.
ALTER TABLE posts ADD COLUMN form_key text;
CREATE UNIQUE INDEX posts_form_key ON posts (author_id, form_key) WHERE form_key IS NOT NULL;

-- Take-downs asked for together are one matter to the second person. The batch is named by its first decision.
ALTER TABLE delivery_decisions ADD COLUMN batch_id bigint;
CREATE INDEX delivery_decisions_batch ON delivery_decisions (batch_id, id) WHERE batch_id IS NOT NULL;

-- +goose Down
DROP INDEX delivery_decisions_batch;
ALTER TABLE delivery_decisions DROP COLUMN batch_id;
DROP INDEX posts_form_key;
ALTER TABLE posts DROP COLUMN form_key;
