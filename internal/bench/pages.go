package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/identity"
)

// pages asks for pages at a fixed rate, without and with a burst behind them.
func pages(ctx context.Context, f *field) (values, error) {
	console, err := f.running()
	if err != nil {
		return nil, err
	}
	if err := f.signIn(ctx); err != nil {
		return nil, err
	}
	alone, err := f.askEach(ctx, console)
	if err != nil {
		return nil, err
	}
	quiet, err := f.ask(ctx, console, time.Now().Add(4*second))
	if err != nil {
		return nil, err
	}
	var busy chan series
	list, at, err := f.burst(ctx, 1, f.n, 30*time.Millisecond, func(at time.Time, i int) time.Time {
		if i == 0 {
			busy = make(chan series, 1)
			go f.askAround(ctx, console, at, busy)
		}

		return at
	})
	if err != nil {
		return nil, err
	}
	during := <-busy

	v := values{
		"quiet_p99_ms":   ms(quiet.at(0.99)),
		"busy_p99_ms":    ms(during.at(0.99)),
		"quiet_p50_ms":   ms(quiet.at(0.5)),
		"busy_p50_ms":    ms(during.at(0.5)),
		"burst_total_ms": ms(ends(list, at).max()),
	}
	for path, took := range alone {
		v["alone_"+path+"_ms"] = ms(took)
	}

	return v, nil
}

// askAround asks for pages while a burst runs that begins at the instant.
func (f *field) askAround(ctx context.Context, c *console, at time.Time, out chan<- series) {
	wait(ctx, time.Until(at.Add(-100*time.Millisecond)))
	busy, _ := f.ask(ctx, c, at.Add(2500*time.Millisecond))
	out <- busy
}

// askEach asks for each page by itself, twice, and gives the second time.
func (f *field) askEach(ctx context.Context, c *console) (map[string]time.Duration, error) {
	took := map[string]time.Duration{}

	for range 2 {
		for _, path := range askedPages {
			began := time.Now()
			if err := f.askOne(c, path); err != nil {
				return nil, err
			}
			took[path] = time.Since(began)
		}
	}

	return took, ctx.Err()
}

// askOne asks for a page as the signed-in press officer.
func (f *field) askOne(c *console, path string) error {
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	res, err := pageClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", path, res.Status)
	}

	return nil
}

// ask asks for pages at 20 a second until the instant; each time counts from when the request should
// have been made.
func (f *field) ask(ctx context.Context, c *console, end time.Time) (series, error) {
	const every = 50 * time.Millisecond
	answers := make(chan time.Duration, 1000)
	n := 0

	for at := time.Now(); at.Before(end); at = at.Add(every) {
		wait(ctx, time.Until(at))
		path := askedPages[n%len(askedPages)]
		n++
		go func() {
			if err := f.askOne(c, path); err != nil {
				fmt.Fprintln(f.log, "  ", err)
			}
			answers <- time.Since(at)
		}()
	}

	out := make(series, 0, n)
	for range n {
		out = append(out, <-answers)
	}

	return out, ctx.Err()
}

// signIn makes a press officer with a password and a session, once.
func (f *field) signIn(ctx context.Context) (err error) {
	if f.token == "" {
		f.token, err = f.signedIn(ctx, "bench-officer", access.PressOfficer)
	}

	return err
}

// signedIn gives the token of a person with one role in the whole bureau, who is made when there is none.
func (f *field) signedIn(ctx context.Context, name string, role access.Role) (string, error) {
	people, err := identity.New(f.db, time.Now, identity.Options{Keys: [][]byte{f.rawKey}})
	if err != nil {
		return "", err
	}
	const password = "Bench-4417-haidian"
	_, token, err := people.SignIn(ctx, name, password, "127.0.0.1", "bench")
	if err == nil {
		return token, nil
	}
	if _, err := people.CreateUser(ctx, machineActor, identity.NewUser{
		Username:    name,
		DisplayName: "测量用" + role.Label(),
		UnitID:      1,
		Password:    password,
		Grants:      []identity.NewGrant{{Role: role, UnitID: 1}},
	}); err != nil {
		return "", err
	}
	_, token, err = people.SignIn(ctx, name, password, "127.0.0.1", "bench")

	return token, err
}
