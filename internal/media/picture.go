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

	"github.com/gabriel-vasile/mimetype"
	xdraw "golang.org/x/image/draw"

	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

// The bounds of a picture. Weibo takes JPEG, GIF and PNG below 5 MB.
const (
	MaxUpload    = 20 << 20                  // bytes read from a person, before re-encoding
	MaxSent      = weibo.MaxPictureBytes - 1 // bytes that go out
	MaxPixels    = 40_000_000                // of one picture
	MaxGIFPixels = 80_000_000                // of all frames of an animation together
	thumbSide    = 360                       // pixels of the longer side of a thumbnail
	jpegQuality  = 92
)

// The types of picture Weibo takes.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif"
)

// picture is a file made ready: nothing in it but pixels.
type picture struct {
	mime          string
	data, thumb   []byte // thumb is always JPEG
	width, height int
	frames        int
}

// readPicture reads at most MaxUpload bytes and makes a picture of them: the type is told by the content and never by the
// name, the size is known before anything is decoded, and what comes out was encoded anew, so that camera data, places,
// comments and anything hidden behind the pixels are gone. Fails with fault.Invalid on field "file".
func readPicture(r io.Reader) (picture, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxUpload+1))
	if err != nil {
		return picture{}, fault.Invalid("file", "图片没有传完整，请重新上传").With(err)
	}
	if len(raw) == 0 {
		return picture{}, fault.Invalid("file", "请选择一张图片")
	}
	if len(raw) > MaxUpload {
		return picture{}, fault.Invalid("file", "图片超过 {.mb} MB，请压缩后再上传", "mb", MaxUpload>>20)
	}
	kind := mimetype.Detect(raw).String()
	if kind != JPEG && kind != PNG && kind != GIF {
		return picture{}, fault.Invalid("file", "只能上传 JPEG、PNG 或 GIF 图片；这个文件的内容不是")
	}
	if err := checkBounds(kind, raw); err != nil {
		return picture{}, err
	}
	if kind == GIF {
		return rebuildGIF(raw)
	}
	return rebuildStill(kind, raw)
}

func damaged(err error) error {
	return fault.Invalid("file", "图片已损坏，打不开；请换一张").With(err)
}

// checkBounds refuses what would need too much memory, before anything is decoded.
func checkBounds(kind string, raw []byte) error {
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return damaged(err)
	}
	if conf.Width <= 0 || conf.Height <= 0 || conf.Width > MaxPixels/conf.Height {
		return fault.Invalid("file", "图片尺寸 {.w}×{.h} 过大（上限 4000 万像素），请缩小后再上传", "w", conf.Width, "h", conf.Height)
	}
	if kind != GIF {
		return nil
	}
	n, err := gifPixels(raw)
	if err != nil {
		return damaged(err)
	}
	if n > MaxGIFPixels {
		return fault.Invalid("file", "动图所有画面合计超过 8000 万像素，请缩小或减少画面后再上传")
	}
	return nil
}

// rebuildStill turns the picture upright and encodes it anew. A JPEG is encoded more coarsely, step by step, until it fits;
// a PNG is not turned into something else behind the person's back: too large is said.
func rebuildStill(kind string, raw []byte) (picture, error) {
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return picture{}, damaged(err)
	}
	img = upright(img, orientation(kind, raw))
	data, err := encodeStill(kind, img)
	if err != nil {
		return picture{}, err
	}
	thumb, err := thumbnail(img)
	if err != nil {
		return picture{}, err
	}
	b := img.Bounds()
	return picture{mime: kind, data: data, thumb: thumb, width: b.Dx(), height: b.Dy(), frames: 1}, nil
}

func encodeStill(kind string, img image.Image) ([]byte, error) {
	var buf bytes.Buffer
	if kind == PNG {
		if err := png.Encode(&buf, img); err != nil {
			return nil, err
		}
		if buf.Len() > MaxSent {
			return nil, fault.Invalid("file", "PNG 图片处理后仍超过微博的上限 5 MB，请缩小尺寸或改存为 JPEG 后再上传")
		}
		return buf.Bytes(), nil
	}
	for q := jpegQuality; q >= 72; q -= 5 {
		buf.Reset()
		if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: q}); err != nil {
			return nil, err
		}
		if buf.Len() <= MaxSent {
			return buf.Bytes(), nil
		}
	}
	return nil, fault.Invalid("file", "图片处理后仍超过微博的上限 5 MB，请缩小尺寸后再上传")
}

// rebuildGIF keeps every frame with its time and the loop count, and nothing else: comments and application data go.
func rebuildGIF(raw []byte) (picture, error) {
	g, err := gif.DecodeAll(bytes.NewReader(raw))
	if err != nil {
		return picture{}, damaged(err)
	}
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, g); err != nil {
		return picture{}, damaged(err)
	}
	if buf.Len() > MaxSent {
		return picture{}, fault.Invalid("file", "动图处理后仍超过微博的上限 5 MB，请缩小或减少画面后再上传")
	}
	first := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	draw.Draw(first, g.Image[0].Bounds(), g.Image[0], g.Image[0].Bounds().Min, draw.Over)
	thumb, err := thumbnail(first)
	if err != nil {
		return picture{}, err
	}
	return picture{mime: GIF, data: buf.Bytes(), thumb: thumb, width: g.Config.Width, height: g.Config.Height, frames: len(g.Image)}, nil
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
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, dst, &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
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

// gifPixels sums the pixels of all frames by walking over the blocks, without decoding any.
func gifPixels(raw []byte) (int, error) {
	if len(raw) < 13 {
		return 0, errGIF
	}
	at, total := 13+tableBytes(raw[10]), 0
	for at < len(raw) {
		switch raw[at] {
		case 0x3B: // trailer
			return total, nil
		case 0x21: // extension: label, then sub-blocks
			at = skipBlocks(raw, at+2)
		case 0x2C: // frame: descriptor, colour table, code size, sub-blocks
			if at+10 > len(raw) {
				return 0, errGIF
			}
			w, h := int(raw[at+5])|int(raw[at+6])<<8, int(raw[at+7])|int(raw[at+8])<<8
			if total += w * h; total > MaxGIFPixels {
				return total, nil
			}
			at = skipBlocks(raw, at+10+tableBytes(raw[at+9])+1)
		default:
			return 0, errGIF
		}
	}
	return total, nil // no trailer: the decoder decides
}

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
