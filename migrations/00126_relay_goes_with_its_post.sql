-- +goose Up
-- A draft goes with what it was to ask of others.
ALTER TABLE relays DROP CONSTRAINT relays_post_id_fkey,
    ADD CONSTRAINT relays_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE;
ALTER TABLE relay_tasks DROP CONSTRAINT relay_tasks_relay_id_fkey,
    ADD CONSTRAINT relay_tasks_relay_id_fkey FOREIGN KEY (relay_id) REFERENCES relays (id) ON DELETE CASCADE;

-- +goose Down
ALTER TABLE relays DROP CONSTRAINT relays_post_id_fkey,
    ADD CONSTRAINT relays_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id);
ALTER TABLE relay_tasks DROP CONSTRAINT relay_tasks_relay_id_fkey,
    ADD CONSTRAINT relay_tasks_relay_id_fkey FOREIGN KEY (relay_id) REFERENCES relays (id);
