package identity

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"github.com/golang-jwt/jwt/v5"
)

// signer makes and reads session tokens: a JWT with the numbers of user and session, nothing else.
// Rights are not in it, nor is an end: the session's row says both, at each request.
type signer struct{ keys [][]byte }

// newSigner derives the token keys from the master keys, newest first: the newest signs, all are recognised.
func newSigner(masters [][]byte) (*signer, error) {
	if len(masters) == 0 {
		return nil, errors.New("no master key for session tokens")
	}
	s := &signer{}

	for _, m := range masters {
		key, err := hkdf.Key(sha256.New, m, nil, "juzhen session token 1", 32)
		if err != nil {
			return nil, fmt.Errorf("derive token key: %w", err)
		}
		s.keys = append(s.keys, key)
	}

	return s, nil
}

func (s *signer) sign(user, session int64) (string, error) {
	claims := jwt.RegisteredClaims{Subject: strconv.FormatInt(user, 10), ID: strconv.FormatInt(session, 10)}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(s.keys[0])
}

// read gives the numbers in a token whose signature holds; ok is false for everything else.
func (s *signer) read(token string) (user, session int64, ok bool) {
	for _, key := range s.keys {
		var claims jwt.RegisteredClaims
		_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key, nil },
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}))
		if err != nil {
			continue
		}
		user, uerr := strconv.ParseInt(claims.Subject, 10, 64)
		session, serr := strconv.ParseInt(claims.ID, 10, 64)

		return user, session, uerr == nil && serr == nil && user > 0 && session > 0
	}

	return 0, 0, false
}
