package sandbox

import (
	"net/url"
	"strings"
	"time"
)

// Key, secret and safe domain of the demonstration's application. They open nothing but a sandbox.
const (
	DemoAppKey     = "3920161218"
	DemoAppSecret  = "5a6e64626f7864656d6f6e7374726174"
	DemoSafeDomain = "beijing.gov.cn"
)

// App is an application registered with the platform and what it is allowed.
type App struct {
	Key         string        `json:"key"` // digits: get_token_info returns it as a number
	Secret      string        `json:"secret"`
	Name        string        `json:"name"`         // the source of its posts
	SafeDomain  string        `json:"safe_domain"`  // statuses/share demands a link on it; empty: not bound
	RedirectURI string        `json:"redirect_uri"` // registered; empty: whatever the authorization named
	TokenLife   time.Duration `json:"token_life"`   // default 30 days
	// may still use statuses/update and upload of the public interface
	Update     bool     `json:"update"`
	Advanced   bool     `json:"advanced"`   // upload_pic and upload_url_text of the public interface
	Commercial bool     `json:"commercial"` // has a contract for the commercial interface
	Unreviewed bool     `json:"unreviewed"` // only testers may authorize it, for one day at a time
	Testers    []string `json:"testers"`    // handles
}

// DemoApp is the application of the demonstration: reviewed, with the commercial contract, bound to the
// safe domain.
func DemoApp() App {
	return App{
		Key:        DemoAppKey,
		Secret:     DemoAppSecret,
		Name:       "矩阵台",
		SafeDomain: DemoSafeDomain,
		Commercial: true,
	}
}

// AddApp registers an application or replaces the one with its key.
func (s *Server) AddApp(app App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[app.Key] = app
}

func (s *Server) app(key string) (App, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, ok := s.apps[key]

	return a, ok
}

func (a App) life() time.Duration {
	switch {
	case a.Unreviewed:
		return 24 * time.Hour
	case a.TokenLife > 0:
		return a.TokenLife
	}

	return 30 * 24 * time.Hour
}

func (a App) admits(handle string) bool {
	if !a.Unreviewed {
		return true
	}

	for _, t := range a.Testers {
		if t == handle {
			return true
		}
	}

	return false
}

// owns says whether a link leads to the application's safe domain or below it.
func (a App) owns(link string) bool {
	address, err := url.Parse(link)
	if err != nil {
		return false
	}
	host := strings.ToLower(address.Hostname())

	return host == a.SafeDomain || strings.HasSuffix(host, "."+a.SafeDomain)
}

// permit is what a call asks of an application.
type permit int

const (
	anyApp permit = iota
	updateApp
	advancedApp
)

// allow checks the application's right to a call. The commercial interface is one contract over all its
// calls.
func (a App) allow(p permit, commercial bool) error {
	ok := true

	switch {
	case commercial:
		ok = a.Commercial
	case p == updateApp:
		ok = a.Update
	case p == advancedApp:
		ok = a.Advanced
	}
	if !ok {
		return fail(10014)
	}

	return nil
}
