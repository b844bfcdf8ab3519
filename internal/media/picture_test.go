package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"juzhen/internal/fault"
)

// corner is a w×h white picture with a red quarter at the top left.
func corner(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.Set(x, y, c)
		}
	}

	return img
}

func jpegBytes(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

func pngBytes(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

// tiff is an EXIF block with an orientation and a text that stands for a place.
func tiff(order binary.AppendByteOrder, o uint16) []byte {
	head := []byte("MM\x00\x2a")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		head = []byte("II\x2a\x00")
	}
	b := order.AppendUint32(head, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, o)
	b = order.AppendUint16(b, 0)

	return append(b, "GPS-SECRET"...)
}

func withEXIF(raw, block []byte) []byte {
	seg := append([]byte("Exif\x00\x00"), block...)
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(seg)+2))

	return append(append(out, seg...), raw[2:]...)
}

func withChunk(raw []byte, name string, body []byte) []byte {
	out := append([]byte{}, raw[:33]...) // signature and IHDR
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	chunk := append([]byte(name), body...)
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))

	return append(out, raw[33:]...)
}

func isRed(c color.Color) bool {
	r, g, _, _ := c.RGBA()
	return r > 0xb000 && g < 0x6000
}

func TestEveryOrientationComesOutUprightAndWithoutPlace(t *testing.T) {
	t.Parallel()
	// Where the red top left quarter of the stored picture is seen, by value.
	right := map[int]bool{2: true, 3: true, 6: true, 7: true}
	low := map[int]bool{3: true, 4: true, 7: true, 8: true}

	for o := 1; o <= 8; o++ {
		for _, kind := range []string{JPEG, PNG} {
			raw := withEXIF(jpegBytes(t, corner(64, 32)), tiff(binary.BigEndian, uint16(o)))
			if kind == PNG {
				raw = withChunk(pngBytes(t, corner(64, 32)), "eXIf", tiff(binary.LittleEndian, uint16(o)))
			}
			picture, err := readPicture(bytes.NewReader(raw))
			if err != nil {
				t.Fatalf("%s, orientation %d: %v", kind, o, err)
			}
			if bytes.Contains(picture.data, []byte("GPS-SECRET")) ||
				bytes.Contains(picture.data, []byte("Exif")) {
				t.Errorf("%s, orientation %d: camera data is still there", kind, o)
			}
			w, h := 64, 32
			if o >= 5 {
				w, h = 32, 64
			}
			if picture.mime != kind || picture.width != w || picture.height != h || picture.frames != 1 {
				t.Fatalf(
					"%s, orientation %d: got %s %dx%d",
					kind,
					o,
					picture.mime,
					picture.width,
					picture.height,
				)
			}
			img, _, err := image.Decode(bytes.NewReader(picture.data))
			if err != nil {
				t.Fatal(err)
			}
			x, y := w/4, h/4
			if right[o] {
				x = w * 3 / 4
			}
			if low[o] {
				y = h * 3 / 4
			}
			if !isRed(img.At(x, y)) || isRed(img.At(w-1-x, h-1-y)) {
				t.Errorf("%s, orientation %d: red quarter is not at %d,%d", kind, o, x, y)
			}
		}
	}
}

func animation(t *testing.T, frames int) []byte {
	t.Helper()
	g := &gif.GIF{LoopCount: 3}

	for i := range frames {
		f := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{
			color.White,
			color.RGBA{255, 0, 0, 255},
		})
		f.SetColorIndex(i, 0, 1)
		g.Image, g.Delay = append(g.Image, f), append(g.Delay, 7*(i+1))
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

func TestAnimationKeepsItsFramesAndLosesItsComment(t *testing.T) {
	t.Parallel()
	raw := animation(t, 3)
	at := 13 + tableBytes(raw[10])
	note := append([]byte{0x21, 0xFE, 10}, "GPS-SECRET\x00"...)
	raw = append(append(append([]byte{}, raw[:at]...), note...), raw[at:]...)
	picture, err := readPicture(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if picture.mime != GIF || picture.frames != 3 || bytes.Contains(picture.data, []byte("GPS-SECRET")) {
		t.Fatalf("got %s, %d frames", picture.mime, picture.frames)
	}
	g, err := gif.DecodeAll(bytes.NewReader(picture.data))
	if err != nil || len(g.Image) != 3 || g.LoopCount != 3 || g.Delay[2] != 21 {
		t.Errorf("animation came out as %v, %v", g, err)
	}
}

func TestThumbnailIsASmallJPEG(t *testing.T) {
	t.Parallel()

	for _, size := range []image.Point{{2000, 500}, {30, 700}, {8, 8}} {
		picture, err := readPicture(bytes.NewReader(pngBytes(t, corner(size.X, size.Y))))
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(picture.thumb))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); max(b.Dx(), b.Dy()) != min(thumbSide, max(size.X, size.Y)) {
			t.Errorf("%v: thumbnail is %v", size, b)
		}
	}
}

// sizedPNG says that it is w×h of RGBA with so many bits a sample, and is a few bytes long.
func sizedPNG(t *testing.T, w, h uint32, depth byte) []byte {
	t.Helper()
	raw := pngBytes(t, corner(4, 4))
	binary.BigEndian.PutUint32(raw[16:], w)
	binary.BigEndian.PutUint32(raw[20:], h)
	raw[24], raw[25] = depth, 6
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))

	return raw
}

// hugeGIF repeats one frame whose descriptor says 6000×6000.
func hugeGIF(t *testing.T) []byte {
	t.Helper()
	raw := animation(t, 1)
	binary.LittleEndian.PutUint16(raw[6:], 6000)
	binary.LittleEndian.PutUint16(raw[8:], 6000)
	at := bytes.IndexByte(raw[13+tableBytes(raw[10]):], 0x2C) + 13 + tableBytes(raw[10])
	binary.LittleEndian.PutUint16(raw[at+5:], 6000)
	binary.LittleEndian.PutUint16(raw[at+7:], 6000)
	frame := raw[at : len(raw)-1]

	return append(append(append([]byte{}, raw[:len(raw)-1]...), bytes.Repeat(frame, 3)...), 0x3B)
}

func TestWhatIsNoGoodPictureIsRefusedWithAWayOut(t *testing.T) {
	t.Parallel()

	whole := jpegBytes(t, corner(64, 64))
	for name, c := range map[string]struct {
		raw  []byte
		text string
	}{
		"empty": {nil, "请选择"},
		"text":  {[]byte("<script>alert(1)</script>"), "内容不是"},
		"bmp": {
			append([]byte("BM\x76\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), make([]byte, 100)...),
			"BMP",
		},
		"a photograph of a phone": {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "HEIC"},
		"svg":                     {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "SVG"},
		"pdf":                     {[]byte("%PDF-1.7\n"), "PDF"},
		"moving webp":             {base(t, movingWebP), "会动的 WebP"},
		"cut":                     {whole[:len(whole)/2], "损坏"},
		"bomb":                    {sizedPNG(t, 20000, 20000, 8), "过大"},
		"animated bomb":           {hugeGIF(t), "合计"},
		"cut gif":                 {animation(t, 2)[:20], "损坏"},
		"too many":                {append(whole, make([]byte, MaxUpload)...), "超过 20 MB"},
	} {
		_, err := readPicture(bytes.NewReader(c.raw))
		failure := fault.Public(err)
		if err == nil || failure.Field != "file" || !strings.Contains(failure.Plain(), c.text) {
			t.Errorf("%s: got %v, want a text with %q", name, err, c.text)
		}
	}
}

func noise(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))

	x := uint32(1)
	for i := range img.Pix {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		img.Pix[i] = byte(x)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}

	return img
}

func TestExifParserSurvivesGarbage(t *testing.T) {
	t.Parallel()

	good := withEXIF(jpegBytes(t, corner(8, 8)), tiff(binary.BigEndian, 6))
	for n := range len(good) {
		orientation(JPEG, good[:n])
	}

	block := tiff(binary.LittleEndian, 6)
	for n := range len(block) {
		for v := range 256 {
			bad := append([]byte{}, block...)
			bad[n] = byte(v)
			tiffOrientation(bad)
		}
	}
	if o := orientation(PNG, []byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIf0000")); o != 1 {
		t.Errorf("got %d", o)
	}
}

// TestNoFileMakesTheReaderPanic changes single bytes of good pictures and cuts them short.
func TestNoFileMakesTheReaderPanic(t *testing.T) {
	t.Parallel()

	good := map[string][]byte{
		"jpeg": withEXIF(jpegBytes(t, corner(16, 16)), tiff(binary.BigEndian, 6)),
		"png":  withChunk(pngBytes(t, corner(16, 16)), "eXIf", tiff(binary.LittleEndian, 3)),
		"gif":  animation(t, 2),
	}
	for name, raw := range good {
		for i := 0; i < len(raw); i += 7 {
			bad := append([]byte{}, raw...)

			bad[i] ^= 0xFF
			for _, data := range [][]byte{bad, raw[:i]} {
				picture, err := readPicture(bytes.NewReader(data))
				if err != nil && fault.Public(err).Field != "file" {
					t.Fatalf("%s, byte %d: %v", name, i, err)
				}
				if err == nil &&
					(picture.width <= 0 || picture.height <= 0 || len(picture.data) == 0 || len(picture.thumb) == 0) {
					t.Fatalf("%s, byte %d: an empty picture was taken", name, i)
				}
			}
		}
	}
}

func TestAPictureReadTwiceIsTheSameBytes(t *testing.T) {
	t.Parallel()
	raw := withEXIF(jpegBytes(t, corner(64, 32)), tiff(binary.LittleEndian, 8))
	picture, err := readPicture(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	b, err := readPicture(bytes.NewReader(raw))
	if err != nil || !bytes.Equal(picture.data, b.data) || !bytes.Equal(picture.thumb, b.thumb) {
		t.Error("the same upload gave other bytes")
	}
	again, err := readPicture(bytes.NewReader(picture.data))
	if err != nil || again.width != picture.width || again.height != picture.height {
		t.Errorf("what was made ready cannot be uploaded again: %v", err)
	}
}
