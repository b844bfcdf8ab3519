package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// TestTheComposeFileStarts builds the file tree of the image as the Dockerfile lays it out and starts
// every service as docker-compose.yml says: as the image's user, without new privileges, on a read-only
// root, with the secrets that the compose file's own first lines make bound to their places, and each
// service in a network of its own, Postgres too. There is no engine where the tests run; this is what
// one does. It needs root, as CI has.
func TestTheComposeFileStarts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: namespaces and users of a container cannot be made, nothing was started")
		return
	}
	compound := newCompound(t)
	compound.startPostgres()
	compound.run("weibo")
	compound.eventually("the imitation Weibo", func() error {
		if got, err := compound.ask(
			"weibo",
			"8090",
			"weibo:8090",
			"/",
		); err != nil ||
			!strings.Contains(got, "200 OK") {
			return fmt.Errorf("%q, %w", got, err)
		}

		return nil
	})
	if out, err := compound.finish("migrate", nil); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	compound.addFirstUser()
	console := compound.run("console")
	compound.eventually("the console's health check", func() error {
		_, err := compound.within("console", "/juzhen", "health")
		return err
	})

	for host, want := range map[string]string{"localhost:8080": "200 OK", "evil.example": "421"} {
		if got, err := compound.ask(
			"console",
			"8080",
			host,
			"/signin",
		); err != nil ||
			!strings.Contains(got, want) {
			t.Errorf("sign-in page of %s: %q, %v", host, got, err)
		}
	}
	began := time.Now()
	if err := console.stop(); err != nil {
		t.Errorf("stopping the console: %v\n%s", err, console.said())
	}
	if grace := time.Duration(
		*compound.project.Services["console"].StopGracePeriod,
	); time.Since(
		began,
	) > grace {
		t.Errorf("stopping took %s, the grace is %s", time.Since(began), grace)
	}
	if strings.Contains(console.said(), "owns the tables") {
		t.Error("the console's role owns the tables")
	}
}

// TestSecretsOfAnotherUserAreTold starts with the files as the compose file once said, readable for
// their owner alone: the console could not start. Now it says what to do.
func TestSecretsOfAnotherUserAreTold(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: users of a container cannot be made, nothing was started")
		return
	}
	compound := newCompound(t)
	if err := os.Chmod(filepath.Join(compound.dir, "secrets", "key"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := compound.finish("console", nil)
	if err == nil || !strings.Contains(out, "chmod 444") || !strings.Contains(out, "/run/secrets/key") {
		t.Errorf("%v: %s", err, out)
	}
}

// compound is everything the compose file starts.
type compound struct {
	*testing.T
	project *types.Project
	image   image
	dir     string            // where the compose file lies, as it were, with its secrets
	tree    string            // the image's file tree
	spaces  map[string]string // network namespaces by service
	hosts   string            // /etc/hosts of every container
}

// image is what the last stage of the Dockerfile says of the container.
type image struct {
	user        string
	environment []string
	entrypoint  []string
	command     []string
}

func newCompound(t *testing.T) *compound {
	t.Helper()
	c := &compound{T: t, project: loadCompose(t), image: readDockerfile(t), spaces: map[string]string{}}
	var err error
	c.dir, err = os.MkdirTemp("/var/tmp", "juzhen-compose-")
	c.must(err)
	t.Cleanup(func() { _ = os.RemoveAll(c.dir) })
	c.must(os.Chmod(c.dir, 0o755))
	c.makeSecrets()
	c.makeTree()
	c.makeNetwork()

	return c
}

func (c *compound) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// makeSecrets runs the commands at the head of the compose file.
func (c *compound) makeSecrets() {
	c.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	c.must(err)
	commands := regexp.MustCompile(`(?m)^#   (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(commands) == 0 {
		c.Fatal("the compose file no longer says how its secrets are made")
	}

	script := "umask 077\n"
	for _, m := range commands {
		script += m[1] + "\n"
	}
	c.shell(c.dir, script)
}

// makeTree lays the files out as the last stage of the Dockerfile does, with the mount points an engine adds.
func (c *compound) makeTree() {
	c.Helper()
	c.tree = filepath.Join(c.dir, "root")
	build := exec.Command("go",
		"build", "-trimpath",
		"-o", c.tree+string(filepath.Separator),
		"./cmd/juzhen", "./cmd/weibo-sandbox",
	)
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")

	for _, folder := range []string{"etc/ssl/certs", "data", "tmp", "proc", "run/secrets"} {
		c.must(os.MkdirAll(filepath.Join(c.tree, folder), 0o755))
	}
	if out, err := build.CombinedOutput(); err != nil {
		c.Fatalf("%v\n%s", err, out)
	}
	certificates, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	c.must(err)
	c.must(os.WriteFile(filepath.Join(c.tree, "etc/ssl/certs/ca-certificates.crt"), certificates, 0o644))
	c.must(os.WriteFile(filepath.Join(c.tree, "etc/hosts"), nil, 0o644))
	c.shell(c.dir, "chown "+c.image.user+" root/data")
}

// readDockerfile takes what the last stage says.
func readDockerfile(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, last, _ := strings.Cut(string(text), "FROM scratch")
	var i image

	for line := range strings.Lines(last) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		list := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(`[]", `, r) })

		switch word {
		case "USER":
			i.user = rest
		case "ENV":
			i.environment = strings.Fields(rest)
		case "ENTRYPOINT":
			i.entrypoint = list
		case "CMD":
			i.command = list
		}
	}

	return i
}

// makeNetwork gives every service a namespace with an address on one bridge, as an engine does.
func (c *compound) makeNetwork() {
	c.Helper()
	tag := strings.ToLower(rand.Text()[:6])
	bridge := "jzb" + tag
	script := fmt.Sprintf(
		"set -e; ip netns add %[1]s; ip -n %[1]s link add name switch0 type bridge; ip -n %[1]s link set switch0 up\n",
		bridge,
	)
	hosts := "127.0.0.1 localhost\n"

	number := 1
	for _, service := range []string{"postgres", "migrate", "console", "weibo"} {
		number++
		space := fmt.Sprintf("jz%d%s", number, tag)
		c.spaces[service] = space
		hosts += fmt.Sprintf("10.77.0.%d %s\n", number, service)
		script += fmt.Sprintf(`ip netns add %[1]s
			ip -n %[1]s link set lo up
			ip link add name eth0 netns %[1]s type veth peer name p%[3]d netns %[2]s
			ip -n %[1]s addr add 10.77.0.%[3]d/24 dev eth0; ip -n %[1]s link set eth0 up
			ip -n %[2]s link set p%[3]d master switch0; ip -n %[2]s link set p%[3]d up
		`, space, bridge, number)
	}
	c.Cleanup(func() {
		for _, space := range append([]string{bridge}, c.spacesInUse()...) {
			_ = exec.Command("ip", "netns", "del", space).Run()
		}
	})
	c.shell(c.dir, script)
	c.hosts = filepath.Join(c.dir, "hosts")
	c.must(os.WriteFile(c.hosts, []byte(hosts), 0o644))
}

func (c *compound) spacesInUse() []string {
	var all []string
	for _, s := range c.spaces {
		all = append(all, s)
	}

	return all
}

func (c *compound) shell(dir, script string) string {
	c.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.Fatalf("%s\n%v\n%s", script, err, out)
	}

	return string(out)
}

// startPostgres does what the image of Postgres does with a new volume: a superuser of the name and
// password given, connections from other machines by password, the scripts of
// /docker-entrypoint-initdb.d, then the command of the compose file.
func (c *compound) startPostgres() {
	c.Helper()
	s := c.project.Services["postgres"]
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(programs) == 0 {
		c.Fatal("no Postgres on this machine")
	}
	bin := programs[len(programs)-1]
	user, database := *s.Environment["POSTGRES_USER"], *s.Environment["POSTGRES_DB"]
	c.shell(c.dir, fmt.Sprintf(`
		mkdir pg sockets && cp secrets/owner pg.password
		chown postgres pg sockets pg.password && chmod 700 pg
		cd / && setpriv --reuid postgres --regid postgres --clear-groups \
			%s/initdb -D %[2]s/pg -U %s --pwfile=%[2]s/pg.password \
			--auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
		echo "host all all all scram-sha-256" >> %[2]s/pg/pg_hba.conf`, bin, c.dir, user))
	args := append([]string{
		"netns", "exec", c.spaces["postgres"], "setpriv", "--reuid", "postgres", "--regid",
		"postgres", "--clear-groups", bin + "/postgres", "-D", c.dir + "/pg", "-c",
		"listen_addresses=*", "-c", "unix_socket_directories=" + c.dir + "/sockets",
	}, s.Command[1:]...)
	c.start("postgres", "ip", args...)

	local := "PGHOST=" + c.dir + "/sockets "
	c.eventually("the health check of Postgres", func() error {
		return exec.Command("sh", "-c", local+strings.ReplaceAll(s.HealthCheck.Test[1], "-d juzhen", "-d postgres")).
			Run()
	})
	c.shell(c.dir, fmt.Sprintf("%s createdb -U %s %s", local, user, database))

	for _, v := range s.Volumes {
		if strings.HasPrefix(v.Target, "/docker-entrypoint-initdb.d/") {
			c.shell(
				c.dir,
				fmt.Sprintf(
					`unshare --mount sh -e -c 'mount -t tmpfs tmpfs /run; mkdir /run/secrets; mount --bind secrets /run/secrets
				%s POSTGRES_USER=%s POSTGRES_DB=%s %s'`,
					local,
					user,
					database,
					v.Source,
				),
			)
		}
	}
	c.shell(c.dir, local+s.HealthCheck.Test[1])
}

// container is the command line that runs a service's command, or another one in its place, as an
// engine does.
func (c *compound) container(service string, instead ...string) []string {
	c.Helper()
	s := c.project.Services[service]
	if !s.ReadOnly || len(s.CapDrop) == 0 || len(s.SecurityOpt) == 0 {
		c.Fatalf("%s is less confined than this test makes it", service)
	}

	script := fmt.Sprintf(
		"set -e; mount --make-rprivate /; mount --bind %[1]s %[1]s; mount --bind %[2]s %[1]s/etc/hosts\n",
		c.tree,
		c.hosts,
	)
	for _, secret := range s.Secrets {
		source := c.project.Secrets[secret.Source].File
		script += fmt.Sprintf(
			"touch %[1]s/run/secrets/%[2]s; mount --bind %[3]s %[1]s/run/secrets/%[2]s\n",
			c.tree,
			secret.Source,
			filepath.Join(c.dir, "secrets", filepath.Base(source)),
		)
	}

	script += fmt.Sprintf("mount --bind %[1]s/data %[1]s/data; mount -t proc proc %[1]s/proc\n", c.tree)
	for _, folder := range s.Tmpfs {
		script += fmt.Sprintf("mount -t tmpfs tmpfs %s%s\n", c.tree, folder)
	}
	script += fmt.Sprintf(`mount -o remount,ro,bind %[1]s
		exec setpriv --no-new-privs chroot --userspec=%[2]s --groups= %[1]s "$@"`, c.tree, c.image.user)

	command := append(append([]string{}, c.image.entrypoint...), c.image.command...)

	switch {
	case len(instead) > 0:
		command = instead
	case len(s.Entrypoint) > 0:
		command = append(append([]string{}, s.Entrypoint...), s.Command...)
	case len(s.Command) > 0:
		command = append(append([]string{}, c.image.entrypoint...), s.Command...)
	}

	return append([]string{
		"ip", "netns", "exec", c.spaces[service], "unshare", "--mount", "--pid", "--fork",
		"--kill-child", "sh", "-c", script, "sh",
	}, command...)
}

// environment is the image's and the service's, and nothing of this machine's but where programs lie.
func (c *compound) environment(service string) []string {
	all := append([]string{"PATH=" + os.Getenv("PATH")}, c.image.environment...)
	for name, value := range c.project.Services[service].Environment {
		all = append(all, name+"="+*value)
	}

	return all
}

// finish runs a service to its end.
func (c *compound) finish(service string, stdin []byte, instead ...string) (string, error) {
	c.Helper()
	args := c.container(service, instead...)
	ctx, cancel := context.WithTimeout(c.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env, cmd.Stdin = c.environment(service), bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()

	return string(out), err
}

// within runs a command beside a service that runs, as its health check does.
func (c *compound) within(service string, command ...string) (string, error) {
	c.Helper()
	return c.finish(service, nil, command...)
}

// run starts a service that stays.
func (c *compound) run(service string) *running {
	c.Helper()
	args := c.container(service)
	return c.start(service, args[0], args[1:]...)
}

// running is a service at work.
type running struct {
	cmd  *exec.Cmd
	out  lockedText
	done chan error
}

func (r *running) said() string { return r.out.String() }

// stop tells the service itself, which is the only child of what we started, and waits for the end.
func (r *running) stop() error {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", r.cmd.Process.Pid))
	if err != nil {
		return err
	}
	var pid int
	if _, err := fmt.Sscan(string(children), &pid); err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return err
	}

	select {
	case err := <-r.done:
		return err
	case <-time.After(time.Minute):
		return errors.New("it does not end")
	}
}

func (c *compound) start(service, program string, args ...string) *running {
	c.Helper()
	r := &running{cmd: exec.Command(program, args...), done: make(chan error, 1)}
	if service != "postgres" {
		r.cmd.Env = c.environment(service)
	}
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = "/", &r.out, &r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.must(r.cmd.Start())
	go func() { r.done <- r.cmd.Wait(); close(r.done) }()
	c.Cleanup(func() {
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGINT)
		select {
		case <-r.done:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		}
		if c.Failed() {
			c.Logf("%s said:\n%s", service, r.said())
		}
	})

	return r
}

// addFirstUser makes the first administrator as docs/install.md says, in a container of the console.
func (c *compound) addFirstUser() {
	c.Helper()
	out, err := c.finish(
		"console",
		[]byte("Zq7-hvRt-91kx\n"),
		"/juzhen",
		"user",
		"add",
		"guanli",
		"--role",
		"administrator",
		"--unit",
		"北京市环境保护局",
		"--display",
		"系统管理员",
	)
	if err != nil {
		c.Fatalf("the first user: %v\n%s", err, out)
	}
}

// ask sends one request from a service's own network and gives the first line of the answer.
func (c *compound) ask(service, port, host, path string) (string, error) {
	script := fmt.Sprintf(
		`exec 3<>/dev/tcp/127.0.0.1/%s; printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' >&3; cat <&3`,
		port,
		path,
		host,
	)
	out, err := exec.Command("ip", "netns", "exec", c.spaces[service], "bash", "-c", script).CombinedOutput()
	line, _, _ := strings.Cut(string(out), "\n")

	return line, err
}

// eventually looks until there is no error.
func (c *compound) eventually(what string, look func() error) {
	c.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(2 * time.Minute)
	defer limit.Stop()

	for {
		err := look()
		if err == nil {
			return
		}

		select {
		case <-tick.C:
		case <-limit.C:
			c.Fatalf("waited in vain for %s: %v", what, err)
		}
	}
}

// lockedText collects what a program says.
type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
