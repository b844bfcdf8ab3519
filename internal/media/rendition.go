package media

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"

	"juzhen/internal/fault"
)

// MaxRendition is how many bytes a rendition has at most.
const MaxRendition = 200 << 10

const (
	renditionSide   = 1280       // pixels of the longer side
	renditionPixels = 16_000_000 // of a picture that is scaled in this process
)

// Rendition is a form of a picture that is small enough for everybody.
type Rendition struct {
	MIME          string
	Data          []byte
	Width, Height int
}

// Rendition gives a picture that went out in no more than MaxRendition bytes, without a scope: the picture
// itself where it is so small, else a JPEG of its first frame; of a very large one its thumbnail. The label
// of a picture that a machine made is in each of them.
func (s *Service) Rendition(ctx context.Context, picture Media) (_ Rendition, err error) {
	defer fault.Step(&err, "media.Rendition %d", picture.ID)

	sum := picture.SHA256
	if picture.Bytes > MaxRendition && picture.Width*picture.Height > renditionPixels {
		sum = picture.Thumb
	}
	data, err := s.blobs.Get(ctx, sum)
	if err != nil {
		return Rendition{}, err
	}
	if len(data) <= MaxRendition {
		return asIs(data, picture.Label)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return Rendition{}, err
	}

	for side := renditionSide; ; side = side * 3 / 4 {
		small := scaled(img, side)
		if data, err = smallest(small); err != nil {
			return Rendition{}, err
		}
		if data = withLabel(JPEG, data, picture.Label); len(data) <= MaxRendition {
			return Rendition{JPEG, data, small.Bounds().Dx(), small.Bounds().Dy()}, nil
		}
	}
}

// asIs is a file that is small enough already. A thumbnail has no label of its own and gets that of its
// picture.
func asIs(data []byte, label string) (Rendition, error) {
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Rendition{}, err
	}
	kind := "image/" + format
	if machineMade(kind, data).json == "" {
		data = withLabel(kind, data, label)
	}

	return Rendition{kind, data, cfg.Width, cfg.Height}, nil
}

// smallest encodes coarser and coarser until the bytes suffice, or as coarsely as can still be read.
func smallest(img image.Image) ([]byte, error) {
	var out bytes.Buffer

	for _, quality := range []int{86, 78, 70} {
		out.Reset()
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= MaxRendition {
			break
		}
	}

	return out.Bytes(), nil
}

// scaled is the picture on white, no side of it longer than side.
func scaled(img image.Image, side int) *image.RGBA {
	w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), side)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.BiLinear.Scale(dst, dst.Bounds(), img, img.Bounds(), xdraw.Over, nil)

	return dst
}

// MaxIcon is how many bytes an icon has at most.
const MaxIcon = 64 << 10

// iconPixels bounds a picture that an icon is made of in this process; a larger one gives its thumbnail.
const iconPixels = 4_000_000

// Icon makes a picture that somebody hands in into a PNG of no more than MaxIcon bytes and 192 pixels a side.
// What is clear in it stays clear, and the label of one that a machine made stays in it; nothing is kept.
// Fails as Upload does.
func (s *Service) Icon(ctx context.Context, r io.Reader) (_ []byte, err error) {
	defer fault.Step(&err, "media.Icon")

	taken, err := s.read(ctx, r)
	if err != nil {
		return nil, err
	}
	data := taken.data
	if taken.width*taken.height > iconPixels {
		data = taken.thumb
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}

	var icon []byte

	for _, side := range []int{192, 128, 96, 64} {
		w, h := fit(img.Bounds().Dx(), img.Bounds().Dy(), side)
		small := image.NewNRGBA(image.Rect(0, 0, w, h))
		xdraw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), xdraw.Src, nil)
		var out bytes.Buffer
		if err := png.Encode(&out, small); err != nil {
			return nil, err
		}
		if icon = withLabel(PNG, out.Bytes(), taken.label.json); len(icon) <= MaxIcon {
			break
		}
	}

	return icon, nil
}
