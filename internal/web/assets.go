package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/static"
)

// assets are the built scripts and sheets under their hashed names, and the drawings of the icons.
type assets struct {
	names map[string]string // "app.js" -> "app-HASH.js"
	icons map[string]string // name -> inside of the SVG
	files map[string]asset
}

type asset struct {
	plain, zipped []byte
	kind          string
}

// loadAssets fails when static/dist was not built.
func loadAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}}
	if err := readJSON("dist/manifest.json", &a.names); err != nil {
		return nil, err
	}
	if err := readJSON("dist/icons.json", &a.icons); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(static.Dist, "dist")
	if err != nil {
		return nil, err
	}

	for _, e := range entries {
		if err := a.add(e.Name()); err != nil {
			return nil, err
		}
	}

	return a, nil
}

func readJSON(name string, into any) error {
	raw, err := static.Dist.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the assets are not built (%s is missing): run make assets and build again", name)
	}
	if err != nil {
		return err
	}

	return json.Unmarshal(raw, into)
}

func (a *assets) add(name string) error {
	ext := path.Ext(name)
	if ext != ".js" && ext != ".css" && ext != ".txt" {
		return nil
	}
	raw, err := static.Dist.ReadFile("dist/" + name)
	if err != nil {
		return err
	}
	file := asset{plain: raw, kind: mime.TypeByExtension(ext)}
	if ext == ".js" {
		file.kind = "text/javascript; charset=utf-8"
	}
	if z, err := static.Dist.ReadFile("dist/" + name + ".gz"); err == nil {
		file.zipped = z
	}
	a.files[name] = file

	return nil
}

// url is the address of a bundle; empty when the bundle has no such file (a script without a sheet).
func (a *assets) url(name string) string {
	if hashed, ok := a.names[name]; ok {
		return "/assets/" + hashed
	}

	return ""
}

// serveAsset sends a file that never changes under its name.
func (k *Kit) serveAsset(c *gin.Context) error {
	file, ok := k.assets.files[c.Param("name")]
	if !ok {
		return fault.NotFound("没有这个页面")
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if file.zipped != nil && acceptsGzip(c) {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Data(http.StatusOK, file.kind, body)

	return nil
}

func acceptsGzip(c *gin.Context) bool {
	for part := range strings.SplitSeq(c.GetHeader("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}

	return false
}
