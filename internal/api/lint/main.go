// Command lint writes the description of the interface as the console serves it, both forms in both
// languages, for the public linters that "make openapi-lint" runs on it. The console never uses it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"juzhen/internal/access"
	"juzhen/internal/api"
	"juzhen/internal/fault"
	"juzhen/internal/web"
)

// nobody signs nobody in: the description is open.
type nobody struct{}

func (nobody) Actor(context.Context, string, string, string) (access.Actor, web.Session, error) {
	return access.Actor{}, web.Session{}, fault.Unauthenticated("请先登录")
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: lint FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write puts openapi[-3.0].zh.json and .en.json into the folder.
func write(folder string) error {
	kit, err := web.New(web.Options{Sessions: nobody{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	api.Register(kit, api.Deps{})
	server := httptest.NewServer(kit.Handler())
	defer server.Close()

	for _, form := range []string{"openapi", "openapi-3.0"} {
		for _, lang := range []string{"zh", "en"} {
			if err := fetch(
				server.URL+api.Prefix+"/"+form+".json",
				lang,
				filepath.Join(folder, form+"."+lang+".json"),
			); err != nil {
				return err
			}
		}
	}

	return nil
}

func fetch(address, lang, file string) error {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}

	return os.WriteFile(file, body, 0o644)
}
