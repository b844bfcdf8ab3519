package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/gif"
	"slices"
	"strings"
	"testing"
)

// xmp is a packet whose label stands in an attribute.
func xmp(value string) string {
	return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:TC260="` + labelSpace + `" TC260:AIGC='` + value + `'/></rdf:RDF></x:xmpmeta>`
}

func labelled(t *testing.T, text []byte) []byte {
	t.Helper()
	return withChunk(pngBytes(t, corner(8, 8)), "iTXt", append([]byte(xmpChunk+"\x00"), text...))
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	return append([]byte("\x01\x00\x00\x00"), out.Bytes()...)
}

// inGIF puts a packet where the XMP specification has it, behind the colours of an animation.
func inGIF(t *testing.T, frames int, packet string) []byte {
	t.Helper()
	raw := animation(t, frames)
	at := behindLoop(raw)

	return slices.Concat(raw[:at], []byte("\x21\xFF\x0BXMP DataXMP"+packet), xmpTrailer(), raw[at:])
}

// inWebP puts a packet behind the pixels.
func inWebP(t *testing.T, text, packet string) []byte {
	t.Helper()
	raw := append(base(t, text), "XMP "...)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(packet)))
	raw = append(append(raw, packet...), make([]byte, len(packet)%2)...)
	binary.LittleEndian.PutUint32(raw[4:], uint32(len(raw)-8))

	return raw
}

// TestTheLabelIsCarriedFromEveryKind: into what the picture becomes, which other programs still open, and
// from there once more.
func TestTheLabelIsCarriedFromEveryKind(t *testing.T) {
	t.Parallel()
	packet := xmp(`{"Label":"2","ProduceID":"\u56fe7"}`)

	for name, raw := range map[string][]byte{
		"a still GIF":              inGIF(t, 1, packet),
		"an animation":             inGIF(t, 3, packet),
		"a WebP with a clear part": inWebP(t, clearWebP, packet),
		"a photograph in WebP":     inWebP(t, photoWebP, packet),
		"a sharp WebP":             inWebP(t, sharpWebP, packet),
	} {
		for range 2 {
			picture, err := readPicture(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			says, _ := Media{Label: picture.label.json}.Says()
			if says.Label != "2" || says.ProduceID != "图7" || picture.label.unread {
				t.Errorf("%s: %+v", name, picture.label)
			}
			if _, _, err := image.Decode(bytes.NewReader(picture.data)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			raw = picture.data
		}
	}
}

// TestAnAnimationWithALabelStaysOne: every frame and the loops are as they were; what cannot be read is told.
func TestAnAnimationWithALabelStaysOne(t *testing.T) {
	t.Parallel()
	picture, err := readPicture(bytes.NewReader(inGIF(t, 3, xmp(`{"Label":"1"}`))))
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(picture.data))
	if err != nil || len(g.Image) != 3 || g.LoopCount != 3 || g.Delay[2] != 21 {
		t.Errorf("%v: %d frames, %d loops", err, len(g.Image), g.LoopCount)
	}
	if total, frames, err := gifPixels(picture.data); err != nil || frames != 3 || total != 600 {
		t.Errorf("measured as %d pixels in %d frames, %v", total, frames, err)
	}

	for name, packet := range map[string]string{
		"no JSON": xmp("made by a machine"),
		"cut off": strings.TrimSuffix(xmp(`{"Label":"1"}`), `'/></rdf:RDF></x:xmpmeta>`),
	} {
		picture, err := readPicture(bytes.NewReader(inGIF(t, 1, packet)))
		if err != nil || picture.label.json != "" || !picture.label.unread {
			t.Errorf("%s: %+v, %v", name, picture.label, err)
		}
	}
}

func TestWhatALabelSays(t *testing.T) {
	t.Parallel()
	plain := func(text string) []byte { return []byte("\x00\x00\x00\x00" + text) }
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>` +
		`<x xmlns:T="` + labelSpace + `"><T:AIGC>&b;</T:AIGC></x>`

	for name, c := range map[string]struct {
		text   []byte
		label  string // the entry Label; "" for none
		unread bool
	}{
		"attribute":             {plain(xmp(`{"Label":"1","ProduceID":"7"}`)), "1", false},
		"a number":              {plain(xmp(`{"Label":2}`)), "2", false},
		"with a language":       {[]byte("\x00\x00zh\x00名\x00" + xmp(`{"Label":"3"}`)), "3", false},
		"packed":                {packed(t, xmp(`{"Label":"1"}`)), "1", false},
		"packed, not really":    {[]byte("\x01\x00\x00\x00junk"), "", false},
		"no label":              {plain(`<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`), "", false},
		"no JSON":               {plain(xmp(`made by a machine`)), "", true},
		"without its one entry": {plain(xmp(`{"ProduceID":"7"}`)), "", true},
		"cut off":               {plain(strings.TrimSuffix(xmp(`{"Label":"1"}`), `'/></rdf:RDF></x:xmpmeta>`)), "", true},
		"entities":              {plain(bomb), "", true},
		"too long":              {plain(xmp(`{"Label":"` + strings.Repeat("1", 3000) + `"}`)), "", true},
		"behind all bounds": {
			plain("<x>" + strings.Repeat(" ", maxXMP) + "</x>" + xmp(`{"Label":"1"}`)), "", false,
		},
	} {
		picture, err := readPicture(bytes.NewReader(labelled(t, c.text)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		says, _ := Media{Label: picture.label.json}.Says()
		if says.Label != c.label || picture.label.unread != c.unread {
			t.Errorf("%s: %+v", name, picture.label)
		}
		if again := machineMade(picture.mime, picture.data); again.json != picture.label.json {
			t.Errorf("%s: carried as %+v", name, again)
		}
	}
	if (Label{Label: "1"}).Word() == (Label{Label: "2"}).Word() {
		t.Error("certain and possible read alike")
	}
}
