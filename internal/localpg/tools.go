package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// InstallLine installs the server on Debian or Ubuntu, as root. The first part keeps the package from
// starting a cluster of its own on port 5432.
const InstallLine = `mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf && ` +
	`apt-get update && apt-get install -y postgresql postgresql-contrib`

// MissingTools says that this machine has no Postgres server (of the version a data folder needs) and
// how to get one.
type MissingTools struct {
	Version string   // wanted major version; empty when any would do
	Looked  []string // folders that were searched
}

// Error tells the operator the exact line to type.
func (e *MissingTools) Error() string {
	what := "本机没有 PostgreSQL 服务器程序（initdb、postgres）"
	if e.Version != "" {
		what = "数据目录属于 PostgreSQL " + e.Version + "，本机没有这一版本的服务器程序"
	}

	return fmt.Sprintf("%s。请以 root 执行：\n  %s\n（找过：%s）", what, InstallLine, strings.Join(e.Looked, "，"))
}

// tools are the server's programs, all of one installation.
type tools struct{ bin string }

func (t tools) path(name string) string { return filepath.Join(t.bin, name) }

// findTools takes the newest installation, or the one that fits the data folder when there is one already.
func findTools(dir string) (tools, error) {
	want := dataVersion(dir)

	looked := candidates()
	for _, bin := range looked {
		if !executable(filepath.Join(bin, "initdb")) || !executable(filepath.Join(bin, "postgres")) {
			continue
		}
		if want == "" || majorVersion(bin) == want {
			return tools{bin: bin}, nil
		}
	}

	return tools{}, &MissingTools{Version: want, Looked: looked}
}

// candidates lists folders that may hold the programs: Debian's first, newest version first, then what
// the PATH knows.
func candidates() []string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the only error is a bad pattern
	sort.Slice(found, func(i, j int) bool { return folderVersion(found[i]) > folderVersion(found[j]) })
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		found = append(found, strings.TrimSpace(string(out)))
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(p))
	}

	return found
}

func folderVersion(bin string) float64 {
	v, _ := strconv.ParseFloat(filepath.Base(filepath.Dir(bin)), 64) // not a number: sorts last
	return v
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// majorVersion asks the program: "postgres (PostgreSQL) 15.9 (Debian …)".
func majorVersion(bin string) string {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}

	for _, word := range strings.Fields(string(out)) {
		if word[0] >= '0' && word[0] <= '9' {
			major, _, _ := strings.Cut(word, ".")
			return major
		}
	}

	return ""
}

// dataVersion is the major version a data folder was made by; empty when there is none yet.
func dataVersion(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "data", "PG_VERSION"))
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(b))
}
