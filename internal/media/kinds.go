package media

import (
	"errors"
	"image/jpeg"
	"image/png"

	"github.com/gabriel-vasile/mimetype"

	"juzhen/internal/fault"
)

// The types of picture that are taken. Weibo takes the first three; a WebP becomes a JPEG or a PNG.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif"
	WebP = "image/webp"
)

// Accept is the types for a field of files.
const Accept = JPEG + "," + PNG + "," + GIF + "," + WebP

// names of the files that people try instead, for the reason of a refusal.
var names = map[string]string{
	"image/heic":                "HEIC",
	"image/heic-sequence":       "HEIC",
	"image/heif":                "HEIF",
	"image/heif-sequence":       "HEIF",
	"image/avif":                "AVIF",
	"image/bmp":                 "BMP",
	"image/tiff":                "TIFF",
	"image/svg+xml":             "SVG",
	"image/vnd.adobe.photoshop": "PSD",
	"image/jxl":                 "JPEG XL",
	"image/jp2":                 "JPEG 2000",
	"image/x-icon":              "ICO",
	"application/pdf":           "PDF",
	"video/mp4":                 "MP4",
	"video/quicktime":           "MOV",
	"application/zip":           "ZIP",
	"image/vnd.mozilla.apng":    "APNG",
}

// kindOf tells a picture by its content, never by its name. It refuses everything else by what it is.
func kindOf(raw []byte) (string, error) {
	found := mimetype.Detect(raw)

	kind := found.String()
	switch {
	case kind == JPEG || kind == PNG || kind == GIF:
		return kind, nil
	case kind == WebP && chunkOfWebP(raw, "ANIM") != nil:
		return "", fault.Invalid("file", "这是会动的 WebP，微博不收；请改存为 GIF 再上传")
	case kind == WebP:
		return kind, nil
	case kind == "image/vnd.mozilla.apng":
		return "", fault.Invalid("file", "这是会动的 PNG，微博只显示第一个画面；请改存为 GIF，或只存一个画面再上传")
	case kind == "image/heic" || kind == "image/heif":
		return "", fault.Invalid("file", "这是 HEIC 照片，微博不收；请在手机相机设置里选“兼容性最佳”，或导出为 JPEG 再上传")
	}

	if name, ok := names[kind]; ok {
		return "", fault.Invalid("file", "这是 {.kind} 文件，微博不收；请改存为 JPEG、PNG、GIF 或 WebP 再上传", "kind", name)
	}

	return "", fault.Invalid("file", "只能上传 JPEG、PNG、GIF 或 WebP 图片；这个文件的内容不是")
}

// undecodable tells a picture of a rare sort from one that is damaged.
func undecodable(err error) error {
	var rareJPEG jpeg.UnsupportedError
	var rarePNG png.UnsupportedError
	if errors.As(err, &rareJPEG) || errors.As(err, &rarePNG) {
		return fault.Invalid("file", "这张图片用了少见的编码方式，无法处理；请用看图软件另存为普通的 JPEG 或 PNG 再上传").With(err)
	}

	return damaged(err)
}

func damaged(err error) error {
	return fault.Invalid("file", "图片已损坏，打不开；请换一张").With(err)
}
