-- +goose Up
-- A version passes the steps of a chain: one run a version, with the steps it began with and the decisions about them. One row of reviews could
-- hold neither two people nor a return to a step.
CREATE TABLE review_runs (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id      bigint NOT NULL REFERENCES posts (id),
    version_id   bigint NOT NULL UNIQUE REFERENCES post_versions (id),
    hash         bytea  NOT NULL,                 -- what everybody is shown
    chain_name   text   NOT NULL,                 -- as it was called when the run began
    state        text   NOT NULL CHECK (state IN ('pending', 'approved', 'returned', 'void')),
    opened_at    timestamptz NOT NULL,
    ended_at     timestamptz
);
CREATE INDEX review_runs_of_post ON review_runs (post_id, id);

CREATE TABLE review_steps (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id         bigint  NOT NULL REFERENCES review_runs (id),
    number         int     NOT NULL CHECK (number >= 1),
    name           text    NOT NULL,
    role           text    NOT NULL,                -- '': whoever may review
    relation       text    NOT NULL CHECK (relation IN ('line', 'section', 'unit', 'above', 'named')),
    unit_id        bigint  NOT NULL REFERENCES units (id),
    everyone       boolean NOT NULL,
    limit_minutes  int     NOT NULL CHECK (limit_minutes >= 0),
    remind_minutes int     NOT NULL CHECK (remind_minutes >= 0),
    items          jsonb   NOT NULL,
    at_once        boolean NOT NULL,
    state          text    NOT NULL CHECK (state IN ('waiting', 'open', 'passed', 'ended')),
    round          int     NOT NULL DEFAULT 1,      -- one more each time somebody returns to it or to one before it
    opened_at      timestamptz,
    limit_at       timestamptz,                     -- when it goes to a stand-in or up
    reminded_at    timestamptz,
    late_at        timestamptz,                     -- since when it is past its limit
    raised_unit_id bigint REFERENCES units (id),
    UNIQUE (run_id, number)
);
CREATE UNIQUE INDEX review_steps_one_open ON review_steps (run_id) WHERE state = 'open';
CREATE INDEX review_steps_limits ON review_steps (limit_at) WHERE state = 'open' AND limit_at IS NOT NULL;

-- What was decided is evidence: rows are added and never changed.
CREATE TABLE review_decisions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id   bigint NOT NULL REFERENCES review_runs (id),
    step_id  bigint NOT NULL REFERENCES review_steps (id),
    round    int    NOT NULL,
    decision text   NOT NULL CHECK (decision IN ('approve', 'return')),
    to_step  int    NOT NULL,                       -- of a return: 0 is the author
    by_user  bigint NOT NULL REFERENCES users (id),
    for_user bigint REFERENCES users (id),          -- for whom a stand-in decided
    at       timestamptz NOT NULL,
    opinion  text   NOT NULL,
    ticked   jsonb  NOT NULL,
    UNIQUE (step_id, round, by_user)
);
CREATE INDEX review_decisions_of_run ON review_decisions (run_id, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decisions of reviews are only added';
END $$;
-- +goose StatementEnd
CREATE TRIGGER review_decisions_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON review_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_decision_change();

-- What there was becomes runs of one step, under the same numbers.
INSERT INTO review_runs (id, post_id, version_id, hash, chain_name, state, opened_at, ended_at) OVERRIDING SYSTEM VALUE
SELECT r.id, r.post_id, r.version_id, r.hash, '一审', r.state, r.opened_at,
       CASE r.state WHEN 'pending' THEN NULL ELSE coalesce(r.decided_at, r.opened_at) END
FROM reviews r WHERE r.level = 1;
INSERT INTO review_steps (id, run_id, number, name, role, relation, unit_id, everyone, limit_minutes, remind_minutes, items, at_once, state, opened_at)
OVERRIDING SYSTEM VALUE
SELECT r.id, r.id, 1, '一审', '', 'line', p.unit_id, false, 0, 0, '[]', true,
       CASE r.state WHEN 'pending' THEN 'open' WHEN 'approved' THEN 'passed' ELSE 'ended' END, r.opened_at
FROM reviews r JOIN posts p ON p.id = r.post_id WHERE r.level = 1;
INSERT INTO review_decisions (id, run_id, step_id, round, decision, to_step, by_user, at, opinion, ticked) OVERRIDING SYSTEM VALUE
SELECT r.id, r.id, r.id, 1, CASE r.state WHEN 'approved' THEN 'approve' ELSE 'return' END, 0, r.decided_by, r.decided_at, r.opinion, '[]'
FROM reviews r WHERE r.level = 1 AND r.state IN ('approved', 'returned');
SELECT setval(pg_get_serial_sequence('review_runs', 'id'), coalesce(max(id), 0) + 1, false) FROM reviews;
SELECT setval(pg_get_serial_sequence('review_steps', 'id'), coalesce(max(id), 0) + 1, false) FROM reviews;
SELECT setval(pg_get_serial_sequence('review_decisions', 'id'), coalesce(max(id), 0) + 1, false) FROM reviews;
DROP TABLE reviews;

-- +goose Down
CREATE TABLE reviews (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id    bigint NOT NULL REFERENCES posts (id),
    version_id bigint NOT NULL REFERENCES post_versions (id),
    level      int    NOT NULL CHECK (level >= 1),
    hash       bytea  NOT NULL,
    state      text   NOT NULL CHECK (state IN ('pending', 'approved', 'returned', 'void')),
    opened_at  timestamptz NOT NULL,
    decided_by bigint REFERENCES users (id),
    decided_at timestamptz,
    opinion    text   NOT NULL,
    UNIQUE (version_id, level)
);
CREATE INDEX reviews_pending ON reviews (opened_at) WHERE state = 'pending';
CREATE INDEX reviews_of_post ON reviews (post_id, id);
INSERT INTO reviews (id, post_id, version_id, level, hash, state, opened_at, decided_by, decided_at, opinion) OVERRIDING SYSTEM VALUE
SELECT r.id, r.post_id, r.version_id, 1, r.hash, r.state, r.opened_at, d.by_user, d.at, coalesce(d.opinion, '')
FROM review_runs r LEFT JOIN LATERAL (
    SELECT * FROM review_decisions d WHERE d.run_id = r.id AND r.state IN ('approved', 'returned') ORDER BY d.id DESC LIMIT 1) d ON true;
SELECT setval(pg_get_serial_sequence('reviews', 'id'), coalesce(max(id), 0) + 1, false) FROM reviews;
DROP TABLE review_decisions;
DROP FUNCTION refuse_decision_change;
DROP TABLE review_steps;
DROP TABLE review_runs;
