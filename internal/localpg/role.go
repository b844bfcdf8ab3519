package localpg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// RoleURL is the address of the server's database for another role than the owner, which is made when
// missing and owns nothing. Its password lies in the folder, mode 0600.
func (s *Server) RoleURL(ctx context.Context, role string) (string, error) {
	password := ""
	if s.password != "" {
		var err error
		if password, err = rolePassword(filepath.Join(s.Dir, "password."+role)); err != nil {
			return "", err
		}
	}
	conn, err := pgx.Connect(ctx, s.URL(""))
	if err != nil {
		return "", fmt.Errorf("make role %s: %w", role, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))

	name := pgx.Identifier{role}.Sanitize()

	literal := "'" + password + "'" // drawn by us: letters and digits
	for _, sql := range []string{
		fmt.Sprintf("DO $$ BEGIN CREATE ROLE %s LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$", name),
		fmt.Sprintf("ALTER ROLE %s PASSWORD %s", name, literal),
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", fmt.Errorf("make role %s: %w", role, err)
		}
	}
	address, err := url.Parse(s.URL(""))
	if err != nil {
		return "", err
	}
	address.User = url.User(role)
	if password != "" {
		address.User = url.UserPassword(role, password)
	}

	return address.String(), nil
}

// rolePassword is drawn once, so that a second process beside a running one finds the same.
func rolePassword(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("password of a role: %w", err)
	}
	password := rand.Text()
	if err := os.WriteFile(path, []byte(password), 0o600); err != nil {
		return "", fmt.Errorf("keep password of a role: %w", err)
	}

	return password, nil
}
