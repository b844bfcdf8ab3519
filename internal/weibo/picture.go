package weibo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// MaxPictureBytes is the largest picture Weibo takes.
const MaxPictureBytes = 5_000_000

// Picture is one picture of a payload. Data may stay empty until it is sent: the hash needs SHA256 only.
type Picture struct {
	SHA256 string // of the bytes, lower-case hex
	Size   int64
	Type   string // "image/jpeg", "image/png", "image/gif"; anything else is refused
	Data   []byte
}

// NewPicture describes data by its content.
func NewPicture(data []byte) Picture {
	sum := sha256.Sum256(data)

	return Picture{
		SHA256: hex.EncodeToString(sum[:]),
		Size:   int64(len(data)),
		Type:   pictureType(data),
		Data:   data,
	}
}

// intact tells whether Data is there and is what SHA256 says.
func (p Picture) intact() bool {
	sum := sha256.Sum256(p.Data)
	return len(p.Data) > 0 && hex.EncodeToString(sum[:]) == p.SHA256
}

// fileName is what the multipart part is called; Weibo looks at the bytes.
func (p Picture) fileName() string {
	switch p.Type {
	case "image/png":
		return "pic.png"
	case "image/gif":
		return "pic.gif"
	default:
		return "pic.jpg"
	}
}

// pictureType recognises the three types Weibo takes; "" for any other.
func pictureType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "image/gif"
	default:
		return ""
	}
}
