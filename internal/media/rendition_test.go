package media_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"juzhen/internal/media"
)

// labelledPhoto is a photograph of noise, so that it needs many bytes, which says that a machine made it.
func labelledPhoto(t *testing.T, side int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, side, side))
	source := rand.New(rand.NewPCG(1, 2))

	for i := range img.Pix {
		img.Pix[i] = byte(source.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	segment := "http://ns.adobe.com/xap/1.0/\x00" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/"><T:AIGC>{"Label":"1","ProduceID":"p7"}</T:AIGC></x:xmpmeta>`
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(2+len(segment)))

	return append(append(head, segment...), b.Bytes()[2:]...)
}

// TestASmallerFormKeepsTheLabel: what the public site shows says so too, once.
func TestASmallerFormKeepsTheLabel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for _, side := range []int{64, 900} {
		kept, err := w.Upload(t.Context(), w.writer, 2, "图.jpg", bytes.NewReader(labelledPhoto(t, side)), "")
		if err != nil {
			t.Fatal(err)
		}
		form, err := w.Rendition(t.Context(), kept)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(
			string(form.Data),
			"TC260:AIGC=",
		); n != 1 ||
			!bytes.Contains(form.Data, []byte("p7")) {
			t.Errorf("%d pixels: the label stands there %d times", side, n)
		}
		if _, err := jpeg.Decode(
			bytes.NewReader(form.Data),
		); err != nil ||
			len(form.Data) > media.MaxRendition {
			t.Errorf("%d pixels: %v, %d bytes", side, err, len(form.Data))
		}
		if smaller := kept.Bytes > media.MaxRendition; smaller != (side == 900) {
			t.Errorf("%d pixels are %d bytes", side, kept.Bytes)
		}
	}
}

// TestASmallPictureKeepsTheLabelToo: the thumbnail that the console shows, also one that was made before
// labels were put there, and an icon.
func TestASmallPictureKeepsTheLabelToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kept, err := w.Upload(t.Context(), w.writer, 2, "图.jpg", bytes.NewReader(labelledPhoto(t, 900)), "")
	if err != nil {
		t.Fatal(err)
	}
	plain := jpegOf(t, 360)
	older := kept
	if older.Thumb, err = w.blobs.Put(t.Context(), plain); err != nil {
		t.Fatal(err)
	}
	stored, err := w.Bytes(t.Context(), kept.Thumb)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := w.Thumbnail(t.Context(), kept)
	if err != nil || !bytes.Equal(shown, stored) {
		t.Errorf("a thumbnail with its label is changed: %v", err)
	}
	opened, _, err := w.Open(t.Context(), w.writer, kept.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	served, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	mended, err := w.Thumbnail(t.Context(), older)
	if err != nil {
		t.Fatal(err)
	}
	icon, err := w.Icon(t.Context(), bytes.NewReader(labelledPhoto(t, 900)))
	if err != nil || len(icon) > media.MaxIcon {
		t.Fatalf("%d bytes, %v", len(icon), err)
	}

	for name, data := range map[string][]byte{"thumbnail": served, "older thumbnail": mended, "icon": icon} {
		if n := bytes.Count(data, []byte("TC260:AIGC=")); n != 1 || !bytes.Contains(data, []byte("p7")) {
			t.Errorf("%s: the label stands there %d times", name, n)
		}
		if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	older.Label = ""
	if bare, err := w.Thumbnail(t.Context(), older); err != nil || !bytes.Equal(bare, plain) {
		t.Errorf("a picture without a label got one: %v", err)
	}
}

func jpegOf(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, side, side)), nil); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}
