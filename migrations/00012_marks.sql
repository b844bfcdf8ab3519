-- +goose Up
-- When a sent delivery was recorded as such. Reach looks for it; the index it used held updated_at and state, which every mark
-- changes, so that each mark wrote all indexes of the table. Null until then: a mark leaves it as it is and stays on its page.
ALTER TABLE deliveries ADD COLUMN sent_known_at timestamptz
    GENERATED ALWAYS AS (CASE WHEN state = 'sent' AND remote_id IS NOT NULL THEN updated_at END) STORED;
DROP INDEX deliveries_sent;
CREATE INDEX deliveries_sent ON deliveries (sent_known_at) WHERE sent_known_at IS NOT NULL;
-- A turn grows with its first mark: pages need more room for that than rows of their size leave.
ALTER TABLE account_turns SET (fillfactor = 30);

-- +goose Down
ALTER TABLE account_turns SET (fillfactor = 50);
DROP INDEX deliveries_sent;
ALTER TABLE deliveries DROP COLUMN sent_known_at;
CREATE INDEX deliveries_sent ON deliveries (updated_at) WHERE state = 'sent' AND remote_id IS NOT NULL;
