-- +goose Up
-- What the citizen said of how the matter was dealt with, as an officer heard it; '' is nothing yet, and again once the citizen
-- or a person has opened it anew.
ALTER TABLE inbox_matters
    ADD COLUMN rating text NOT NULL DEFAULT '' CHECK (rating IN ('', 'pleased', 'fair', 'displeased'));
-- Rates are of what began in a month.
CREATE INDEX inbox_matters_opened ON inbox_matters (opened_at);

-- +goose Down
DROP INDEX inbox_matters_opened;
ALTER TABLE inbox_matters DROP COLUMN rating;
