package site

import (
	"errors"
	"strings"
	"testing"

	"juzhen/internal/fault"
)

// TestALookIsKeptAsItIsMeant or refused by the field that is wrong.
func TestALookIsKeptAsItIsMeant(t *testing.T) {
	t.Parallel()
	good := Look{
		Name:   "某市生态环境",
		NameEn: "Ecology and Environment",
		Footer: "主办：某市生态环境局",
		Filing: "某ICP备00000000号",
		Accent: "#1f5f8b",
	}

	for _, c := range []struct {
		what   string
		change func(*Look)
		field  string // that is refused; "": none
	}{
		{
			what:   "as it is",
			change: func(*Look) {},
		},
		{
			what:   "blanks around and between",
			change: func(l *Look) { l.Name = "  某市生态环境 "; l.NameEn = "Ecology  and\tEnvironment" },
		},
		{
			what:   "a colour in capitals",
			change: func(l *Look) { l.Accent = " #1F5F8B " },
		},
		{
			what:   "lines of another system in the footer",
			change: func(l *Look) { l.Footer = "\r\n主办：某市生态环境局\r\n" },
		},
		{
			what:   "no filing",
			change: func(l *Look) { l.Filing = "" },
		},
		{
			what:   "no name",
			change: func(l *Look) { l.Name = " " },
			field:  "name",
		},
		{
			what:   "too long a name",
			change: func(l *Look) { l.Name = strings.Repeat("字", MaxName+1) },
			field:  "name",
		},
		{
			what:   "no English name",
			change: func(l *Look) { l.NameEn = "" },
			field:  "name_en",
		},
		{
			what:   "no footer",
			change: func(l *Look) { l.Footer = "" },
			field:  "footer",
		},
		{
			what:   "too long a footer",
			change: func(l *Look) { l.Footer = strings.Repeat("字", MaxFooter+1) },
			field:  "footer",
		},
		{
			what:   "a mark of direction",
			change: func(l *Look) { l.Filing = "备\u202e案" },
			field:  "filing",
		},
		{
			what:   "a colour by name",
			change: func(l *Look) { l.Accent = "blue" },
			field:  "accent",
		},
		{
			what:   "more than a colour",
			change: func(l *Look) { l.Accent = "#1f5f8b}*{display:none" },
			field:  "accent",
		},
		{
			what:   "a colour too pale to read",
			change: func(l *Look) { l.Accent = "#999999" },
			field:  "accent",
		},
	} {
		look := good
		c.change(&look)

		got, err := look.clean()
		var refused *fault.Error
		var many fault.Fields

		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.field == "" && c.what != "no filing" && got != good:
			t.Errorf("%s: kept as %+v", c.what, got)
		case c.field != "" && err == nil:
			t.Errorf("%s: kept", c.what)
		case c.field != "" && !errors.As(err, &refused) && !errors.As(err, &many):
			t.Errorf("%s: %v", c.what, err)
		case c.field != "" && refused != nil && refused.Field != c.field:
			t.Errorf("%s: refused at %q, want %q", c.what, refused.Field, c.field)
		}
	}
}
