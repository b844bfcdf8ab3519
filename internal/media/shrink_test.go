package media

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/fault"
)

func jpegOf(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}

	return b.Bytes()
}

// TestWhatIsTooLargeIsMadeSmaller: it fits, has the shape it had, and says what it was; what fits by a
// coarser JPEG alone keeps its size.
func TestWhatIsTooLargeIsMadeSmaller(t *testing.T) {
	t.Parallel()

	for what, c := range map[string]struct {
		raw   []byte
		mime  string
		w, h  int
		still bool // keeps its size
	}{
		"a photograph":                {jpegOf(t, noise(1700, 1500), 100), JPEG, 1700, 1500, true},
		"a large photograph":          {jpegOf(t, noise(3900, 3000), 85), JPEG, 3900, 3000, false},
		"a drawing":                   {pngBytes(t, noise(1700, 1500)), PNG, 1700, 1500, false},
		"a strip of moderate size":    {pngBytes(t, noise(700, 3000)), JPEG, 700, 3000, true},
		"a strip that stays readable": {jpegOf(t, noise(1100, 9000), 85), JPEG, 1100, 9000, false},
	} {
		picture, err := readPicture(bytes.NewReader(c.raw))
		if err != nil {
			t.Errorf("%s of %d bytes: %v", what, len(c.raw), err)
			continue
		}
		img, _, err := image.Decode(bytes.NewReader(picture.data))
		if err != nil || len(picture.data) > MaxSent || picture.mime != c.mime ||
			img.Bounds().Dx() != picture.width || img.Bounds().Dy() != picture.height {
			t.Errorf("%s: %s of %d bytes, %v", what, picture.mime, len(picture.data), err)
		}

		same := picture.width == c.w && picture.height == c.h
		if told := picture.was.width != 0; same != c.still || !c.still && !told {
			t.Errorf(
				"%s came out as %d×%d and says it was %+v",
				what,
				picture.width,
				picture.height,
				picture.was,
			)
		}
		if told := picture.was; told.width != 0 && told != (size{c.w, c.h, len(c.raw)}) {
			t.Errorf("%s of %d bytes says it was %+v", what, len(c.raw), told)
		}
		shape := float64(picture.width) * float64(c.h) / float64(picture.height) / float64(c.w)
		if math.Abs(shape-1) > 0.005 || !c.still && len(picture.data) < MaxSent/2 {
			t.Errorf(
				"%s lost its shape (%.3f) or more than it had to: %d bytes",
				what,
				shape,
				len(picture.data),
			)
		}
	}
}

// TestAStripThatCouldNotBeReadIsRefused, with what to do about it.
func TestAStripThatCouldNotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	_, err := readPicture(bytes.NewReader(jpegOf(t, noise(700, 14000), 80)))
	if failure := fault.Public(err); err == nil || failure.Field != "file" ||
		!strings.Contains(failure.Plain(), "分成几张") {
		t.Errorf("got %v", err)
	}
}

// TestWhatIsClearStaysClear in a drawing that was made smaller.
func TestWhatIsClearStaysClear(t *testing.T) {
	t.Parallel()
	img := noise(1700, 1500)

	for y := range 1500 {
		for x := range 400 {
			img.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	picture, err := readPicture(bytes.NewReader(pngBytes(t, img)))
	if err != nil || picture.was.width != 1700 {
		t.Fatalf("%+v, %v", picture.was, err)
	}
	small, _, err := image.Decode(bytes.NewReader(picture.data))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, clear := small.At(picture.width/10, picture.height/2).RGBA()
	_, _, _, full := small.At(picture.width*9/10, picture.height/2).RGBA()
	if clear != 0 || full != 0xFFFF {
		t.Errorf("alpha %x where it was clear, %x where it was not", clear, full)
	}
}

// moving makes an animation of frames that paint parts of a canvas, in ways of all kinds.
func moving(random *rand.Rand, w, h, frames int) *gif.GIF {
	g := &gif.GIF{Config: image.Config{Width: w, Height: h}, LoopCount: 2}

	for range frames {
		x, y := random.IntN(w), random.IntN(h)
		rect := image.Rect(x, y, x+1+random.IntN(w-x), y+1+random.IntN(h-y))

		frame := image.NewPaletted(rect, color.Palette{
			color.Transparent, color.White, color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255},
		})
		for i := range frame.Pix {
			frame.Pix[i] = uint8(random.IntN(4))
		}
		g.Image = append(g.Image, frame)
		g.Delay = append(g.Delay, 5+random.IntN(20))
		g.Disposal = append(
			g.Disposal,
			[]byte{gif.DisposalNone, gif.DisposalBackground, gif.DisposalPrevious}[random.IntN(3)],
		)
	}

	return g
}

// painted is the canvas as it is seen with each frame.
func painted(g *gif.GIF) (seen [][]color.Color) {
	w := g.Config.Width

	canvas := make([]color.Color, w*g.Config.Height)
	for i := range canvas {
		canvas[i] = color.Transparent
	}

	for i, frame := range g.Image {
		before := slices.Clone(canvas)

		for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
			for x := frame.Rect.Min.X; x < frame.Rect.Max.X; x++ {
				if _, _, _, a := frame.At(x, y).RGBA(); a != 0 {
					canvas[y*w+x] = frame.At(x, y)
				}
			}
		}
		seen = append(seen, slices.Clone(canvas))

		switch g.Disposal[i] {
		case gif.DisposalPrevious:
			canvas = before
		case gif.DisposalBackground:
			for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
				for x := frame.Rect.Min.X; x < frame.Rect.Max.X; x++ {
					canvas[y*w+x] = color.Transparent
				}
			}
		}
	}

	return seen
}

// TestASmallerAnimationShowsWhatTheLargeOneDoes, at each pixel that is left and with each frame, however the
// frames paint over one another.
func TestASmallerAnimationShowsWhatTheLargeOneDoes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))

	for range 300 {
		w, h := 2+random.IntN(30), 2+random.IntN(30)
		g := moving(random, w, h, 1+random.IntN(6))
		smallW, smallH := 1+random.IntN(w), 1+random.IntN(h)
		small := smallerGIF(g, smallW, smallH)

		var b bytes.Buffer
		if err := gif.EncodeAll(&b, small); err != nil {
			t.Fatalf("%d×%d to %d×%d: %v", w, h, smallW, smallH, err)
		}
		if !slices.Equal(small.Delay, g.Delay) || small.LoopCount != g.LoopCount ||
			len(small.Image) != len(g.Image) {
			t.Fatalf("times or frames were lost: %v, %v", small.Delay, g.Delay)
		}

		large, shown := painted(g), painted(small)
		for i := range large {
			for at := range shown[i] {
				x, y := at%smallW, at/smallW
				want := large[i][y*h/smallH*w+x*w/smallW]
				if color.NRGBAModel.Convert(shown[i][at]) != color.NRGBAModel.Convert(want) {
					t.Fatalf("%d×%d to %d×%d, frame %d at %d,%d: %v, want %v", w, h, smallW, smallH, i, x, y,
						shown[i][at], want)
				}
			}
		}
	}
}

// TestALargeAnimationGoesOnMoving, smaller.
func TestALargeAnimationGoesOnMoving(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))

	var colours color.Palette
	for i := range 256 {
		colours = append(colours, color.RGBA{uint8(i), uint8(i * 7), uint8(i * 13), 255})
	}
	g := &gif.GIF{Config: image.Config{Width: 900, Height: 700}}

	for range 9 {
		frame := image.NewPaletted(image.Rect(0, 0, 900, 700), colours)
		for i := range frame.Pix {
			frame.Pix[i] = uint8(random.IntN(256))
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 7)
		g.Disposal = append(g.Disposal, gif.DisposalNone)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}

	picture, err := readPicture(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	small, err := gif.DecodeAll(bytes.NewReader(picture.data))
	if err != nil || len(small.Image) != 9 || small.Delay[8] != 7 || len(picture.data) > MaxSent ||
		picture.was != (size{900, 700, b.Len()}) || small.Config.Width != picture.width {
		t.Errorf("%d bytes, was %+v, %v", len(picture.data), picture.was, err)
	}
}

// TestAChildMakesSmallerAndSaysSo within its memory and time. One at the bound of 40 million pixels took 4.5
// s of a processor and 270 MB (2026-12).
func TestAChildMakesSmallerAndSaysSo(t *testing.T) {
	t.Parallel()
	raw := jpegOf(t, noise(4000, 4000), 60)
	picture, err := decodeApart(t.Context(), bytes.NewReader(raw))
	if err != nil || picture.was != (size{4000, 4000, len(raw)}) || picture.width >= 4000 {
		t.Errorf("%d bytes: %d wide, was %+v, %v", len(raw), picture.width, picture.was, err)
	}
}
