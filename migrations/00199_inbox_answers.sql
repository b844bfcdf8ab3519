-- +goose Up
-- An answer that the console sends: a reply (00198) to the last that the citizen had said when it was written. One at a time is
-- under way or in doubt.
CREATE TABLE inbox_answers (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matter_id    bigint NOT NULL REFERENCES inbox_matters (id),
    post_id      bigint NOT NULL UNIQUE REFERENCES all_posts (id),
    delivery_id  bigint NOT NULL UNIQUE REFERENCES all_deliveries (id),
    saw_item_id  bigint NOT NULL,                    -- what it answers
    state        text   NOT NULL CHECK (state IN ('open', 'out', 'ended')), -- ended: it did not go out
    written_by   bigint NOT NULL REFERENCES users (id),
    written_at   timestamptz NOT NULL,
    denied_by    bigint REFERENCES users (id),       -- says that it is not out; a second person confirms or refuses
    denied_at    timestamptz,
    settled_at   timestamptz,
    forgotten_at timestamptz,                        -- its words were cleared with those of the citizen
    CHECK ((denied_by IS NULL) = (denied_at IS NULL)),
    CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX inbox_answers_one_open ON inbox_answers (matter_id) WHERE state = 'open';
CREATE INDEX inbox_answers_of ON inbox_answers (matter_id, id);

-- Open pages follow a matter.
CREATE TRIGGER live_inbox_new AFTER INSERT ON inbox_matters REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('inbox');
CREATE TRIGGER live_inbox AFTER UPDATE ON inbox_matters REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION live_of_unit('inbox');

-- +goose Down
DROP TRIGGER live_inbox ON inbox_matters;
DROP TRIGGER live_inbox_new ON inbox_matters;
DROP TABLE inbox_answers;
