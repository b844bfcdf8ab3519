-- +goose Up
-- Private messages, as the platform pushes them.
ALTER TABLE inbox_items DROP CONSTRAINT inbox_items_thing_check, DROP CONSTRAINT inbox_items_source_check,
    DROP CONSTRAINT inbox_items_contract_check;
ALTER TABLE inbox_items ADD COLUMN form text NOT NULL DEFAULT '',       -- what a message is; '' of what is none
    ADD CONSTRAINT inbox_items_thing_check CHECK (thing IN ('comment', 'post', 'hand', 'message')),
    ADD CONSTRAINT inbox_items_source_check
        CHECK (source IN ('comment', 'mention', 'naming', 'answer', 'hand', 'message')),
    ADD CONSTRAINT inbox_items_contract_check CHECK (contract IN ('public', 'commercial', 'hand', 'fans')),
    ADD CONSTRAINT inbox_items_form_check
        CHECK (form IN ('', 'text', 'image', 'voice', 'position', 'mention', 'other')),
    ADD CONSTRAINT inbox_items_message CHECK ((thing = 'message') = (form <> ''));

-- Until when a citizen's messages may be answered, as far as pushes tell. It goes with the citizen's words.
CREATE TABLE inbox_windows (
    account_id bigint NOT NULL REFERENCES accounts (id),
    citizen    text   NOT NULL,                      -- the platform's number of the person
    opened_at  timestamptz,                          -- the last that opened it, by the platform; null: nothing yet
    follows    boolean,                              -- null: nobody told
    told_at    timestamptz,                          -- of follows, by the platform
    touched_at timestamptz NOT NULL,                 -- the last of all
    PRIMARY KEY (account_id, citizen)
);
CREATE INDEX inbox_windows_touched ON inbox_windows (touched_at);

-- +goose Down
DROP TABLE inbox_windows;
DELETE FROM inbox_steps s USING inbox_items i WHERE s.matter_id = i.matter_id AND i.thing = 'message';
DELETE FROM inbox_pauses p USING inbox_items i WHERE p.matter_id = i.matter_id AND i.thing = 'message';
CREATE TEMPORARY TABLE dropped ON COMMIT DROP AS SELECT DISTINCT matter_id FROM inbox_items WHERE thing = 'message';
UPDATE inbox_matters SET merged_into = NULL, result = 'unneeded'
WHERE merged_into IN (SELECT matter_id FROM dropped);
DELETE FROM inbox_items WHERE matter_id IN (SELECT matter_id FROM dropped);
DELETE FROM inbox_matters WHERE id IN (SELECT matter_id FROM dropped);
ALTER TABLE inbox_items DROP CONSTRAINT inbox_items_message, DROP CONSTRAINT inbox_items_form_check,
    DROP CONSTRAINT inbox_items_thing_check, DROP CONSTRAINT inbox_items_source_check,
    DROP CONSTRAINT inbox_items_contract_check, DROP COLUMN form;
ALTER TABLE inbox_items
    ADD CONSTRAINT inbox_items_thing_check CHECK (thing IN ('comment', 'post', 'hand')),
    ADD CONSTRAINT inbox_items_source_check
        CHECK (source IN ('comment', 'mention', 'naming', 'answer', 'hand')),
    ADD CONSTRAINT inbox_items_contract_check CHECK (contract IN ('public', 'commercial', 'hand'));
