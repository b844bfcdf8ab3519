package media

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on pictures that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actUpload = acts.Declare("media.upload", i18n.N("上传图片"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "media", Text: i18n.N("图片|对象"), NameSQL: `SELECT file_name FROM media WHERE id = e.number`},
	}
}
