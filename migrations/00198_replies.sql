-- +goose Up
-- A reply to what a citizen said goes out as posts do: versions, deliveries, marks, looks. It is seen by who answers citizens and
-- by nobody else. So the tables get names of their own, and "posts" and "deliveries" are what everybody lists: posts alone. What
-- forgets that there are replies sees none.
ALTER TABLE posts ADD COLUMN kind text NOT NULL DEFAULT 'post' CHECK (kind IN ('post', 'reply'));
ALTER TABLE post_versions ADD COLUMN reply_to text NOT NULL DEFAULT ''; -- of a reply: "post/comment", by the platform's numbers
ALTER TABLE deliveries ADD COLUMN kind text NOT NULL DEFAULT 'post' CHECK (kind IN ('post', 'reply'));

-- The platform numbers comments in a sequence of their own.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_remote_unique,
    ADD CONSTRAINT deliveries_remote_unique UNIQUE (platform, remote_id, kind);

-- A reply whose outcome is unknown holds no post up, and the other way round.
ALTER TABLE account_turns ADD COLUMN kind text NOT NULL DEFAULT 'post' CHECK (kind IN ('post', 'reply'));
ALTER TABLE account_turns DROP CONSTRAINT account_turns_pkey, ADD PRIMARY KEY (account_id, kind);

ALTER TABLE posts RENAME TO all_posts;
ALTER TABLE deliveries RENAME TO all_deliveries;
CREATE VIEW posts AS SELECT * FROM all_posts WHERE kind = 'post';
CREATE VIEW deliveries AS SELECT * FROM all_deliveries WHERE kind = 'post';

-- Who may answer citizens answers for the words alone, where the unit has no second person look at them.
ALTER TABLE review_runs DROP CONSTRAINT review_runs_cover_check,
    ADD CONSTRAINT review_runs_cover_check CHECK (cover IN ('', 'lead', 'standing', 'answer'));

-- Posts are counted by the hour, replies are not.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_post_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, count(*) FROM now_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' AND kind = 'post' GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, -count(*) FROM old_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' AND kind = 'post' GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, sum(n)
        FROM (SELECT due_at, unit_id, phase, -1 AS n FROM old_rows WHERE kind = 'post'
              UNION ALL SELECT due_at, unit_id, phase, 1 FROM now_rows WHERE kind = 'post') moved
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_post_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, count(*) FROM now_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, -count(*) FROM old_rows
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO post_hour_changes (hour, unit_id, phase, posts)
        SELECT post_hour(due_at), unit_id, phase, sum(n)
        FROM (SELECT due_at, unit_id, phase, -1 AS n FROM old_rows UNION ALL SELECT due_at, unit_id, phase, 1 FROM now_rows) moved
        WHERE due_at IS NOT NULL AND phase <> 'withdrawn' GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP VIEW deliveries, posts;
ALTER TABLE all_deliveries RENAME TO deliveries;
ALTER TABLE all_posts RENAME TO posts;
-- What was answered through the console is no post, and is not kept without its kind.
DELETE FROM delivery_events e USING deliveries d WHERE d.id = e.delivery_id AND d.kind = 'reply';
DELETE FROM deliveries WHERE kind = 'reply';
DELETE FROM review_runs r USING posts p WHERE p.id = r.post_id AND p.kind = 'reply';
ALTER TABLE review_runs DROP CONSTRAINT review_runs_cover_check,
    ADD CONSTRAINT review_runs_cover_check CHECK (cover IN ('', 'lead', 'standing'));
UPDATE posts SET version_id = NULL WHERE kind = 'reply';
DELETE FROM version_targets t USING post_versions v, posts p WHERE v.id = t.version_id AND p.id = v.post_id AND p.kind = 'reply';
DELETE FROM post_versions v USING posts p WHERE p.id = v.post_id AND p.kind = 'reply';
DELETE FROM posts WHERE kind = 'reply';
DELETE FROM account_turns WHERE kind = 'reply';
ALTER TABLE account_turns DROP CONSTRAINT account_turns_pkey, ADD PRIMARY KEY (account_id);
ALTER TABLE account_turns DROP COLUMN kind;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_remote_unique, ADD CONSTRAINT deliveries_remote_unique UNIQUE (platform, remote_id);
ALTER TABLE deliveries DROP COLUMN kind;
ALTER TABLE post_versions DROP COLUMN reply_to;
ALTER TABLE posts DROP COLUMN kind;
