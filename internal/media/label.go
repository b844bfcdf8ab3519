package media

import (
	"bytes"
	"compress/zlib"
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

	maxXMP    = 64 << 10 // bytes that are looked at
	maxLabel  = 2000     // bytes of one entry of a label
	labelRoom = 16 << 10 // bytes that are kept free for a label
)

// entries of a label, as the standard names them.
var entries = []string{
	"Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID",
	"ReservedCode2",
}

// label is what a picture says of itself: JSON with the entries that the standard names, "" for nothing.
// unread: it says something that cannot be read, and that is not carried on.
type label struct {
	json   string
	unread bool
}

// machineMade reads the label of a picture. No entity is expanded: the decoder knows none but XML's five,
// and gives up at any other.
func machineMade(kind string, raw []byte) label {
	packet := xmpOf(kind, raw)

	for d := xml.NewDecoder(bytes.NewReader(packet)); ; {
		token, err := d.Token()
		if err != nil {
			return label{
				unread: bytes.Contains(packet, []byte(labelSpace)) && bytes.Contains(packet, []byte("AIGC")),
			}
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if value := labelIn(d, start); value != "" {
			clean := cleanLabel(value)
			if len(packetOf(clean)) > labelRoom {
				clean = ""
			}

			return label{json: clean, unread: clean == ""}
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
	d := json.NewDecoder(strings.NewReader(value))
	d.UseNumber()
	if d.Decode(&read) != nil {
		return ""
	}
	kept := map[string]string{}

	for _, name := range entries {
		s, ok := read[name].(string)
		if n, isNumber := read[name].(json.Number); isNumber {
			s, ok = n.String(), true
		}
		if ok && len(s) <= maxLabel && utf8.ValidString(s) {
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
		for body := range chunksOfPNG(raw, "iTXt") {
			if after, ok := bytes.CutPrefix(body, []byte(xmpChunk+"\x00")); ok {
				packet = textOfPNG(after)
				break
			}
		}
	case WebP:
		packet = chunkOfWebP(raw, "XMP ")
	case GIF:
		packet = xmpOfGIF(raw)
	}

	return packet[:min(len(packet), maxXMP)]
}

// textOfPNG is the text of an iTXt chunk behind its keyword: whether it is packed and how, language,
// translated keyword. A packed one is unpacked no further than anybody looks.
func textOfPNG(body []byte) []byte {
	if len(body) < 2 {
		return nil
	}
	packed := body[0] == 1
	parts := bytes.SplitN(body[2:], []byte{0}, 3)
	if len(parts) < 3 {
		return nil
	}
	if !packed {
		return parts[2]
	}

	r, err := zlib.NewReader(bytes.NewReader(parts[2]))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(r, maxXMP))

	return text
}

// withLabel puts a label into a picture that has none.
func withLabel(kind string, data []byte, label string) []byte {
	if label == "" {
		return data
	}

	packet := packetOf(label)

	var out bytes.Buffer

	switch kind {
	case JPEG:
		out.Write(data[:2])
		out.Write([]byte{0xFF, 0xE1})
		_ = binary.Write(&out, binary.BigEndian, uint16(2+len(xmpHead)+len(packet)))
		_, _ = io.WriteString(&out, xmpHead+packet)
		out.Write(data[2:])
	case GIF:
		at := behindLoop(data)
		out.Write(data[:at])
		out.WriteString(xmpBlock + packet)
		out.Write(xmpTrailer())
		out.Write(data[at:])
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

// packetOf is the XMP that carries a label.
func packetOf(label string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(label))

	return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:TC260="` + labelSpace + `" TC260:AIGC="` + escaped.String() +
		`"/></rdf:RDF></x:xmpmeta>`
}

// Label is what a picture says of how it was made, entry by entry.
type Label struct {
	Label             string // "1": a machine made it, "2": perhaps, "3": it is suspected
	ContentProducer   string
	ProduceID         string
	ReservedCode1     string
	ContentPropagator string
	PropagateID       string
	ReservedCode2     string
}

// Word says it in Chinese.
func (l Label) Word() string {
	switch l.Label {
	case "1":
		return "标识：由AI生成"
	case "2":
		return "标识：可能由AI生成"
	case "3":
		return "标识：疑似由AI生成"
	}

	return "带有AI生成标识"
}

// Says is the label of the picture; false where it has none.
func (m Media) Says() (Label, bool) {
	var l Label
	if m.Label == "" || json.Unmarshal([]byte(m.Label), &l) != nil {
		return Label{}, false
	}

	return l, true
}

// Made is what a picture says of how it was made, as a page shows it beside the picture.
type Made struct {
	Label  string // in Chinese; "": nothing
	Unread bool   // it says something that could not be read
}

// Made is what the picture says of how it was made.
func (m Media) Made() Made {
	made := Made{Unread: m.LabelUnread}
	if label, ok := m.Says(); ok {
		made.Label = label.Word()
	}

	return made
}

// MadeSQL are all pictures with what they say of their making, to be joined by id: label and label_unread.
func MadeSQL() string { return "(SELECT id, label, label_unread FROM media)" }
