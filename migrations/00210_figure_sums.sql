-- +goose Up
-- Sums of figures that are read at a cost that does not grow with the days. They are made from account_days and
-- accounts and units alone, by internal/reach/sums.go, and may be thrown away and made anew at any time.

-- Running sums of an account within a month: element 1 is 0, element n+1 is the sum through day n of the month;
-- the sum of all earlier months stands in …_before. A period is the difference of two rows, however long it is.
CREATE TABLE account_months (
    account_id        bigint   NOT NULL REFERENCES accounts (id),
    month             date     NOT NULL CHECK (extract(day FROM month) = 1),
    posts_before      bigint   NOT NULL,
    posts             int[]    NOT NULL,
    originals_before  bigint   NOT NULL,
    originals         int[]    NOT NULL,
    reposts_before    bigint   NOT NULL,
    reposts           bigint[] NOT NULL,
    comments_before   bigint   NOT NULL,
    comments          bigint[] NOT NULL,
    likes_before      bigint   NOT NULL,
    likes             bigint[] NOT NULL,
    reads_before      bigint   NOT NULL,
    reads             bigint[] NOT NULL,
    read_posts_before bigint   NOT NULL,               -- posts that have reads; none: reads are not available
    read_posts        int[]    NOT NULL,
    followed_before   bigint   NOT NULL,               -- days on which followers were read
    followed          int[]    NOT NULL,
    PRIMARY KEY (account_id, month)
);
CREATE INDEX account_months_by_month ON account_months (month, account_id);

-- A day of a unit and all that lies below it today. Null: no account has that day, or nothing of the kind was read.
CREATE TABLE unit_days (
    unit_id    bigint NOT NULL REFERENCES units (id) ON DELETE CASCADE,
    day        date   NOT NULL,
    followers  bigint,
    read       bigint NOT NULL,                        -- accounts whose followers were read
    posts      bigint,
    originals  bigint,
    reposts    bigint,
    comments   bigint,
    likes      bigint,
    reads      bigint,
    read_posts bigint NOT NULL,
    best       bigint,                                 -- interactions of the best post
    PRIMARY KEY (unit_id, day)
);

-- What changed and is not in the sums yet: days of an account, or of what lies at a unit itself. Rows are only
-- added and taken away, so that nobody who writes a day waits for anybody else.
CREATE TABLE figures_stale (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint,
    unit_id    bigint,
    from_day   date NOT NULL,
    to_day     date NOT NULL,                          -- included
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (num_nonnulls(account_id, unit_id) = 1)
);

-- The posts with most interactions are looked for in the days with the best posts.
CREATE INDEX account_days_best ON account_days (day, best) WHERE best IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION account_days_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO figures_stale (account_id, from_day, to_day) SELECT account_id, day, day FROM new_days;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO figures_stale (account_id, from_day, to_day) SELECT account_id, day, day FROM old_days;
    ELSE
        INSERT INTO figures_stale (account_id, from_day, to_day)
        SELECT account_id, day, day FROM (
            (TABLE new_days EXCEPT TABLE old_days) UNION ALL (TABLE old_days EXCEPT TABLE new_days)) d
        GROUP BY account_id, day;
    END IF;
    RETURN NULL;
END $$;

-- An account takes its past along to its new unit, and a unit to what it lies below.
CREATE FUNCTION account_moved_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures_stale (unit_id, from_day, to_day)
    SELECT u, d.first, d.last
    FROM unnest(ARRAY[OLD.unit_id, NEW.unit_id]) u,
         (SELECT min(day) AS first, max(day) AS last FROM account_days WHERE account_id = NEW.id) d
    WHERE d.first IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION unit_moved_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures_stale (unit_id, from_day, to_day)
    SELECT u, d.first, d.last
    FROM unnest(ARRAY[OLD.parent_id, NEW.parent_id]) u,
         (SELECT min(day) AS first, max(day) AS last FROM unit_days WHERE unit_id = NEW.id) d
    WHERE u IS NOT NULL AND d.first IS NOT NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER account_days_added AFTER INSERT ON account_days REFERENCING NEW TABLE AS new_days
    FOR EACH STATEMENT EXECUTE FUNCTION account_days_stale();
CREATE TRIGGER account_days_changed AFTER UPDATE ON account_days
    REFERENCING OLD TABLE AS old_days NEW TABLE AS new_days
    FOR EACH STATEMENT EXECUTE FUNCTION account_days_stale();
CREATE TRIGGER account_days_dropped AFTER DELETE ON account_days REFERENCING OLD TABLE AS old_days
    FOR EACH STATEMENT EXECUTE FUNCTION account_days_stale();
CREATE TRIGGER accounts_moved AFTER UPDATE OF unit_id ON accounts
    FOR EACH ROW WHEN (OLD.unit_id <> NEW.unit_id) EXECUTE FUNCTION account_moved_stale();
CREATE TRIGGER units_moved AFTER UPDATE OF parent_id ON units
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION unit_moved_stale();

-- What is there already is summed here, before any page asks: until then a page would show 0 of days that have
-- figures. A million days of accounts take 12 to 19 s (docs/performance.md).
INSERT INTO account_months (account_id, month,
    posts_before, posts,
    originals_before, originals,
    reposts_before, reposts,
    comments_before, comments,
    likes_before, likes,
    reads_before, reads,
    read_posts_before, read_posts,
    followed_before, followed)
WITH lives AS (
    SELECT account_id, date_trunc('month', min(day)::timestamp) AS first,
        greatest(max(day), (now() AT TIME ZONE 'Asia/Shanghai')::date)::timestamp AS last
    FROM account_days GROUP BY account_id),
running AS (
    SELECT l.account_id, date_trunc('month', g)::date AS month, g::date AS day,
        sum(coalesce(d.posts, 0)) OVER w AS posts,
        sum(coalesce(d.originals, 0)) OVER w AS originals,
        sum(coalesce(d.reposts, 0)) OVER w AS reposts,
        sum(coalesce(d.comments, 0)) OVER w AS comments,
        sum(coalesce(d.likes, 0)) OVER w AS likes,
        sum(coalesce(d.reads, 0)) OVER w AS reads,
        sum(coalesce(d.read_posts, 0)) OVER w AS read_posts,
        sum((d.followers IS NOT NULL)::int) OVER w AS followed
    FROM lives l
    CROSS JOIN LATERAL generate_series(l.first,
        date_trunc('month', l.last) + interval '1 month - 1 day', interval '1 day') g
    LEFT JOIN account_days d ON d.account_id = l.account_id AND d.day = g::date
    WINDOW w AS (PARTITION BY l.account_id, date_trunc('month', g) ORDER BY g)),
made AS (
    SELECT account_id, month,
        '{0}'::int[] || array_agg(posts::int ORDER BY day) AS posts,
        '{0}'::int[] || array_agg(originals::int ORDER BY day) AS originals,
        '{0}'::bigint[] || array_agg(reposts::bigint ORDER BY day) AS reposts,
        '{0}'::bigint[] || array_agg(comments::bigint ORDER BY day) AS comments,
        '{0}'::bigint[] || array_agg(likes::bigint ORDER BY day) AS likes,
        '{0}'::bigint[] || array_agg(reads::bigint ORDER BY day) AS reads,
        '{0}'::int[] || array_agg(read_posts::int ORDER BY day) AS read_posts,
        '{0}'::int[] || array_agg(followed::int ORDER BY day) AS followed
    FROM running GROUP BY account_id, month)
SELECT account_id, month,
    coalesce(sum(posts[cardinality(posts)]) OVER earlier, 0), posts,
    coalesce(sum(originals[cardinality(originals)]) OVER earlier, 0), originals,
    coalesce(sum(reposts[cardinality(reposts)]) OVER earlier, 0), reposts,
    coalesce(sum(comments[cardinality(comments)]) OVER earlier, 0), comments,
    coalesce(sum(likes[cardinality(likes)]) OVER earlier, 0), likes,
    coalesce(sum(reads[cardinality(reads)]) OVER earlier, 0), reads,
    coalesce(sum(read_posts[cardinality(read_posts)]) OVER earlier, 0), read_posts,
    coalesce(sum(followed[cardinality(followed)]) OVER earlier, 0), followed
FROM made
WINDOW earlier AS (PARTITION BY account_id ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

INSERT INTO unit_days (unit_id, day, followers, read, posts, originals, reposts, comments, likes, reads, read_posts,
    best)
WITH own AS (
    SELECT a.unit_id, d.day, sum(d.followers) AS followers, count(d.followers) AS read, sum(d.posts) AS posts,
        sum(d.originals) AS originals, sum(d.reposts) AS reposts, sum(d.comments) AS comments, sum(d.likes) AS likes,
        sum(d.reads) AS reads, sum(d.read_posts) AS read_posts, max(d.best) AS best
    FROM account_days d JOIN accounts a ON a.id = d.account_id GROUP BY a.unit_id, d.day)
SELECT u.id, o.day, sum(o.followers), sum(o.read), sum(o.posts), sum(o.originals), sum(o.reposts), sum(o.comments),
    sum(o.likes), sum(o.reads), coalesce(sum(o.read_posts), 0), max(o.best)
FROM own o JOIN units at ON at.id = o.unit_id JOIN units u ON starts_with(at.path, u.path)
GROUP BY u.id, o.day;

-- +goose Down
DROP TRIGGER units_moved ON units;
DROP TRIGGER accounts_moved ON accounts;
DROP TRIGGER account_days_dropped ON account_days;
DROP TRIGGER account_days_changed ON account_days;
DROP TRIGGER account_days_added ON account_days;
DROP FUNCTION unit_moved_stale, account_moved_stale, account_days_stale;
DROP INDEX account_days_best;
DROP TABLE figures_stale, unit_days, account_months;
