package identity

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// production is what passwords cost outside of tests; the tests here would spend most of their time on it.
var production = *params

func init() {
	params = &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

func TestPasswordsCostWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	if want := (argon2id.Params{
		Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	}); production != want {
		t.Errorf("parameters %+v, want %+v as in docs/security.md", production, want)
	}
}
