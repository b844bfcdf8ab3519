-- +goose Up
-- Failed sign-ins are counted in a bounded number of rows, whatever names and addresses are tried: a person at an address where
-- he or she signed in lately has a row of the own, all else shares buckets by a keyed hash (internal/identity/tries.go).
DROP TABLE signin_failures;
CREATE TABLE signin_tries (
    bucket  text        PRIMARY KEY,
    count   int         NOT NULL,
    last_at timestamptz NOT NULL
);

-- How many were refused, a row a day and user; user 0 stands for all names that do not exist.
CREATE TABLE signin_refusals (
    day     date        NOT NULL,                 -- Asia/Shanghai
    user_id bigint      NOT NULL,
    count   int         NOT NULL,                 -- wrong passwords
    waiting int         NOT NULL,                 -- tries that were sent away unheard, to wait
    last_at timestamptz NOT NULL,
    last_ip text        NOT NULL,
    PRIMARY KEY (day, user_id)
);

-- Former passwords: the last five are not taken again.
CREATE TABLE password_history (
    user_id bigint      NOT NULL REFERENCES users (id),
    hash    text        NOT NULL,
    until   timestamptz NOT NULL
);
CREATE INDEX password_history_of_user ON password_history (user_id, until DESC);

-- Who has read a notice: it goes from this reader's list and stays on the others'.
CREATE TABLE todo_readers (
    todo_id bigint      NOT NULL REFERENCES todos (id),
    user_id bigint      NOT NULL REFERENCES users (id),
    at      timestamptz NOT NULL,
    PRIMARY KEY (todo_id, user_id)
);

-- +goose Down
DROP TABLE todo_readers, password_history, signin_refusals, signin_tries;
CREATE TABLE signin_failures (
    username text        NOT NULL,
    ip       text        NOT NULL,
    count    int         NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (username, ip)
);
