package media

import (
	"bytes"
	"compress/zlib"
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
