-- +goose Up
-- The roster of duty of a unit: its revision counts every change of its shifts and hours.
CREATE TABLE rosters (
    unit_id    bigint PRIMARY KEY REFERENCES units (id),
    revision   int NOT NULL,
    cover_from int NOT NULL DEFAULT 0,          -- minutes of the day in Shanghai between which somebody is to be on duty
    cover_to   int NOT NULL DEFAULT 1440,
    CHECK (cover_from >= 0 AND cover_from < cover_to AND cover_to <= 1440)
);

-- A shift: who is there from when until when, and what they leave to those who come.
CREATE TABLE duty_shifts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id      bigint      NOT NULL REFERENCES rosters (unit_id),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    note         text        NOT NULL DEFAULT '',
    note_version int         NOT NULL DEFAULT 0, -- 0: no note yet
    note_by      bigint REFERENCES users (id),
    note_at      timestamptz,
    CHECK (starts_at < ends_at)
);
CREATE INDEX duty_shifts_by_time ON duty_shifts (unit_id, starts_at);
CREATE INDEX duty_shifts_by_end ON duty_shifts (ends_at);

CREATE TABLE duty_people (
    shift_id bigint NOT NULL REFERENCES duty_shifts (id) ON DELETE CASCADE,
    user_id  bigint NOT NULL REFERENCES users (id),
    PRIMARY KEY (shift_id, user_id)
);

-- Who acknowledged which version of a shift's note.
CREATE TABLE duty_reads (
    shift_id     bigint      NOT NULL REFERENCES duty_shifts (id) ON DELETE CASCADE,
    user_id      bigint      NOT NULL REFERENCES users (id),
    note_version int         NOT NULL,
    read_at      timestamptz NOT NULL,
    PRIMARY KEY (shift_id, user_id, note_version)
);

-- +goose Down
DROP TABLE duty_reads, duty_people, duty_shifts, rosters;
