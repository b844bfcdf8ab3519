// Package blob keeps bytes under the name of their SHA-256 in a folder. What is in it never changes: a
// name is a promise about the content, the same bytes are kept once. It knows neither pictures nor who
// may see them.
package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"juzhen/internal/fault"
)

// ErrDamaged is bytes on the disk that are not what their name says any more.
var ErrDamaged = errors.New("damaged on the disk")

// Store is a folder of blobs. It is safe for concurrent use, also by several processes.
type Store struct{ root *os.Root }

// Open makes the folder when it is missing. Nothing outside of it is ever touched, links included.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make blob folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blob folder: %w", err)
	}

	return &Store{root: root}, nil
}

// Close lets the folder go.
func (s *Store) Close() error { return s.root.Close() }

// Put keeps data and gives its name, the 32 bytes of its SHA-256. When it returns, the bytes survive a
// power cut; a half-written blob is never seen. Bytes that are there already are not written again.
func (s *Store) Put(ctx context.Context, data []byte) (sum []byte, err error) {
	defer fault.Step(&err, "blob.Put")

	hash := sha256.Sum256(data)
	sum = hash[:]
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if info, err := s.root.Stat(place(sum)); err == nil && info.Size() == int64(len(data)) {
		return sum, nil
	}
	if err := s.write(sum, data); err != nil {
		return nil, fmt.Errorf("keep blob %x: %w", sum, err)
	}

	return sum, nil
}

// write writes beside the place and renames: readers see the whole or nothing.
func (s *Store) write(sum []byte, data []byte) error {
	dir := path.Dir(place(sum))
	if err := s.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	half := path.Join(dir, "."+rand.Text())
	file, err := s.root.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = s.root.Rename(half, place(sum))
	}
	if err != nil {
		return errors.Join(err, s.root.Remove(half))
	}

	return errors.Join(s.syncFolder(dir), s.syncFolder("."))
}

// syncFolder makes names survive a power cut as well as the bytes.
func (s *Store) syncFolder(dir string) error {
	file, err := s.root.Open(dir)
	if err != nil {
		return err
	}

	return errors.Join(file.Sync(), file.Close())
}

// Get reads a blob and checks it against its name: bytes that decayed on the disk are ErrDamaged, never
// an answer. Fails with fault.NotFound.
func (s *Store) Get(ctx context.Context, sum []byte) (_ []byte, err error) {
	defer fault.Step(&err, "blob.Get")

	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(sum) != sha256.Size {
		return nil, absent(nil)
	}
	data, err := s.root.ReadFile(place(sum))
	if err != nil {
		return nil, absent(err)
	}
	if hash := sha256.Sum256(data); !bytes.Equal(hash[:], sum) {
		return nil, fmt.Errorf("blob %x: %w", sum, ErrDamaged)
	}

	return data, nil
}

// Stat gives the size in bytes. Fails with fault.NotFound.
func (s *Store) Stat(_ context.Context, sum []byte) (size int64, err error) {
	defer fault.Step(&err, "blob.Stat")

	if len(sum) != sha256.Size {
		return 0, absent(nil)
	}
	info, err := s.root.Stat(place(sum))
	if err != nil {
		return 0, absent(err)
	}

	return info.Size(), nil
}

// Delete forgets a blob. The caller knows that nothing refers to it. One that is not there is no error.
func (s *Store) Delete(_ context.Context, sum []byte) (err error) {
	defer fault.Step(&err, "blob.Delete")

	if len(sum) != sha256.Size {
		return nil
	}
	if err := s.root.Remove(place(sum)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete blob: %w", err)
	}

	return nil
}

// place spreads the blobs over 256 folders.
func place(sum []byte) string {
	name := hex.EncodeToString(sum)
	return name[:2] + "/" + name
}

// absent turns "no such file" into the fault and leaves other errors as they are.
func absent(err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return fault.NotFound("文件不存在")
	}

	return fmt.Errorf("read blob: %w", err)
}
