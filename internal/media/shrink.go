package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	xdraw "golang.org/x/image/draw"

	"juzhen/internal/fault"
)

// How a picture is made to fit that would go out with more than MaxSent bytes.
const (
	shrinkTries   = 6
	shrinkMargin  = 0.96 // of the sides that are reckoned from the bytes of the try before
	shrinkQuality = 82   // of a JPEG that was made smaller: it has lost size already

	// A strip (长图) is read by its width: Weibo shows it as wide as the screen, whatever its height.
	stripRatio = 3   // of the longer side to the shorter one, from which a picture is one
	stripWidth = 640 // pixels, below which the words in one cannot be read any more

	leastSide = 120 // pixels of the shorter side of an animation
)

// size is what a picture weighs.
type size struct {
	width, height int
	bytes         int
}

// counted keeps what is written to it while it may be sent, and counts all of it.
type counted struct {
	bytes.Buffer
	all int
}

// Write never fails.
func (c *counted) Write(p []byte) (int, error) {
	c.all += len(p)
	if c.fits() {
		_, _ = c.Buffer.Write(p)
	} else {
		c.Buffer = bytes.Buffer{}
	}

	return len(p), nil
}

func (c *counted) fits() bool { return c.all <= MaxSent-labelRoom }

// shrunk encodes a picture that is too large as it is: smaller and smaller until it fits. A PNG stays one, so
// that its edges stay sharp and what is clear in it stays clear, unless it is a strip: there the width counts
// more. Fails with fault.Invalid on "file" for what could not be read any more.
func shrunk(kind string, img image.Image) (string, []byte, image.Image, error) {
	if kind == PNG && strip(img.Bounds()) && opaque(img) {
		kind = JPEG
		if data, err := encodeStill(JPEG, img); !errors.Is(err, errTooLarge) {
			return kind, data, img, err
		}
	}

	small, share := img, 1.0

	for range shrinkTries {
		var out counted
		if err := encodeOnce(&out, kind, small); err != nil {
			return "", nil, nil, err
		}
		if out.fits() {
			return kind, out.Bytes(), small, nil
		}

		share *= shrinkMargin * math.Sqrt(float64(MaxSent-labelRoom)/float64(out.all))
		bounds := image.Rect(0, 0, part(img.Bounds().Dx(), share), part(img.Bounds().Dy(), share))
		if strip(bounds) && min(bounds.Dx(), bounds.Dy()) < stripWidth {
			return "", nil, nil, fault.Invalid("file",
				"长图要缩到 {.w} 像素宽才不超过微博的上限 5 MB，字会看不清；请分成几张，或降低内容的复杂程度后再上传",
				"w", min(bounds.Dx(), bounds.Dy()))
		}

		small = smaller(img, bounds)
	}

	return "", nil, nil, errTooLarge
}

// strip tells whether a picture is a long one.
func strip(bounds image.Rectangle) bool {
	return max(bounds.Dx(), bounds.Dy()) >= stripRatio*min(bounds.Dx(), bounds.Dy())
}

func part(side int, share float64) int { return max(1, int(float64(side)*share)) }

func encodeOnce(to io.Writer, kind string, img image.Image) error {
	if kind == PNG {
		return png.Encode(to, img)
	}

	return jpeg.Encode(to, img, &jpeg.Options{Quality: shrinkQuality})
}

// smaller scales a picture down. It goes by halves, so that every pixel counts, with a filter that needs no
// memory beside the result: the exact ones take 32 bytes for each pixel of a picture half as large.
func smaller(img image.Image, to image.Rectangle) image.Image {
	for img.Bounds().Dx() >= 2*to.Dx() && img.Bounds().Dy() >= 2*to.Dy() {
		half := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx()/2, img.Bounds().Dy()/2))
		xdraw.ApproxBiLinear.Scale(half, half.Bounds(), img, img.Bounds(), xdraw.Src, nil)
		img = half
	}

	small := image.NewRGBA(to)
	xdraw.ApproxBiLinear.Scale(small, to, img, img.Bounds(), xdraw.Src, nil)

	return small
}

// shrunkGIF makes an animation smaller and smaller until it fits. Every frame stays, with its time; colours
// are taken as they are, so that no frame needs another table.
func shrunkGIF(g *gif.GIF) (*gif.GIF, []byte, error) {
	small, share := g, 1.0

	for range shrinkTries {
		var out counted
		if err := gif.EncodeAll(&out, small); err != nil {
			return nil, nil, damaged(err)
		}
		if out.fits() {
			return small, out.Bytes(), nil
		}

		share *= shrinkMargin * math.Sqrt(float64(MaxSent-labelRoom)/float64(out.all))
		w, h := part(g.Config.Width, share), part(g.Config.Height, share)
		if min(w, h) < leastSide {
			return nil, nil, fault.Invalid("file", "动图缩小后仍超过微博的上限 5 MB，请减少画面后再上传")
		}

		small = smallerGIF(g, w, h)
	}

	return nil, nil, fault.Invalid("file", "动图缩小后仍超过微博的上限 5 MB，请减少画面后再上传")
}

// smallerGIF takes of each frame the pixels that a smaller canvas shows. A pixel of the small canvas is
// always that of the same place of the large one, so frames that paint over one another still fit together.
func smallerGIF(g *gif.GIF, w, h int) *gif.GIF {
	small := &gif.GIF{
		Delay: g.Delay, LoopCount: g.LoopCount, BackgroundIndex: g.BackgroundIndex,
		Disposal: append([]byte{}, g.Disposal...),
		Config:   image.Config{ColorModel: g.Config.ColorModel, Width: w, Height: h},
	}

	for i, frame := range g.Image {
		// the first place of the small canvas at or behind one of the large canvas
		place := func(at, from, to int) int { return (at*to + from - 1) / from }
		bounds := image.Rect(
			place(frame.Rect.Min.X, g.Config.Width, w), place(frame.Rect.Min.Y, g.Config.Height, h),
			place(frame.Rect.Max.X, g.Config.Width, w), place(frame.Rect.Max.Y, g.Config.Height, h),
		)
		if bounds.Empty() { // it painted between the pixels that are left: its time stays
			small.Image = append(small.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{
				color.Transparent, color.Black,
			}))
			if i < len(small.Disposal) {
				small.Disposal[i] = gif.DisposalNone
			}

			continue
		}

		scaled := image.NewPaletted(bounds, frame.Palette)
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			for x := bounds.Min.X; x < bounds.Max.X; x++ {
				scaled.SetColorIndex(x, y, frame.ColorIndexAt(x*g.Config.Width/w, y*g.Config.Height/h))
			}
		}
		small.Image = append(small.Image, scaled)
	}

	return small
}
