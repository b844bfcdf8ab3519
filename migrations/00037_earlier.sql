-- +goose Up
-- Nothing goes out before the instant for which it was approved: approved_from is bound with the approval and is a condition of the
-- mark. Earlier than that needs the agreement of a second person, which alone lowers it. Null: not approved.
ALTER TABLE deliveries ADD COLUMN approved_from timestamptz;
UPDATE deliveries SET approved_from = due_at WHERE approved;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_not_before_approval CHECK (approved_from <= due_at);

-- A request to send earlier than approved: of a whole post, or of one delivery that did not go out.
CREATE TABLE advances (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id     bigint NOT NULL REFERENCES posts (id),
    delivery_id bigint REFERENCES deliveries (id),  -- null: all accounts of the post
    basis       text   NOT NULL CHECK (basis IN ('approved', 'approving')),
    state       text   NOT NULL CHECK (state IN ('asked', 'agreed', 'refused', 'superseded')),
    due_from    timestamptz NOT NULL,              -- for when it is approved
    due_to      timestamptz,                       -- when it is to go out; null: as soon as agreed
    reason      text   NOT NULL,
    asked_by    bigint NOT NULL REFERENCES users (id),
    asked_at    timestamptz NOT NULL,
    answered_by bigint REFERENCES users (id),
    answered_at timestamptz,
    opinion     text   NOT NULL DEFAULT '',        -- why it was refused
    CHECK (answered_by IS NULL OR answered_by <> asked_by)
);
CREATE UNIQUE INDEX advances_open_once ON advances (post_id, coalesce(delivery_id, 0)) WHERE state = 'asked';
CREATE INDEX advances_of_post ON advances (post_id, id);

-- +goose Down
DROP TABLE advances;
ALTER TABLE deliveries DROP COLUMN approved_from;
