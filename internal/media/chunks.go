package media

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// segmentsOfJPEG gives the bodies of the segments with a marker that stand before the picture.
func segmentsOfJPEG(raw []byte, marker byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := 2; at+4 <= len(raw) && raw[at] == 0xFF && raw[at+1] != 0xDA; {
			size := int(binary.BigEndian.Uint16(raw[at+2:]))
			if size < 2 || at+2+size > len(raw) {
				return
			}
			if raw[at+1] == marker && !yield(raw[at+4:at+2+size]) {
				return
			}
			at += 2 + size
		}
	}
}

// chunksOfPNG gives the bodies of the chunks with a name.
func chunksOfPNG(raw []byte, name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := 8; at+12 <= len(raw); {
			size := int(binary.BigEndian.Uint32(raw[at:]))
			if size < 0 || size > len(raw)-at-12 {
				return
			}
			if string(raw[at+4:at+8]) == name && !yield(raw[at+8:at+8+size]) {
				return
			}
			at += 12 + size
		}
	}
}

// chunkOfPNG is the first of them; nil when there is none.
func chunkOfPNG(raw []byte, name string) []byte {
	for body := range chunksOfPNG(raw, name) {
		return body
	}

	return nil
}

// chunkOfWebP is the body of the first chunk with a name; nil when there is none.
func chunkOfWebP(raw []byte, name string) []byte {
	if len(raw) < 12 || !bytes.HasPrefix(raw, []byte("RIFF")) {
		return nil
	}

	for at := 12; at+8 <= len(raw); {
		size := int(binary.LittleEndian.Uint32(raw[at+4:]))
		if size < 0 || size > len(raw)-at-8 {
			return nil
		}
		if string(raw[at:at+4]) == name {
			return raw[at+8 : at+8+size]
		}
		at += 8 + size + size&1
	}

	return nil
}
