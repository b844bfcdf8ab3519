package seal

import (
	"crypto/hmac"
	"crypto/sha256"
)

// MAC vouches for data with the newest key of the ring, for one use ("audit entry"). Who has not the
// key can make none.
func (b *Box) MAC(use string, data []byte) (keyID string, mac []byte, err error) {
	mac, err = b.ring[0].mac(use, data)
	return b.ring[0].id, mac, err
}

// CheckMAC tells whether a MAC was made for this use of these data by a key of the ring. Fails with
// ErrKey when the key is not in the ring, with ErrOpen when anything was changed.
func (b *Box) CheckMAC(use, keyID string, data, mac []byte) error {
	for _, key := range b.ring {
		if key.id != keyID {
			continue
		}
		want, err := key.mac(use, data)
		if err != nil {
			return err
		}
		if !hmac.Equal(want, mac) {
			return ErrOpen
		}

		return nil
	}

	return ErrKey
}

func (k key) mac(use string, data []byte) ([]byte, error) {
	sub, err := derive(k.master, "mac/"+use, KeySize)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, sub)
	h.Write(data)

	return h.Sum(nil), nil
}
