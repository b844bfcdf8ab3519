package media

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"os"
	"strings"
	"testing"
)

// Four pictures of one pixel each.
const (
	sharpWebP  = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
	photoWebP  = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	clearWebP  = "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="
	movingWebP = "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA"
)

func base(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}

	return raw
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}

	return raw
}

// middle is the colour in the middle of a picture.
func middle(t *testing.T, raw []byte) color.NRGBA {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()

	return color.NRGBAModel.Convert(img.At((b.Min.X+b.Max.X)/2, (b.Min.Y+b.Max.Y)/2)).(color.NRGBA)
}

func near(a, b color.NRGBA, by int) bool {
	for _, d := range []int{
		int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B), int(a.A) - int(b.A),
	} {
		if d < -by || d > by {
			return false
		}
	}

	return true
}

// solid is a picture of one colour.
func solid(c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{c.R, c.G, c.B, c.A})
	}

	return img
}

// withProfile puts the profile of a sample into another picture of the same type.
func withProfile(kind string, raw, profile []byte) []byte {
	if kind == JPEG {
		segment := append([]byte("ICC_PROFILE\x00\x01\x01"), profile...)
		head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE2}, uint16(2+len(segment)))
		return append(append(head, segment...), raw[2:]...)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(profile)
	_ = z.Close()

	return withChunk(raw, "iCCP", append([]byte("P3\x00\x00"), packed.Bytes()...))
}

// TestColoursAreBroughtToSRGB compares with values that were worked out from the published primaries.
func TestColoursAreBroughtToSRGB(t *testing.T) {
	t.Parallel()
	phone := profileOf(JPEG, sample(t, "p3.jpg"))
	if len(phone) != 520 || !bytes.Equal(phone, profileOf(PNG, sample(t, "p3.png"))) {
		t.Fatalf("the profile of the samples is read as %d bytes", len(phone))
	}
	in := color.NRGBA{200, 100, 50, 255}
	numbered := withChunk(pngBytes(t, solid(in)), "cICP", []byte{12, 13, 0, 1})
	half := color.NRGBA{200, 100, 50, 128}

	for name, c := range map[string]struct {
		raw  []byte
		want color.NRGBA
	}{
		"the red of a phone, JPEG": {sample(t, "p3.jpg"), color.NRGBA{255, 0, 0, 255}},
		"the red of a phone, PNG":  {sample(t, "p3.png"), color.NRGBA{255, 0, 0, 255}},
		"a red that is sRGB":       {sample(t, "red.jpg"), color.NRGBA{254, 0, 0, 255}},
		"a photograph, P3": {
			withProfile(JPEG, jpegBytes(t, solid(in)), phone),
			color.NRGBA{215, 93, 31, 255},
		},
		"sharp, P3": {
			withProfile(PNG, pngBytes(t, solid(in)), phone),
			color.NRGBA{215, 93, 31, 255},
		},
		"half transparent, P3": {
			withProfile(PNG, pngBytes(t, solid(half)), phone),
			color.NRGBA{215, 93, 31, 128},
		},
		"P3 by its number": {numbered, color.NRGBA{215, 93, 31, 255}},
		"a photograph, Adobe": {
			withProfile(JPEG, jpegBytes(t, solid(in)), profile(adobeRGB, 2.19921875)),
			color.NRGBA{227, 100, 42, 255},
		},
		"without a profile": {pngBytes(t, solid(in)), in},
	} {
		picture, err := readPicture(bytes.NewReader(c.raw))
		if err != nil {
			t.Fatal(err)
		}
		by := 1
		if picture.mime == JPEG {
			by = 4
		}
		if got := middle(t, picture.data); !near(got, c.want, by) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if bytes.Contains(picture.data, []byte("ICC_PROFILE")) ||
			bytes.Contains(picture.data, []byte("iCCP")) {
			t.Errorf("%s: the profile is still there", name)
		}
	}
}

// profile makes an ICC profile of three colours and one exponent.
func profile(primary [3][3]float64, exponent float64) []byte {
	head := make([]byte, 128)
	copy(head[12:], "mntrRGB XYZ ")
	tags, bodies := []byte{}, []byte{}
	count := 0

	add := func(name string, body []byte) {
		at := 128 + 4 + 6*12 + len(bodies)
		tags = append(tags, name...)
		tags = binary.BigEndian.AppendUint32(tags, uint32(at))
		tags = binary.BigEndian.AppendUint32(tags, uint32(len(body)))
		bodies = append(bodies, body...)
		count++
	}
	for i, name := range []string{"r", "g", "b"} {
		place := []byte("XYZ \x00\x00\x00\x00")
		for row := range 3 {
			place = binary.BigEndian.AppendUint32(place, uint32(int32(primary[row][i]*65536)))
		}
		add(name+"XYZ", place)
		curve := binary.BigEndian.AppendUint16(
			[]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"),
			uint16(exponent*256),
		)
		add(name+"TRC", curve)
	}
	out := binary.BigEndian.AppendUint32(head, uint32(count))

	return append(append(out, tags...), bodies...)
}

// adobeRGB is where the colours of Adobe RGB (1998) lie, under D50.
var adobeRGB = [3][3]float64{
	{0.60974, 0.20528, 0.14919},
	{0.31111, 0.62567, 0.06322},
	{0.01947, 0.06087, 0.74457},
}

func TestAdobeRGBIsBroughtToSRGB(t *testing.T) {
	t.Parallel()
	space := ofProfile(profile(adobeRGB, 2.19921875))
	if space == nil || space.isSRGB() {
		t.Fatal("the profile is not read")
	}

	conversion := space.conversion()
	for in, want := range map[color.NRGBA]color.NRGBA{
		{255, 255, 255, 255}: {255, 255, 255, 255},
		{0, 0, 0, 255}:       {0, 0, 0, 255},
		{128, 128, 128, 255}: {129, 129, 129, 255},
		{255, 0, 0, 255}:     {255, 0, 0, 255},
		{200, 100, 50, 255}:  {227, 100, 42, 255},
	} {
		r, g, b := conversion.rgb(in.R, in.G, in.B)
		if got := (color.NRGBA{r, g, b, 255}); !near(got, want, 1) {
			t.Errorf("%v became %v, want %v", in, got, want)
		}
	}
}

func TestASpoiledProfileIsLeftAside(t *testing.T) {
	t.Parallel()

	good := profile(adobeRGB, 2.2)
	for n := range good {
		ofProfile(good[:n])
		bad := append([]byte{}, good...)
		bad[n] ^= 0xFF
		if space := ofProfile(bad); space != nil {
			toSRGB(corner(4, 4), space)
		}
	}
}

func TestWebPBecomesWhatWeiboTakes(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{sharpWebP: PNG, photoWebP: JPEG, clearWebP: PNG} {
		picture, err := readPicture(bytes.NewReader(base(t, text)))
		if err != nil || picture.mime != want || picture.width != 1 || picture.height != 1 {
			t.Errorf("got %s, %d×%d, %v; want %s", picture.mime, picture.width, picture.height, err, want)
		}
	}
}

func TestTheLabelOfAMachineIsCarried(t *testing.T) {
	t.Parallel()
	const value = `{"Label":"1","ContentProducer":"001191110000MA0","ProduceID":"a&lt;b","GPS":"GPS-SECRET"}`
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description xmlns:T="` + labelSpace + `" GPS="GPS-SECRET"><T:AIGC>` + value + `</T:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>`
	segment := append([]byte(xmpHead), packet...)
	photo := jpegBytes(t, corner(16, 16))
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(2+len(segment)))
	photo = append(append(head, segment...), photo[2:]...)
	sharp := withChunk(
		pngBytes(t, corner(16, 16)),
		"iTXt",
		append([]byte(xmpChunk+"\x00\x00\x00\x00\x00"), packet...),
	)

	for _, raw := range [][]byte{photo, sharp} {
		picture, err := readPicture(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(picture.data, []byte("GPS-SECRET")) {
			t.Errorf("%s: more than the label came along", picture.mime)
		}
		if _, _, err := image.Decode(bytes.NewReader(picture.data)); err != nil {
			t.Errorf("%s: %v", picture.mime, err)
		}
		got := machineMade(picture.mime, picture.data).json
		if picture.label.json != got || picture.label.unread {
			t.Errorf("%s: told as %+v", picture.mime, picture.label)
		}
		if !strings.Contains(got, `"Label":"1"`) ||
			!strings.Contains(got, `"ContentProducer":"001191110000MA0"`) ||
			!strings.Contains(got, "a\\u003cb") {
			t.Errorf("%s: the label became %q", picture.mime, got)
		}
	}
}
