-- +goose Up
-- The checklist of effective interaction of an account, as somebody went through it on a day. One that is written is never changed:
-- the next one stands behind it.
CREATE TABLE interaction_checks (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    number     int    NOT NULL CHECK (number > 0), -- of the account, from 1
    checked_on date   NOT NULL,
    next_on    date   NOT NULL CHECK (next_on > checked_on), -- the last day of the next one
    note       text   NOT NULL DEFAULT '',
    by_user    bigint NOT NULL REFERENCES users (id),
    at         timestamptz NOT NULL,                         -- when it was written
    UNIQUE (account_id, number)
);

-- What was found at each of its questions, and by what it is shown.
CREATE TABLE interaction_answers (
    check_id bigint NOT NULL REFERENCES interaction_checks (id),
    question text   NOT NULL,
    given    text   NOT NULL CHECK (given IN ('yes', 'no', 'none')), -- none: it does not apply
    evidence text   NOT NULL DEFAULT '',
    link     text   NOT NULL DEFAULT '',
    media_id bigint REFERENCES media (id),
    PRIMARY KEY (check_id, question)
);

ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind
    CHECK (kind IN ('silence', 'wording', 'link_dead', 'interaction'));
-- Days is how far two of them may lie apart. It holds from the day on which they can be kept here: nothing is said of the days before.
INSERT INTO inspection_rules (code, kind, days, warn_days, source, from_day, created_at)
VALUES ('interaction', 'interaction', 31, 7, '国办秘函〔2019〕19号', (now() AT TIME ZONE 'Asia/Shanghai')::date, now());

-- +goose Down
DELETE FROM inspection_rules WHERE kind = 'interaction';
ALTER TABLE inspection_rules DROP CONSTRAINT inspection_rules_kind;
ALTER TABLE inspection_rules ADD CONSTRAINT inspection_rules_kind CHECK (kind IN ('silence', 'wording', 'link_dead'));
DROP TABLE interaction_answers, interaction_checks;
