package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers the decoder

	"juzhen/internal/fault"
)

const (
	thumbSide   = 360 // pixels of the longer side of a thumbnail
	jpegQuality = 92
	jpegPoorest = 72
)

// picture is a file made ready: nothing in it but pixels, and the label that says a machine made it.
type picture struct {
	mime          string
	data, thumb   []byte // thumb is always JPEG
	width, height int
	frames        int
	label         label
	was           size // before it was made smaller; zero: it was not
}

// readPicture reads at most MaxUpload bytes and makes a picture of them: the type is told by the
// content and never by the name, the cost is known before anything is decoded, and what comes out was
// encoded anew, in sRGB, so that camera data, places, comments and anything hidden behind the pixels
// are gone. Fails with fault.Invalid on field "file".
func readPicture(r io.Reader) (picture, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxUpload+1))
	switch {
	case err != nil:
		return picture{}, fault.Invalid("file", "图片没有传完整，请重新上传").With(err)
	case len(raw) == 0:
		return picture{}, fault.Invalid("file", "请选择一张图片")
	case len(raw) > MaxUpload:
		return picture{}, fault.Invalid("file", "图片超过 {.mb} MB，请压缩后再上传", "mb", MaxUpload>>20)
	}

	kind, err := kindOf(raw)
	if err != nil {
		return picture{}, err
	}
	cost, err := measure(kind, raw)
	if err == nil {
		err = cost.check()
	}
	if err != nil {
		return picture{}, err
	}

	if kind == GIF {
		return rebuildGIF(raw)
	}

	return rebuildStill(kind, raw)
}

// rebuildStill brings the colours to sRGB, turns the picture upright and encodes it anew. A JPEG is
// encoded more coarsely, step by step, until it fits; what does not fit then is made smaller, and what it
// was before is told.
func rebuildStill(kind string, raw []byte) (picture, error) {
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return picture{}, undecodable(err)
	}
	img = upright(toSRGB(img, colours(kind, raw)), orientation(kind, raw))

	made := machineMade(kind, raw)
	var was size
	before := img.Bounds()
	kind, data, err := encodeAs(kind, img)
	if errors.Is(err, errTooLarge) {
		was = size{before.Dx(), before.Dy(), len(raw)}
		kind, data, img, err = shrunk(kind, img)
	}
	if err != nil {
		return picture{}, err
	}
	thumb, err := thumbnail(img)
	if err != nil {
		return picture{}, err
	}

	size := img.Bounds()

	return picture{
		mime:   kind,
		data:   withLabel(kind, data, made.json),
		thumb:  withLabel(JPEG, thumb, made.json),
		width:  size.Dx(),
		height: size.Dy(),
		frames: 1,
		label:  made,
		was:    was,
	}, nil
}

// encodeAs chooses what Weibo takes for a WebP: JPEG for a photograph, PNG for what has sharp edges or
// is transparent.
func encodeAs(kind string, img image.Image) (string, []byte, error) {
	if kind == WebP {
		if _, photo := img.(*image.YCbCr); photo {
			kind = JPEG
		} else if data, err := encodeStill(PNG, img); err == nil || !opaque(img) {
			return PNG, data, err
		} else {
			kind = JPEG
		}
	}
	data, err := encodeStill(kind, img)

	return kind, data, err
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

var errFull = errors.New("more than may be sent")

// errTooLarge is a picture that does not fit, however coarsely it is encoded.
var errTooLarge = fault.Invalid("file", "图片处理后仍超过微博的上限 5 MB，请缩小尺寸后再上传")

// bounded takes so much and no more, so that a picture that does not fit ends early.
type bounded struct{ bytes.Buffer }

// Write fails with errFull where nothing more may come.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxSent-labelRoom {
		return 0, errFull
	}

	return b.Buffer.Write(p)
}

func encodeStill(kind string, img image.Image) ([]byte, error) {
	var out bounded
	if kind == PNG {
		err := png.Encode(&out, img)
		if errors.Is(err, errFull) {
			return nil, errTooLarge
		}

		return out.Bytes(), err
	}

	encode := func(quality int) error {
		out.Reset()
		return jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	}

	err := encode(jpegQuality)
	if errors.Is(err, errFull) { // what does not fit at the poorest fits at none between
		if err = encode(jpegPoorest); errors.Is(err, errFull) {
			return nil, errTooLarge
		}
		err = errFull
	}

	for q := jpegQuality - 5; errors.Is(err, errFull) && q >= jpegPoorest; q -= 5 {
		err = encode(q)
	}

	return out.Bytes(), err
}

// rebuildGIF keeps every frame with its time, the loop count and the label, and nothing else: comments and
// other application data go. What does not fit is made smaller and goes on moving.
func rebuildGIF(raw []byte) (picture, error) {
	g, err := gif.DecodeAll(bytes.NewReader(raw))
	if err != nil {
		return picture{}, damaged(err)
	}
	var was size
	small, data, err := shrunkGIF(g)
	if err != nil {
		return picture{}, err
	}
	if small != g {
		was = size{g.Config.Width, g.Config.Height, len(raw)}
		g = small
	}

	thumb, err := thumbnail(firstFrame(g))
	if err != nil {
		return picture{}, err
	}

	made := machineMade(GIF, raw)

	return picture{
		mime:   GIF,
		data:   withLabel(GIF, data, made.json),
		thumb:  withLabel(JPEG, thumb, made.json),
		width:  g.Config.Width,
		height: g.Config.Height,
		frames: len(g.Image),
		label:  made,
		was:    was,
	}, nil
}

// firstFrame is what an animation shows first, on its whole canvas.
func firstFrame(g *gif.GIF) image.Image {
	canvas := image.Rect(0, 0, g.Config.Width, g.Config.Height)
	if g.Image[0].Rect == canvas {
		return g.Image[0]
	}
	first := image.NewRGBA(canvas)
	draw.Draw(first, g.Image[0].Bounds(), g.Image[0], g.Image[0].Bounds().Min, draw.Over)

	return first
}

// thumbnail is a JPEG no side of which is longer than thumbSide, on white where the picture is transparent.
// A cheap first step to twice the size keeps a 40 MP picture from costing a second.
func thumbnail(img image.Image) ([]byte, error) {
	w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), thumbSide)
	src := img
	if img.Bounds().Dx() > 4*w {
		half := image.NewRGBA(image.Rect(0, 0, 2*w, 2*h))
		xdraw.ApproxBiLinear.Scale(half, half.Bounds(), img, img.Bounds(), xdraw.Src, nil)
		src = half
	}

	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.BiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), xdraw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, dst, &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}

// fit scales w×h down, never up, so that no side is longer than side.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}

	return max(1, w*side/long), max(1, h*side/long)
}

var errGIF = errors.New("malformed gif")
