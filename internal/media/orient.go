package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// orientation is the EXIF value (1–8) of how the camera was held; 1, upright, when nothing says otherwise.
func orientation(kind string, raw []byte) int {
	var block []byte

	switch kind {
	case JPEG:
		block = exifOfJPEG(raw)
	case PNG:
		block = chunkOfPNG(raw, "eXIf")
	case WebP:
		block = bytes.TrimPrefix(chunkOfWebP(raw, "EXIF"), []byte(exifHead))
	}
	if o := tiffOrientation(block); o >= 1 && o <= 8 {
		return o
	}

	return 1
}

const exifHead = "Exif\x00\x00"

// exifOfJPEG finds the TIFF block of the APP1 segment; nil when there is none.
func exifOfJPEG(raw []byte) []byte {
	for body := range segmentsOfJPEG(raw, 0xE1) {
		if block, ok := bytes.CutPrefix(body, []byte(exifHead)); ok {
			return block
		}
	}

	return nil
}

// tiffOrientation reads tag 0x0112 of the first directory; 0 when it is not there.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[0] == 'I' {
		order = binary.LittleEndian
	}
	dir := int(order.Uint32(b[4:]))
	if dir < 8 || dir+2 > len(b) {
		return 0
	}

	for i := range int(order.Uint16(b[dir:])) {
		at := dir + 2 + 12*i
		if at+12 > len(b) {
			return 0
		}
		if order.Uint16(b[at:]) == 0x0112 {
			return int(order.Uint16(b[at+8:]))
		}
	}

	return 0
}

// upright turns and mirrors the picture so that it needs no orientation any more.
func upright(img image.Image, o int) image.Image {
	if o == 1 {
		return img
	}
	if planes, ok := img.(*image.YCbCr); ok {
		if out := turnPlanes(planes, o); out != nil {
			return out
		}
	}

	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	if o >= 5 {
		dst = image.NewNRGBA(image.Rect(0, 0, h, w))
	}

	row := image.NewNRGBA(image.Rect(0, 0, w, 1)) // keeps half transparent pixels as they are
	for y := range h {
		draw.Draw(row, row.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)

		for x := range w {
			dx, dy := turned(o, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], row.Pix[4*x:][:4])
		}
	}

	return dst
}

// sideways is how the small planes lie when a picture was turned by a quarter; what has no such
// counterpart is turned pixel by pixel.
var sideways = map[image.YCbCrSubsampleRatio]image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444: image.YCbCrSubsampleRatio444,
	image.YCbCrSubsampleRatio420: image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio422: image.YCbCrSubsampleRatio440,
	image.YCbCrSubsampleRatio440: image.YCbCrSubsampleRatio422,
}

// turnPlanes turns a photograph without spreading it out to colours, which would take three times the memory.
func turnPlanes(img *image.YCbCr, o int) *image.YCbCr {
	w, h, ratio := img.Rect.Dx(), img.Rect.Dy(), img.SubsampleRatio
	if img.Rect.Min != (image.Point{}) {
		return nil
	}

	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		across, ok := sideways[ratio]
		if !ok {
			return nil
		}
		size, ratio = image.Rect(0, 0, h, w), across
	}

	out := image.NewYCbCr(size, ratio)
	small := image.Rect(0, 0, w, h)

	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		small.Max.X = (w + 1) / 2
	case image.YCbCrSubsampleRatio420:
		small.Max = image.Pt((w+1)/2, (h+1)/2)
	case image.YCbCrSubsampleRatio440:
		small.Max.Y = (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		small.Max.X = (w + 3) / 4
	case image.YCbCrSubsampleRatio410:
		small.Max = image.Pt((w+3)/4, (h+1)/2)
	}

	turnPlane(out.Y, out.YStride, img.Y, img.YStride, w, h, o)
	turnPlane(out.Cb, out.CStride, img.Cb, img.CStride, small.Max.X, small.Max.Y, o)
	turnPlane(out.Cr, out.CStride, img.Cr, img.CStride, small.Max.X, small.Max.Y, o)

	return out
}

func turnPlane(dst []byte, dstStride int, src []byte, srcStride, w, h, o int) {
	for y := range h {
		for x := range w {
			dx, dy := turned(o, x, y, w, h)
			dst[dy*dstStride+dx] = src[y*srcStride+x]
		}
	}
}

// turned says where the pixel x, y of a w×h picture goes.
func turned(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}

	return x, y
}
