package identity

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// TestUnknownNamesCostTheSameWork fills the queue of the hasher: who needs a hash is sent away. An
// unknown name, a disabled user and a wrong password all need one, so that none of them answers sooner.
func TestUnknownNamesCostTheSameWork(t *testing.T) {
	t.Parallel()
	service, db := newService(t)
	if _, err := db.Pool().Exec(t.Context(), `
		UPDATE users SET disabled_at = now() WHERE username = 'gone'`); err != nil {
		t.Fatal(err)
	}
	full := &hasher{
		turns:    make(chan struct{}),
		queue:    make(chan struct{}),
		patience: time.Hour,
		decoy:    service.hasher.decoy,
	}
	idle := service.hasher

	service.hasher = full
	for _, name := range []string{"known", "nobody", "gone", ""} {
		if _, _, err := service.SignIn(
			t.Context(),
			name,
			"x",
			"10.0.0.8",
			"",
		); !fault.Is(
			err,
			fault.KindUnavailable,
		) {
			t.Errorf("%q was answered without a hash: %v", name, err)
		}
	}
	service.hasher = idle
	if _, _, err := service.SignIn(t.Context(), "known", "Kongqi-2026", "10.0.0.8", ""); err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

// newService has two users, known and gone.
func newService(t *testing.T) (*Service, *pg.DB) {
	t.Helper()
	db := pgtest.New(t)
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	service, err := New(db, now, Options{Keys: masters('k'), HashParallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	unit, err := org.New(db, now).Create(t.Context(), access.System("测试"), 0, "局", org.Bureau)
	if err != nil {
		t.Fatal(err)
	}

	for _, name := range []string{"known", "gone"} {
		_, err := service.CreateUser(t.Context(), access.System("测试"), NewUser{
			Username:    name,
			DisplayName: "岗位" + name,
			UnitID:      unit.ID,
			Password:    "Kongqi-2026",
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	return service, db
}

// TestPasswordChangedWhileItWasChecked makes the change between the check of the old password and the
// opening of the session: the old one must not open it any more.
func TestPasswordChangedWhileItWasChecked(t *testing.T) {
	t.Parallel()
	service, db := newService(t)
	ctx := t.Context()
	row, err := userByName(ctx, db.Gorm(ctx), "known")
	if err != nil {
		t.Fatal(err)
	}
	other, err := service.hasher.hash(ctx, "Huanjing-2026")
	if err != nil {
		t.Fatal(err)
	}
	if err := setPassword(ctx, db.Gorm(ctx), row.ID, other, false, service.now()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := service.open(ctx, attempt{
		name: "known", ip: "10.0.0.8",
	}, row, row.PasswordHash); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("the old password opened a session: %v", err)
	}
	now := service.now()
	if err := setDisabled(ctx, db.Gorm(ctx), row.ID, &now); err != nil {
		t.Fatal(err)
	}
	row.PasswordHash = other
	if _, _, err := service.open(ctx, attempt{
		name: "known", ip: "10.0.0.8",
	}, row, other); !fault.Is(err, fault.KindUnauthenticated) {
		t.Errorf("a user disabled meanwhile got a session: %v", err)
	}
	var n int
	if err := db.Pool().QueryRow(ctx, "SELECT count(*) FROM sessions").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d sessions, %v", n, err)
	}
}

func TestLastRequestIsWrittenOnceAMinuteAndNeverMovesBack(t *testing.T) {
	t.Parallel()
	service, db := newService(t)
	ctx, at := t.Context(), time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	service.now = func() time.Time { return at }
	made, token, err := service.SignIn(ctx, "known", "Kongqi-2026", "10.0.0.8", "A")
	if err != nil {
		t.Fatal(err)
	}

	for _, step := range []struct {
		after time.Duration
		ip    string
		seen  time.Duration
		last  string
	}{
		{30 * time.Second, "10.0.0.9", 0, "10.0.0.8"},
		{90 * time.Second, "10.0.0.9", 90 * time.Second, "10.0.0.9"},
		{80 * time.Second, "10.0.0.7", 90 * time.Second, "10.0.0.9"},
	} {
		at = made.CreatedAt.Add(step.after)
		if _, _, err := service.Actor(ctx, token, step.ip, "A"); err != nil {
			t.Fatal(err)
		}
		var seen time.Time
		var ip string
		err := db.Pool().QueryRow(ctx, "SELECT last_seen_at, ip FROM sessions").Scan(&seen, &ip)
		if err != nil || !seen.Equal(made.CreatedAt.Add(step.seen)) || ip != step.last {
			t.Errorf("after %s: seen %s from %s, %v", step.after, seen, ip, err)
		}
	}
	late := made.CreatedAt
	if err := touch(ctx, db.Gorm(ctx), made.ID, late, "10.0.0.1", "B"); err != nil {
		t.Fatal(err)
	}
	list, err := openSessions(ctx, db.Gorm(ctx), made.UserID, at, at.Add(-time.Hour))
	if err != nil || len(list) != 1 || list[0].IP != "10.0.0.9" {
		t.Errorf("a request that was overtaken moved the session back: %+v, %v", list, err)
	}
}

// TestWaitNeverShrinksWithFailures draws counts and instants: one more failure never shortens the wait,
// and no wait is longer than a quarter of an hour or negative.
func TestWaitNeverShrinksWithFailures(t *testing.T) {
	t.Parallel()
	last := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 5000).Draw(r, "failures")
		now := last.Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(r, "after")))
		a, b := failures{n, last}.wait(now), failures{n + 1, last}.wait(now)
		if a > b || b > longestWait || a < 0 {
			r.Errorf("%d failures wait %s, one more %s", n, a, b)
		}
		if next := (failures{n, last}).next(now); next.Count < 1 || next.Count > n+1 {
			r.Errorf("%d failures become %d", n, next.Count)
		}
		if l := (failures{n, last}).level(now); l < 0 || l > n {
			r.Errorf("%d failures fill the bucket to %d", n, l)
		}
	})
}

// TestAnyTextIsNoToken feeds the reader of tokens with anything.
func TestAnyTextIsNoToken(t *testing.T) {
	t.Parallel()
	signer, err := newSigner(masters('k'))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		token, err := signer.sign(
			rapid.Int64Range(1, 1<<40).Draw(r, "user"),
			rapid.Int64Range(1, 1<<40).Draw(r, "session"),
		)
		if err != nil {
			r.Fatal(err)
		}
		if _, _, ok := signer.read(token); !ok {
			r.Error("an own token is not read")
		}
		if _, _, ok := signer.read(rapid.String().Draw(r, "junk")); ok {
			r.Error("junk was read as a token")
		}
		i := rapid.IntRange(0, len(token)-2).Draw(r, "place") // the last character may carry spare bits
		c := rapid.SampledFrom([]byte("AZaz09-_.")).Draw(r, "letter")
		if token[i] == c {
			return
		}
		if _, _, ok := signer.read(token[:i] + string(c) + token[i+1:]); ok {
			r.Errorf("a token changed at %d was read", i)
		}
	})
}

func TestGrantsAreCheckedAgainstThoseInForce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	past, future := now.Add(-time.Hour), now.Add(time.Hour)

	held := func(r access.Role, until, revoked *time.Time) []Grant {
		return []Grant{{Role: r, UnitID: 4, Until: until, RevokedAt: revoked}}
	}
	for name, tc := range map[string]struct {
		role access.Role
		held []Grant
		ok   bool
	}{
		"nothing held":            {access.Auditor, nil, true},
		"beside another duty":     {access.Reviewer, held(access.PressOfficer, nil, nil), true},
		"the same once more":      {access.Reviewer, held(access.Reviewer, &future, nil), false},
		"the same after its end":  {access.Reviewer, held(access.Reviewer, &past, nil), true},
		"the same after revoking": {access.Reviewer, held(access.Reviewer, nil, &past), true},
		"exclusive beside duty":   {access.Auditor, held(access.Reviewer, &future, nil), false},
		"exclusive after duty":    {access.Auditor, held(access.Reviewer, &past, nil), true},
		"duty beside exclusive":   {access.Reviewer, held(access.Administrator, nil, nil), false},
		"duty after exclusive":    {access.Reviewer, held(access.Administrator, nil, &past), true},
		"ends this very instant":  {access.Reviewer, held(access.Administrator, &now, nil), true},
	} {
		if err := mayHold(NewGrant{Role: tc.role, UnitID: 4}, tc.held, now); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
