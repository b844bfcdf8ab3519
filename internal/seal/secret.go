package seal

import (
	"fmt"
	"log/slog"
)

// hidden stands for every secret wherever one is printed.
const hidden = "***"

// Secret is a text that shows only where Reveal is written: not in fmt, slog, JSON, or an error that
// carries it.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides.
func (s Secret) String() string { return hidden }

// Format hides from every verb of fmt, %d and %x too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides from JSON and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	return nil
}
