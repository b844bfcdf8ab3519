package courier

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"juzhen/internal/outward"
	"juzhen/internal/seal"
)

// Security is how the conversation with a mail server is kept from others.
type Security string

// The ways. Plain is for servers that the operator named alone: inside the own network.
const (
	TLS      Security = "tls"      // from the first byte, as on port 465
	StartTLS Security = "starttls" // asked for before anything is told, as on port 587
	Plain    Security = "none"
)

// Securities are all there are.
func Securities() []Security { return []Security{TLS, StartTLS, Plain} }

// Label is the way in Chinese.
func (s Security) Label() string {
	return map[Security]string{
		TLS: "TLS（多为 465 端口）", StartTLS: "STARTTLS（多为 587、25 端口）", Plain: "不加密（仅限内部网络）",
	}[s]
}

// Server is a mail server that takes letters from us.
type Server struct {
	Address  string // host:port
	User     string // "": it wants nobody to sign in
	Password seal.Secret
	From     string // address of the sender
	Security Security

	// TLS replaces the system's roots, for tests.
	TLS *tls.Config
}

// Relay is the mail server that the operator named; without an address there is none.
func (c *Courier) Relay() Server { return c.relay }

// CheckServer tells whether a server may be spoken to in this way: without encryption only where the operator
// named it.
func (c *Courier) CheckServer(server Server) bool {
	host, port, err := net.SplitHostPort(server.Address)
	n, notNumber := strconv.Atoi(port)

	return err == nil && host != "" && notNumber == nil && n > 0 && n < 1<<16 &&
		(server.Security == TLS || server.Security == StartTLS ||
			server.Security == Plain && c.named(server))
}

func (c *Courier) named(server Server) bool {
	return c.outside.Allows(server.Address) || c.relay.Address != "" && c.relay.Address == server.Address
}

// Letter is one mail in plain text to one person.
type Letter struct {
	To      string
	Sender  string // the name beside the address of the sender
	Subject string
	Text    string
	ID      string // what makes it one, however often it is handed over: "notice-17.42@host"
}

// CheckMailbox tells whether a text is the address of one mailbox and nothing else.
func CheckMailbox(address string) bool {
	at, err := mail.ParseAddress(address)
	if err != nil || at.Name != "" || at.Address != address || len(address) > 254 {
		return false
	}
	_, domain, _ := strings.Cut(address, "@")

	return strings.Contains(domain, ".") && !strings.ContainsAny(address, " \"<>\r\n")
}

// Mail hands a letter to a server. It tries once. Fails with *Failure.
func (c *Courier) Mail(ctx context.Context, server Server, letter Letter) error {
	if !c.CheckServer(server) {
		return &Failure{Reason: Address}
	}
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()

	message, err := c.letter(server, letter)
	if err != nil {
		return &Failure{Reason: Recipient, Cause: err}
	}
	client, err := c.client(server)
	if err != nil {
		return &Failure{Reason: Address, Cause: err}
	}

	return mailFailure(client.DialAndSendWithContext(ctx, message))
}

func (c *Courier) letter(server Server, letter Letter) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := message.FromFormat(letter.Sender, server.From); err != nil {
		return nil, err
	}
	if err := message.To(letter.To); err != nil {
		return nil, err
	}
	message.Subject(cut(strings.Join(strings.Fields(letter.Subject), " "), maxSaid))
	message.SetDateWithValue(c.now())
	message.SetMessageIDWithValue(letter.ID)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // nobody's machine answers it
	message.SetBodyString(gomail.TypeTextPlain, letter.Text)

	return message, nil
}

func (c *Courier) client(server Server) (*gomail.Client, error) {
	host, port, err := net.SplitHostPort(server.Address)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if server.TLS != nil {
		settings = server.TLS.Clone()
		settings.ServerName = host
	}
	options := []gomail.Option{
		gomail.WithPort(n), gomail.WithTimeout(c.limit), gomail.WithTLSConfig(settings),
		gomail.WithHELO("juzhen"), gomail.WithDialContextFunc(c.dialer(server, settings)),
		gomail.WithoutNoop(), gomail.WithoutRset(), gomail.WithTLSPolicy(gomail.NoTLS),
	}

	switch server.Security {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS: // it is dialled so; the library asks the connection
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if server.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if server.Security == Plain {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(server.User),
			gomail.WithPassword(server.Password.Reveal()))
	}

	return gomail.NewClient(host, options...)
}

// dialer connects by the rule of addresses; the operator's own server is where the operator says.
func (c *Courier) dialer(server Server, settings *tls.Config) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dial := c.outside.Dial
		if c.relay.Address != "" && server.Address == c.relay.Address {
			dial = (&net.Dialer{Timeout: c.limit}).DialContext
		}
		conn, err := dial(ctx, network, address)
		if err != nil || server.Security != TLS {
			return conn, err
		}
		wrapped := tls.Client(conn, settings)
		if err := wrapped.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}

		return wrapped, nil
	}
}

// mailFailure sorts what the mail library says. The texts it was given by a server are bounded; the address
// and the password are in none of them.
func mailFailure(err error) error {
	if err == nil {
		return nil
	}
	failure := &Failure{Reason: Unreached, Cause: err}

	var outside *outward.Failure
	if errors.As(err, &outside) {
		return unreached(outside)
	}
	var answered *textproto.Error
	if errors.As(err, &answered) {
		failure.Code, failure.Said = code(answered.Code), said(answered.Msg)
		failure.Reason = reasonOfReply(answered.Code)
	}
	var sent *gomail.SendError
	if errors.As(err, &sent) && failure.Code == "" && sent.ErrorCode() != 0 {
		failure.Code = code(sent.ErrorCode())
		failure.Reason = reasonOfReply(sent.ErrorCode())
	}
	if errors.As(err, &sent) && sent.Reason == gomail.ErrSMTPRcptTo && !failure.Reason.Again() {
		failure.Reason = Recipient
	}
	var certificate *tls.CertificateVerificationError

	switch {
	case errors.As(err, &certificate):
		failure.Reason = Unsafe
	case failure.Code == "" && strings.Contains(err.Error(), "STARTTLS"):
		failure.Reason = Unsafe
	case failure.Code == "" && strings.Contains(strings.ToLower(err.Error()), "auth"):
		failure.Reason = Secret
	}

	return failure
}

// reasonOfReply sorts the three digits of a mail server (RFC 5321, 4954).
func reasonOfReply(code int) Reason {
	switch {
	case code == 530 || code == 534 || code == 535 || code == 538:
		return Secret
	case code == 421 || code == 450 || code == 451 || code == 452 || code == 454:
		return Busy
	case code >= 400 && code < 500:
		return Busy
	}

	return Refused
}
