package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

func load(t *testing.T, environ ...string) Config {
	t.Helper()
	config, err := Load(environ)
	if err != nil {
		t.Fatal(err)
	}

	return config
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

func TestDefaultsStandAlone(t *testing.T) {
	t.Parallel()
	config := load(t, "PATH=/bin", "JUZHEN_LISTEN=")
	if config.Listen != "localhost:8080" || config.PrepareLead != time.Minute ||
		config.LookLag != 5*time.Minute ||
		config.SendConnections != 200 {
		t.Errorf("got %+v", config)
	}
	if !filepath.IsAbs(config.DataDir) {
		t.Errorf("data folder %q is not absolute", config.DataDir)
	}
	if got := config.Public("127.0.0.1:8081"); got != "http://localhost:8081" {
		t.Errorf("public address %q, want the port really used", got)
	}
	if err := config.CheckServe(); err == nil || !strings.Contains(err.Error(), "JUZHEN_DATABASE_URL") ||
		!strings.Contains(err.Error(), "JUZHEN_SECRET_KEY_FILE") {
		t.Errorf("serve without secrets: %v, want both named", err)
	} else if strings.Contains(
		err.Error(),
		"必须大于",
	) {
		t.Errorf("a default is refused: %v", err)
	}
}

func TestValuesAreTaken(t *testing.T) {
	t.Parallel()
	config := load(
		t,
		"JUZHEN_DATABASE_URL=postgres://juzhen@db/juzhen?sslmode=disable",
		"JUZHEN_DATABASE_PASSWORD_FILE="+file(t, "p@ss"),
		"JUZHEN_SECRET_KEY_FILE="+file(
			t,
			key,
		),
		"JUZHEN_WEIBO_APP_KEY=4711",
		"JUZHEN_WEIBO_APP_SECRET_FILE="+file(t, "hush"),
		"JUZHEN_PUBLIC_URL=https://juzhen.example.gov.cn/",
		"JUZHEN_LOOK_LAG=90s",
		"JUZHEN_METRICS_FROM=10.1.0.0/16,fd00::/8",
		"JUZHEN_TRUSTED_PROXIES=127.0.0.1, ::1,10.1.2.0/24",
		"JUZHEN_ALLOWED_HOSTS=console.intranet, 10.1.0.7",
		"JUZHEN_METRICS_LISTEN=off",
	)
	if got := config.DatabaseURL.Reveal(); got != "postgres://juzhen:p%40ss@db/juzhen?sslmode=disable" {
		t.Errorf("database %q", got)
	}
	owner := load(
		t,
		"JUZHEN_DATABASE_URL=postgres://juzhen@db/juzhen",
		"JUZHEN_MIGRATE_URL=postgres://owner@db/juzhen",
		"JUZHEN_MIGRATE_PASSWORD_FILE="+file(t, "geheim"),
	)
	if got := owner.Owner().Reveal(); got != "postgres://owner:geheim@db/juzhen" {
		t.Errorf("owner %q", got)
	}
	if config.SecretKey.Reveal() != key || config.WeiboAppSecret.Reveal() != "hush" ||
		config.LookLag != 90*time.Second ||
		len(config.MetricsFrom) != 2 {
		t.Errorf("got %+v", config)
	}
	if got := fmt.Sprint(
		Prefixes(config.TrustedProxies),
		config.AllowedHosts,
	); got != "[127.0.0.1/32 ::1/128 10.1.2.0/24] [console.intranet 10.1.0.7]" {
		t.Errorf("proxies and hosts %s", got)
	}
	if got := config.Public("localhost:1"); got != "https://juzhen.example.gov.cn" {
		t.Errorf("public address %q", got)
	}
	if err := config.CheckServe(); err != nil {
		t.Error(err)
	}
	if shown := fmt.Sprintf(
		"%+v %#v",
		config,
		config,
	); strings.Contains(shown, "hush") || strings.Contains(shown, key) ||
		strings.Contains(shown, "p%40ss") {
		t.Errorf("printing shows a secret: %s", shown)
	}
}

func TestEverythingWrongIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	open := file(t, key)
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Load([]string{
		"JUZHEN_LISTNE=x",
		"JUZHEN_SWEEP=soon",
		"JUZHEN_LEASE=-1s",
		"JUZHEN_SEND_CONNECTIONS=many",
		"JUZHEN_MARK_CONNECTIONS=0",
		"JUZHEN_WEIBO_URL=weibo.com",
		"JUZHEN_LISTEN=8080",
		"JUZHEN_LOG_LEVEL=loud",
		"JUZHEN_WEIBO_SAFE_DOMAIN=https://x.cn/",
		"JUZHEN_DATABASE_URL=mysql://u:geheim@h/d",
		"JUZHEN_MIGRATE_URL=owner:geheim@h",
		"JUZHEN_SECRET_KEY_FILE=" + open,
		"JUZHEN_CLOCK_STOP=100ms",
		"JUZHEN_SHUTDOWN_GRACE=5s",
		"JUZHEN_METRICS_FROM=10.1",
		"JUZHEN_TRUSTED_PROXIES=0.0.0.0/0",
		"JUZHEN_ALLOWED_HOSTS=a.example,https://b.example",
		"JUZHEN_OUTWARD_HOSTS=data.intranet",
		"JUZHEN_METRICS_LISTEN=9464",
		"JUZHEN_PUSH_LISTEN=8095",
		"JUZHEN_PUSH_URL=weibo",
		"JUZHEN_NAME=" + strings.Repeat("台", 61),
		"JUZHEN_PUBLIC_URL=https://矩阵台.example",
		"JUZHEN_WEIBO_APP_SECRET=a",
		"JUZHEN_WEIBO_APP_SECRET_FILE=" + file(t, "b"),
	})
	if err == nil {
		t.Fatal("nothing was found")
	}

	for _, name := range []string{
		"JUZHEN_LISTNE", "JUZHEN_SWEEP", "JUZHEN_LEASE", "JUZHEN_SEND_CONNECTIONS",
		"JUZHEN_MARK_CONNECTIONS", "JUZHEN_WEIBO_URL", "JUZHEN_LISTEN", "JUZHEN_LOG_LEVEL",
		"JUZHEN_WEIBO_SAFE_DOMAIN", "JUZHEN_DATABASE_URL", "JUZHEN_MIGRATE_URL",
		"JUZHEN_SECRET_KEY_FILE", "JUZHEN_CLOCK_STOP", "JUZHEN_SHUTDOWN_GRACE",
		"JUZHEN_METRICS_FROM", "JUZHEN_TRUSTED_PROXIES", "JUZHEN_ALLOWED_HOSTS",
		"JUZHEN_METRICS_LISTEN",
		"JUZHEN_PUSH_LISTEN", "JUZHEN_PUSH_URL", "JUZHEN_PUBLIC_URL", "JUZHEN_WEIBO_APP_SECRET", "JUZHEN_NAME",
	} {
		if strings.Count(err.Error(), "\n  "+name+"：") != 1 {
			t.Errorf("%s is not named once in: %s", name, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Errorf("the message shows a password: %s", err)
	}
}

func TestBadSecretsAreRefusedUnseen(t *testing.T) {
	t.Parallel()

	for name, environ := range map[string][]string{
		"short key":         {"JUZHEN_SECRET_KEY=c2hvcnQ="},
		"missing file":      {"JUZHEN_SECRET_KEY_FILE=/nowhere/key"},
		"password alone":    {"JUZHEN_DATABASE_PASSWORD_FILE=" + file(t, "x")},
		"unreadable number": {"JUZHEN_PAGE_CONNECTIONS=1e9"},
	} {
		if _, err := Load(environ); err == nil || strings.Contains(err.Error(), "c2hvcnQ=") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	half := load(t, "JUZHEN_DATABASE_URL=postgres://h/d", "JUZHEN_SECRET_KEY="+key, "JUZHEN_WEIBO_APP_KEY=1")
	if err := half.CheckServe(); err == nil || !strings.Contains(err.Error(), "JUZHEN_WEIBO_APP_SECRET") {
		t.Errorf("half an application: %v", err)
	}
}

// TestANameOfSixtyIsTaken: characters as people count them, however many bytes or code points each has.
func TestANameOfSixtyIsTaken(t *testing.T) {
	t.Parallel()

	for name, ok := range map[string]bool{
		strings.Repeat("台", 60):     true,
		strings.Repeat("👨‍👩‍👧", 60): true,
		strings.Repeat("a", 61):     false,
	} {
		config, err := Load([]string{"JUZHEN_NAME=" + name})
		if ok && (err != nil || config.Name != name) ||
			!ok && (err == nil || !strings.Contains(err.Error(), "JUZHEN_NAME：最多 60 个字，现在是 61 个")) {
			t.Errorf("%.30q: %v", name, err)
		}
	}
}

// TestEveryNameIsDocumented compares the struct's names and defaults with the tables of
// docs/configuration.md.
func TestEveryNameIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}

	line := regexp.MustCompile(
		"(?m)^\\| `(JUZHEN_[A-Z_]+)` \\| (?:`([^`]*)`|—) \\| [^|]*\\p{Han}[^|]* \\| [^|]*[a-z][^|]* \\|$",
	)
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = m[2]
	}

	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		name := f.Tag.Get("env")
		def, ok := documented[name]
		if !ok {
			t.Errorf("%s has no line with name, default, Chinese and English", name)
		} else if def != f.Tag.Get("envDefault") {
			t.Errorf("%s: documented default %q, real %q", name, def, f.Tag.Get("envDefault"))
		}
		delete(documented, name)
	}

	for name := range documented {
		t.Errorf("%s is documented but does not exist", name)
	}
}

// TestOnlyThisPackageReadsTheEnvironment walks the code of the console. Handing the whole environment to a
// child is no reading; test kits, the measuring harness and what exists under a build tag only are no part
// of the console.
func TestOnlyThisPackageReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`os\.(Getenv|LookupEnv)\(`)

	for _, top := range []string{"../../internal", "../../cmd/juzhen"} {
		err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") ||
				strings.HasSuffix(path, "_test.go") ||
				slices.ContainsFunc([]string{
					"/config/", "/pgtest/", "/e2e/", "/bench/",
				}, func(room string) bool { return strings.Contains(path, room) }) {
				return err
			}
			text, err := os.ReadFile(path)
			if reads.Match(text) && !strings.Contains(string(text), "//go:build juzhen_") {
				t.Errorf("%s reads the environment", path)
			}

			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}
