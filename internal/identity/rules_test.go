package identity

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/golang-jwt/jwt/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

func TestPasswordsThatAreTakenAndRefused(t *testing.T) {
	t.Parallel()

	for password, want := range map[string]string{
		"Kongqi-2026": "", "空气质量Ab12": "", "abcdEF12": "", "aaa BBB-ccc": "", strings.Repeat("aB3", 42): "",
		"":                        "密码至少 8 个字符",
		"aB3-空气":                  "密码至少 8 个字符",
		strings.Repeat("aB3", 43): "密码最多 128 个字符",
		"abcdefgh":                "密码须含大写字母、小写字母、数字、其他字符中的至少三种",
		"ABCD1234":                "密码须含大写字母、小写字母、数字、其他字符中的至少三种",
		"空气质量今天非常好":               "密码须含大写字母、小写字母、数字、其他字符中的至少三种",
		"Zhiban.shenhe-1":         "密码不能包含用户名",
	} {
		got := ""
		if err := checkPassword("password", password, "zhiban.shenhe"); err != nil {
			got = err.Plain()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

func TestUserNames(t *testing.T) {
	t.Parallel()

	for name, ok := range map[string]bool{
		"a":                     true,
		"zhiban-1":              true,
		"z.b_c":                 true,
		strings.Repeat("a", 32): true,
		"":                      false,
		"-a":                    false,
		"A":                     false,
		"值班":                    false,
		"a b":                   false,
		"a/b":                   false,
		strings.Repeat("a", 33): false,
	} {
		if got := checkUsername(name) == nil; got != ok {
			t.Errorf("%q allowed: %v, want %v", name, got, ok)
		}
	}
	if cleanUsername("  ZhiBan ") != "zhiban" {
		t.Error("case or spaces make another name")
	}
}

func TestWaitGrowsAndEnds(t *testing.T) {
	t.Parallel()

	last := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		count int
		after time.Duration
		want  time.Duration
	}{
		{0, 0, 0},
		{5, 0, 0},
		{6, 0, 2 * time.Second},
		{7, time.Second, 3 * time.Second},
		{10, 0, 32 * time.Second},
		{6, 2 * time.Second, 0},
		{14, 0, 512 * time.Second},
		{15, 0, 15 * time.Minute},
		{1000, 0, 15 * time.Minute},
		{1000, 24 * time.Hour, 0},
	} {
		if got := (failures{tc.count, last}).wait(last.Add(tc.after)); got != tc.want {
			t.Errorf("%d failures, %s later: wait %s, want %s", tc.count, tc.after, got, tc.want)
		}
	}
	if f := (failures{9, last}).next(last.Add(time.Hour)); f.Count != 10 {
		t.Errorf("within a day: %d", f.Count)
	}
	if f := (failures{9, last}).next(last.Add(25 * time.Hour)); f.Count != 1 {
		t.Errorf("after a quiet day: %d", f.Count)
	}
	if got := (failures{110, last}).level(last.Add(time.Minute)); got != 100 {
		t.Errorf("bucket after a minute: %d, want 100", got)
	}
}

func TestRolesThatMayJoin(t *testing.T) {
	t.Parallel()
	if err := mayJoin(access.Reviewer, []access.Role{
		access.PressOfficer, access.Supervisor, access.Reviewer,
	}); err != nil {
		t.Error(err)
	}
	if err := mayJoin(access.Auditor, nil); err != nil {
		t.Error(err)
	}
	if err := mayJoin(access.Administrator, []access.Role{access.Administrator}); err != nil {
		t.Errorf("administrator of two units: %v", err)
	}

	for _, pair := range [][2]access.Role{
		{access.Auditor, access.Administrator},
		{access.Administrator, access.PressOfficer},
		{access.Reviewer, access.Auditor},
	} {
		if err := mayJoin(pair[0], []access.Role{pair[1]}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s joins %s: %v", pair[0], pair[1], err)
		}
	}
}

func TestFailuresAreCountedByNetwork(t *testing.T) {
	t.Parallel()

	for ip, want := range map[string]string{
		"10.0.0.8":             "10.0.0.8",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"::ffff:10.0.0.8":      "::ffff:10.0.0.8",
		"?":                    "?",
	} {
		if got := network(ip); got != want {
			t.Errorf("network(%s) = %s, want %s", ip, got, want)
		}
	}
}

func masters(b byte) [][]byte { return [][]byte{[]byte(strings.Repeat(string(rune(b)), 32))} }

func TestTokenHoldsTwoNumbersAndNothingElse(t *testing.T) {
	t.Parallel()
	signer, err := newSigner(masters('k'))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.sign(7, 12)
	if err != nil {
		t.Fatal(err)
	}
	var claims jwt.MapClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil {
		t.Fatal(err)
	}
	if len(claims) != 2 || claims["sub"] != "7" || claims["jti"] != "12" {
		t.Errorf("claims %v", claims)
	}
	if user, session, ok := signer.read(token); !ok || user != 7 || session != 12 {
		t.Errorf("read %d %d %v", user, session, ok)
	}
}

func TestForgedTokensAreNotRead(t *testing.T) {
	t.Parallel()
	signer, err := newSigner(masters('k'))
	if err != nil {
		t.Fatal(err)
	}
	other, _ := newSigner(masters('x'))
	foreign, _ := other.sign(7, 12)
	good, _ := signer.sign(7, 12)
	claims := jwt.RegisteredClaims{Subject: "7", ID: "12"}
	unsigned, _ := jwt.NewWithClaims(jwt.SigningMethodNone, claims).
		SignedString(jwt.UnsafeAllowNoneSignatureType)
	longer, _ := jwt.NewWithClaims(jwt.SigningMethodHS512, claims).SignedString(signer.keys[0])
	words, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject: "root", ID: "1",
	}).SignedString(signer.keys[0])

	negative, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject: "-1", ID: "1",
	}).SignedString(signer.keys[0])
	for name, token := range map[string]string{
		"empty":        "",
		"junk":         "a.b.c",
		"foreign key":  foreign,
		"no signature": unsigned,
		"other method": longer,
		"words":        words,
		"negative":     negative,
		"cut":          good[:len(good)-2],
		"changed":      strings.Replace(good, ".", ".A", 1),
	} {
		if _, _, ok := signer.read(token); ok {
			t.Errorf("%s was read", name)
		}
	}
	rotated, _ := newSigner(append(masters('n'), masters('k')...))
	if _, _, ok := rotated.read(good); !ok {
		t.Error("a token of the key before does not survive the change of keys")
	}
	if _, err := newSigner(nil); err == nil {
		t.Error("no key is enough")
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h, err := newHasher(2)
	if err != nil {
		t.Fatal(err)
	}
	var running, most atomic.Int32

	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			done, err := h.turn(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer done()

			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if _, _, err := (&hasher{
				turns:    make(chan struct{}, 1),
				queue:    make(chan struct{}, 1),
				patience: time.Minute,
				decoy:    h.decoy,
			}).check(t.Context(), "x", ""); err != nil {
				t.Error(err)
			}
			running.Add(-1)
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d hashes at once, want 2 at most", most.Load())
	}
}

func TestTooManyWaitersAreSentAway(t *testing.T) {
	t.Parallel()
	h := &hasher{turns: make(chan struct{}, 1), queue: make(chan struct{}, 2), patience: time.Hour}
	done, err := h.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := h.turn(gone)
		waiting <- err
	}()

	for len(h.queue) < 2 { // until the second stands in line
		select {
		case err := <-waiting:
			t.Fatal(err)
		default:
		}
	}
	if _, err := h.turn(t.Context()); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("the third: %v", err)
	}
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("who went away: %v", err)
	}
	h.patience = time.Nanosecond
	if _, err := h.turn(t.Context()); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("who lost patience: %v", err)
	}
	done()
	h.patience = time.Hour
	if done, err := h.turn(t.Context()); err != nil {
		t.Errorf("after the first was done: %v", err)
	} else {
		done()
	}
	if len(h.queue) != 0 || len(h.turns) != 0 {
		t.Error("a place was not given back")
	}
}

func TestHashMatchesOnlyItsPassword(t *testing.T) {
	t.Parallel()
	hasher, err := newHasher(0)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.hash(t.Context(), "Kongqi-2026")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=1024,t=1,p=1$") {
		t.Fatalf("%s, %v", hash, err)
	}

	for name, tc := range map[string]struct {
		password, hash string
		ok             bool
	}{
		"right":        {"Kongqi-2026", hash, true},
		"wrong":        {"kongqi-2026", hash, false},
		"unknown user": {"decoy", "", false},
	} {
		if ok, stale, err := hasher.check(
			t.Context(),
			tc.password,
			tc.hash,
		); ok != tc.ok || stale ||
			err != nil {
			t.Errorf("%s: %v, stale %v, %v", name, ok, stale, err)
		}
	}
	older, err := argon2id.CreateHash("Kongqi-2026", &argon2id.Params{
		Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
	if err != nil {
		t.Fatal(err)
	}
	if ok, stale, err := hasher.check(t.Context(), "Kongqi-2026", older); !ok || !stale || err != nil {
		t.Errorf("hash with older parameters: %v, stale %v, %v", ok, stale, err)
	}
	if _, _, err := hasher.check(t.Context(), "x", "plain"); err == nil {
		t.Error("a broken hash is taken")
	}
}
