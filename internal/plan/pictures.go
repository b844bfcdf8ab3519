package plan

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"juzhen/internal/fault"
)

// Bounds of the pictures that come with a file of posts.
const (
	MaxZipBytes    = 32 << 20
	maxZipEntries  = 500
	maxZipHeads    = 512 << 10 // bytes of the list at its end
	maxPicture     = 20 << 20  // unpacked
	maxUnpacked    = 128 << 20 // all of them
	maxRatio       = 100       // unpacked to packed, of what unpacks to more than a megabyte
	maxPicturesAll = 100       // different ones that one file of posts may name
)

// pictures are the files of an archive by their name, without its folders. What they hold is read when it is
// wanted.
type pictures map[string]*zip.File

// readPictures looks at an archive and unpacks nothing of it. Fails with fault.Invalid at "pictures".
func readPictures(raw []byte) (pictures, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if len(raw) > MaxZipBytes {
		return nil, fault.Invalid("pictures", "压缩包超过 {.max} MB", "max", MaxZipBytes>>20)
	}
	if err := checkZipEnd(raw); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, errNoZip()
	}
	if len(archive.File) > maxZipEntries {
		return nil, errManyEntries()
	}
	found, total := pictures{}, uint64(0)

	for _, file := range archive.File {
		name, ok, err := entryName(file)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		size := file.UncompressedSize64
		total += size

		switch {
		case found[name] != nil:
			return nil, fault.Invalid("pictures", "压缩包里有两个文件叫 {.name}", "name", name)
		case size > maxPicture:
			return nil, fault.Invalid(
				"pictures",
				"压缩包里的 {.name} 超过 {.max} MB",
				"name",
				name,
				"max",
				maxPicture>>20,
			)
		case total > maxUnpacked, size > 1<<20 && size > maxRatio*max(file.CompressedSize64, 1):
			return nil, fault.Invalid("pictures", "压缩包解开后过大")
		}
		found[name] = file
	}

	return found, nil
}

func errNoZip() *fault.Error {
	return fault.Invalid("pictures", "这个文件不是能读的压缩包（.zip）")
}

func errManyEntries() *fault.Error {
	return fault.Invalid("pictures", "压缩包里超过 {.max} 个文件", "max", maxZipEntries)
}

// checkZipEnd reads the record at the end of an archive (PKWARE APPNOTE 4.3.16) and refuses one with too much
// in its list, before any of the list is read. The list must fill the place before the record, so that no
// more hides in it than the record says.
func checkZipEnd(raw []byte) error {
	const size = 22
	tail := raw[max(0, len(raw)-size-1<<16):]
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < size {
		return errNoZip()
	}
	end := tail[i:]
	entries := binary.LittleEndian.Uint16(end[10:])
	heads, offset := binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	at := uint64(len(raw) - len(tail) + i)

	switch {
	case entries > maxZipEntries || heads > maxZipHeads:
		return errManyEntries()
	case uint64(offset)+uint64(heads) != at, len(end) != size+int(binary.LittleEndian.Uint16(end[20:])):
		return errNoZip()
	}

	return nil
}

// entryName is the name of a file of an archive without its folders; ok is false for what is no picture of
// anybody's: folders, and what macOS puts beside. A name that leads out of the archive is refused, and so is
// what is no ordinary file.
func entryName(file *zip.File) (name string, ok bool, err error) {
	full := file.Name
	if file.NonUTF8 || !utf8.ValidString(full) {
		if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(full); err == nil {
			full = decoded
		}
	}
	parts := strings.Split(strings.ReplaceAll(full, `\`, "/"), "/")

	switch {
	case strings.HasPrefix(full, "/"), strings.Contains(full, `\`), strings.ContainsAny(full, ":\x00"),
		slices.Contains(parts, ".."), !file.Mode().IsRegular() && !file.FileInfo().IsDir(),
		file.Mode()&os.ModeSymlink != 0:
		return "", false, fault.Invalid("pictures", "压缩包里的 {.name} 路径不能用，请只放图片再压缩", "name", full)
	case file.FileInfo().IsDir() || parts[0] == "__MACOSX" || strings.HasPrefix(path.Base(full), "."):
		return "", false, nil
	case file.Flags&1 != 0:
		return "", false, fault.Invalid("pictures", "压缩包有密码，请去掉密码再压缩")
	}

	return path.Base(full), true, nil
}

// kinds are what a picture may be, by its first bytes.
var kinds = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// looks tells whether a file of the archive begins as a picture does.
func (p pictures) looks(name string) bool {
	file := p[name]
	if file == nil {
		return false
	}
	in, err := file.Open()
	if err != nil {
		return false
	}
	defer in.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(in, head)

	return slices.Contains(kinds, http.DetectContentType(head[:n]))
}

// read unpacks one picture, and no more of it than one may have.
func (p pictures) read(name string) ([]byte, error) {
	in, err := p[name].Open()
	if err != nil {
		return nil, errNoZip()
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxPicture+1))
	if err != nil || len(data) > maxPicture {
		return nil, errNoZip()
	}

	return data, nil
}
