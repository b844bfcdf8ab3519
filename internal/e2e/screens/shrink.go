package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"slices"
)

// shrink writes a picture of a page with at most 256 colours: pages have few, and the file becomes a
// quarter. It gives the size in bytes.
func shrink(from, to string) (int, error) {
	raw, err := os.ReadFile(from)
	if err != nil {
		return 0, err
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, reduce(img)); err != nil {
		return 0, err
	}

	return out.Len(), os.WriteFile(to, out.Bytes(), 0o644)
}

// reduce maps each pixel to the nearest of the colours used most.
func reduce(img image.Image) *image.Paletted {
	box := img.Bounds()
	counts := map[color.RGBA]int{}

	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			counts[at(img, x, y)]++
		}
	}
	palette := choose(counts)
	nearest := map[color.RGBA]uint8{}

	out := image.NewPaletted(box, palette)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := at(img, x, y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(palette.Index(c))
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}

	return out
}

func at(img image.Image, x, y int) color.RGBA {
	return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
}

// choose takes the commonest colours, and of colours that are close to each other one: the edges of
// letters are many shades of one.
func choose(counts map[color.RGBA]int) color.Palette {
	all := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(number(a), number(b)))
	})

	var palette color.Palette
	for apart := 18; len(palette) < 256 && apart >= 0; apart -= 6 {
		for _, c := range all {
			if len(palette) < 256 &&
				!slices.ContainsFunc(
					palette,
					func(p color.Color) bool { return distance(p.(color.RGBA), c) <= apart },
				) {
				palette = append(palette, c)
			}
		}
	}

	return palette
}

func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

func distance(a, b color.RGBA) int {
	return max(abs(int(a.R)-int(b.R)), abs(int(a.G)-int(b.G)), abs(int(a.B)-int(b.B)))
}

func abs(n int) int { return max(n, -n) }
