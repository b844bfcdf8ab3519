// Package config turns the environment into one checked struct. It is the only reader of the
// environment; it opens no connection and starts nothing. Every field has a line in
// docs/configuration.md, which a test compares with this file.
package config

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"juzhen/internal/seal"
)

// Config is everything an operator can set. Times are durations as Go writes them: 500ms, 30s, 5m.
type Config struct {
	Listen    string `env:"JUZHEN_LISTEN" envDefault:"localhost:8080"`
	PublicURL string `env:"JUZHEN_PUBLIC_URL"` // empty: Public derives it
	Name      string `env:"JUZHEN_NAME"`       // shown where people sign in
	DataDir   string `env:"JUZHEN_DATA_DIR"`   // filled by Load
	LogLevel  string `env:"JUZHEN_LOG_LEVEL" envDefault:"info"`

	TrustedProxies []Network `env:"JUZHEN_TRUSTED_PROXIES"` // whose X-Forwarded-For is believed
	// names the console may be called by, beside Public's and Listen's
	AllowedHosts []string `env:"JUZHEN_ALLOWED_HOSTS"`
	// host:port that sources and links may reach although their address is not public
	OutwardHosts []string `env:"JUZHEN_OUTWARD_HOSTS"`

	// of the public site; empty: none
	SiteListen string `env:"JUZHEN_SITE_LISTEN"`
	SiteURL    string `env:"JUZHEN_SITE_URL"` // empty: Site derives it
	// of the role that reads the schema of the site and nothing else
	SiteDatabaseURL          seal.Secret `env:"JUZHEN_SITE_DATABASE_URL"`
	SiteDatabasePasswordFile string      `env:"JUZHEN_SITE_DATABASE_PASSWORD_FILE"`

	// what makes PDF files: paths; empty: where packages put them; "off": not used
	Chromium string `env:"JUZHEN_CHROMIUM"`
	PDFFont  string `env:"JUZHEN_PDF_FONT"`

	// what the platform pushes to; empty: nothing listens
	PushListen string `env:"JUZHEN_PUSH_LISTEN"`
	PushURL    string `env:"JUZHEN_PUSH_URL"` // by which the platform reaches it; empty: Push derives it

	// of /metrics; NoMetrics: none
	MetricsListen string `env:"JUZHEN_METRICS_LISTEN" envDefault:"localhost:9464"`
	// who may read it beside this machine; none: who reaches it
	MetricsFrom []Network `env:"JUZHEN_METRICS_FROM"`

	// with the password of the file in it, once loaded
	DatabaseURL          seal.Secret `env:"JUZHEN_DATABASE_URL"`
	DatabasePasswordFile string      `env:"JUZHEN_DATABASE_PASSWORD_FILE"`
	// of the role that owns the tables; empty: DatabaseURL's does
	MigrateURL          seal.Secret `env:"JUZHEN_MIGRATE_URL"`
	MigratePasswordFile string      `env:"JUZHEN_MIGRATE_PASSWORD_FILE"`
	PageConnections     int32       `env:"JUZHEN_PAGE_CONNECTIONS" envDefault:"20"`
	QueueConnections    int32       `env:"JUZHEN_QUEUE_CONNECTIONS" envDefault:"30"`
	MarkConnections     int32       `env:"JUZHEN_MARK_CONNECTIONS" envDefault:"8"`

	// the text of a key file (seal.ParseKeys), from either name
	SecretKey     seal.Secret `env:"JUZHEN_SECRET_KEY"`
	SecretKeyFile string      `env:"JUZHEN_SECRET_KEY_FILE"`

	WeiboURL           string      `env:"JUZHEN_WEIBO_URL" envDefault:"https://api.weibo.com"`
	WeiboCommercialURL string      `env:"JUZHEN_WEIBO_COMMERCIAL_URL" envDefault:"https://c.api.weibo.com"`
	WeiboRemindURL     string      `env:"JUZHEN_WEIBO_REMIND_URL"` // empty: the platform's, or WeiboURL
	WeiboAppKey        string      `env:"JUZHEN_WEIBO_APP_KEY"`
	WeiboAppSecret     seal.Secret `env:"JUZHEN_WEIBO_APP_SECRET"` // from either name
	WeiboAppSecretFile string      `env:"JUZHEN_WEIBO_APP_SECRET_FILE"`
	WeiboSafeDomain    string      `env:"JUZHEN_WEIBO_SAFE_DOMAIN"`
	WeiboSource        string      `env:"JUZHEN_WEIBO_SOURCE"`
	SendConnections    int         `env:"JUZHEN_SEND_CONNECTIONS" envDefault:"200"`

	// due at one instant; 0: never
	MarkAheadFrom int           `env:"JUZHEN_MARK_AHEAD_FROM" envDefault:"400" zero:"never"`
	PrepareLead   time.Duration `env:"JUZHEN_PREPARE_LEAD" envDefault:"60s"`
	CallLimit     time.Duration `env:"JUZHEN_CALL_LIMIT" envDefault:"10s"`
	LateLimit     time.Duration `env:"JUZHEN_LATE_LIMIT" envDefault:"30m"`
	LookFirst     time.Duration `env:"JUZHEN_LOOK_FIRST" envDefault:"10s"`
	LookLag       time.Duration `env:"JUZHEN_LOOK_LAG" envDefault:"5m"`
	LookAgain     time.Duration `env:"JUZHEN_LOOK_AGAIN" envDefault:"10m"`
	LookFor       time.Duration `env:"JUZHEN_LOOK_FOR" envDefault:"24h"`
	ReadBack      time.Duration `env:"JUZHEN_READ_BACK" envDefault:"30s"`
	HandoffReturn time.Duration `env:"JUZHEN_HANDOFF_RETURN" envDefault:"10m"`
	Lease         time.Duration `env:"JUZHEN_LEASE" envDefault:"5s"`
	Sweep         time.Duration `env:"JUZHEN_SWEEP" envDefault:"1s"`
	ClockWarn     time.Duration `env:"JUZHEN_CLOCK_WARN" envDefault:"200ms"`
	ClockStop     time.Duration `env:"JUZHEN_CLOCK_STOP" envDefault:"2s"`
	ShutdownGrace time.Duration `env:"JUZHEN_SHUTDOWN_GRACE" envDefault:"30s"`
	// the mail server that channels without one of their own use; no host: none
	SMTPAddress      string      `env:"JUZHEN_SMTP_ADDRESS"`
	SMTPUser         string      `env:"JUZHEN_SMTP_USER"`
	SMTPPassword     seal.Secret `env:"JUZHEN_SMTP_PASSWORD"` // from either name
	SMTPPasswordFile string      `env:"JUZHEN_SMTP_PASSWORD_FILE"`
	SMTPFrom         string      `env:"JUZHEN_SMTP_FROM"`
	SMTPSecurity     string      `env:"JUZHEN_SMTP_SECURITY" envDefault:"tls"`

	// urgent and unopened: to the next; 0: never
	NoticePassOn        time.Duration `env:"JUZHEN_NOTICE_PASS_ON" envDefault:"15m" zero:"never"`
	KeepReadings        time.Duration `env:"JUZHEN_KEEP_READINGS" envDefault:"8760h"`
	KeepAccountReadings time.Duration `env:"JUZHEN_KEEP_ACCOUNT_READINGS" envDefault:"8760h"`
	KeepInbox           time.Duration `env:"JUZHEN_KEEP_INBOX" envDefault:"4320h"`
	// calls of an account's 100 a day on the public interface; the rest is for posting
	ReadDay  int `env:"JUZHEN_READ_DAY" envDefault:"40"`
	InboxDay int `env:"JUZHEN_INBOX_DAY" envDefault:"30"`
}

const (
	// NoMetrics in the place of an address means that nobody may measure.
	NoMetrics = "off"
	// DefaultMetrics may be taken already by another console of this machine; then any free port does.
	DefaultMetrics = "localhost:9464"
)

// Network is an address or a network as operators write it: 10.1.0.7, fd00::7, 10.1.0.0/16.
type Network struct{ netip.Prefix }

// UnmarshalText takes both forms. The network of all addresses is refused: it would trust everybody.
func (n *Network) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		n.Prefix = netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return err
	}
	if p.Bits() == 0 {
		return fmt.Errorf("%s is every address", p)
	}
	n.Prefix = p.Masked()

	return nil
}

// Prefixes are the networks as the standard library writes them.
func Prefixes(list []Network) []netip.Prefix {
	var all []netip.Prefix
	for _, network := range list {
		all = append(all, network.Prefix)
	}

	return all
}

// Owner is the address of the role that owns the tables.
func (c Config) Owner() seal.Secret {
	if c.MigrateURL != "" {
		return c.MigrateURL
	}

	return c.DatabaseURL
}

// FromEnvironment is Load of this process's environment.
func FromEnvironment() (Config, error) { return Load(os.Environ()) }

// Public is the address people type, without a slash at its end: the one set, else http://localhost
// with the port of listen, the address the console really listens on.
func (c Config) Public(listen string) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		port = "8080"
	}

	return "http://localhost:" + port
}

// Site is the address of the public site, without a slash at its end: the one set, else http://localhost with
// the port of listen.
func (c Config) Site(listen string) string {
	return Config{PublicURL: c.SiteURL}.Public(listen)
}

// Push is the address by which the platform reaches what it pushes to, without a slash at its end: the one
// set, else http://localhost with the port of PushListen; "" where nothing listens.
func (c Config) Push() string {
	if c.PushListen == "" {
		return ""
	}

	return Config{PublicURL: c.PushURL}.Public(c.PushListen)
}

// CheckSite names what the public site needs: where to listen and its own role.
func (c Config) CheckSite() error {
	var p problems
	p.needSite(c)
	return p.err()
}

func (p *problems) needSite(config Config) {
	if config.SiteListen == "" {
		p.add("JUZHEN_SITE_LISTEN", "必须设置微官网监听的 主机:端口，如 localhost:8090")
	}
	if config.SiteDatabaseURL == "" {
		p.add("JUZHEN_SITE_DATABASE_URL", "必须设置微官网专用的数据库地址：它的用户只能读 site 模式（见 docs/site.md）")
	}
}

// CheckDatabase names what a command needs that only reads the database.
func (c Config) CheckDatabase() error {
	var p problems
	p.needDatabase(c)
	return p.err()
}

func (p *problems) needDatabase(config Config) {
	if config.DatabaseURL == "" {
		p.add("JUZHEN_DATABASE_URL", "必须设置数据库地址，如 postgres://juzhen@localhost/juzhen")
	}
}

// CheckServe names what `serve` needs and has no default for: the database and the key, and the
// application at Weibo's when one of its two halves is set.
func (c Config) CheckServe() error {
	var p problems
	p.needDatabase(c)
	if c.SecretKey == "" {
		p.add("JUZHEN_SECRET_KEY_FILE", "必须设置主密钥文件（可用 openssl rand -base64 32 生成，权限 0600，与数据库分开备份）")
	}
	if (c.WeiboAppKey == "") != (c.WeiboAppSecret == "") {
		p.add("JUZHEN_WEIBO_APP_KEY", "必须与 JUZHEN_WEIBO_APP_SECRET（或 _FILE）一起设置")
	}
	if c.SiteListen != "" {
		p.needSite(c)
	}

	return p.err()
}

// defaultDataDir lies where the system user of a private Postgres can reach it, also when we are root.
func defaultDataDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/juzhen"
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}

	return filepath.Join(home, ".local", "share", "juzhen")
}
