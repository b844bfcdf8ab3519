-- +goose Up
-- A step may be one of editing: its people change the words, or leave them, and approve nothing. What they change is a
-- version of its own, and its run says by which step it was made: every step before that one is asked about the change.
ALTER TABLE review_steps ADD COLUMN edit boolean NOT NULL DEFAULT false;
ALTER TABLE review_runs ADD COLUMN edited_step int NOT NULL DEFAULT 0 CHECK (edited_step >= 0);
ALTER TABLE review_decisions DROP CONSTRAINT review_decisions_decision_check,
    ADD CONSTRAINT review_decisions_decision_check CHECK (decision IN ('approve', 'return', 'edit'));

-- +goose Down
ALTER TABLE review_decisions DROP CONSTRAINT review_decisions_decision_check,
    ADD CONSTRAINT review_decisions_decision_check CHECK (decision IN ('approve', 'return')) NOT VALID;
ALTER TABLE review_runs DROP COLUMN edited_step;
ALTER TABLE review_steps DROP COLUMN edit;
