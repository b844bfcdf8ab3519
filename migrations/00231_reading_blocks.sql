-- +goose Up
-- Readings of accounts that are older than a day, one row an account and day of Asia/Shanghai; internal/reach/block.go
-- says what the bytes mean. What was read later lies in account_readings, and so does the last reading of each.
CREATE TABLE account_reading_blocks (
    account_id bigint   NOT NULL REFERENCES accounts (id),
    day        date     NOT NULL,
    readings   smallint NOT NULL CHECK (readings > 0),
    block      bytea    NOT NULL,
    PRIMARY KEY (account_id, day)
);
CREATE INDEX account_reading_blocks_by_age ON account_reading_blocks USING brin (day);

-- Looking each account up again for every reading took four fifths of the time of writing it. Accounts are never
-- deleted, and the blocks that readings end in refer to them.
ALTER TABLE account_readings DROP CONSTRAINT account_readings_account_id_fkey;

-- +goose Down
ALTER TABLE account_readings ADD CONSTRAINT account_readings_account_id_fkey
    FOREIGN KEY (account_id) REFERENCES accounts (id);
DROP TABLE account_reading_blocks;
