package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const use = "weibo token"

func box(t *testing.T, fill ...byte) *Box {
	t.Helper()

	var keys [][]byte
	for _, b := range fill {
		keys = append(keys, bytes.Repeat([]byte{b}, KeySize))
	}
	b, err := New(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}

	return b
}

func TestOpensOnlyWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	b := box(t, 1)
	sealed, err := b.Seal(use, "credential/17", []byte("2.00abc"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed.Data, []byte("2.00abc")) {
		t.Error("the secret lies open")
	}
	plain, err := b.Open(use, "credential/17", sealed)
	if err != nil || string(plain) != "2.00abc" {
		t.Fatalf("got %q, %v", plain, err)
	}
	again, err := b.Seal(use, "credential/17", []byte("2.00abc"))
	if err != nil || bytes.Equal(again.Data, sealed.Data) {
		t.Error("the same secret sealed twice looks the same")
	}
	changed := Sealed{KeyID: sealed.KeyID, Data: bytes.Clone(sealed.Data)}
	changed.Data[len(changed.Data)-1] ^= 1

	for name, try := range map[string]func() ([]byte, error){
		"another row": func() ([]byte, error) { return b.Open(use, "credential/18", sealed) },
		"another use": func() ([]byte, error) { return b.Open("other", "credential/17", sealed) },
		"changed":     func() ([]byte, error) { return b.Open(use, "credential/17", changed) },
		"cut": func() ([]byte, error) {
			return b.Open(use, "credential/17", Sealed{
				KeyID: sealed.KeyID, Data: sealed.Data[:5],
			})
		},
		"empty": func() ([]byte, error) { return b.Open(use, "credential/17", Sealed{KeyID: sealed.KeyID}) },
		"suite": func() ([]byte, error) {
			return b.Open(use, "credential/17", Sealed{
				KeyID: sealed.KeyID,
				Data:  append([]byte{9}, sealed.Data[1:]...),
			})
		},
	} {
		if got, err := try(); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: got %q, %v; want ErrOpen", name, got, err)
		}
	}
	if _, err := box(t, 2).Open(use, "credential/17", sealed); !errors.Is(err, ErrKey) {
		t.Errorf("another key: got %v, want ErrKey", err)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	old, both, fresh := box(t, 1), box(t, 2, 1), box(t, 2)
	sealed, err := old.Seal(use, "credential/1", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	moved, changed, err := both.Reseal(use, "credential/1", sealed)
	if err != nil || !changed || moved.KeyID != fresh.KeyID() {
		t.Fatalf("reseal: %v, %v, key %s", changed, err, moved.KeyID)
	}
	if plain, err := fresh.Open(use, "credential/1", moved); err != nil || string(plain) != "secret" {
		t.Errorf("under the new key alone: %q, %v", plain, err)
	}
	if _, changed, err := both.Reseal(use, "credential/1", moved); changed || err != nil {
		t.Errorf("a second time: %v, %v; want nothing to do", changed, err)
	}
	if !both.Matches(old.CheckValue()) || !fresh.Matches(fresh.CheckValue()) {
		t.Error("a key of the ring does not match its check value")
	}
	if fresh.Matches(old.CheckValue()) || fresh.Matches(nil) {
		t.Error("a wrong key matches")
	}
	if bytes.Contains(old.CheckValue(), []byte{1, 1, 1, 1}) || old.KeyID() == fresh.KeyID() {
		t.Error("check value or key id give the key away")
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	made, err := CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if again, err := CreateKeyFile(path); err != nil || again != made {
		t.Errorf("a second start drew another key: %v", err)
	}
	if _, err := FromText(made.Reveal()); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key others may read: got %v, want the remedy", err)
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "# only a remark\n", "c2hvcnQ=", "not base64 at all"} {
		if _, err := FromText(text); err == nil {
			t.Errorf("%q was taken for a key", text)
		}
	}
	if _, err := New(make([]byte, 16)); err == nil {
		t.Error("a short key was taken")
	}
	key := strings.Repeat("A", 43) + "="
	keys, err := ParseKeys("# newest\n" + key + "\n\n" + key + "\n")
	if err != nil || len(keys) != 2 {
		t.Errorf("got %d keys, %v; want 2", len(keys), err)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	t.Parallel()
	secret := Secret("hunter2")
	holder := struct {
		Token  Secret
		Nested []Secret
	}{secret, []Secret{secret}}
	js, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "holder", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "holder", holder)

	printed := fmt.Sprintf(
		"%v %+v %#v %s %q %x %d %v %+v %#v",
		secret,
		secret,
		secret,
		secret,
		secret,
		secret,
		secret,
		holder,
		holder,
		holder,
	)
	for where, text := range map[string]string{"fmt": printed, "slog": log.String(), "json": string(js)} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74") ||
			!strings.Contains(text, "***") {
			t.Errorf("%s: %s", where, text)
		}
	}
	var read Secret
	if err := json.Unmarshal([]byte(`"hunter2"`), &read); err != nil || read.Reveal() != "hunter2" {
		t.Errorf("got %q, %v", read.Reveal(), err)
	}
}

func TestVouchesOnlyForWhatItWasAsked(t *testing.T) {
	t.Parallel()
	old, both := box(t, 1), box(t, 2, 1)
	id, mac, err := old.MAC("entry", []byte("told"))
	if err != nil || id != old.KeyID() {
		t.Fatalf("%s, %v", id, err)
	}
	if err := both.CheckMAC("entry", id, []byte("told"), mac); err != nil {
		t.Errorf("an older key of the ring: %v", err)
	}

	for name, got := range map[string]error{
		"other data":   both.CheckMAC("entry", id, []byte("tolD"), mac),
		"other use":    both.CheckMAC("link", id, []byte("told"), mac),
		"other key":    both.CheckMAC("entry", both.KeyID(), []byte("told"), mac),
		"cut":          both.CheckMAC("entry", id, []byte("told"), mac[:31]),
		"nothing":      both.CheckMAC("entry", id, []byte("told"), nil),
		"key not here": box(t, 3).CheckMAC("entry", id, []byte("told"), mac),
	} {
		if want := map[bool]error{
			true: ErrKey, false: ErrOpen,
		}[name == "key not here"]; !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
