package push

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Bounds of the listener: how much is under way at once, and how long a request may take. The platform waits
// for five seconds and tries three times.
const (
	mostAtOnce = 32
	patience   = 4 * time.Second
)

// Routes are the routes of the listener: nothing else is answered there. Each is open to whoever knows the
// token of an account; what is pushed by the fans service must be signed too.
func Routes() []string {
	return []string{
		"GET /push/weibo/fans/{token}", "POST /push/weibo/fans/{token}", "POST /push/weibo/partner/{token}",
	}
}

// Handler answers the platform. It knows no person, no session and no page, and writes no address, which
// holds a token, into a log.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for n, do := range []answer{s.verify, s.take, s.hint} {
		mux.Handle(Routes()[n], s.hand(do))
	}
	slots := make(chan struct{}, mostAtOnce)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")

		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			mux.ServeHTTP(w, r)
		default:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// Server serves the handler with limits of its own.
func (s *Service) Server() *http.Server {
	return &http.Server{
		Handler: s.Handler(), ErrorLog: slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: 8 << 10,
	}
}

// answer is what is said to a request: a text, mostly none.
type answer func(ctx context.Context, r *http.Request) (string, error)

func (s *Service) hand(do answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		text, err := do(ctx, r)
		if status := s.status(err); status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
}

// status is the answer to what became of a request. What is no fault of the sender is to be sent again.
func (s *Service) status(err error) int {
	var refused *Refused

	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ErrNoAddress):
		return http.StatusNotFound
	case errors.As(err, &refused) && refused.Reason == TooLarge:
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &refused) && refused.Reason == BadForm:
		return http.StatusBadRequest
	case errors.As(err, &refused):
		return http.StatusForbidden
	}
	s.opt.Log.Error("push: not kept", "error", err)

	return http.StatusServiceUnavailable
}

func callOf(r *http.Request) Call {
	query := r.URL.Query()
	return Call{query.Get("signature"), query.Get("timestamp"), query.Get("nonce")}
}

// bodyOf reads the body of a request, and no more of it than the bound.
func bodyOf(r *http.Request) Body {
	return func() ([]byte, error) {
		if r.ContentLength > MaxBody {
			return nil, nil
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
		if err != nil || len(body) > MaxBody {
			return nil, err
		}

		return body, nil
	}
}

func (s *Service) verify(ctx context.Context, r *http.Request) (string, error) {
	return s.Verify(ctx, r.PathValue("token"), callOf(r), r.URL.Query().Get("echostr"))
}

func (s *Service) take(ctx context.Context, r *http.Request) (string, error) {
	return "", s.Take(ctx, r.PathValue("token"), callOf(r), bodyOf(r))
}

func (s *Service) hint(ctx context.Context, r *http.Request) (string, error) {
	return s.Hint(ctx, r.PathValue("token"), r.URL.Query().Get("echostr"), bodyOf(r))
}
