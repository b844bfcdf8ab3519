-- +goose Up
-- A post that is repeated by a rule, with the posts that were made of it. One that is deleted leaves the list.
CREATE TABLE plan_series (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id    bigint NOT NULL REFERENCES units (id),
    source_id  bigint REFERENCES posts (id) ON DELETE SET NULL,
    rule       text   NOT NULL,                      -- RFC 5545
    first_at   timestamptz NOT NULL,
    except_on  date[] NOT NULL,                      -- days left out, Asia/Shanghai
    workdays   boolean NOT NULL,                     -- only on days that are worked
    text       text   NOT NULL,                      -- with its places for date and weekday
    made_by    bigint NOT NULL REFERENCES users (id),
    made_at    timestamptz NOT NULL,
    revision   int    NOT NULL DEFAULT 1,
    ended_by   bigint REFERENCES users (id),
    ended_at   timestamptz,
    ended_from int,                                  -- number of the first post that was taken back
    ended_why  text
);
CREATE INDEX plan_series_of ON plan_series (unit_id, id DESC);
CREATE TABLE plan_series_posts (
    series_id bigint NOT NULL REFERENCES plan_series (id),
    number    int    NOT NULL,
    post_id   bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (series_id, number)
);
CREATE UNIQUE INDEX plan_series_posts_of ON plan_series_posts (post_id);

-- +goose Down
DROP TABLE plan_series_posts, plan_series;
