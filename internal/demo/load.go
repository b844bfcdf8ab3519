package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/app"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/reach"
)

// machine is who loads the fixtures; it stands in the audit trail under this name.
var machine = access.System("演示数据")

// Tokens asks the imitation Weibo for a token of an account, as if its holder had agreed on the
// authorisation page.
type Tokens func(ctx context.Context, handle string) (string, error)

// Matrix is what was loaded: accounts in the order of seats.
type Matrix struct {
	Root     org.Unit
	Accounts []account.Account
}

// Load makes units, people and accounts that are not there yet, connects the accounts and sets them
// live. A second run finds everything and changes nothing.
func Load(
	ctx context.Context,
	services app.Services,
	tokens Tokens,
	passwords map[string]string,
) (Matrix, error) {
	units, err := loadUnits(ctx, services.Org)
	if err != nil {
		return Matrix{}, fmt.Errorf("units: %w", err)
	}
	if err := loadPeople(ctx, services.Identity, units, passwords); err != nil {
		return Matrix{}, fmt.Errorf("people: %w", err)
	}

	matrix := Matrix{Root: units[bureau]}
	for i, seat := range seats() {
		account, err := loadAccount(ctx, services.Accounts, units[seat.unit], seat, i)
		if err == nil {
			account, err = connect(ctx, services.Accounts, account, tokens)
		}
		if err != nil {
			return Matrix{}, fmt.Errorf("account %s: %w", seat.handle, err)
		}
		matrix.Accounts = append(matrix.Accounts, account)
	}
	if err := backfill(ctx, services.Reach, matrix.Accounts); err != nil {
		return Matrix{}, fmt.Errorf("backfill: %w", err)
	}

	return matrix, nil
}

// backfill begins to fetch each account's past posts; the jobs go on while the show runs. What was
// begun before is left alone.
func backfill(ctx context.Context, figures *reach.Service, accounts []account.Account) error {
	begun, err := figures.Backfills(ctx, machine)
	if err != nil {
		return err
	}

	for _, a := range accounts {
		if _, ok := begun[a.ID]; ok {
			continue
		}
		if err := figures.StartBackfill(ctx, machine, a.ID); err != nil {
			return fmt.Errorf("%s: %w", a.Handle, err)
		}
	}

	return nil
}

func loadUnits(ctx context.Context, units *org.Service) (map[string]org.Unit, error) {
	found := map[string]org.Unit{}

	for _, seat := range seats() {
		unit, err := units.ByName(ctx, seat.unit)
		if fault.Is(err, fault.KindNotFound) {
			unit, err = units.Create(ctx, machine, found[bureau].ID, seat.unit, seat.kind)
		}
		if err != nil {
			return nil, err
		}
		found[seat.unit] = unit
	}

	return found, nil
}

func loadPeople(
	ctx context.Context,
	persons *identity.Service,
	units map[string]org.Unit,
	passwords map[string]string,
) error {
	there, err := persons.Users(ctx, machine, identity.UserFilter{})
	if err != nil {
		return err
	}

	known := map[string]bool{}
	for _, user := range there {
		known[user.Username] = true
	}

	for _, person := range people() {
		if known[person.username] {
			continue
		}
		unit := units[person.unit].ID
		_, err := persons.CreateUser(ctx, machine, identity.NewUser{
			Username:    person.username,
			DisplayName: person.display,
			UnitID:      unit,
			Password:    passwords[person.username],
			Grants:      []identity.NewGrant{{Role: person.role, UnitID: unit}},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", person.username, err)
		}
	}

	return nil
}

func loadAccount(
	ctx context.Context,
	accounts *account.Service,
	unit org.Unit,
	s seat,
	place int,
) (account.Account, error) {
	there, err := accounts.List(ctx, machine, account.Filter{Query: s.handle})
	if err != nil {
		return account.Account{}, err
	}

	for _, a := range there {
		if a.Handle == s.handle {
			return a, nil
		}
	}

	return accounts.Create(ctx, machine, account.Draft{
		UnitID: unit.ID, Handle: s.handle, DisplayName: s.handle, Seat: s.seat, Connector: s.connector,
		LateLimit: 10 * time.Minute, MinGap: leastGap, Position: place,
	})
}

// leastGap is above the second that the imitation Weibo asks for between two posts of an account. It counts
// from what reached it, the console from its marks: one of twenty at an instant is a few milliseconds under
// way.
const leastGap = 2 * time.Second

// connect gives the account a token when it has none that works, tests the connection and sets it live.
// One that somebody suspended or closed stays so.
func connect(
	ctx context.Context,
	accounts *account.Service,
	a account.Account,
	tokens Tokens,
) (account.Account, error) {
	if a.State == account.Suspended || a.State == account.Closed {
		return a, nil
	}
	if !a.Token.At(time.Now()).Usable() {
		token, err := tokens(ctx, a.Handle)
		if err != nil {
			return a, err
		}
		if a, err = accounts.ImportToken(ctx, machine, a.ID, token); err != nil {
			return a, err
		}
	}
	if a.State == account.Live {
		return a, nil
	}
	if _, err := accounts.Test(ctx, machine, a.ID); err != nil {
		return a, err
	}

	return accounts.SetState(ctx, machine, a.ID, account.Live, "演示")
}

// Passwords reads the demonstration users' passwords from a file of mode 0600, or draws them when there
// is none yet.
func Passwords(path string) (map[string]string, error) {
	known := map[string]string{}
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}

	drawn := false

	for _, person := range people() {
		if known[person.username] == "" {
			known[person.username] = "Jz-" + rand.Text()[:10] + "-" + person.username[:2] + "7"
			drawn = true
		}
	}
	if !drawn {
		return known, nil
	}
	if b, err = json.MarshalIndent(known, "", "  "); err != nil {
		return nil, err
	}

	return known, os.WriteFile(path, b, 0o600)
}
