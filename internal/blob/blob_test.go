package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"juzhen/internal/fault"
)

// nameOfAbc is the example of FIPS 180-2.
const nameOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

var sumOfAbc, _ = hex.DecodeString(nameOfAbc)

func open(t *testing.T) (store *Store, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "blobs")
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })

	return store, dir
}

func TestKeptOnceUnderTheNameOfItsContent(t *testing.T) {
	t.Parallel()
	store, dir := open(t)

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if sum, err := store.Put(t.Context(), []byte("abc")); err != nil || !bytes.Equal(sum, sumOfAbc) {
				t.Errorf("got %x, %v", sum, err)
			}
		})
	}
	wg.Wait()
	if got, err := store.Get(t.Context(), sumOfAbc); err != nil || !bytes.Equal(got, []byte("abc")) {
		t.Errorf("got %q, %v", got, err)
	}
	if size, err := store.Stat(t.Context(), sumOfAbc); err != nil || size != 3 {
		t.Errorf("size %d, %v", size, err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "ba"))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v; want 1", len(left), err)
	}
	if err := store.Delete(t.Context(), sumOfAbc); err != nil {
		t.Error(err)
	}
	if err := store.Delete(t.Context(), sumOfAbc); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, err := store.Get(t.Context(), sumOfAbc); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("after deleting: %v", err)
	}
}

func TestNothingButNamesOfOurs(t *testing.T) {
	t.Parallel()

	store, _ := open(t)
	for _, name := range [][]byte{
		nil, []byte("a"), []byte("../../../outside"), sumOfAbc[:31],
		append(bytes.Clone(sumOfAbc), '/'), sumOfAbc,
	} {
		if _, err := store.Get(t.Context(), name); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%x: got %v, want not found", name, err)
		}
		if _, err := store.Stat(t.Context(), name); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("stat %x: got %v, want not found", name, err)
		}
		if err := store.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %x: %v", name, err)
		}
	}
}

func TestDamageIsNoticedAndMended(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	if _, err := store.Put(t.Context(), []byte("abc")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "ba", nameOfAbc)
	if err := os.WriteFile(file, []byte("ab"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get(t.Context(), sumOfAbc); err == nil || fault.KindOf(err) == fault.KindNotFound {
		t.Errorf("damaged bytes gave %q, %v", got, err)
	}
	if _, err := store.Put(t.Context(), []byte("abc")); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get(t.Context(), sumOfAbc); err != nil || string(got) != "abc" {
		t.Errorf("a cut blob was not written anew: %q, %v", got, err)
	}
}

func TestLinkLeadsNowhere(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "ba"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "ba", nameOfAbc)); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get(t.Context(), sumOfAbc); err == nil {
		t.Errorf("a link out of the folder was followed: %q", got)
	}
}

func TestCancelledDoesNothing(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Put(ctx, []byte("abc")); err == nil {
		t.Error("written after the end")
	}
	if _, err := store.Get(ctx, sumOfAbc); err == nil {
		t.Error("read after the end")
	}
	if _, err := store.Stat(t.Context(), sumOfAbc); err == nil {
		t.Error("something was kept")
	}
}
