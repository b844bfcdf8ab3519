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

// An application extension of a GIF that holds XMP (XMP specification, part 3, 1.1.2): the packet stands
// there as it is, not cut into sub-blocks. The trailer behind it is so made that who reads the letters of
// the packet as lengths lands in it and comes out at its end.
const (
	extension = 0x21
	xmpBlock  = "\x21\xFF\x0BXMP DataXMP"
	loopBlock = "\x21\xFF\x0BNETSCAPE2.0"
)

// xmpTrailer is 1, then 255 down to 0, then the empty sub-block.
func xmpTrailer() []byte {
	out := make([]byte, 0, 258)
	for out = append(out, 1); len(out) < 257; {
		out = append(out, byte(256-len(out)))
	}

	return append(out, 0)
}

// xmpOfGIF is the packet in a GIF; nil when there is none.
func xmpOfGIF(raw []byte) []byte {
	if len(raw) < gifHead {
		return nil
	}

	for at := gifHead + tableBytes(raw[10]); at < len(raw); {
		switch raw[at] {
		case extension:
			if body, ok := bytes.CutPrefix(raw[at:], []byte(xmpBlock)); ok {
				packet, _, _ := bytes.Cut(body, []byte{1}) // no letter of XML: the trailer begins

				return packet
			}
			at = skipBlocks(raw, at+2)
		case 0x2C:
			if at+10 > len(raw) {
				return nil
			}
			at = skipBlocks(raw, at+10+tableBytes(raw[at+9])+1)
		default:
			return nil
		}
	}

	return nil
}

// behindLoop is the place in a GIF behind its colours and the count of its loops, which stays the first
// extension: there are readers that look for it nowhere else.
func behindLoop(raw []byte) int {
	at := gifHead + tableBytes(raw[10])
	if bytes.HasPrefix(raw[at:], []byte(loopBlock)) {
		at = skipBlocks(raw, at+2)
	}

	return at
}
