package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const root = "../.."

// TestComposeFileIsValid reads docker-compose.yml with the parser that docker compose uses. The
// containers themselves are not started by any test: there is no engine where the tests run
// (docs/install.md says so).
func TestComposeFileIsValid(t *testing.T) {
	t.Parallel()
	p := loadCompose(t)

	console := p.Services["console"]
	if !console.ReadOnly || !slices.Contains(console.CapDrop, "ALL") {
		t.Error("the console should run read-only and without capabilities")
	}
	if time.Duration(*console.StopGracePeriod) <= 30*time.Second {
		t.Error("the grace period must be longer than the console's own 30 s")
	}
	if console.DependsOn["migrate"].Condition != types.ServiceConditionCompletedSuccessfully {
		t.Error("the console must wait for its schema")
	}
	if p.Services["migrate"].DependsOn["postgres"].Condition != types.ServiceConditionHealthy {
		t.Error("migrating must wait for a healthy Postgres")
	}

	for _, port := range slices.Concat(console.Ports, p.Services["weibo"].Ports) {
		if port.HostIP != "127.0.0.1" {
			t.Errorf("port %s is open to the network", port.Published)
		}
	}
}

func TestComposeHoldsNoSecret(t *testing.T) {
	t.Parallel()

	for name, service := range loadCompose(t).Services {
		for key, value := range service.Environment {
			secret := strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET")
			if secret && !strings.HasSuffix(key, "_FILE") {
				t.Errorf("%s: %s=%v is written into the compose file", name, key, value)
			}
		}
	}
}

// TestDockerfile checks by its words what cannot be checked by building it here.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}

	_, last, _ := strings.Cut(string(b), "FROM scratch")
	for _, want := range []string{
		"USER 65534:65534", "HEALTHCHECK", "ca-certificates.crt", `ENTRYPOINT ["/juzhen"]`,
	} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage lacks %q", want)
		}
	}
	if _, build, _ := strings.Cut(string(b), " AS build"); !strings.Contains(build, "ENV CGO_ENABLED=0\n") {
		t.Error("the binaries must be static")
	}
}

func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	opts, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := opts.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return p
}
