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

	good := clientFor(t, s.URL, func(o *weibo.Options) { o.TLS = &tls.Config{RootCAs: roots} })
	for range 3 {
		if o := send(t, good, plain("x")); o.Result != weibo.Published || proto.Load() != "HTTP/1.1" {
			t.Errorf("%+v, err %v, %v", o, o.Err, proto.Load())
		}
	}
	s.CloseClientConnections()
	if o := send(t, good, plain("x")); o.Result != weibo.Published {
		t.Errorf("after the idle connection was closed: %+v, err %v", o, o.Err)
	}

	stranger := clientFor(t, s.URL)
	if o := send(t, stranger, plain("x")); o.Result != weibo.NotPublished || o.Written {
		t.Errorf("a certificate nobody trusts: %+v", o)
	}
}
