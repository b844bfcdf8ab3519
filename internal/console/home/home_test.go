package home

import (
	"testing"
	"time"

	"juzhen/internal/account"
)

func TestAccountsThatNeedPeople(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	soon, late := now.Add(3*24*time.Hour), now.Add(90*24*time.Hour)

	token := func(tokenState account.TokenState, until time.Time) account.Credential {
		return account.Credential{State: tokenState, ExpiresAt: &until}
	}
	for name, c := range map[string]struct {
		a    account.Account
		want any
	}{
		"expiring": {
			account.Account{
				State:     account.Live,
				Connector: account.Commercial,
				Token:     token(account.TokenValid, soon),
			},
			account.TokenExpiring,
		},
		"none": {
			account.Account{
				State:     account.Live,
				Connector: account.Public,
				Token:     account.Credential{State: account.TokenNone},
			},
			account.TokenNone,
		},
		"revoked": {
			account.Account{
				State:     account.Live,
				Connector: account.Public,
				Token:     token(account.TokenRevoked, late),
			},
			account.TokenRevoked,
		},
		"suspended": {
			account.Account{State: account.Suspended, Connector: account.Manual}, account.Suspended,
		},
		"preparing": {
			account.Account{State: account.Preparing, Connector: account.Commercial},
			account.Preparing,
		},
	} {
		if line := lineOfAccount(c.a, now); line.Show != c.want {
			t.Errorf("%s: %v", name, line.Show)
		}
	}
}
