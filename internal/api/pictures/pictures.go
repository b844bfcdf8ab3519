package pictures

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/media"
)

// Picture is an uploaded picture as the interface shows it.
type Picture struct {
	ID         int64     `json:"id"`
	UnitID     int64     `json:"unit_id"`
	FileName   string    `json:"file_name"`
	MIME       string    `json:"mime"`
	Bytes      int64     `json:"bytes"`
	Width      int       `json:"width"`
	Height     int       `json:"height"`
	Frames     int       `json:"frames" doc:"大于 1 时是动图"`
	SHA256     string    `json:"sha256" doc:"所发内容的十六进制摘要"`
	Alt        string    `json:"alt" doc:"图片说明"`
	UploadedAt time.Time `json:"uploaded_at"`

	Label       *pictureLabel `json:"label,omitempty" doc:"图片自带的AI生成标识；没有则不出现"`
	LabelUnread bool          `json:"label_unread,omitempty" doc:"带有标识但读不出来，没有保留"`

	Was *pictureBefore `json:"was,omitempty" doc:"上传时超过微博的上限，已自动缩小：原来的大小；没有缩小则不出现"`
}

// pictureBefore is what a picture was before it was made smaller.
type pictureBefore struct {
	Bytes  int64 `json:"bytes"`
	Width  int   `json:"width"`
	Height int   `json:"height"`
}

// pictureLabel is what a picture says of its making, by GB 45438-2025.
type pictureLabel struct {
	Label             string `json:"label" doc:"1 由AI生成，2 可能，3 疑似"`
	ContentProducer   string `json:"content_producer"`
	ProduceID         string `json:"produce_id"`
	ReservedCode1     string `json:"reserved_code1"`
	ContentPropagator string `json:"content_propagator"`
	PropagateID       string `json:"propagate_id"`
	ReservedCode2     string `json:"reserved_code2"`
}

// pictureForm is the multipart form of an upload.
type pictureForm struct {
	File   huma.FormFile `form:"file" required:"true" doc:"JPEG、PNG、GIF 或 WebP 图片；WebP 改存为 JPEG 或 PNG"`
	UnitID int64         `form:"unit_id" required:"false" doc:"图片归属的单位；不填为本人的单位"`
	Alt    string        `form:"alt" required:"false" doc:"图片说明"`
}

func (a *api) media() {
	upload := rest.Created(rest.Op(http.MethodPost, "/media", "upload-media", "media", i18n.N("上传图片")))
	upload.MaxBodyBytes = rest.MaxUpload
	rest.Register(a.API, upload, access.PostWrite, a.uploadMedia)
	rest.Register(a.API, bytesOf(rest.Op(http.MethodGet,
		"/media/{id}", "get-media",
		"media", i18n.N("图片的内容"),
	)), access.PostView, a.getMedia)
	rest.Register(a.API, bytesOf(rest.Op(http.MethodGet,
		"/media/{id}/thumb", "get-media-thumb",
		"media", i18n.N("缩略图"),
	)), access.PostView, a.getThumb)
}

// bytesOf documents an answer that is a picture.
func bytesOf(op huma.Operation) huma.Operation {
	schema := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content:     map[string]*huma.MediaType{"image/*": {Schema: schema}},
	}}

	return op
}

func (a *api) uploadMedia(ctx context.Context, who access.Actor, in *struct {
	RawBody huma.MultipartFormFiles[pictureForm]
}) (*rest.Out[Picture], error) {
	form := in.RawBody.Data()
	if !rest.CleanText(form.Alt) || !rest.CleanText(form.File.Filename) {
		return nil, rest.ErrMalformed
	}
	unit := form.UnitID
	if unit == 0 {
		var err error
		if unit, err = a.Identity.Home(ctx, who, access.PostWrite); err != nil {
			return nil, err
		}
	}
	media, err := a.Media.Upload(ctx, who, unit, form.File.Filename, form.File, form.Alt)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Picture]{Body: ShowPicture(media)}, nil
}

// ShowPicture shows an uploaded picture.
func ShowPicture(m media.Media) Picture {
	shown := Picture{
		ID: m.ID, UnitID: m.UnitID, FileName: m.FileName, MIME: m.MIME, Bytes: m.Bytes,
		Width: m.Width, Height: m.Height, Frames: m.Frames, SHA256: m.Hash(), Alt: m.Alt,
		UploadedAt: m.UploadedAt.UTC(), LabelUnread: m.LabelUnread,
	}
	if label, ok := m.Says(); ok {
		said := pictureLabel(label)
		shown.Label = &said
	}
	if m.Shrunk() {
		shown.Was = &pictureBefore{m.WasBytes, m.WasWidth, m.WasHeight}
	}

	return shown
}

// file is an answer that is not JSON.
type file struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Body        []byte
}

func (a *api) getMedia(ctx context.Context, who access.Actor, in *rest.ByID) (*file, error) {
	return a.openMedia(ctx, who, in.ID, false)
}

func (a *api) getThumb(ctx context.Context, who access.Actor, in *rest.ByID) (*file, error) {
	return a.openMedia(ctx, who, in.ID, true)
}

func (a *api) openMedia(ctx context.Context, who access.Actor, id int64, thumb bool) (*file, error) {
	r, media, err := a.Media.Open(ctx, who, id, thumb)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if thumb {
		return &file{"image/jpeg", `"` + media.Hash() + `-thumb"`, data}, nil
	}

	return &file{media.MIME, `"` + media.Hash() + `"`, data}, nil
}

// VersionMedia is a picture as a version has it.
type VersionMedia struct {
	Picture
	Alt string `json:"alt" doc:"在本稿中的图片说明"`
}
