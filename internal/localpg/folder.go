package localpg

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// account is the system user the server runs as when we are root; Postgres refuses to run as root.
type account struct{ uid, gid int }

// serverAccount is nil when we are not root: the server then runs as ourselves.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("系统里没有 postgres 用户，请安装 PostgreSQL 软件包：%s: %w", InstallLine, err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, fmt.Errorf("uid of postgres: %w", err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, fmt.Errorf("gid of postgres: %w", err)
	}

	return &account{uid: uid, gid: gid}, nil
}

func (a *account) own(path string) error {
	if a == nil {
		return nil
	}

	return os.Chown(path, a.uid, a.gid)
}

// attributes keep Ctrl-C of the terminal from the child (the console stops it when its own work is
// done) and, unless detached, end the child with the thread that started it.
func (a *account) attributes(detached bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if detached {
		attr = &syscall.SysProcAttr{Setsid: true}
	} else {
		attr.Pdeathsig = syscall.SIGINT // fast shutdown
	}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}

	return attr
}

// prepareFolder makes the folder, lets the server's user pass through it (what lies in it has modes of
// its own) and checks that this user can come so far.
func prepareFolder(dir string, as *account) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("make folder of postgres: %w", err)
	}
	if as == nil {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil {
		err = os.Chmod(dir, info.Mode().Perm()|0o011)
	}
	if err != nil {
		return fmt.Errorf("open folder of postgres: %w", err)
	}

	for p := filepath.Dir(dir); p != "/"; p = filepath.Dir(p) {
		info, err := os.Stat(p)
		if err != nil {
			return fmt.Errorf("look at folder of postgres: %w", err)
		}
		if info.Mode().Perm()&0o001 == 0 {
			return fmt.Errorf(
				"以 root 运行时数据库由系统用户 postgres 启动，但它进不了 %s（权限 %v）；请把数据目录放到 /var/lib 下",
				p,
				info.Mode().Perm(),
			)
		}
	}

	return nil
}

// lockFolder lets one process at a time look for, make or start the server of a folder.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(dir, "start.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder of postgres: %w", err)
	}
	err = poll(ctx, func() (bool, error) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, nil
		}

		return err == nil, err
	})
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("lock folder of postgres: %w", err)
	}

	return func() { file.Close() }, nil
}

// poll asks until the answer is yes, an error, or the end of ctx.
func poll(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()

	for {
		if ok, err := ask(); ok || err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// initialise makes the data folder once. It is made beside its place and renamed, so that a cut leaves
// nothing half.
func initialise(ctx context.Context, options Options, t tools, as *account) error {
	data := filepath.Join(options.Dir, "data")
	if dataVersion(options.Dir) != "" {
		return nil
	}
	half := filepath.Join(options.Dir, "data.new")
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("clear half-made data folder: %w", err)
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if err := as.own(half); err != nil {
		return fmt.Errorf("give data folder to postgres: %w", err)
	}
	if err := initdb(ctx, options, t, as, half); err != nil {
		return err
	}
	if err := os.Rename(half, data); err != nil {
		return fmt.Errorf("move data folder to its place: %w", err)
	}

	return nil
}

func initdb(ctx context.Context, options Options, t tools, as *account, data string) error {
	args := []string{"-D", data, "-U", User, "-E", "UTF8", "--locale=C.UTF-8"}
	if options.Trust {
		args = append(args, "--auth=trust", "--no-sync")
	} else {
		file, err := newPassword(options.Dir, as)
		if err != nil {
			return err
		}
		defer os.Remove(file)
		args = append(args, "--auth=scram-sha-256", "--pwfile="+file)
	}
	cmd := exec.CommandContext(ctx, t.path("initdb"), args...)
	cmd.Dir = "/" // the server's user may not be able to enter ours
	cmd.SysProcAttr = as.attributes(false)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := onLivingThread(cmd.Run); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, tail(out.Bytes()))
	}

	return nil
}

// newPassword draws the password, keeps it for ourselves (mode 0600) and lends initdb a copy of its own.
func newPassword(dir string, as *account) (lent string, err error) {
	password := []byte(rand.Text())
	if err := os.WriteFile(passwordFile(dir), password, 0o600); err != nil {
		return "", fmt.Errorf("keep password of postgres: %w", err)
	}
	lent = filepath.Join(dir, "password.initdb")
	if err := os.WriteFile(lent, password, 0o600); err != nil {
		return "", fmt.Errorf("lend password to initdb: %w", err)
	}

	return lent, as.own(lent)
}

func passwordFile(dir string) string { return filepath.Join(dir, "password") }

// readPassword is empty for a folder made with Trust.
func readPassword(dir string) (string, error) {
	b, err := os.ReadFile(passwordFile(dir))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}

	return string(b), err
}
