// Package media keeps the pictures of posts: it checks and re-encodes what people upload and stores it
// under its hash. It does not decide what a post shows, and sends nothing.
package media

import (
	"encoding/hex"
	"time"
)

// Media is a picture as it will be sent. Its bytes never change: they lie under their hash.
type Media struct {
	ID         int64
	UnitID     int64
	UnitPath   string
	UploadedBy int64
	UploadedAt time.Time
	FileName   string // as the person called it; shown, never trusted
	MIME       string // image/jpeg, image/png or image/gif
	Bytes      int64
	Width      int
	Height     int
	Frames     int    // more than 1: an animation
	SHA256     []byte // of the bytes that are sent
	Thumb      []byte // SHA-256 of the thumbnail, always a JPEG
	Alt        string // description proposed at upload; a version has its own

	Label       string // JSON of what the picture says of its making (Says); "": nothing
	LabelUnread bool   // it says something that could not be read

	// What it was as it was uploaded, where it had to be made smaller to be sent; all 0: it was not.
	WasBytes  int64
	WasWidth  int
	WasHeight int
}

// Shrunk tells whether it was made smaller than it was uploaded.
func (m Media) Shrunk() bool { return m.WasWidth > 0 }

// Animated tells whether the picture moves.
func (m Media) Animated() bool { return m.Frames > 1 }

// Hash is the hexadecimal hash of the picture, as a tag for caches.
func (m Media) Hash() string { return hex.EncodeToString(m.SHA256) }
