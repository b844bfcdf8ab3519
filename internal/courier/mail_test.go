package courier_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/courier"
	"juzhen/internal/outward"
	"juzhen/internal/seal"
)

// post is a small imitation of a mail server: EHLO, STARTTLS, AUTH PLAIN, one letter.
type post struct {
	net.Listener
	mu       sync.Mutex
	letters  []string
	secure   *tls.Config // offered by STARTTLS, or spoken at once
	atOnce   bool
	password string
	refuse   map[string]string // command → answer
	silent   bool
}

func newPost(t *testing.T, set func(*post)) *post {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{Listener: listener, password: "pw"}
	if set != nil {
		set(p)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()

	return p
}

func (p *post) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	if p.atOnce {
		conn = tls.Server(conn, p.secure)
	}
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = fmt.Fprintf(conn, "%s\r\n", text) }
	if p.silent {
		_, _ = in.ReadString('\n')
		return
	}
	say("220 post ready")
	encrypted := p.atOnce

	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		verb := strings.ToUpper(strings.SplitN(line+" ", " ", 2)[0])
		if answer := p.refuse[verb]; answer != "" {
			say(answer)
			continue
		}

		switch verb {
		case "EHLO":
			say("250-post")
			if p.secure != nil && !encrypted {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, p.secure)
			in, encrypted = bufio.NewReader(conn), true
		case "AUTH":
			given, _ := base64.StdEncoding.DecodeString(line[strings.LastIndex(line, " ")+1:])
			if !strings.HasSuffix(string(given), "\x00user\x00"+p.password) {
				say("535 5.7.8 authentication failed")
				continue
			}
			say("235 welcome")
		case "DATA":
			say("354 go on")
			var text strings.Builder

			for {
				line, err := in.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			p.mu.Lock()
			p.letters = append(p.letters, text.String())
			p.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *post) server(security courier.Security) courier.Server {
	return courier.Server{
		Address: p.Addr().
			String(),
		User:     "user",
		Password: "pw",
		From:     "juzhen@example.cn",
		Security: security,
	}
}

func letterTo(t *testing.T, p *post, server courier.Server) error {
	t.Helper()
	send := courier.New(outward.New(outward.Options{Allowed: []string{p.Addr().String()}}), courier.Server{},
		func() time.Time { return noon })

	return send.Mail(t.Context(), server, courier.Letter{
		To: "someone@example.cn", Sender: "矩阵台", Subject: "待审：空气质量", Text: "正文\n.\nhttps://x/notices",
		ID: "notice-1@console",
	})
}

func TestALetterIsTaken(t *testing.T) {
	t.Parallel()
	p := newPost(t, nil)
	if err := letterTo(t, p, p.server(courier.Plain)); err != nil {
		t.Fatal(err)
	}
	letter, err := mail.ReadMessage(strings.NewReader(p.letters[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	if err != nil || subject != "待审：空气质量" || letter.Header.Get("To") != "<someone@example.cn>" ||
		letter.Header.Get("Message-ID") != "<notice-1@console>" ||
		letter.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%q %v", letter.Header, err)
	}
}

// encrypted is a server's certificate with the client's trust in it.
func encrypted(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.StartTLS()
	t.Cleanup(borrowed.Close)
	roots := x509.NewCertPool()
	roots.AddCert(borrowed.Certificate())

	return &tls.Config{Certificates: borrowed.TLS.Certificates}, &tls.Config{RootCAs: roots}
}

func TestALetterGoesEncrypted(t *testing.T) {
	t.Parallel()
	ours, trust := encrypted(t)

	for _, security := range []courier.Security{courier.TLS, courier.StartTLS} {
		p := newPost(t, func(p *post) { p.secure, p.atOnce = ours, security == courier.TLS })
		server := p.server(security)
		server.TLS = trust
		if err := letterTo(t, p, server); err != nil || len(p.letters) != 1 {
			t.Errorf("%s: %v, %d letters", security, err, len(p.letters))
		}
		server.TLS = nil // nobody vouches for the certificate
		if err := letterTo(t, p, server); reason(err) != courier.Unsafe || len(p.letters) != 1 {
			t.Errorf("%s: %v, %d letters", security, err, len(p.letters))
		}
	}
}

// TestWhatAMailServerAnswers types out why a letter was not taken.
func TestWhatAMailServerAnswers(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		refuse   map[string]string
		password string
		security courier.Security
		want     courier.Reason
	}{
		"a wrong password":        {nil, "other", courier.Plain, courier.Secret},
		"no such mailbox":         {map[string]string{"RCPT": "550 5.1.1 no such user"}, "pw", courier.Plain, courier.Recipient},
		"a grey list":             {map[string]string{"RCPT": "450 4.7.1 try later"}, "pw", courier.Plain, courier.Busy},
		"the content":             {map[string]string{"DATA": "554 5.7.1 spam"}, "pw", courier.Plain, courier.Refused},
		"a sender not its own":    {map[string]string{"MAIL": "553 5.7.1 not yours"}, "pw", courier.Plain, courier.Refused},
		"no encryption to be had": {nil, "pw", courier.StartTLS, courier.Unsafe},
		"too many":                {map[string]string{"EHLO": "421 too many", "HELO": "421 too many"}, "pw", courier.Plain, courier.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, func(p *post) { p.refuse = c.refuse })
			server := p.server(c.security)
			server.Password = seal.Secret(c.password)
			err := letterTo(t, p, server)
			if reason(err) != c.want || strings.Contains(err.Error(), "other") {
				t.Errorf("%v: want %s", err, c.want)
			}
		})
	}
}

func TestAMailServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newPost(t, nil)
	_ = p.Close()
	if err := letterTo(t, p, p.server(courier.Plain)); reason(err) != courier.Unreached {
		t.Error(err)
	}
}

// TestPlainIsForTheOwnNetwork: without encryption only to what the operator named; by no way to a private
// address that nobody named.
func TestPlainIsForTheOwnNetwork(t *testing.T) {
	t.Parallel()
	p := newPost(t, nil)
	relay := p.server(courier.Plain)
	send := courier.New(outward.New(outward.Options{}), courier.Server{}, time.Now)
	if send.CheckServer(relay) {
		t.Error("plain to anybody")
	}
	relay.Security = courier.StartTLS
	if got := reason(send.Mail(t.Context(), relay, courier.Letter{To: "a@b.cn"})); got != courier.Address {
		t.Errorf("to this machine: %q", got)
	}
	relay.Security = courier.Plain
	send = courier.New(outward.New(outward.Options{}), relay, time.Now)
	letter := courier.Letter{To: "a@b.cn", Sender: "x", Subject: "y", Text: "z", ID: "1@x"}
	if err := send.Mail(t.Context(), send.Relay(), letter); err != nil {
		t.Errorf("the operator's own: %v", err)
	}

	for address, want := range map[string]bool{
		"a@b.cn": true, "": false, "a": false, "a@b": false, "A <a@b.cn>": false, "a@b.cn\r\nBcc: x@y.cn": false,
		"a@b.cn, c@d.cn": false,
	} {
		if courier.CheckMailbox(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
