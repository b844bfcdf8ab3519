// Package seal encrypts secrets that have to lie in the database, with a key that does not. It keeps no
// secret itself, knows no table, and is not for passwords of people, which are hashed elsewhere.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// suite is the first byte of what is sealed: HKDF-SHA-256 and AES-256-GCM with a random nonce. A later
// suite takes the next number, and both can be opened.
const suite = 1

// ErrKey means that the key something was sealed with is not in the ring.
var ErrKey = errors.New("seal: key is not in the ring")

// ErrOpen means that something sealed was changed, or belongs to another row or use.
var ErrOpen = errors.New("seal: cannot be opened")

// Sealed is a secret at rest: Data and the id of the key that sealed it.
type Sealed struct {
	KeyID string
	Data  []byte
}

// Box seals with the newest key of its ring and opens with any.
type Box struct{ ring []key }

// key is a master key with the id that is written beside what it sealed; the id tells nothing about the key.
type key struct {
	id     string
	master []byte
}

// New makes a box of master keys of 32 bytes, the newest first; the others only open what they sealed before.
func New(master []byte, older ...[]byte) (*Box, error) {
	box := &Box{}

	for _, m := range append([][]byte{master}, older...) {
		if len(m) != KeySize {
			return nil, fmt.Errorf("seal: a master key has %d bytes, want %d", len(m), KeySize)
		}
		id, err := derive(m, "id", 8)
		if err != nil {
			return nil, err
		}
		box.ring = append(box.ring, key{id: hex.EncodeToString(id), master: bytes.Clone(m)})
	}

	return box, nil
}

// derive gives a sub-key for one purpose; knowing it does not help to find the others.
func derive(master []byte, purpose string, n int) ([]byte, error) {
	sub, err := hkdf.Key(sha256.New, master, nil, "juzhen/seal/1/"+purpose, n)
	if err != nil {
		return nil, fmt.Errorf("seal: derive %s: %w", purpose, err)
	}

	return sub, nil
}

func (k key) aead(use string) (cipher.AEAD, error) {
	sub, err := derive(k.master, "use/"+use, KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}

	return cipher.NewGCMWithRandomNonce(block)
}

// KeyID is the id of the key that seals now.
func (b *Box) KeyID() string { return b.ring[0].id }

// Seal encrypts plain for one use ("weibo token") and one row ("credential/17"): moved to another row
// it cannot be opened.
func (b *Box) Seal(use, bind string, plain []byte) (Sealed, error) {
	aead, err := b.ring[0].aead(use)
	if err != nil {
		return Sealed{}, err
	}

	return Sealed{KeyID: b.ring[0].id, Data: aead.Seal([]byte{suite}, nil, plain, []byte(bind))}, nil
}

// Open decrypts what was sealed for the same use and row. Fails with ErrKey or ErrOpen.
func (b *Box) Open(use, bind string, sealed Sealed) ([]byte, error) {
	for _, key := range b.ring {
		if key.id != sealed.KeyID {
			continue
		}
		if len(sealed.Data) == 0 || sealed.Data[0] != suite {
			return nil, ErrOpen
		}
		aead, err := key.aead(use)
		if err != nil {
			return nil, err
		}
		plain, err := aead.Open(nil, nil, sealed.Data[1:], []byte(bind))
		if err != nil {
			return nil, ErrOpen // the cause would say no more
		}

		return plain, nil
	}

	return nil, ErrKey
}

// Reseal brings what an older key sealed under the newest one; changed is false when there is nothing to do.
func (b *Box) Reseal(use, bind string, sealed Sealed) (fresh Sealed, changed bool, err error) {
	if sealed.KeyID == b.KeyID() {
		return sealed, false, nil
	}
	plain, err := b.Open(use, bind, sealed)
	if err != nil {
		return Sealed{}, false, err
	}
	fresh, err = b.Seal(use, bind, plain)

	return fresh, err == nil, err
}

// Row is a sealed secret with the id of what it belongs to, in this order of columns.
type Row struct {
	ID     int64
	KeyID  string
	Sealed []byte
}

// ResealRows brings secrets under the newest key and has keep write each. It returns how many it moved and
// how many no key of the ring opens: these are left as they are.
func (b *Box) ResealRows(
	use string, bind func(id int64) string, rows []Row, keep func(id int64, fresh Sealed) error,
) (moved, lost int, err error) {
	for _, row := range rows {
		fresh, changed, err := b.Reseal(use, bind(row.ID), Sealed{KeyID: row.KeyID, Data: row.Sealed})

		switch {
		case err != nil:
			lost++
		case changed:
			moved++
			if err := keep(row.ID, fresh); err != nil {
				return moved, lost, err
			}
		}
	}

	return moved, lost, nil
}

// CheckValue lies in the database and tells at the next start whether the key is still the same one.
func (b *Box) CheckValue() []byte { return b.ring[0].check() }

// Matches tells whether a check value was made by a key of the ring.
func (b *Box) Matches(value []byte) bool {
	for _, key := range b.ring {
		if subtle.ConstantTimeCompare(key.check(), value) == 1 {
			return true
		}
	}

	return false
}

func (k key) check() []byte {
	v, err := derive(k.master, "check", 32)
	if err != nil {
		panic(err) // only a length over 8 kB fails
	}

	return v
}
