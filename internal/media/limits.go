package media

import (
	"bytes"
	"encoding/binary"
	"image"

	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

// The bounds of a picture. Weibo takes JPEG, GIF and PNG below 5 MB.
const (
	MaxUpload    = 20 << 20                  // bytes read from a person, before re-encoding
	MaxSent      = weibo.MaxPictureBytes - 1 // bytes that go out
	MaxPixels    = 40_000_000                // of one picture
	MaxGIFPixels = 80_000_000                // of all frames of an animation together
	MaxFrames    = 1000                      // of an animation
	MaxSide      = 30_000                    // pixels of the longer side
	MaxRatio     = 64                        // of the longer side to the shorter one
	// of a JPEG: each costs a walk over the whole picture; encoders write about ten
	MaxScans   = 40
	MaxDecoded = 160 << 20 // bytes that a picture takes when it is decoded
)

// cost is what a picture says of itself, before anything of it is decoded.
type cost struct {
	width, height int
	pixel         int // bytes that one pixel takes while it is decoded
	scans         int // of a JPEG; else 1
	pixels        int // of all frames together
	frames        int
}

// check refuses what would need too much memory or time, by the reason that is true of it.
func (c cost) check() error {
	long, short := max(c.width, c.height), min(c.width, c.height)
	switch {
	case short <= 0:
		return damaged(nil)
	case long > MaxSide:
		return fault.Invalid(
			"file",
			"图片 {.w}×{.h} 有一边超过 {.max} 像素，请缩小后再上传",
			"w",
			c.width,
			"h",
			c.height,
			"max",
			MaxSide,
		)
	case long/short > MaxRatio || long%short > 0 && long/short == MaxRatio:
		return fault.Invalid("file", "图片 {.w}×{.h} 太长：长边最多是短边的 {.max} 倍，否则微博上看不清；请裁剪后再上传",
			"w", c.width, "h", c.height, "max", MaxRatio)
	case c.width > MaxPixels/c.height:
		return fault.Invalid("file", "图片尺寸 {.w}×{.h} 过大（上限 4000 万像素），请缩小后再上传", "w", c.width, "h", c.height)
	case c.frames > MaxFrames:
		return fault.Invalid("file", "动图超过 {.max} 个画面，请减少画面后再上传", "max", MaxFrames)
	case c.frames > 1 && c.pixels > MaxGIFPixels:
		return fault.Invalid("file", "动图所有画面合计超过 8000 万像素，请缩小或减少画面后再上传")
	case c.scans > MaxScans:
		return fault.Invalid(
			"file",
			"这张 JPEG 分成 {.n} 层存放（上限 {.max} 层），请用看图软件另存一次再上传",
			"n",
			c.scans,
			"max",
			MaxScans,
		)
	case c.pixels > MaxDecoded/c.pixel:
		return fault.Invalid("file", "图片 {.w}×{.h} 展开后超过 {.mb} MB；请缩小，或另存为普通的 8 位、不分层的图片",
			"w", c.width, "h", c.height, "mb", MaxDecoded>>20)
	}

	return nil
}

// measure reads the cost of a picture from its head.
func measure(kind string, raw []byte) (cost, error) {
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return cost{}, undecodable(err)
	}

	c := cost{width: conf.Width, height: conf.Height, pixel: 8, scans: 1, frames: 1}
	c.pixels = c.width * c.height // a side has at most 31 bits

	switch kind {
	case JPEG:
		c.readJPEG(raw)
	case PNG:
		c.readPNG(raw)
	case GIF:
		c.pixel = 1
		if c.pixels, c.frames, err = gifPixels(raw); err != nil {
			return cost{}, damaged(err)
		}
		c.pixels = max(c.pixels, c.width*c.height)
	case WebP:
		c.readWebP(raw)
	}

	return c, nil
}

// readJPEG walks over the segments: the frame says how many bytes a pixel takes, and the scans are counted.
func (c *cost) readJPEG(raw []byte) {
	c.scans = 0

	for at := 2; at+4 <= len(raw); {
		if raw[at] != 0xFF {
			at++ // between segments, or in the data of a scan
			continue
		}

		marker := raw[at+1]

		size := 2 + int(binary.BigEndian.Uint16(raw[at+2:]))
		switch {
		// no segment: data, filling, restarts
		case marker == 0 || marker == 0xFF || marker >= 0xD0 && marker <= 0xD8:
			at++
			continue
		case marker == 0xD9:
			return
		case marker >= 0xC0 && marker <= 0xC2 && size >= 10 && at+size <= len(raw):
			c.pixel = framePixel(marker == 0xC2, raw[at+9:at+size])
		case marker == 0xDA:
			c.scans++
		}
		at += size
	}
}

// framePixel is the bytes of a decoded pixel: one a sample, and four more for its coefficient where a
// picture comes in layers. A sample of the smaller planes is shared by several pixels.
func framePixel(layers bool, frame []byte) int {
	sample := 1
	if layers {
		sample = 5
	}

	n := int(frame[0])
	if n < 1 || len(frame) < 1+3*n {
		return 4 * sample
	}
	first, all := 0, 0

	for i := range n {
		area := int(frame[2+3*i]>>4) * int(frame[2+3*i]&15)
		if all += area; i == 0 {
			first = max(area, 1)
		}
	}

	return max(1, (all*sample+first-1)/first)
}

// readPNG tells deep colours, and a picture that comes in layers and is held twice.
func (c *cost) readPNG(raw []byte) {
	if len(raw) < 29 {
		return
	}
	depth, colours, layers := raw[24], raw[25], raw[28]
	samples := map[byte]int{0: 1, 2: 4, 3: 1, 4: 4, 6: 4}[colours] // as the decoder keeps them
	if c.pixel = max(samples, 1); depth == 16 {
		c.pixel *= 2
	}
	if layers == 1 {
		c.pixel *= 2
	}
}

// readWebP takes the size that the pixels have by themselves: what surrounds them may say another.
func (c *cost) readWebP(raw []byte) {
	if b := chunkOfWebP(raw, "VP8 "); len(b) >= 10 {
		c.width = max(c.width, int(binary.LittleEndian.Uint16(b[6:])&0x3FFF))
		c.height = max(c.height, int(binary.LittleEndian.Uint16(b[8:])&0x3FFF))
		c.pixel = 4
	}
	if b := chunkOfWebP(raw, "VP8L"); len(b) >= 5 {
		size := binary.LittleEndian.Uint32(b[1:])
		c.width, c.height = max(c.width, int(size&0x3FFF)+1), max(c.height, int(size>>14&0x3FFF)+1)
	}
	c.pixels = c.width * c.height
}

// gifPixels sums the pixels of all frames, and counts them, by walking over the blocks, without decoding any.
func gifPixels(raw []byte) (total, frames int, err error) {
	if len(raw) < gifHead {
		return 0, 0, errGIF
	}

	at := gifHead + tableBytes(raw[10])
	for at < len(raw) {
		switch raw[at] {
		case 0x3B: // trailer
			return total, frames, nil
		case extension: // label, then sub-blocks
			at = skipBlocks(raw, at+2)
		case 0x2C: // frame: descriptor, colour table, code size, sub-blocks
			if at+10 > len(raw) {
				return 0, 0, errGIF
			}
			w, h := int(raw[at+5])|int(raw[at+6])<<8, int(raw[at+7])|int(raw[at+8])<<8
			total += w * h
			frames++
			if total > MaxGIFPixels || frames > MaxFrames {
				return total, max(frames, 2), nil
			}
			at = skipBlocks(raw, at+10+tableBytes(raw[at+9])+1)
		default:
			return 0, 0, errGIF
		}
	}

	return total, max(frames, 1), nil // no trailer: the decoder decides
}

// gifHead is how many bytes stand before the colours of a GIF.
const gifHead = 13

// tableBytes is the size of the colour table that a packed field announces.
func tableBytes(packed byte) int {
	if packed&0x80 == 0 {
		return 0
	}

	return 3 << (packed&7 + 1)
}

func skipBlocks(raw []byte, at int) int {
	for at < len(raw) && raw[at] != 0 {
		at += int(raw[at]) + 1
	}

	return at + 1
}
