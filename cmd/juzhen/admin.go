package main

import (
	"bufio"
	"cmp"
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
)

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	if err := cfg.CheckDatabase(); err != nil {
		return err
	}

	return migrate(ctx, cfg, logger(cfg))
}

type userCommand struct {
	Add     userAddCommand     `cmd:"" help:"新增人员，密码从标准输入读取。Add a user; the password is read from standard input."`
	Reset   userResetCommand   `cmd:"" help:"重置密码，新的初始密码从标准输入读取。Reset a password; the initial one is read from standard input."`
	Enable  userEnableCommand  `cmd:"" help:"启用已停用的人员。Let a disabled user in again."`
	Confirm userConfirmCommand `cmd:"" help:"没有别人可以确认时，在这里确认一项人员与单位变更。Confirm a change of users or units where nobody else can."`
}

type userAddCommand struct {
	Name    string      `arg:"" help:"登录名。The name to sign in with."`
	Role    access.Role `required:"" help:"角色：press_officer、reviewer、supervisor、administrator、auditor。"`
	Unit    string      `required:"" help:"单位名称。数据库中还没有单位时，会以此名建立根单位。The unit's name; the first one becomes the root."`
	Display string      `help:"显示名（岗位）。The name shown, a post held; default: the sign-in name."`
}

func (c userAddCommand) Run(ctx context.Context) error {
	cfg, password, err := withPassword()
	if err != nil {
		return err
	}
	display := cmp.Or(c.Display, c.Name)
	if err := app.AddUser(ctx, cfg, app.FirstUser{
		Username: c.Name, DisplayName: display, Password: password, Role: c.Role, Unit: c.Unit,
	}); err != nil {
		return err
	}
	fmt.Printf("已新增 %s（%s，%s）。Added.\n", c.Name, c.Role.Label(), c.Unit)

	return nil
}

type userResetCommand struct {
	Name string `arg:"" help:"登录名。The name to sign in with."`
}

func (c userResetCommand) Run(ctx context.Context) error {
	cfg, password, err := withPassword()
	if err != nil {
		return err
	}
	if err := app.ResetUser(ctx, cfg, c.Name, password); err != nil {
		return err
	}
	fmt.Printf("已重置 %s 的密码，下次登录须修改。Reset; it must be changed at the next sign-in.\n", c.Name)

	return nil
}

type userEnableCommand struct {
	Name string `arg:"" help:"登录名。The name to sign in with."`
}

func (c userEnableCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	if err := app.EnableUser(ctx, cfg, c.Name); err != nil {
		return err
	}
	fmt.Printf("已启用 %s。Enabled.\n", c.Name)

	return nil
}

type userConfirmCommand struct {
	ID int64 `arg:"" help:"申请的编号，见申请页的网址。The number of the change, as in the address of its page."`
}

func (c userConfirmCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	done, first, err := app.ConfirmChange(ctx, cfg, c.ID)
	if err != nil {
		return err
	}
	fmt.Printf("已确认：%s。Confirmed.\n", strings.Join([]string{
		done.Kind.Label(), done.DisplayName, done.Username,
	}, " "))
	if first.Code != "" {
		fmt.Printf("一次性码，交给本人，%s 前有效。One-time code for the person:\n%s\n",
			first.Until.Local().Format("2006-01-02 15:04"), first.Code.Reveal())
	}

	return nil
}

// withPassword reads the configuration, and then a password from standard input.
func withPassword() (config.Config, string, error) {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return config.Config{}, "", err
	}
	password, err := passwordFromInput()

	return cfg, password, err
}

// passwordFromInput reads one line from standard input.
func passwordFromInput() (string, error) {
	password, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}

	return strings.TrimRight(password, "\r\n"), nil
}

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"逐条校验审计链；没有主密钥时只核对链。Check every link of the audit chain; without the key the chain only."`
	Close  auditCloseCommand  `cmd:"" help:"用现在的主密钥封存整条审计链。Vouch for the whole chain as it stands, with the present key."`
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
	fmt.Printf("相符 %d 条，链头 %d（%x），待入链 %d 条。Held, head, waiting to be linked.\n",
		report.Checked, report.HeadSeq, report.HeadHash, report.Unchained)

	switch {
	case report.ChainOnly:
		fmt.Println(
			"只核对了链：没有主密钥，能改写数据库的人可以重算整条链。Chain only: without the key a chain that was computed anew goes unseen.",
		)
	case report.ClosedAt.IsZero():
		fmt.Printf("主密钥核对 %d 条，没有封存。Vouched for by the key; nothing is closed.\n", report.Vouched)
	default:
		fmt.Printf(
			"主密钥核对 %d 条；第 %d 条及以前由 %s 的封存担保。Vouched for by the key; up to there by a closing of that time.\n",
			report.Vouched,
			report.ClosedSeq,
			report.ClosedAt.UTC().Format(time.RFC3339),
		)
	}
	if b := report.Broken; b != nil {
		fmt.Printf(
			"第 %d 条（编号 %d）不符：%s；没有密钥担保的共 %d 条。It does not hold there; entries that no key vouches for.\n",
			b.Seq,
			b.ID,
			b.Code,
			report.Forged,
		)

		return exitError(1)
	}

	return nil
}

type auditCloseCommand struct {
	Why string `required:"" help:"原因，记入审计。The reason, which goes into the trail."`
}

func (c auditCloseCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	closing, err := app.CloseAudit(ctx, cfg, c.Why)
	if err != nil {
		return err
	}
	fmt.Printf(
		"已封存到第 %d 条（%x）。请抄录到系统之外。Closed up to there: write it down elsewhere.\n",
		closing.LastSeq,
		closing.Hash,
	)

	return nil
}

type keyCommand struct {
	Accept keyAcceptCommand `cmd:"" help:"改用密钥文件第一行的主密钥：下面各行解得开的重新加密，解不开的作废。Take the key of the first line: what the others open is sealed anew, the rest is lost."`
}

type keyAcceptCommand struct{}

func (keyAcceptCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	done, err := app.AcceptKey(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Printf(
		"已改用第一行的主密钥：%d 项重新加密，%d 个账号须重新授权，%d 个通知渠道、%d 个账号的推送须重新填写密钥。"+
			"The key of the first line is taken: sealed anew, to be authorised again, channels and push secrets to be "+
			"filled in again.\n",
		done.Moved,
		done.Lost,
		done.Dumb,
		done.Deaf,
	)

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
	req, err := http.NewRequestWithContext(
		ctx,
		http.MethodGet,
		"http://"+net.JoinHostPort(host, port)+"/readyz",
		nil,
	)
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
