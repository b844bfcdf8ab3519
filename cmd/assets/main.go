// Command assets builds static/dist from static/src and the npm packages: bundles with hashed names, a
// manifest, the icons of the templates, and a gzipped twin of each file. It does not install packages:
// run npm ci first.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	source = "static/src"
	dist   = "static/dist"
	icons  = "node_modules/@tabler/icons/icons"
)

// entries are the bundles; each gives a script and, where it imports CSS, a sheet of the same name.
var entries = []string{"app", "calendar", "charts", "plan"}

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func build() error {
	if _, err := os.Stat("node_modules"); err != nil {
		return errors.New("node_modules is missing; run: npm ci --ignore-scripts --no-audit --no-fund")
	}
	if err := empty(dist); err != nil {
		return err
	}
	manifest, err := bundle()
	if err != nil {
		return err
	}
	if err := writeJSON("manifest.json", manifest); err != nil {
		return err
	}
	drawn, err := readIcons()
	if err != nil {
		return err
	}
	if err := writeJSON("icons.json", drawn); err != nil {
		return err
	}

	return compress()
}

// empty removes what an earlier build left, so that the binary carries each file once.
func empty(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}

	for _, f := range old {
		if filepath.Base(f) == ".gitkeep" {
			continue
		}
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}

	return os.MkdirAll(dir, 0o755)
}

// bundle runs esbuild. The target is the oldest kernel the console works on (docs: browsers); an older
// one is told so by a sentence that only it shows.
func bundle() (map[string]string, error) {
	var points []string
	for _, e := range entries {
		points = append(points, filepath.Join(source, "ts", e+".ts"))
	}
	res := api.Build(api.BuildOptions{
		EntryPoints:       points,
		Outdir:            dist,
		EntryNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		Bundle:            true,
		Write:             true,
		Metafile:          true,
		Format:            api.FormatESModule,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsLinked,
		Engines: []api.Engine{
			{Name: api.EngineChrome, Version: "87"},
			{Name: api.EngineFirefox, Version: "91"},
			{Name: api.EngineSafari, Version: "15"},
		},
		Loader:   map[string]api.Loader{".svg": api.LoaderDataURL},
		LogLevel: api.LogLevelWarning,
		LogLimit: 5,
	})
	if len(res.Errors) > 0 {
		return nil, errors.New("esbuild failed; see above")
	}

	return manifestOf(res.Metafile)
}

// manifestOf maps "app.js" to "app-HASH.js" for each bundle and its sheet.
func manifestOf(metafile string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
			CSSBundle  string `json:"cssBundle"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, fmt.Errorf("read metafile: %w", err)
	}
	out := map[string]string{}

	for file, o := range meta.Outputs {
		if o.EntryPoint == "" {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(o.EntryPoint), ".ts")
		out[name+".js"] = filepath.Base(file)
		if o.CSSBundle != "" {
			out[name+".css"] = filepath.Base(o.CSSBundle)
		}
	}

	return out, nil
}

var (
	svgInside = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	svgBounds = regexp.MustCompile(`<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>`)
	svgSpace  = regexp.MustCompile(`\s*\n\s*`)
)

// readIcons gives the inside of each SVG that icons.txt names.
func readIcons() (map[string]string, error) {
	list, err := os.ReadFile(filepath.Join(source, "icons.txt"))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}

	for name := range strings.Lines(string(list)) {
		name = strings.TrimSpace(name)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(icons, "outline", name+".svg"))
		if err != nil {
			return nil, fmt.Errorf("icon %s: %w", name, err)
		}
		m := svgInside.FindSubmatch(raw)
		if m == nil {
			return nil, fmt.Errorf("icon %s has no drawing", name)
		}
		out[name] = svgSpace.ReplaceAllString(string(svgBounds.ReplaceAll(m[1], nil)), "")
	}

	return out, nil
}

func writeJSON(name string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(dist, name), b.Bytes(), 0o644)
}

// compress puts a gzipped twin beside each script and sheet.
func compress() error {
	files, err := filepath.Glob(filepath.Join(dist, "*-*.*"))
	if err != nil {
		return err
	}

	for _, f := range files {
		if ext := filepath.Ext(f); ext != ".js" && ext != ".css" {
			continue
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if _, err := w.Write(raw); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(f+".gz", b.Bytes(), 0o644); err != nil {
			return err
		}
	}

	return nil
}
