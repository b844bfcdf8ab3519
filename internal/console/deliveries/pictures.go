package deliveries

import (
	"encoding/hex"
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// picture is one picture of a delivery. It is served under the delivery, so that an officer of the
// account's unit gets what was written and uploaded by another unit.
type picture struct {
	Number   int // from 1, in the order published
	Alt      string
	Href     string
	FileName string // when saved
	Hash     string // SHA-256, in hexadecimal
	Animated bool
}

// extensions are the endings of files by their kind.
var extensions = map[string]string{media.JPEG: ".jpg", media.PNG: ".png", media.GIF: ".gif"}

func pictures(deliveryID int64, list []post.VersionMedia) []picture {
	var out []picture
	for i, versionMedia := range list {
		out = append(out, picture{
			Number:   i + 1,
			Alt:      versionMedia.Alt,
			Href:     fmt.Sprintf("/deliveries/%d/pictures/%d", deliveryID, i+1),
			FileName: fmt.Sprintf("%d-%d%s", deliveryID, i+1, extensions[versionMedia.Media.MIME]),
			Hash:     hex.EncodeToString(versionMedia.Media.SHA256),
			Animated: versionMedia.Media.Animated(),
		})
	}

	return out
}

// picture sends the bytes that are or were published.
func (h *pages) picture(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, err := web.ID(c, "n")
	if err != nil {
		return err
	}
	kit, err := h.Deliveries.HandoffKit(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if n > int64(len(kit.Media)) {
		return fault.NotFound("没有找到，或不在您的管辖范围内")
	}
	media := kit.Media[n-1].Media
	data, err := h.Media.Bytes(c.Request.Context(), media.SHA256)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "private, max-age=600")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(200, media.MIME, data)

	return nil
}
