package weibo_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"juzhen/internal/weibo"
)

func TestOverTLSWritesSpeakHTTP1AndAHandshakeIsNoByteOfTheRequest(t *testing.T) {
	t.Parallel()
	var proto atomic.Value
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto.Store(r.Proto)
		says(200, goodStatus)(w, r)
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())

	good := clientFor(t, s.URL, func(options *weibo.Options) { options.TLS = &tls.Config{RootCAs: roots} })
	for range 3 {
		if outcome := send(
			t,
			good,
			plain("x"),
		); outcome.Result != weibo.Published ||
			proto.Load() != "HTTP/1.1" {
			t.Errorf("%+v, err %v, %v", outcome, outcome.Err, proto.Load())
		}
	}
	s.CloseClientConnections()
	if outcome := send(t, good, plain("x")); outcome.Result != weibo.Published {
		t.Errorf("after the idle connection was closed: %+v, err %v", outcome, outcome.Err)
	}

	stranger := clientFor(t, s.URL)
	if outcome := send(t, stranger, plain("x")); outcome.Result != weibo.NotPublished || outcome.Written {
		t.Errorf("a certificate nobody trusts: %+v", outcome)
	}
}
