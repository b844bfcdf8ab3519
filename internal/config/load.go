package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"juzhen/internal/glyph"
	"juzhen/internal/seal"
)

// prefix of every name that is ours; another name with it is a mistake somebody should hear of.
const prefix = "JUZHEN_"

// problems collects what is wrong, so that the operator corrects it all at once.
type problems []string

func (p *problems) add(name, what string) { *p = append(*p, name+"："+what) }

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}

	return errors.New("配置有误：\n  " + strings.Join(p, "\n  "))
}

// Load reads NAME=value pairs. An empty value counts as not set. The error names every unknown JUZHEN_
// name and every bad value at once, and never shows a secret.
func Load(environ []string) (Config, error) {
	values, unknown := ours(environ)

	var p problems
	for _, name := range unknown {
		p.add(name, "没有这个配置项（见 docs/configuration.md）")
	}
	var config Config
	p.parse(env.ParseWithOptions(&config, env.Options{Environment: values}), values)
	p.checkAddresses(&config)
	p.checkNumbers(config)
	p.readFiles(&config)
	if err := p.err(); err != nil {
		return Config{}, err
	}

	return config, nil
}

// ours splits the environment into the known names with their values and the unknown ones.
func ours(environ []string) (values map[string]string, unknown []string) {
	known := names()
	values = map[string]string{}

	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, prefix):
		case known[name] == "":
			unknown = append(unknown, name)
		case value != "":
			values[name] = value
		}
	}
	slices.Sort(unknown)

	return values, unknown
}

// names maps each name of the environment to its field.
func names() map[string]string {
	m := map[string]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		m[f.Tag.Get("env")] = f.Name
	}

	return m
}

// parse adds a line for each field that could not be read. The library's own text may hold the value;
// ours only for what is no secret.
func (p *problems) parse(err error, values map[string]string) {
	var all env.AggregateError
	if err == nil || !errors.As(err, &all) {
		return
	}

	for _, one := range all.Errors {
		var bad env.ParseError
		if !errors.As(one, &bad) {
			continue
		}

		for name, field := range names() {
			if field == bad.Name {
				p.add(name, fmt.Sprintf("“%s”不是%s", values[name], kind(bad.Type)))
			}
		}
	}
}

func kind(t reflect.Type) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "时长（如 500ms、30s、5m）"
	}
	if t == reflect.TypeFor[[]Network]() || t == reflect.TypeFor[Network]() {
		return "地址或网段（如 10.1.0.7、10.1.0.0/16，不能是全部地址），多个用逗号分隔"
	}

	return "整数"
}

func (p *problems) checkAddresses(config *Config) {
	if _, _, err := net.SplitHostPort(config.Listen); err != nil {
		p.add("JUZHEN_LISTEN", fmt.Sprintf("“%s”应为 主机:端口，如 localhost:8080", config.Listen))
	}
	if _, _, err := net.SplitHostPort(config.MetricsListen); err != nil && config.MetricsListen != NoMetrics {
		p.add(
			"JUZHEN_METRICS_LISTEN",
			fmt.Sprintf("“%s”应为 主机:端口，如 localhost:9464；不需要时写 off", config.MetricsListen),
		)
	}

	if _, _, err := net.SplitHostPort(config.SiteListen); err != nil && config.SiteListen != "" {
		p.add("JUZHEN_SITE_LISTEN", fmt.Sprintf("“%s”应为 主机:端口，如 localhost:8090", config.SiteListen))
	}

	if _, _, err := net.SplitHostPort(config.PushListen); err != nil && config.PushListen != "" {
		p.add("JUZHEN_PUSH_LISTEN", fmt.Sprintf("“%s”应为 主机:端口，如 localhost:8095", config.PushListen))
	}
	if config.PushListen == "" && config.PushURL != "" {
		p.add("JUZHEN_PUSH_LISTEN", "设置了 JUZHEN_PUSH_URL，却没有设置监听的 主机:端口，如 localhost:8095")
	}

	for i, name := range config.AllowedHosts {
		config.AllowedHosts[i] = strings.TrimSpace(name)
		if !hostName(config.AllowedHosts[i]) {
			p.add("JUZHEN_ALLOWED_HOSTS", fmt.Sprintf("“%s”应为主机名或地址，不带 http://、端口和路径；中文域名写成 xn-- 形式", name))
			break
		}
	}

	for i, name := range config.OutwardHosts {
		config.OutwardHosts[i] = strings.TrimSpace(name)
		if host, port, err := net.SplitHostPort(
			config.OutwardHosts[i],
		); err != nil || !hostName(host) ||
			port == "" {
			p.add("JUZHEN_OUTWARD_HOSTS", fmt.Sprintf("“%s”应为 主机:端口，如 data.intranet:8443", name))
			break
		}
	}

	for name, address := range map[string]*string{
		"JUZHEN_PUBLIC_URL":           &config.PublicURL,
		"JUZHEN_SITE_URL":             &config.SiteURL,
		"JUZHEN_PUSH_URL":             &config.PushURL,
		"JUZHEN_WEIBO_URL":            &config.WeiboURL,
		"JUZHEN_WEIBO_COMMERCIAL_URL": &config.WeiboCommercialURL,
		"JUZHEN_WEIBO_REMIND_URL":     &config.WeiboRemindURL,
	} {
		*address = strings.TrimRight(*address, "/")
		if *address != "" && !webAddress(*address) {
			p.add(name, fmt.Sprintf("“%s”应为 http:// 或 https:// 开头的网址，不带参数", *address))
		}
	}
	if u, err := url.Parse(config.PublicURL); err == nil && u.Host != "" && !hostName(u.Hostname()) {
		p.add("JUZHEN_PUBLIC_URL", fmt.Sprintf("“%s”的主机名无法识别；中文域名写成 xn-- 形式", config.PublicURL))
	}
	if strings.ContainsAny(config.WeiboSafeDomain, "/: ") {
		p.add("JUZHEN_WEIBO_SAFE_DOMAIN", fmt.Sprintf("“%s”应为域名，不带 http:// 和路径", config.WeiboSafeDomain))
	}
	p.checkMail(*config)
	if config.DataDir == "" {
		config.DataDir = defaultDataDir()
	}
	if abs, err := filepath.Abs(config.DataDir); err == nil {
		config.DataDir = abs
	}
	if n := glyph.Count(config.Name); n > maxName {
		p.add("JUZHEN_NAME", fmt.Sprintf("最多 %d 个字，现在是 %d 个", maxName, n))
	}
	slices.Sort(*p)
}

// checkMail looks at the mail server as a whole: what belongs to it says nothing without it.
func (p *problems) checkMail(config Config) {
	if config.SMTPSecurity != "tls" && config.SMTPSecurity != "starttls" && config.SMTPSecurity != "none" {
		p.add("JUZHEN_SMTP_SECURITY", fmt.Sprintf("“%s”应为 tls、starttls 或 none", config.SMTPSecurity))
	}
	if config.SMTPAddress == "" {
		if config.SMTPUser != "" || config.SMTPFrom != "" || config.SMTPPassword != "" ||
			config.SMTPPasswordFile != "" {
			p.add("JUZHEN_SMTP_ADDRESS", "必须与其他 JUZHEN_SMTP_ 一起设置")
		}

		return
	}
	if host, port, err := net.SplitHostPort(config.SMTPAddress); err != nil || !hostName(host) || port == "" {
		p.add("JUZHEN_SMTP_ADDRESS", fmt.Sprintf("“%s”应为 主机:端口，如 smtp.example.cn:465", config.SMTPAddress))
	}
	if at, err := mail.ParseAddress(config.SMTPFrom); err != nil || at.Name != "" {
		p.add("JUZHEN_SMTP_FROM", "必须设置发件邮箱，如 juzhen@example.cn")
	}
}

// maxName is how long the installation's name may be, in characters: more does not fit where people sign in.
const maxName = 60

func webAddress(s string) bool {
	address, err := url.Parse(s)

	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != "" &&
		address.RawQuery == "" &&
		address.Fragment == "" &&
		address.User == nil
}

// hostName tells whether s is a name or an address as browsers write it in Host, without a port.
func hostName(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}

	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// checkNumbers refuses what would stop the work or break a promise of docs/delivery.md.
func (p *problems) checkNumbers(config Config) {
	v := reflect.ValueOf(config)
	for _, f := range reflect.VisibleFields(v.Type()) {
		least := int64(1)
		if f.Tag.Get("zero") == "never" { // does not do it at all
			least = 0
		}
		if value := v.FieldByIndex(
			f.Index,
		); value.CanInt() && value.Int() < least &&
			!p.has(f.Tag.Get("env")) {
			p.add(f.Tag.Get("env"), "必须大于 0")
		}
	}
	if !p.has("JUZHEN_CLOCK_") && config.ClockStop <= config.ClockWarn {
		p.add("JUZHEN_CLOCK_STOP", "必须大于 JUZHEN_CLOCK_WARN")
	}
	if !p.has("JUZHEN_LEASE") && !p.has("JUZHEN_SWEEP") && config.Lease < 2*config.Sweep {
		p.add("JUZHEN_LEASE", "至少应为 JUZHEN_SWEEP 的两倍，否则活着的进程会被当作已停")
	}
	if !p.has("JUZHEN_SHUTDOWN_GRACE") && !p.has("JUZHEN_CALL_LIMIT") &&
		config.ShutdownGrace <= config.CallLimit {
		p.add("JUZHEN_SHUTDOWN_GRACE", "必须大于 JUZHEN_CALL_LIMIT，否则停机会切断正在发送的请求")
	}
	var level slog.Level
	if level.UnmarshalText([]byte(config.LogLevel)) != nil {
		p.add("JUZHEN_LOG_LEVEL", fmt.Sprintf("“%s”应为 debug、info、warn 或 error", config.LogLevel))
	}
}

// has tells whether a name with this beginning has a problem already.
func (p problems) has(name string) bool {
	return slices.ContainsFunc(p, func(s string) bool { return strings.HasPrefix(s, name) })
}

// readFiles takes the secrets that lie in files. A secret given twice is refused: which one counts
// should be no guess.
func (p *problems) readFiles(config *Config) {
	p.fromFile("JUZHEN_SECRET_KEY", &config.SecretKey, config.SecretKeyFile)
	p.fromFile("JUZHEN_SMTP_PASSWORD", &config.SMTPPassword, config.SMTPPasswordFile)
	p.fromFile("JUZHEN_WEIBO_APP_SECRET", &config.WeiboAppSecret, config.WeiboAppSecretFile)
	if config.SecretKey != "" {
		if _, err := seal.ParseKeys(config.SecretKey.Reveal()); err != nil {
			p.add("JUZHEN_SECRET_KEY", err.Error())
		}
	}
	p.checkDatabase("JUZHEN_DATABASE", &config.DatabaseURL, config.DatabasePasswordFile)
	p.checkDatabase("JUZHEN_MIGRATE", &config.MigrateURL, config.MigratePasswordFile)
	p.checkDatabase("JUZHEN_SITE_DATABASE", &config.SiteDatabaseURL, config.SiteDatabasePasswordFile)
}

func (p *problems) fromFile(name string, into *seal.Secret, file string) {
	if file == "" {
		return
	}
	if *into != "" {
		p.add(name, "与 "+name+"_FILE 只能设置一个")
		return
	}
	secret, err := seal.ReadFile(file)
	if err != nil {
		p.add(name+"_FILE", err.Error())
		return
	}
	*into = secret
}

// checkDatabase puts the password of the file into the address. name begins the names of both.
func (p *problems) checkDatabase(name string, address *seal.Secret, file string) {
	var password seal.Secret
	p.fromFile(name+"_PASSWORD", &password, file)
	if *address == "" {
		if password != "" {
			p.add(name+"_PASSWORD_FILE", "只能与 "+name+"_URL 一起设置")
		}

		return
	}
	u, err := url.Parse(address.Reveal())
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Path == "" {
		p.add(name+"_URL", "应为 postgres://用户@主机:端口/库名（内容含密码，不在此显示）")
		return
	}
	if password != "" {
		u.User = url.UserPassword(u.User.Username(), password.Reveal())
		*address = seal.Secret(u.String())
	}
}
