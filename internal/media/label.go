package media

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A picture that a machine made says so in a label (GB 45438-2025), which nobody may take away: it is
// carried through the encoding, alone and written anew. Everything else that surrounds the pixels goes.
const (
	labelSpace = "http://www.tc260.org.cn/ns/AIGC/1.0/"
	xmpHead    = "http://ns.adobe.com/xap/1.0/\x00"
	xmpChunk   = "XML:com.adobe.xmp"

	maxXMP    = 256 << 10 // bytes that are looked at
	maxLabel  = 500       // bytes of one entry of a label
	labelRoom = 16 << 10  // bytes that are kept free for a label
)

// entries of a label, as the standard names them.
var entries = []string{
	"Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID",
	"ReservedCode2",
}

// machineMade is the label of a picture as JSON; empty when it has none that can be read.
func machineMade(kind string, raw []byte) string {
	var value string

	for d := xml.NewDecoder(bytes.NewReader(xmpOf(kind, raw))); ; {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if value = labelIn(d, start); value != "" {
			return cleanLabel(value)
		}
	}
}

// labelIn is the label in an element or in one of its attributes; empty when there is none.
func labelIn(d *xml.Decoder, at xml.StartElement) (value string) {
	wanted := xml.Name{Space: labelSpace, Local: "AIGC"}
	if at.Name == wanted {
		_ = d.DecodeElement(&value, &at)
		return value
	}

	for _, a := range at.Attr {
		if a.Name == wanted {
			return a.Value
		}
	}

	return ""
}

// cleanLabel keeps the entries that the standard names, and only as words; empty when there are none.
func cleanLabel(value string) string {
	var read map[string]any
	if json.Unmarshal([]byte(value), &read) != nil {
		return ""
	}
	kept := map[string]string{}

	for _, name := range entries {
		if s, ok := read[name].(string); ok && len(s) <= maxLabel && utf8.ValidString(s) {
			kept[name] = s
		}
	}
	if kept["Label"] == "" {
		return ""
	}
	out, err := json.Marshal(kept)
	if err != nil {
		return ""
	}

	return string(out)
}

func xmpOf(kind string, raw []byte) (packet []byte) {
	switch kind {
	case JPEG:
		for body := range segmentsOfJPEG(raw, 0xE1) {
			if after, ok := bytes.CutPrefix(body, []byte(xmpHead)); ok {
				packet = after
				break
			}
		}
	case PNG:
		for body := range chunksOfPNG(raw, "iTXt") { // keyword, not packed, no language
			if after, ok := bytes.CutPrefix(body, []byte(xmpChunk+"\x00\x00\x00\x00\x00")); ok {
				packet = after
				break
			}
		}
	case WebP:
		packet = chunkOfWebP(raw, "XMP ")
	}

	return packet[:min(len(packet), maxXMP)]
}

// withLabel puts a label into a picture that has none.
func withLabel(kind string, data []byte, label string) []byte {
	if label == "" {
		return data
	}

	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(label))
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:TC260="` + labelSpace + `" TC260:AIGC="` + escaped.String() + `"/></rdf:RDF></x:xmpmeta>`

	var out bytes.Buffer

	switch kind {
	case JPEG:
		out.Write(data[:2])
		out.Write([]byte{0xFF, 0xE1})
		_ = binary.Write(&out, binary.BigEndian, uint16(2+len(xmpHead)+len(packet)))
		_, _ = io.WriteString(&out, xmpHead+packet)
		out.Write(data[2:])
	case PNG:
		const head = 33 // signature and IHDR
		body := slices.Concat([]byte("iTXt"), []byte(xmpChunk+"\x00\x00\x00\x00\x00"), []byte(packet))
		out.Write(data[:head])
		_ = binary.Write(&out, binary.BigEndian, uint32(len(body)-4))
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
		out.Write(data[head:])
	}

	return out.Bytes()
}
