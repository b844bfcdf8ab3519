package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// First is the one-time code of a person's first sign-in after a change was confirmed. The asker has
// told the person the initial password; the confirmer hands over the code. Neither of them has both, so
// neither can sign in as that person.
type First struct {
	Code     seal.Secret // empty: the change needs none
	Username string
	Until    time.Time
}

// codeLetters are digits and capitals without those that are taken for one another; 32 of them, 5 bits each.
const codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

const (
	codeLength = 20 // 100 bits
	codeGroup  = 5
)

// newCode makes a one-time code, in groups that can be read aloud.
func newCode() string {
	var b strings.Builder

	for i, r := range randomLetters(codeLetters, codeLength) {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(r)
	}

	return b.String()
}

// randomLetters draws n letters, each equally likely; the alphabet has at most 256.
func randomLetters(alphabet string, n int) []byte {
	out := make([]byte, 0, n)

	fair := 256 - 256%len(alphabet)
	for len(out) < n {
		var draw [64]byte

		_, _ = rand.Read(draw[:]) // never fails: the process ends instead
		for _, d := range draw {
			if int(d) < fair && len(out) < n {
				out = append(out, alphabet[int(d)%len(alphabet)])
			}
		}
	}

	return out
}

// codeHash is what of a code rests in the database. A hundred random bits need no slow hash.
func codeHash(code string) []byte {
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(code))
	sum := sha256.Sum256([]byte("juzhen first sign-in 1 " + plain))
	return sum[:]
}

// firstTx gives a user a new one-time code; the one before is void.
func (s *Service) firstTx(ctx context.Context, tx pg.Tx, d deed, user int64, username string) (First, error) {
	if d.change == 0 {
		return First{}, nil // a rehearsal, or the machine
	}
	first := First{Code: seal.Secret(newCode()), Username: username, Until: s.now().Add(firstLife)}

	return first, setFirst(ctx, tx.DB, user, codeHash(first.Code.Reveal()), &first.Until)
}

// checkFirst compares a one-time code with the user's; a user without one needs none.
func (u userRow) checkFirst(code string, now time.Time) *fault.Error {
	switch {
	case u.FirstHash == nil:
		return nil
	case code == "":
		return fault.Invalid("code", "请填写一次性码：由确认人交给您，与初始密码分开")
	case u.FirstUntil == nil || !now.Before(*u.FirstUntil):
		return fault.Invalid("code", "一次性码已过期，请联系管理员重新申请重置密码")
	case subtle.ConstantTimeCompare(u.FirstHash, codeHash(code)) != 1:
		return fault.Invalid("code", "一次性码不正确")
	}

	return nil
}

// NewPassword is the choice of one's own password.
type NewPassword struct {
	Current  string // the present one; the initial one at the first sign-in
	Password string
	Code     string // the one-time code, where the present password is an initial one
}

// FirstSignIn sets a person's first own password and opens a session, in one step: initial password and
// one-time code together prove who it is. Everything that is wrong with name, password or code gets one
// answer, after the same work. Fails with fault.Unauthenticated, with fault.Invalid at "password" and
// with fault.TooMany.
func (s *Service) FirstSignIn(
	ctx context.Context,
	username string,
	newPassword NewPassword,
	ip, userAgent string,
	api bool,
) (_ Session, _ string, err error) {
	defer fault.Step(&err, "identity.FirstSignIn")

	a := attempt{cleanUsername(username), newPassword.Current, ip, userAgent, api}
	if err := s.claimTry(ctx, a.name, a.ip); err != nil {
		return Session{}, "", err
	}
	row, err := userByName(ctx, s.db.Gorm(ctx), a.name)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return Session{}, "", err
	}
	hash := row.PasswordHash
	if row.DisabledAt != nil || row.FirstHash == nil || row.checkFirst(newPassword.Code, s.now()) != nil {
		hash = ""
	}
	ok, _, err := s.hasher.check(ctx, newPassword.Current, hash)
	if err != nil {
		return Session{}, "", err
	}
	if !ok {
		return Session{}, "", s.refuse(ctx, a, errWrongFirst)
	}

	if err := s.mayChoose(ctx, row, newPassword); err != nil {
		return Session{}, "", err
	}
	if err := s.choose(ctx, access.Actor{
		UserID: row.ID, Name: row.DisplayName, IP: ip,
	}, row, newPassword); err != nil {
		return Session{}, "", err
	}
	if row, err = loadUser(ctx, s.db.Gorm(ctx), row.ID); err != nil {
		return Session{}, "", err
	}

	return s.open(ctx, a, row, row.PasswordHash)
}

var errWrongFirst = fault.Unauthenticated("用户名、初始密码或一次性码不正确，或一次性码已过期")
