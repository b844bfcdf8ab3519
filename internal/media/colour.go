package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"
)

// maxProfile bounds a colour profile, in bytes. Those of cameras and phones have about 500.
const maxProfile = 1 << 20

// space is what the numbers of a picture mean: a curve for each colour, and where the three colours lie.
type space struct {
	light   [3][256]float32 // of a colour, by its number
	primary [3][3]float64   // from light to XYZ under D50, by rows
}

// colours finds what the numbers of a picture mean. It is nil where they mean sRGB already, where the
// picture does not say, and for profiles that are no curves and three colours, such as those of
// printing presses.
func colours(kind string, raw []byte) *space {
	var s *space
	if kind == PNG {
		s = ofNumbers(chunkOfPNG(raw, "cICP"))
	}
	if s == nil {
		s = ofProfile(profileOf(kind, raw))
	}
	if s == nil || s.isSRGB() {
		return nil
	}

	return s
}

// profileOf is the ICC profile of a picture; nil when there is none.
func profileOf(kind string, raw []byte) []byte {
	switch kind {
	case JPEG:
		var all []byte
		// in order: a profile longer than a segment is rare, one out of order unheard of
		for body := range segmentsOfJPEG(raw, 0xE2) {
			if part, ok := bytes.CutPrefix(
				body,
				[]byte("ICC_PROFILE\x00"),
			); ok && len(part) > 2 &&
				len(all) < maxProfile {
				all = append(all, part[2:]...)
			}
		}

		return all
	case PNG:
		_, packed, ok := bytes.Cut(chunkOfPNG(raw, "iCCP"), []byte{0})
		if !ok || len(packed) < 2 {
			return nil
		}
		z, err := zlib.NewReader(bytes.NewReader(packed[1:]))
		if err != nil {
			return nil
		}
		all, _ := io.ReadAll(io.LimitReader(z, maxProfile))

		return all
	case WebP:
		return chunkOfWebP(raw, "ICCP")
	}

	return nil
}

// displayP3 is where the colours of phones lie, under D50.
var displayP3 = [3][3]float64{
	{0.515102, 0.291965, 0.157153},
	{0.241182, 0.692236, 0.066582},
	{-0.001049, 0.041882, 0.784378},
}

// ofNumbers reads the chunk cICP of a PNG: Display P3 is 12, with the curve of sRGB 13.
func ofNumbers(chunk []byte) *space {
	if len(chunk) != 4 || chunk[0] != 12 || chunk[1] != 13 {
		return nil
	}

	s := &space{primary: displayP3}
	for i := range s.light {
		for n := range s.light[i] {
			s.light[i][n] = float32(toLight(float64(n) / 255))
		}
	}

	return s
}

// ofProfile reads an ICC profile of three curves and three colours; nil for any other.
func ofProfile(profile []byte) *space {
	if len(profile) < 132 || string(profile[16:20]) != "RGB " || string(profile[20:24]) != "XYZ " {
		return nil
	}

	var s space

	for i, name := range []string{"r", "g", "b"} {
		place, curve := tagOf(profile, name+"XYZ"), tagOf(profile, name+"TRC")
		if len(place) < 20 || !readCurve(curve, &s.light[i]) {
			return nil
		}

		for row := range 3 {
			s.primary[row][i] = fixed(place[8+4*row:])
		}
	}

	return &s
}

// tagOf is the body of a tag of a profile; nil when there is none.
func tagOf(profile []byte, name string) []byte {
	count := int(binary.BigEndian.Uint32(profile[128:]))
	for i := range min(count, 100) {
		at := 132 + 12*i
		if at+12 > len(profile) {
			return nil
		}
		if string(profile[at:at+4]) != name {
			continue
		}
		from := int(binary.BigEndian.Uint32(profile[at+4:]))
		size := int(binary.BigEndian.Uint32(profile[at+8:]))
		if from < 0 || size < 0 || from > len(profile) || size > len(profile)-from {
			return nil
		}

		return profile[from : from+size]
	}

	return nil
}

// fixed reads a number with 16 binary places.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve fills the light of each number. It tells whether the curve could be read.
func readCurve(tag []byte, light *[256]float32) bool {
	if len(tag) < 12 {
		return false
	}

	var curve func(float64) float64

	switch string(tag[:4]) {
	case "curv":
		curve = sampled(tag[8:])
	case "para":
		curve = formula(int(binary.BigEndian.Uint16(tag[8:])), tag[12:])
	}
	if curve == nil {
		return false
	}

	for n := range light {
		v := curve(float64(n) / 255)
		if math.IsNaN(v) {
			return false
		}
		light[n] = float32(min(max(v, 0), 1))
	}

	return true
}

// sampled is a curve given by points: none is a straight line, one is an exponent.
func sampled(b []byte) func(float64) float64 {
	n := int(binary.BigEndian.Uint32(b))
	points := b[4:]
	if n < 0 || n > len(points)/2 {
		return nil
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(points[2*i:])) / 65535 }

	switch n {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		exponent := float64(binary.BigEndian.Uint16(points)) / 256
		return func(x float64) float64 { return math.Pow(x, exponent) }
	}

	return func(x float64) float64 {
		whole, part := math.Modf(x * float64(n-1))
		i := min(int(whole), n-2)
		part += whole - float64(i)

		return at(i)*(1-part) + at(i+1)*part
	}
}

// formula is a curve given by the parameters of ICC.1:2010, 10.16.
func formula(kind int, b []byte) func(float64) float64 {
	count := map[int]int{0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
	if count == 0 || len(b) < 4*count {
		return nil
	}

	p := [7]float64{1: 1}
	for i := range count {
		p[i] = fixed(b[4*i:])
	}

	exponent, a, shift, slope, knee, lift, foot := p[0], p[1], p[2], p[3], p[4], p[5], p[6]

	switch kind {
	case 1: // zero below -shift/a
		slope, knee = 0, -shift/a
	case 2: // the same, lifted
		lift, foot, slope, knee = p[3], p[3], 0, -shift/a
	}

	return func(x float64) float64 {
		if kind != 0 && x < knee {
			return slope*x + foot
		}

		return math.Pow(a*x+shift, exponent) + lift
	}
}

// toLight is the curve of sRGB.
func toLight(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}

	return math.Pow((v+0.055)/1.055, 2.4)
}

// fromXYZ leads from XYZ under D50 to the light of sRGB.
var fromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// steps is how finely light is told apart when it becomes a number again.
const steps = 4096

// numbers is the number of each step of light in sRGB.
var numbers = func() (out [steps + 1]uint8) {
	for i := range out {
		v := float64(i) / steps
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		out[i] = uint8(math.Round(v * 255))
	}

	return out
}()

// conversion brings a colour of a space to sRGB. What lies beyond becomes the nearest that can be shown.
type conversion struct {
	space  *space
	matrix [3][3]float32
}

func (s *space) conversion() conversion {
	c := conversion{space: s}

	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c.matrix[i][j] += float32(fromXYZ[i][k] * s.primary[k][j])
			}
		}
	}

	return c
}

func (c *conversion) rgb(r, g, b uint8) (uint8, uint8, uint8) {
	x, y, z := c.space.light[0][r], c.space.light[1][g], c.space.light[2][b]
	var out [3]uint8

	for i, m := range c.matrix {
		v := m[0]*x + m[1]*y + m[2]*z
		out[i] = numbers[int(min(max(v, 0), 1)*steps+0.5)]
	}

	return out[0], out[1], out[2]
}

// isSRGB tells whether the conversion would change nothing that can be seen.
func (s *space) isSRGB() bool {
	conversion := s.conversion()

	for i := range 27 {
		in := [3]uint8{uint8(i % 3 * 127), uint8(i / 3 % 3 * 127), uint8(i / 9 * 127)}

		r, g, b := conversion.rgb(in[0], in[1], in[2])
		for j, v := range []uint8{r, g, b} {
			if d := int(v) - int(in[j]); d < -2 || d > 2 {
				return false
			}
		}
	}

	return true
}

// toSRGB gives the picture in sRGB, where it can in the memory that it has. from nil leaves it as it is.
func toSRGB(img image.Image, from *space) image.Image {
	if from == nil {
		return img
	}
	conversion := from.conversion()

	switch p := img.(type) {
	case *image.Gray, *image.Gray16, *image.CMYK:
		return img
	case *image.YCbCr:
		conversion.photo(p)
		return p
	case *image.NRGBA:
		conversion.pixels(p.Pix)
		return p
	case *image.RGBA:
		if p.Opaque() {
			conversion.pixels(p.Pix)
			return p
		}
	case *image.Paletted:
		for i, entry := range p.Palette {
			n := color.NRGBAModel.Convert(entry).(color.NRGBA)
			n.R, n.G, n.B = conversion.rgb(n.R, n.G, n.B)
			p.Palette[i] = n
		}

		return p
	}

	flat := image.NewNRGBA(img.Bounds())
	draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Src)
	conversion.pixels(flat.Pix)

	return flat
}

func (c *conversion) pixels(pix []uint8) {
	for i := 0; i+3 < len(pix); i += 4 {
		pix[i], pix[i+1], pix[i+2] = c.rgb(pix[i], pix[i+1], pix[i+2])
	}
}

// photo converts block by block: the pixels that share a sample of the small planes.
func (c *conversion) photo(p *image.YCbCr) {
	across, down := 1, 1

	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	case image.YCbCrSubsampleRatio411:
		across = 4
	case image.YCbCrSubsampleRatio410:
		across, down = 4, 2
	}

	b := p.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += down {
		for x := b.Min.X; x < b.Max.X; x += across {
			c.block(p, image.Rect(x, y, min(x+across, b.Max.X), min(y+down, b.Max.Y)))
		}
	}
}

func (c *conversion) block(p *image.YCbCr, area image.Rectangle) {
	small := p.COffset(area.Min.X, area.Min.Y)
	cb, cr := p.Cb[small], p.Cr[small]
	sumB, sumR, n := 0, 0, 0

	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			at := p.YOffset(x, y)
			r, g, b := c.rgb(color.YCbCrToRGB(p.Y[at], cb, cr))
			light, newB, newR := color.RGBToYCbCr(r, g, b)
			p.Y[at] = light
			sumB, sumR, n = sumB+int(newB), sumR+int(newR), n+1
		}
	}
	p.Cb[small], p.Cr[small] = uint8((sumB+n/2)/n), uint8((sumR+n/2)/n)
}
