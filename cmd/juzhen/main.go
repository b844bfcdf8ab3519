// Command juzhen is the console: it serves, migrates, shows itself at work and measures itself.
// It parses flags and starts things; every rule lives in internal.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Serve   serveCommand   `cmd:"" help:"启动控制台。Serve the console."`
	Site    siteCommand    `cmd:"" help:"微官网：单独提供，或它的设置。The public site: serve it alone, or its settings."`
	Migrate migrateCommand `cmd:"" help:"升级数据库结构。Bring the database schema up to date."`
	User    userCommand    `cmd:"" help:"管理人员。Manage users."`
	Audit   auditCommand   `cmd:"" help:"校验审计链。Verify the audit chain."`
	Key     keyCommand     `cmd:"" help:"主密钥。The master key."`
	Demo    demoCommand    `cmd:"" help:"演示：一条通知发往 20 个账号。One notice to 20 accounts, before your eyes."`
	Bench   benchCommand   `cmd:"" help:"性能与故障测量。Figures and faults."`
	LocalPG localpgCommand `cmd:"" name:"localpg" help:"在私有 Postgres 旁运行一条命令。Run a command beside a private Postgres."`
	Health  healthCommand  `cmd:"" help:"询问运行中的控制台是否就绪。Ask a running console whether it is ready."`
	Version versionCommand `cmd:"" help:"显示版本。Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run answers with the exit code: 0 done, 1 failed, 2 used wrongly.
func run(ctx context.Context, args []string) int {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	var c commands
	parser, err := kong.New(
		&c,
		kong.Name("juzhen"),
		kong.Description("矩阵台：政务微博矩阵的控制台。A console for a matrix of government microblogs."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	line, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%v", err)
		return 2
	}

	return exitCode(line.Run())
}

func exitCode(err error) int {
	var quiet exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return int(quiet)
	}
	fmt.Fprintln(os.Stderr, "juzhen:", err)

	return 1
}

// exitError ends the program with its code and says nothing more: the reason stands on the terminal already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("juzhen", version)
	return nil
}
