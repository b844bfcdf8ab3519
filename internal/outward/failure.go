package outward

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"
)

// Kind is why nothing came.
type Kind string

// The kinds.
const (
	BadAddress  Kind = "bad_address" // not http or https, no host, a password in it
	Private     Kind = "private"     // not a place of the public internet, and not named by the operator
	NoHost      Kind = "no_host"     // the name is not known
	NoWay       Kind = "no_way"      // this machine does not get outside: no name or network is known
	Refused     Kind = "refused"     // nobody listens
	Certificate Kind = "certificate" // of another name, run out, or signed by nobody we know
	TimedOut    Kind = "timeout"
	Redirects   Kind = "redirects" // more than MaxRedirects
	TooLarge    Kind = "too_large"
	Broken      Kind = "broken" // no HTTP, or cut off in the middle
)

// Label is the kind in words for people.
func (k Kind) Label() string {
	return map[Kind]string{
		BadAddress:  "网址不是有效的 http 或 https 地址",
		Private:     "网址指向内部网络，不允许访问",
		NoHost:      "找不到这个域名",
		NoWay:       "本机连不到外面的网络",
		Refused:     "对方没有应答",
		Certificate: "对方的证书不正确",
		TimedOut:    "对方没有在限定时间内答完",
		Redirects:   "跳转次数过多",
		TooLarge:    "对方返回的内容过大",
		Broken:      "对方的答复不完整",
	}[k]
}

// Kinds are all there are.
func Kinds() []Kind {
	return []Kind{
		BadAddress, Private, NoHost, NoWay, Refused, Certificate, TimedOut, Redirects, TooLarge, Broken,
	}
}

// Failure is why nothing came, with what the system said of it.
type Failure struct {
	Kind  Kind
	Cause error
}

// Error names the kind for logs; for people there is Label.
func (f *Failure) Error() string {
	if f.Cause == nil {
		return "outward: " + string(f.Kind)
	}

	return "outward: " + string(f.Kind) + ": " + f.Cause.Error()
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// KindOf is the kind of a failure; Broken for an error of another sort, "" for nil.
func KindOf(err error) Kind {
	var known *Failure
	switch {
	case err == nil:
		return ""
	case errors.As(err, &known):
		return known.Kind
	}

	return Broken
}

// failure sorts an error of the standard library.
func failure(err error) error {
	var known *Failure
	var certificate *tls.CertificateVerificationError
	var timeout net.Error

	var name *net.DNSError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &certificate):
		return &Failure{Kind: Certificate, Cause: err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Kind: TimedOut, Cause: err}
	case errors.As(err, &name):
		return &Failure{Kind: NoHost, Cause: err}
	case errors.Is(err, syscall.ENETUNREACH):
		return &Failure{Kind: NoWay, Cause: err}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH):
		return &Failure{Kind: Refused, Cause: err}
	}

	return &Failure{Kind: Broken, Cause: err}
}
