package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/pg"
)

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	return pg.Migrate(ctx, cfg.DatabaseURL.Reveal(), logger(cfg))
}

type userCommand struct {
	Add userAddCommand `cmd:"" help:"新增人员，密码从标准输入读取。Add a user; the password is read from standard input."`
}

type userAddCommand struct {
	Name    string      `arg:"" help:"登录名。The name to sign in with."`
	Role    access.Role `required:"" help:"角色：press_officer、reviewer、supervisor、administrator、auditor。"`
	Unit    string      `required:"" help:"单位名称。数据库中还没有单位时，会以此名建立根单位。The unit's name; the first one becomes the root."`
	Display string      `help:"显示名（岗位）。The name shown, a post held; default: the sign-in name."`
}

func (c userAddCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	password, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	display := c.Display
	if display == "" {
		display = c.Name
	}
	if err := app.AddUser(ctx, cfg, app.FirstUser{
		Username: c.Name, DisplayName: display, Password: strings.TrimRight(password, "\r\n"), Role: c.Role, Unit: c.Unit,
	}); err != nil {
		return err
	}
	fmt.Printf("已新增 %s（%s，%s）。Added.\n", c.Name, c.Role.Label(), c.Unit)
	return nil
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"逐条校验审计链。Check every link of the audit chain."`
}

type auditVerifyCommand struct{}

func (auditVerifyCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	report, err := app.VerifyAudit(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Printf("已校验 %d 条，链头 %d（%x），待入链 %d 条。Checked, head, waiting to be linked.\n",
		report.Checked, report.HeadSeq, report.HeadHash, report.Unchained)
	if b := report.Broken; b != nil {
		fmt.Printf("链在第 %d 条（编号 %d）断开：%s。The chain is broken there.\n", b.Seq, b.ID, b.Code)
		return exitError(1)
	}
	return nil
}

type keyCommand struct {
	Accept keyAcceptCommand `cmd:"" help:"改用现在的主密钥；旧密钥封存的令牌作废。Take the present key; tokens sealed with the old one are lost."`
}

type keyAcceptCommand struct{}

func (keyAcceptCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	lost, err := app.AcceptKey(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Printf("已改用现在的主密钥，%d 个账号须重新授权。The present key is taken; that many accounts need a new authorisation.\n", lost)
	return nil
}

type healthCommand struct{}

// Run asks /readyz of the console that this environment describes: the health check of the container image.
func (healthCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", res.Status)
	}
	return nil
}
